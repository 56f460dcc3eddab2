from odoo import api, fields, models


class ChorusReissue(models.TransientModel):
    """The market of the new invoice, which gives it its references."""

    _inherit = "chorus.reissue"

    market_id = fields.Many2one(
        "chorus.market", "Public market", compute="_compute_references", store=True, readonly=False, compute_sudo=False,
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id)]",
    )  # fmt: skip

    @api.depends("move_id")
    def _compute_references(self):
        super()._compute_references()
        for wizard in self:
            wizard.market_id = wizard.move_id.chorus_market_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        super()._onchange_partner_id()
        if self.market_id.partner_id != self.partner_id:
            self.market_id = False

    @api.onchange("market_id")
    def _onchange_market_id(self):
        if self.market_id and self.market_id != self.move_id.chorus_market_id:
            self.service_code = self.market_id.service_code or self.service_code
            self.market_number = self.market_id.number or self.market_number
            self.engagement_number = self.market_id.engagement_number or self.engagement_number

    def _more_values(self):
        return {**super()._more_values(), "chorus_market_id": self.market_id.id}


class ChorusSendWizardGroup(models.TransientModel):
    """What is to be mended may be the market that invoices share."""

    _inherit = "chorus.send.wizard.group"

    mended = fields.Reference(selection_add=[("chorus.market", "Market")], ondelete={"chorus.market": "set null"})
