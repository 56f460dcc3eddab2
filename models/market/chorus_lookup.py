from odoo import api, models


class ChorusLookup(models.Model):
    """A public body with which there is a market is one in use."""

    _inherit = "chorus.lookup"

    @api.model
    def _used(self, company):
        # sudo: the scheduled job serves all companies
        markets = self.env["chorus.market"].sudo().search([("company_id", "=", company.id)])
        return super()._used(company) | markets.partner_id.commercial_partner_id
