"""Script for `odoo shell`, run by `bench_year`: lives some weeks with a clock that is set, and prints the calls made, as JSON."""

import heapq
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import count, pairwise
from typing import Any

import requests
from freezegun import freeze_time

from odoo import Command, fields
from odoo.addons.l10n_fr_chorus_pro.services.api import session

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
SIMULATOR = os.environ["CHORUS_DEMO_SIMULATOR"]
WEEKS, A_DAY = int(os.environ["CHORUS_WEEKS"]), int(os.environ["CHORUS_A_DAY"])
USER = env["res.users"].search([("login", "=", "comptable")])
CUSTOMER = env["res.partner"].search([("company_registry", "=", "20000000800017")], limit=1)
PRODUCT = env["product.product"].search([("default_code", "=", "CONSEIL")], limit=1)
JOBS = {name: env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").sudo() for name in ("deposit", "follow")}
INTERVALS = {"hours": 3600, "minutes": 60}
#: Odoo's moment: the clock that is set is not seen by what this script imported itself.
NOW = fields.Datetime.now
#: Days after its deposit on which an invoice gets a status.
LIFE = (("MISE_A_DISPOSITION", 1), ("MANDATEE", 3), ("MISE_EN_PAIEMENT", 5))
#: A Monday morning, in UTC, as Odoo has it.
BEGIN = datetime(2027, 3, 1, 6)

events: list[tuple[datetime, int, Callable[[], None]]] = []
order = count()
polls: list[datetime] = []
known: list[Any] = []


def control(call: str, **values: Any) -> Any:
    """Tell the simulator something."""
    with requests.post(f"{SIMULATOR}/_simulator/{call}", json=values, timeout=60) as answer:
        answer.raise_for_status()
        return answer.json()


def state() -> dict[str, Any]:
    """What the simulator has seen."""
    with requests.get(f"{SIMULATOR}/_simulator/state", timeout=60) as answer:
        return answer.json()


def at(moment: datetime, what: Callable[[], None]) -> None:
    """Have something happen then."""
    heapq.heappush(events, (moment, next(order), what))


def run_job(name: str) -> None:
    """Run a scheduled job as Odoo does, and its triggers with it."""
    env.cr.execute("DELETE FROM ir_cron_trigger WHERE cron_id = %s AND call_at <= %s", [JOBS[name].id, NOW()])
    env.cr.commit()
    root = env(user=1)
    getattr(root["chorus.deposit"], f"_cron_{name}")()
    env.cr.commit()
    env.invalidate_all()


def every(name: str) -> None:
    """A job in its turn, and the next one."""
    job = JOBS[name]
    following = NOW() + timedelta(seconds=INTERVALS[job.interval_type] * job.interval_number)
    at(following, lambda: every(name))
    run_job(name)
    # as Odoo does when a run has ended
    job.nextcall = following
    env.cr.commit()


def day(moment: datetime) -> None:
    """A working day's selection; what becomes of it is planned."""
    line = Command.create({"product_id": PRODUCT.id, "quantity": 1})
    values = {"move_type": "out_invoice", "partner_id": CUSTOMER.id, "invoice_date": moment.date(), "invoice_line_ids": [line]}
    moves = env["account.move"].create([values] * A_DAY)
    moves.action_post()
    env.cr.commit()
    moves.with_user(USER).action_chorus_send()
    env.cr.commit()
    known.append(moves)
    names = moves.mapped("name")
    for rank, (status, days) in enumerate(LIFE):
        at(moment + timedelta(days=days, minutes=17), lambda status=status, rank=rank: act(names, status, rank))


def act(names: list[str], status: str, rank: int) -> None:
    """The public body gives these invoices a status; one in twenty is suspended and stays so."""
    rows = {row["numeroFacture"]: row["identifiantFactureCPP"] for row in state()["invoices"]}
    for place, name in enumerate(names):
        if place % 20:
            control(f"invoices/{rows[name]}/status", statut=status)
        elif rank == 1:
            control(f"invoices/{rows[name]}/status", statut="SUSPENDUE", motif="JUSTIF_ABS", commentaire="Il manque une pièce")
        elif rank == 0:
            control(f"invoices/{rows[name]}/status", statut=status)


def next_trigger() -> tuple[datetime, str] | None:
    """When a job was asked for next, and which."""
    env.cr.execute(
        "SELECT call_at, cron_id FROM ir_cron_trigger WHERE cron_id = ANY(%s) ORDER BY call_at LIMIT 1",
        [[job.id for job in JOBS.values()]],
    )
    found = env.cr.fetchone()
    env.cr.commit()
    return found and (found[0], next(name for name, job in JOBS.items() if job.id == found[1]))


def live(frozen: Any) -> None:
    """Let the time go on from event to event."""
    end = BEGIN + timedelta(weeks=WEEKS)
    while events:
        trigger = next_trigger()
        # Odoo looks every minute
        asked = trigger and max(trigger[0], BEGIN)
        if asked and asked < events[0][0]:
            moment, what = asked, lambda name=trigger[1]: run_job(name)
        else:
            moment, _order, what = heapq.heappop(events)
        if moment >= end:
            return
        frozen.move_to(moment)
        control("clock", now=moment.replace(tzinfo=timezone.utc).isoformat())
        what()
        last = env["chorus.connection"].sudo().search([], limit=1).last_poll
        env.cr.commit()
        if last and (not polls or last > polls[-1]):
            polls.append(last)


control("clock", now=BEGIN.replace(tzinfo=timezone.utc).isoformat())
before = state()["calls"]
with freeze_time(BEGIN) as frozen:
    session.shared_tokens._clock = time.time
    env.company.chorus_start_date = BEGIN.date()
    connection = env["chorus.connection"].sudo().search([], limit=1)
    connection.write({"alive_at": BEGIN, "last_poll": False})
    env.cr.commit()
    for name in JOBS:
        at(BEGIN + timedelta(minutes=5), lambda name=name: every(name))
    for number in range(WEEKS * 7):
        morning = BEGIN + timedelta(days=number, hours=2)
        if morning.weekday() < 5:
            at(morning, lambda morning=morning: day(morning))
    live(frozen)
    env.invalidate_all()
    unknown = sum(
        not move.chorus_status for moves in known for move in moves if move.invoice_date < (BEGIN + timedelta(weeks=WEEKS)).date()
    )
calls = {path: number - before.get(path, 0) for path, number in state()["calls"].items()}
gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(polls)]
result = {"calls": {path: number for path, number in calls.items() if number}, "longest": max(gaps), "unknown": unknown}
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
