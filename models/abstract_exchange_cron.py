from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError, OutcomeUnknown
from . import timing
from .guarded import guarded


class ChorusExchange(models.AbstractModel):
    """The loop of the scheduled jobs: every company, one commit a record, within the cron's time."""

    _inherit = "chorus.exchange"

    @api.model
    def _chorus_serve(self):
        """Send what is ready, settle what is unknown."""
        progress = self.env["ir.cron"]._commit_progress
        self._chorus_find_dead_senders()
        served = []
        for company in self.env["res.company"]._chorus_companies():
            records = self._chorus_speaking(company)
            connection = self.env["chorus.connection"]._of(company)
            if not company._chorus_may_call(connection):
                self._chorus_trigger(self._chorus_cron, (connection.paused_until - fields.Datetime.now()).total_seconds())
                continue
            due = records._chorus_due(company, ("ready", "unknown"))
            if not progress(remaining=len(due)):
                return
            with company._chorus_client() as client:
                if not due._chorus_each(company, client):
                    return
            progress(remaining=0)
            served.append((records, company))
        # last, as it may take long: nothing that is ready waits for it. What it makes ready is sent next
        gathered = [records._chorus_gather(company) for records, company in served]
        if any(gathered):
            progress(remaining=1)

    @api.model
    def _chorus_gather(self, company):
        """Make ready what is due to be sent by itself.

        :return: whether any was seen to.
        """
        return False

    def _chorus_each(self, company, client):
        """Go on with each of these records, as long as Chorus Pro can be reached.

        :return: False when the cron's time is over.
        """
        connection = self.env["chorus.connection"]._of(company)
        for record in self:
            record._chorus_guarded(client)
            if not self.env["ir.cron"]._commit_progress(1):
                return False
            if connection._is_paused():
                break
        return True

    def _chorus_guarded(self, client):
        """Go on with one record; whatever breaks is recorded on it, and the loop goes on with the next."""
        self.ensure_one()
        if error := guarded(self, "_chorus_step", client):
            # what was left in "sending" stays there: it is looked up before anything is sent again
            self._chorus_firmly(self._chorus_note_error, ChorusError(type(error).__name__, code="internal"))

    @api.model
    def _chorus_find_dead_senders(self):
        """What a process that died left in ``sending``: its outcome is unknown."""
        limit = fields.Datetime.now() - timedelta(seconds=timing.STALE)
        for record in self.sudo().search([("state", "=", "sending"), ("sending_at", "<", limit)]):  # sudo: all companies
            record = record.try_lock_for_update(allow_referencing=True)
            if record and record.state == "sending":
                record._chorus_doubt(OutcomeUnknown("the sender stopped before the answer"))
        self._chorus_commit()

    def _chorus_speaking(self, company):
        """The same in the company's language, in which the crons log on its invoices."""
        return self.with_context(lang=company._chorus_lang())

    @api.model
    def _chorus_trigger(self, name, *delays):
        """Have the cron ``name`` (``deposit``, ``follow``, …) run after these delays, in seconds; at once without any."""
        # sudo: triggering our own cron is no right of users
        cron = self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").sudo()
        now = fields.Datetime.now()
        cron._trigger(at=[now + timedelta(seconds=delay) for delay in delays] or None)
