"""Script for `odoo shell`, run by `bench_situations`: lives the months of a market and prints what they took, as JSON."""

import gc
import json
import logging
import os
import resource
import time
from collections.abc import Callable
from typing import Any

from odoo import Command, fields
from odoo.tests import Form

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
MONTHS, LINES, CHAPTERS = int(os.environ["CHORUS_MONTHS"]), int(os.environ["CHORUS_LINES"]), 14
#: Lines typed in a month.
TYPED = 40
TURNS = 5


def market() -> Any:
    """A works market with its price schedule, a formula of two indices, an advance and a retention."""
    company = env.company
    customer = env["res.partner"].search([("company_registry", "=", "20000000800017")], limit=1)
    rows = []
    for rank in range(LINES):
        chapter = rank * CHAPTERS // LINES
        if not rank or chapter != (rank - 1) * CHAPTERS // LINES:
            rows.append({"display_type": "line_section", "code": str(chapter + 1), "name": f"Chapitre {chapter + 1}"})
        name = f"Ouvrage {rank + 1}"
        rows.append({"code": f"{chapter + 1}.{rank}", "name": name, "unit": "m²", "quantity": rank % 90 + 1, "price_unit": 12.5})
    env["chorus.works.index"].create([{"name": name, "month": "2024-01-01", "value": 103} for name in ("BT01", "TP01")])
    return env["chorus.market"].create(
        {
            "number": "BENCH-36",
            "name": "Groupe scolaire",
            "partner_id": customer.id,
            "company_id": company.id,
            "works": True,
            "date_signed": "2024-01-01",
            "date_notified": "2024-01-01",
            "amount_initial": sum(row.get("quantity", 0) * row.get("price_unit", 0) for row in rows),
            "retention_rate": 5,
            "advance_rate": 30,
            "revision_fixed": 0.15,
            "term_ids": [
                Command.create({"name": "BT01", "weight": 0.45, "initial": 100}),
                Command.create({"name": "TP01", "weight": 0.40, "initial": 101}),
            ],
            "line_ids": [Command.create({**row, "sequence": rank}) for rank, row in enumerate(rows)],
        }
    )


def measured(work: Callable[[], Any], turns: int = TURNS) -> dict[str, float]:
    """SQL statements and processor time in ms, the least of some turns, each with nothing in memory."""
    best = []
    for _turn in range(turns):
        env.flush_all()
        env.invalidate_all()
        gc.collect()
        before, started = env.cr.sql_log_count, time.process_time()
        work()
        env.flush_all()
        best.append((time.process_time() - started, env.cr.sql_log_count - before))
    return {"cpu": min(cpu for cpu, _count in best) * 1000, "statements": min(count for _cpu, count in best)}


def typed(move: Any, add: float) -> None:
    """Forty lines advance: written as the form writes them, all at once."""
    rows = move.chorus_progress_ids.filtered(lambda row: not row.display_type)
    begin = (move.chorus_situation - 1) * 20 % max(len(rows) - TYPED, 1)
    move.chorus_progress_ids = [
        Command.update(row.id, {"percent": min(row.percent + add, 100)}) for row in rows[begin : begin + TYPED]
    ]


def month(one: Any, spec: dict, *, watched: bool) -> dict[str, dict[str, float]]:
    """Live one month of a market; what each step took."""
    taken = {}
    move = env["account.move"]

    def begin() -> None:
        nonlocal move
        move = one._chorus_next_situation()

    taken["begin it from the last one"] = measured(begin, 1)
    move.invoice_date = fields.Date.end_of(move.chorus_period_start, "month")
    if not watched:
        typed(move, 25)
        move.action_post()
        return taken
    taken["open it"] = measured(lambda: move.web_read(spec))
    taken["40 lines typed and saved"] = measured(lambda: typed(move, 5))
    taken["open the market"] = measured(one.read)
    taken["post it"] = measured(move.action_post, 1)
    taken["open it, posted"] = measured(lambda: move.web_read(spec))
    taken["its paper's figures"] = measured(lambda: move._chorus_statement(move._chorus_columns()))
    return taken


def months() -> dict[str, Any]:
    """Live them all; what the first and the last took, and the memory at most, in MB."""
    one = market()
    spec = Form(env["account.move"].with_context(default_move_type="out_invoice"))._view["fields_spec"]
    found, peaks = [], []
    for rank in range(1, MONTHS + 1):
        found.append(month(one, spec, watched=rank in (1, MONTHS)))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        env.cr.commit()
    return {"first": found[0], "last": found[-1], "memory": peaks[-1], "grown": peaks[-1] - peaks[0]}


print("RESULT " + json.dumps(months()))
