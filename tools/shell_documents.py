"""Script for `odoo shell`, run by `bench_documents`: writes invoices in each format and prints what it took, as JSON."""

import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from odoo import Command, fields
from odoo.addons.l10n_fr_chorus_pro.services import rules
from odoo.addons.l10n_fr_chorus_pro.services.document import formats, submission

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
TURNS = 5
RATES = ("20% G", "10% G", "5.5% G")


def invoice(count: int) -> Any:
    """A posted invoice of so many lines, of three rates."""
    taxes = [env["account.tax"].with_context(active_test=False).search([("name", "=", rate)], limit=1) for rate in RATES]
    customer = env["res.partner"].search([("company_registry", "=", "20000000800017")], limit=1)
    lines = [
        Command.create(
            {
                "name": f"Poste {rank}\nFourniture et pose",
                "quantity": rank % 7 + 1,
                "price_unit": 10 + rank,
                "tax_ids": [Command.set(taxes[rank % 3].ids)],
            }
        )
        for rank in range(count)
    ]
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": fields.Date.today(),
            "invoice_line_ids": lines,
        }
    )
    move.action_post()
    return move


def milliseconds(work: Callable[[], Any]) -> tuple[float, Any, int]:
    """What a call takes, the median of a few after one that warms up; what the last one gave; SQL statements of the first."""
    env.invalidate_all()
    before = env.cr.sql_log_count
    result = work()
    statements, taken = env.cr.sql_log_count - before, []
    for _turn in range(TURNS):
        started = time.perf_counter()
        result = work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), result, statements


rows = []
for count in (1, 10, 200):
    move = invoice(count)
    read, document, statements = milliseconds(move._chorus_document)
    context = rules.Context(today=fields.Date.today())
    checked, _findings, _statements = milliseconds(lambda document=document, context=context: rules.check(document, context))
    odoo, exported, _statements = milliseconds(lambda move=move: env["account.edi.xml.cii"]._export_invoice(move)[0])
    printed, pdf, printing = None, None, move._chorus_can_print()
    if printing:
        started = time.perf_counter()
        pdf = move._chorus_pdf()
        printed = (time.perf_counter() - started) * 1000
    row = {
        "lines": count,
        "read": read,
        "statements": statements,
        "check": checked,
        "print": printed,
        "pdf": pdf and len(pdf),
        "odoo": odoo,
        "odoo_bytes": len(exported),
        "formats": {},
    }
    for form in formats.FORMATS.values():
        if form.needs_pdf and not pdf:
            continue
        taken, content, _statements = milliseconds(lambda form=form, document=document, pdf=pdf: form.write(document, pdf))
        data = len(json.dumps(submission.to_submission(document, "1"))) if form.submitted else 0
        row["formats"][form.name.en] = {"milliseconds": taken, "bytes": len(content) + data}
    rows.append(row)
env.cr.rollback()
sys.stdout.write(f"RESULT {json.dumps(rows)}\n")
sys.stdout.flush()
