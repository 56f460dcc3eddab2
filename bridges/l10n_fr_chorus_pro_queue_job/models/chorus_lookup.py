from odoo import api, models


class ChorusLookup(models.Model):
    _inherit = "chorus.lookup"

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.model
    def _ask_each(self, company, jobs, way_in):
        """Each question to the directory is a job of its own."""
        if self.env.context.get("chorus_in_job"):
            return super()._ask_each(company, jobs, way_in)
        connection = self.env["chorus.connection"]._of(company)
        for job in jobs:
            record, question = job.__self__, job.__name__
            enqueued = connection._chorus_enqueue(connection, record._description, "ask", record._name, record.id)
            enqueued._chorus_job_ask(record._name, record.id, question)
        return True
