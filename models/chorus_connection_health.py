from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..services.api.errors import failure
from ..services.clock import paris_today

#: Days of which the health page tells the errors.
TOLD_DAYS = 7


class ChorusConnection(models.Model):
    """The health page: what an administrator looks at when something seems wrong."""

    _inherit = "chorus.connection"

    silence = fields.Char("Warning", compute="_compute_health")
    queue = fields.Integer("Waiting to be sent", compute="_compute_health")
    unknown = fields.Integer("Of unknown outcome", compute="_compute_health")
    oldest_unknown = fields.Datetime("The oldest of these since", compute="_compute_health")
    calls_today = fields.Integer("Calls today", compute="_compute_health")
    failures_today = fields.Integer("Failures today", compute="_compute_health")
    errors_told = fields.Text("Errors of the last 7 days", compute="_compute_health")

    @api.depends("company_id", "environment")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._selection_environment())
        for connection in self:
            environment = names.get(connection.environment, connection.environment)
            connection.display_name = f"{connection.company_id.name} – {environment}"

    def _compute_health(self):
        for connection in self:
            company = connection.company_id
            present = company.chorus_environment == connection.environment
            place = [("company_id", "=", company.id), ("environment", "=", connection.environment)]
            # sudo: how much waits is told to whoever may see the connection, not what
            both = [self.env[model].sudo() for model in ("chorus.deposit", "chorus.action")]
            connection.silence = present and company._chorus_silence_text()
            connection.queue = sum(model.search_count([*place, ("state", "=", "ready")]) for model in both)
            doubts = [doubt for model in both for doubt in model.search([*place, ("state", "=", "unknown")])]
            connection.unknown = len(doubts)
            connection.oldest_unknown = min((doubt.unknown_at for doubt in doubts if doubt.unknown_at), default=False)
            rows = (
                self.env["chorus.call"]
                .sudo()
                ._read_group(  # sudo: see above
                    [*place, ("day", ">", paris_today() - timedelta(days=TOLD_DAYS))],
                    ["day:day", "error_code"],
                    ["count:sum", "create_date:max"],
                )
            )
            today = [(code, count) for day, code, count, _last in rows if day == paris_today()]
            connection.calls_today = sum(count for code, count in today if not code)
            connection.failures_today = sum(count for code, count in today if code)
            connection.errors_told = connection._errors_text(rows)

    def _errors_text(self, rows):
        """The failures of ``rows``, most frequent first, each with its cause."""
        errors = {}
        for _day, code, count, last in rows:
            if code:
                total, latest = errors.get(code, (0, last))
                errors[code] = (total + count, max(latest, last))
        lines = [
            self.env._(
                "%(count)s × %(cause)s (last on %(moment)s)",
                count=count,
                cause=failure(code).cause.of(self.env.lang),
                moment=format_datetime(self.env, last),
            )
            for code, (count, last) in sorted(errors.items(), key=lambda item: -item[1][0])
        ]
        return "\n".join(lines) or False

    def action_poll(self):
        """Read the statuses now, as the scheduled job does."""
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        deposits = self.env["chorus.deposit"].sudo()  # sudo: users read deposits only; this writes what the platform says
        for connection in self.sudo():  # sudo: see above
            company = connection.company_id
            if company.chorus_environment == connection.environment and not company._chorus_missing_settings():
                with company._chorus_client_for_user() as client:
                    deposits._chorus_read_statuses(company, client)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
