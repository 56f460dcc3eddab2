from odoo import api, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.model
    def _chorus_propose_service(self, body, environment):
        super()._chorus_propose_service(body, environment)
        self.env["sale.order"]._chorus_propose_service(body, environment)
