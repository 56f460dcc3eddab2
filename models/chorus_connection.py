from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError, NotAllowed, TryLater
from . import timing


class ChorusConnection(models.Model):
    """How the link between one company and one Chorus Pro environment is doing.

    The settings belong to the company; this is what the crons learn as they run: since when statuses are known, whether to wait
    before calling again. It keeps one outage one fact, told once, instead of an error on each invoice.
    """

    _name = "chorus.connection"
    _inherit = ["chorus.errors"]
    _description = "Chorus Pro connection"
    _check_company_auto = True
    _rec_name = "environment"

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    last_poll = fields.Datetime(help="All changes of status before this moment are known.")
    last_sweep = fields.Datetime(help="When the search for invoices that others missed was made last.")
    failures = fields.Integer(help="Consecutive failures to reach Chorus Pro.")
    paused_until = fields.Datetime(help="No call is made by the scheduled jobs before this moment.")
    error_since = fields.Datetime()

    _company_environment_unique = models.Constraint(
        "UNIQUE (company_id, environment)", "A company has one connection for each environment."
    )

    @api.model
    def _known(self, company):
        """The connection of a company in its present environment; empty when none was needed yet."""
        # sudo: bookkeeping of the crons; whoever sees an invoice may know that Chorus Pro is out of reach
        return self.sudo().search([("company_id", "=", company.id), ("environment", "=", company.chorus_environment)], limit=1)

    @api.model
    def _of(self, company):
        """The same, made when needed."""
        values = {"company_id": company.id, "environment": company.chorus_environment}
        return self._known(company) or self.sudo().create(values)  # sudo: see _known

    def _is_paused(self):
        self.ensure_one()
        return bool(self.paused_until and self.paused_until > fields.Datetime.now())

    def _note_success(self):
        """The platform answered: whatever was wrong is over."""
        self.ensure_one()
        if self.error_code or self.failures:
            self.write({"failures": 0, "paused_until": False, "error_code": False, "error_detail": False, "error_since": False})

    def _note_failure(self, error: ChorusError, optional=False):
        """Remember a failure of the link itself and when the crons may try again.

        :param optional: of an API that sending and following do not need: what is not allowed there is told, and stops nothing.
        :return: True when it is one of the link (out of reach, busy, not allowed), False when it concerns one request only.
        """
        self.ensure_one()
        if not isinstance(error, (TryLater, NotAllowed)) and error.code != "not_reachable":
            return False
        self._note_broken(error)
        if optional and isinstance(error, NotAllowed):
            return True
        wait = timing.step(timing.BACKOFF, self.failures, error)
        self.write({"failures": self.failures + 1, "paused_until": fields.Datetime.now() + timedelta(seconds=wait)})
        return True

    def _note_broken(self, error: ChorusError):
        """Tell of an error that is no reason to wait."""
        self.ensure_one()
        since = self.error_since or fields.Datetime.now()
        self.write({"error_code": error.code, "error_detail": error.detail, "error_since": since})
