from odoo import api, fields, models


class ChorusDepositLine(models.Model):
    """One invoice in a deposited file, as it was sent, and what Chorus Pro made of it."""

    _name = "chorus.deposit.line"
    _description = "Invoice in a Chorus Pro deposit"
    _check_company_auto = True
    _rec_name = "number"

    deposit_id = fields.Many2one("chorus.deposit", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="deposit_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    number = fields.Char(required=True, readonly=True, index=True)
    recipient = fields.Char("Recipient's SIRET", readonly=True)
    issue_date = fields.Date("Invoice date", readonly=True)
    total = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    outcome = fields.Selection(
        # pending --[report]--> integrated | refused ; a refused invoice never entered Chorus Pro and may be sent again
        [("pending", "Waiting"), ("integrated", "In Chorus Pro"), ("refused", "Not integrated")],
        required=True,
        default="pending",
        readonly=True,
    )
    message = fields.Text("Message of Chorus Pro", readonly=True)
    live = fields.Boolean(
        compute="_compute_live", store=True, help="This invoice is, or may be, at Chorus Pro: it must not be sent again."
    )

    _one_live_deposit = models.UniqueIndex(
        "(move_id) WHERE live", "This invoice is being sent, or was sent, to Chorus Pro already."
    )

    @api.depends("outcome", "deposit_id.state", "deposit_id.released")
    def _compute_live(self):
        for line in self:
            line.live = not line.deposit_id.released and (
                line.outcome == "integrated"
                or (line.outcome == "pending" and line.deposit_id.state not in ("rejected", "cancelled"))
            )
