from odoo import api, models


class ChorusMarketParty(models.Model):
    """A subcontractor without a part in any situation may be taken off its market, though situations were asked for its part."""

    _inherit = "chorus.market.party"

    @api.ondelete(at_uninstall=False)
    def _unlink_empty_shares(self):
        self.env["chorus.works.share"].search([("party_id", "in", self.ids), ("amount", "=", 0)]).unlink()
