"""Script for `odoo shell`, run by `upgrade_check`: some two hundred invoices in every state, in the version before."""

import datetime
import itertools
from typing import Any

from odoo import Command, fields

env = globals()["env"]  # given by `odoo shell`
NOW = fields.Datetime.now().replace(microsecond=0)
TIMES = 9
#: State of a deposit, outcome of the invoice in it, status at Chorus Pro: a state of an invoice each.
WAYS: tuple[tuple[str, str, str], ...] = (
    ("ready", "pending", ""),
    ("sending", "pending", ""),
    ("unknown", "pending", ""),
    ("by_hand", "pending", ""),
    ("deposited", "pending", ""),
    ("rejected", "refused", ""),
    ("cancelled", "pending", ""),
    ("integrated", "integrated", "DEPOSEE"),
    ("integrated", "integrated", "A_VALIDER_1"),
    ("integrated", "integrated", "MISE_A_DISPOSITION"),
    ("integrated", "integrated", "MANDATEE"),
    ("integrated", "integrated", "SUSPENDUE"),
    ("integrated", "integrated", "A_RECYCLER"),
    ("integrated", "integrated", "REJETEE"),
    ("integrated", "integrated", "MISE_EN_PAIEMENT"),
    ("integrated", "integrated", "ABANDONNEE"),
    ("partial", "integrated", "MISE_A_DISPOSITION"),
    ("partial", "refused", ""),
)
ACTIONS = itertools.cycle(("ready", "sending", "unknown", "done", "refused", "cancelled"))


def invoice(rank: int) -> Any:
    """A posted invoice; every sixth in a market of its customer."""
    siret = ("20000000800017", "20000001600010")[rank % 2]
    customer = env["res.partner"].search([("company_registry", "=", siret)], limit=1)
    market = env["chorus.market"].search([("partner_id", "=", customer.id)], limit=1)
    values = {"move_type": "out_invoice", "partner_id": customer.id, "invoice_date": fields.Date.today()}
    if rank % 6 == 0:
        values["chorus_market_id"] = market.id
    line = {"name": f"Prestation {rank}", "quantity": 1, "price_unit": 100 + rank}
    move = env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]})
    move.action_post()
    return move


def deposited(rank: int, state: str, outcome: str, status: str) -> None:
    """An invoice whose deposit is in that state; with a history to read, people called, an answer, in turn."""
    move = invoice(rank)
    deposit = env["chorus.deposit"]._chorus_make(move, f"<{rank}/>".encode(), f"FAC{rank}.xml", "IN_DP_E1_CII_16B")
    deposit.line_ids.outcome = outcome
    values = {"state": state}
    if state in ("sending", "unknown"):
        values |= {f"{state}_at": NOW, "error_code": "timeout", "attempts": 1, "next_try": NOW}
    if state in ("deposited", "integrated", "partial", "rejected"):
        values |= {"flow_number": f"CPP{rank:09}", "deposited_at": NOW}
    deposit.write(values)
    if not status:
        return
    told = {"chorus_identifier": str(2**31 + rank), "chorus_status": status, "chorus_status_at": NOW}
    if status in ("SUSPENDUE", "REJETEE"):
        told["chorus_status_comment"] = "JUSTIF_ABS: il manque une pièce"
    move.write(told)
    env["chorus.status.entry"].create([{"move_id": move.id, "status": one, "at": NOW} for one in {"DEPOSEE", status}])
    if rank % 2:
        move.chorus_history_due = NOW + datetime.timedelta(hours=rank)
    if rank % 3 == 0:
        move.chorus_called = {"late": {"reason": f"2026-01-{rank % 28 + 1:02}", "user": env.user.id}}
    if rank % 6 == 0:
        move.write({"chorus_piece": "A15", "chorus_dossier": str(rank), "chorus_waiting_since": NOW})
    if status in ("SUSPENDUE", "A_RECYCLER", "REJETEE"):
        action = {"move_id": move.id, "environment": deposit.environment, "identifier": move.chorus_identifier,
                  "kind": "complete", "state": next(ACTIONS), "comment": f"Voici {rank}"}  # fmt: skip
        env["chorus.action"].create(action)


env = env(su=True, context={**env.context, "skip_invoice_sync": True})
company = env["res.company"].search([("chorus_environment", "!=", False)], limit=1)
env = env(context={**env.context, "allowed_company_ids": company.ids})
for turn in range(TIMES):
    for place, way in enumerate(WAYS):
        deposited(turn * len(WAYS) + place + 1, *way)
# some that went a second time, and some of which nothing is known yet
for move in env["account.move"].search([("chorus_state", "=", "rejected")], limit=5):
    again = env["chorus.deposit"]._chorus_make(move, b"<again/>", "again.xml", "IN_DP_E1_CII_16B")
    again.write({"state": "deposited", "flow_number": f"CPPA{move.id}", "deposited_at": NOW})
for rank in range(2000, 2040):
    invoice(rank)
for job in env["ir.model.data"].search([("module", "=", "l10n_fr_chorus_pro"), ("model", "=", "ir.cron")]):
    env["ir.cron"].browse(job.res_id)._trigger(at=[NOW + datetime.timedelta(days=3), NOW + datetime.timedelta(days=4)])
env.cr.commit()
print("filled", env["account.move"].search_count([("move_type", "=", "out_invoice")]))
