"""Script for `odoo shell`, run by `bench_footprint`: sends and follows one plain invoice, prints what ran, as JSON."""

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from types import CodeType, FrameType
from typing import Any

import requests

from odoo import Command
from odoo.modules import get_module_path

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
SIMULATOR, SIRET = os.environ["CHORUS_DEMO_SIMULATOR"], "20000000800017"
ROOT = get_module_path("l10n_fr_chorus_pro")
PARTS = tuple(f"{ROOT}/{name}/" for name in ("models", "wizards", "services"))


class Footprint:
    """Counts the functions of this add-on's ``models/``, ``wizards/`` and ``services/`` that are entered while it is on.

    A *change of file* is a function entered in another of these files than the one entered before it, whatever functions of
    Odoo's and of Python's ran in between. Lambdas, comprehensions and generators belong to the function they stand in.
    """

    def __init__(self) -> None:
        self.functions: Counter[tuple[str, str]] = Counter()
        self.changes: Counter[tuple[str, str]] = Counter()
        self.files: dict[str, str] = {}
        self.last = ""

    def file(self, code: CodeType) -> str:
        """The file of a code object, below the add-on; "" when it is not one of those counted."""
        path = code.co_filename
        if path not in self.files:
            self.files[path] = os.path.relpath(path, ROOT) if path.startswith(PARTS) else ""
        return self.files[path]

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """For ``sys.setprofile``."""
        if event != "call" or frame.f_code.co_name.startswith("<"):
            return
        if file := self.file(frame.f_code):
            self.functions[file, frame.f_code.co_name] += 1
            if file != self.last:
                self.changes[self.last, file] += 1
                self.last = file

    def run(self, function: Callable[..., Any]) -> None:
        """Call a function with the count on, and commit what it did; nothing is in memory before, nor after."""
        env.invalidate_all()
        sys.setprofile(self)
        try:
            function()
        finally:
            sys.setprofile(None)
        env.cr.commit()
        env.invalidate_all()


def control(call: str, **values: str) -> None:
    """Tell the simulator what happens on Chorus Pro's side."""
    requests.post(f"{SIMULATOR}/_simulator/{call}", json=values, timeout=30).raise_for_status()


def posted() -> Any:
    """A posted invoice for a public body."""
    partner = env["res.partner"].search([("company_registry", "=", SIRET)], limit=1)
    product = env["product.product"].search([("default_code", "=", "CONSEIL")], limit=1)
    lines = [Command.create({"product_id": product.id, "quantity": 3})]
    values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": date.today()}  # noqa: DTZ011 - a day here
    move = env["account.move"].create({**values, "invoice_line_ids": lines})
    move.action_post()
    env.cr.commit()
    return move


def way(footprint: Footprint) -> list[str]:
    """One invoice sent by a click, taken in and received by the public body, and read by the scheduled job; the states seen."""
    control("reset")
    move, user = posted(), env["res.users"].search([("login", "=", "comptable")])
    footprint.run(move.with_user(user).action_chorus_send)
    states = [move.chorus_state]
    control("advance")
    for row in requests.get(f"{SIMULATOR}/_simulator/state", timeout=30).json()["invoices"]:
        if row["numeroFacture"] == move.name:
            control(f"invoices/{row['identifiantFactureCPP']}/status", statut="MISE_A_DISPOSITION")
    move.chorus_deposit_ids.sudo().next_try = False  # its time has come
    env.cr.commit()
    footprint.run(env["chorus.deposit"]._cron_follow)
    return [*states, move.chorus_state]


# a company of no market
env["chorus.market.party"].search([]).unlink()
env["chorus.market"].search([]).unlink()
env.cr.commit()
way(Footprint())  # what a process reads once is read
footprint = Footprint()
result = {
    "states": way(footprint),
    "changes": [[*pair, count] for pair, count in footprint.changes.most_common()],
    "functions": [[*place, count] for place, count in footprint.functions.most_common()],
}
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
