from odoo import api, models


class ResPartner(models.Model):
    """A company's SIRET stands on its contact."""

    _inherit = "res.partner"

    @api.constrains("company_registry")
    def _check_chorus_company_registry(self):
        # sudo: whoever edits the contact; the company's own rule decides
        self.env["res.company"].sudo().search([("partner_id", "in", self.ids)])._check_chorus_company_registry()
