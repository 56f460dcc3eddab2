"""On the standard input of `odoo shell`: what the demonstration data are, and that the scheduled jobs call nobody for them."""

# ruff: noqa: F821 - `env` is the shell's
import socket

from odoo.tools import mute_logger

called = []
connect = socket.socket.connect


def noted(self: socket.socket, address: object) -> None:
    """Note whom somebody connects to, but for PostgreSQL's own socket."""
    called.append(address)
    connect(self, address)


company, body = env.ref("base.demo_company_fr"), env.ref("l10n_fr_chorus_pro.demo_body")
move, market = env.ref("l10n_fr_chorus_pro.demo_invoice"), env.ref("l10n_fr_chorus_pro.demo_market")
move = move.with_company(company)
assert (move.state, move.chorus_market_id, move.company_id) == ("draft", market, company), move.read()
assert (move.buyer_reference, move.purchase_order_reference) == (market.service_code, market.engagement_number)
assert body.with_company(company).invoice_sending_method == "chorus_pro"
move.action_post()
assert move.chorus_state == "to_send", move.chorus_state
assert not [finding for finding in move._chorus_findings() if finding.blocks], move._chorus_findings()
env.cr.commit()
socket.socket.connect = noted
with mute_logger("odoo.addons.base.models.ir_cron"):
    for job in env["ir.cron"].search([("model_id.model", "like", "chorus.")]):
        job.method_direct_trigger()
assert not called, called
assert not env["chorus.call"].search_count([])
print("demonstration data: as they should be")
