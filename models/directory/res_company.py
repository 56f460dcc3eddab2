from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    # EXTENDS connection
    def _chorus_uses(self):
        # sudo: whether there is any, for the test of the connection
        asked = self.env["chorus.engagement"].sudo().search_count([("company_id", "=", self.id)], limit=1)
        return super()._chorus_uses() | ({"engagements"} if asked else set())
