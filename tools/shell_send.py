"""Script for `odoo shell`, run by `bench_send`: sends invoices by the button and prints what it took, as JSON."""

import gc
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import requests

from odoo import Command
from odoo.sql_db import Cursor

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
SIMULATOR, SIRET = os.environ["CHORUS_DEMO_SIMULATOR"], "20000000800017"
DETAILS = bool(os.environ.get("CHORUS_BENCH_DETAILS"))
TURNS, CLICKS = 4, 100
USER = env["res.users"].search([("login", "=", "comptable")])
CUSTOMER = env["res.partner"].search([("company_registry", "=", SIRET)], limit=1)
PRODUCT = env["product.product"].search([("default_code", "=", "CONSEIL")], limit=1)
posting: list[float] = []


def drafts(count: int) -> Any:
    """Draft invoices of two lines."""
    lines = [Command.create({"product_id": PRODUCT.id, "quantity": quantity}) for quantity in (3, 1)]
    values = {"move_type": "out_invoice", "partner_id": CUSTOMER.id, "invoice_date": date.today()}  # noqa: DTZ011 - a day here
    return env["account.move"].create([{**values, "invoice_line_ids": lines} for _rank in range(count)])


def posted(count: int) -> Any:
    """So many invoices, posted; what posting a hundred takes is remembered."""
    moves = drafts(count)
    env.flush_all()
    began = time.process_time()
    moves.action_post()
    env.flush_all()
    if count == 100:
        posting.append(time.process_time() - began)
    env.cr.commit()
    return moves


def state() -> dict[str, Any]:
    """What the simulator has seen."""
    with requests.get(f"{SIMULATOR}/_simulator/state", timeout=30) as answer:
        return answer.json()


def seen() -> tuple[int, int]:
    """Calls of Chorus Pro's own, without tokens, and connections, less the one that asks."""
    found = state()
    return sum(count for path, count in found["calls"].items() if path.startswith("/cpro/")), found["connections"]


def measured(function: Callable[[], Any]) -> dict[str, float]:
    """Calls, SQL statements, seconds of a processor and connections of one request, nothing in memory before."""
    env.invalidate_all()
    gc.collect()
    calls, connections = seen()
    statements, began = env.cr.sql_log_count, time.process_time()
    watch.on = DETAILS
    function()
    env.cr.flush()
    watch.on = False
    taken, asked = time.process_time() - began, env.cr.sql_log_count - statements
    env.cr.commit()
    after = seen()
    return {"calls": after[0] - calls, "statements": asked, "cpu": taken, "connections": after[1] - connections - 1}


class Watch:
    """The statements that run while it is on go to the log."""

    def __init__(self) -> None:
        self.on = False
        execute = Cursor.execute

        def watched(cursor: Cursor, query: Any, params: Any = None, log_exceptions: bool = True) -> Any:
            if self.on:
                text = getattr(query, "code", query)
                sys.stderr.write(f"SQL {' '.join(str(text).split())[:300]}\n")
            return execute(cursor, query, params, log_exceptions)

        Cursor.execute = watched


watch = Watch()


def selection(count: int, turns: int) -> dict[str, float]:
    """A selection of so many sent at once: the least of several."""
    runs = []
    for turn in range(turns + 1):
        moves = posted(count)
        if DETAILS:
            sys.stderr.write(f"SELECTION of {count}, turn {turn}\n")
        runs.append(measured(moves.with_user(USER).action_chorus_send))
        left = moves.filtered(lambda move: move.chorus_state != "deposited")
        if left:
            sys.exit(f"{len(left)} of {count} were not deposited: {left[0].chorus_state}")
    return {name: min(one[name] for one in runs[1:]) for name in runs[0]}


def clicks() -> int:
    """Connections of a hundred clicks of one user."""
    before = seen()[1]
    for move in posted(CLICKS):
        move.with_user(USER).action_chorus_send()
        env.cr.commit()
    return seen()[1] - before - 1


def idle() -> float:
    """Seconds of a processor that the job takes that sends, where nothing is to be sent."""
    taken = []
    for _turn in range(15):
        env.invalidate_all()
        began = time.process_time()
        env["chorus.deposit"].with_user(1)._cron_deposit()
        env.cr.commit()
        taken.append(time.process_time() - began)
    return min(taken)


result = {"1": selection(1, 8), "10": selection(10, 4), "100": selection(100, TURNS), "connections": clicks(), "idle": idle()}
result["posting"] = min(posting)
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
