from odoo import models
from odoo.addons.l10n_fr_chorus_pro.models import transactions


class ChorusConnection(models.Model):
    _inherit = "chorus.connection"

    def _chorus_enqueue(self, records, description, *what):
        """Hand something over to the job queue, unless it waits there already or is being done.

        :param records: whose job it is. :param what: tells it from others.
        :return: what the job's method is called on.
        """
        self.ensure_one()
        return records.with_delay(
            identity_key=" ".join(("l10n_fr_chorus_pro", str(self.id), *map(str, what))),
            # below this connection's own channel the server's file may set how many calls go at once
            channel=f"root.chorus_pro.{self.id}",
            description=f"Chorus Pro: {description}",
        )

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def _chorus_job_follow(self):
        """Read this connection's reports that are due, then the statuses that changed."""
        self.ensure_one()
        deposits = transactions.in_company_lang(self.env["chorus.deposit"], self.company_id)
        way_in = self._way_in()
        if way_in:
            deposits.with_context(chorus_in_job=True)._chorus_follow(self, way_in)

    def _chorus_job_ask(self, model, identifier, question):
        """Ask the directory one question, of those in ``chorus.lookup._jobs``."""
        self.ensure_one()
        lookups = transactions.in_company_lang(self.env["chorus.lookup"], self.company_id)
        record = self.env[model].browse(identifier).sudo().exists()  # sudo: the scheduled job serves all companies
        if record and not self._held_until():
            way_in = self.company_id._chorus_way_in()
            lookups.with_context(chorus_in_job=True)._ask_each(self.company_id, [getattr(record, question)], way_in)
