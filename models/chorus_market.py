from odoo import api, fields, models


class ChorusMarket(models.Model):
    """A public market (marché public), signed once with a public body; it gives its invoices their references."""

    _name = "chorus.market"
    _description = "Public market"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "date_signed desc, number"
    _rec_names_search = ["number", "name"]

    number = fields.Char(
        "Market number", required=True, size=50, tracking=True, index="trigram", help="At most 50 characters (EN 16931 BT-12)."
    )
    name = fields.Char("Subject", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        domain=[("is_company", "=", True)],
    )
    service_code = fields.Char(
        "Service code", size=100, tracking=True, help="Service of the public body that handles the invoices (BT-10)."
    )
    engagement_number = fields.Char(
        "Engagement number", size=50, tracking=True, help="Commitment or order number given by the public body (BT-13)."
    )
    date_signed = fields.Date("Signed on", tracking=True)
    transferred = fields.Boolean(
        "Transfer to Chorus Pro",
        default=True,
        tracking=True,
        help="Untick to keep this market's invoices out of Chorus Pro, for instance when they are filed by somebody else.",
    )
    invoice_ids = fields.One2many("account.move", "chorus_market_id", "Invoices", readonly=True)
    invoice_count = fields.Integer("Number of invoices", compute="_compute_invoice_count")

    _number_unique = models.Constraint(
        "UNIQUE (company_id, partner_id, number)", "This customer already has a market with this number."
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for market in self:
            market.display_name = " — ".join(filter(None, (market.number, market.name)))

    @api.depends("invoice_ids")
    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move"]._read_group([("chorus_market_id", "in", self.ids)], ["chorus_market_id"], ["__count"])
        )
        for market in self:
            market.invoice_count = counts.get(market, 0)

    def action_view_invoices(self):
        """Open the market's invoices."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type"),
            "domain": [("chorus_market_id", "=", self.id)],
            "context": {
                "default_move_type": "out_invoice",
                "default_partner_id": self.partner_id.id,
                "default_chorus_market_id": self.id,
            },
        }
