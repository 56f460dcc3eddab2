from odoo import models
from odoo.addons.l10n_fr_chorus_pro.models import transactions


class ChorusExchange(models.AbstractModel):
    _inherit = "chorus.exchange"

    # EXTENDS 'l10n_fr_chorus_pro'
    def _chorus_go_on(self, connection, way_in):
        """Each of these records is a job of its own."""
        if self.env.context.get("chorus_in_job"):
            return super()._chorus_go_on(connection, way_in)
        for record in self:
            enqueued = connection._chorus_enqueue(record, f"{self._description} {record.id}", self._name, record.id)
            enqueued._chorus_job_go_on()
        return True

    def _chorus_job_go_on(self):
        """Go on with one record; what it waits for has triggered the scheduled job, which enqueues it again at that moment."""
        record = self.exists()
        if not record:
            return
        record = transactions.in_company_lang(record, record.company_id)
        connection = self.env["chorus.connection"]._of(record.company_id)
        way_in = connection._way_in()
        if way_in:
            record.with_context(chorus_in_job=True)._chorus_go_on(connection, way_in)
