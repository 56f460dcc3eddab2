"""Script for `odoo shell`, run by `bench_memory`: sends a large flow by a click and prints the memory it took, as JSON."""

import base64
import gc
import json
import logging
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

from odoo import Command

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
USER = env["res.users"].search([("login", "=", "comptable")])
CUSTOMER = env["res.partner"].search([("company_registry", "=", "20000000800017")], limit=1)
PRODUCT = env["product.product"].search([("default_code", "=", "CONSEIL")], limit=1)
#: Bytes of each attachment; in base64 they make a flow of 24.7 MB.
SIZES = (6_173_000,) * 3
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(name: str) -> int:
    """Bytes of this process, as Linux counts them."""
    return int(re.search(rf"^{name}:\s+(\d+) kB", STATUS.read_text(), re.M)[1]) * 1024


def posted(*sizes: int) -> Any:
    """A posted invoice with attachments of these sizes."""
    line = Command.create({"product_id": PRODUCT.id, "quantity": 3})
    values = {"move_type": "out_invoice", "partner_id": CUSTOMER.id, "invoice_date": date.today()}  # noqa: DTZ011 - a day here
    move = env["account.move"].create({**values, "invoice_line_ids": [line]})
    for rank, size in enumerate(sizes):
        content = base64.b64encode(b"%PDF-1.4\n" + os.urandom(size))
        env["chorus.attachment"].create({"move_id": move.id, "name": f"annexe {rank}.pdf", "file": content})
    move.action_post()
    env.cr.commit()
    return move


def sent(move: Any) -> int:
    """Bytes of the flow in which an invoice left."""
    move.with_user(USER).action_chorus_send()
    env.cr.commit()
    if move.chorus_state != "deposited":
        sys.exit(f"the invoice is {move.chorus_state}: {move.chorus_reason}")
    return move.chorus_deposit_ids.sudo().size


sent(posted(1000))
large = posted(*SIZES)
env.invalidate_all()
gc.collect()
CLEAR.write_text("5")  # the peak is counted from now on
before = memory("VmRSS")
flow = sent(large)
result = {"flow": flow, "peak": memory("VmHWM") - before}
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
