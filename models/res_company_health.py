from contextlib import contextmanager
from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime

from ..services.api.errors import ChorusError


class ResCompany(models.Model):
    _inherit = "res.company"

    # EXTENDS 'l10n_fr_chorus_pro'
    @contextmanager
    def _chorus_client(self, **options):
        with super()._chorus_client(**options) as client:
            try:
                yield client
            except ChorusError:
                self.env["chorus.call"]._note(self, client.tally)
                raise
            # any other exception may have spoilt the transaction: it counts for itself
            self.env["chorus.call"]._note(self, client.tally)

    def _chorus_silence(self):
        """Since when statuses are not known, when that is longer than the company set; None while all is well."""
        self.ensure_one()
        if not self.chorus_environment or not self.env["chorus.deposit"]._chorus_follows(self):
            return None
        connection = self.env["chorus.connection"]._known(self)
        since = connection.last_poll or connection.create_date
        limit = fields.Datetime.now() - timedelta(hours=self.chorus_silence_hours)
        return since if since and since < limit else None

    def _chorus_silence_text(self):
        """The same as a sentence, False while all is well."""
        since = self._chorus_silence()
        if not since:
            return False
        return self.env._("The statuses of Chorus Pro have not been read since %s.", format_datetime(self.env, since))
