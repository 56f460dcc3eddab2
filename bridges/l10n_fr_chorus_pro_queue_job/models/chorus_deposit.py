from odoo import api, models


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.model
    def _chorus_follow(self, connection, way_in, left=0):
        """One company's following is a job, which does it all: its reports are no jobs of their own."""
        if self.env.context.get("chorus_in_job"):
            return super()._chorus_follow(connection, way_in, left)
        connection._chorus_enqueue(connection, "follow", "follow")._chorus_job_follow()
        return True
