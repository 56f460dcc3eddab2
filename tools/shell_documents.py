"""Script for `odoo shell`, run by `bench_documents`: writes invoices in each format and prints what it took, as JSON."""

import gc
import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from odoo import Command, fields
from odoo.addons.l10n_fr_chorus_pro.services import rules
from odoo.addons.l10n_fr_chorus_pro.services.document import formats, submission

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
TURNS = 15
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


def statements(work: Callable[[], Any]) -> int:
    """SQL statements of a call, nothing in memory."""
    env.invalidate_all()
    before = env.cr.sql_log_count
    work()
    return env.cr.sql_log_count - before


def milliseconds(works: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """What each of these calls takes of a processor, the least of many turns in which each has its own, and nothing else runs."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()  # what a process reads once is read
    gc.collect()
    gc.disable()
    for _turn in range(TURNS):
        for name, work in works.items():
            started = time.process_time()
            work()
            taken[name].append((time.process_time() - started) * 1000)
    gc.enable()
    return {name: min(times) for name, times in taken.items()}


def factur_x(move: Any, pdf: bytes) -> bytes:
    """Odoo's own Factur-X: what its *Send* does with the printed invoice."""
    content = env["account.edi.xml.cii"]._export_invoice(move)[0]
    data = {
        "pdf_attachment_values": {"raw": pdf},
        "ubl_cii_xml_attachment_values": {"raw": content},
        "ubl_cii_xml_options": {"ubl_cii_format": "facturx"},
    }
    env["account.move.send"]._hook_invoice_document_after_pdf_report_render(move, data)
    return data["pdf_attachment_values"]["raw"]


rows = []
for count in (1, 10, 200):
    move = invoice(count)
    asked = statements(move._chorus_document)
    document, context = move._chorus_document(), rules.Context(today=fields.Date.today())
    exported = env["account.edi.xml.cii"]._export_invoice(move)[0]
    printed, pdf = None, None
    if move._chorus_can_print():
        started = time.perf_counter()
        pdf = move._chorus_pdf()
        printed = (time.perf_counter() - started) * 1000
    forms = [form for form in formats.FORMATS.values() if pdf or not form.needs_pdf]
    taken = milliseconds(
        {
            "read": move._chorus_document,
            "odoo": lambda move=move: env["account.edi.xml.cii"]._export_invoice(move),
            "check": lambda document=document, context=context: rules.check(document, context),
            **{form.name.en: lambda form=form, document=document, pdf=pdf: form.write(document, pdf) for form in forms},
            **({"odoo_factur_x": lambda move=move, pdf=pdf: factur_x(move, pdf)} if pdf else {}),
        }
    )
    row = {
        "lines": count,
        "statements": asked,
        "print": printed,
        "pdf": pdf and len(pdf),
        "odoo_bytes": len(exported),
        "odoo_factur_x": None,
        **{name: taken[name] for name in taken if name not in {form.name.en for form in forms}},
        "formats": {},
    }
    for form in forms:
        data = len(json.dumps(submission.to_submission(document, "1"))) if form.submitted else 0
        row["formats"][form.name.en] = {"milliseconds": taken[form.name.en], "bytes": len(form.write(document, pdf)) + data}
    rows.append(row)
env.cr.rollback()
sys.stdout.write(f"RESULT {json.dumps(rows)}\n")
sys.stdout.flush()
