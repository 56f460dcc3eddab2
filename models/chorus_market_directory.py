from odoo import api, models


class ChorusMarket(models.Model):
    _name = "chorus.market"
    _inherit = ["chorus.market", "chorus.references"]

    # what the chosen service requires is asked for in the background, as soon as it is chosen

    @api.model_create_multi
    def create(self, vals_list):
        markets = super().create(vals_list)
        markets.chorus_service_id._chorus_want_details()
        return markets

    def write(self, vals):
        result = super().write(vals)
        if "service_code" in vals or "chorus_service_id" in vals:
            self.chorus_service_id._chorus_want_details()
        return result
