import logging
from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError, NotAllowed, NotReceived
from . import timing

_logger = logging.getLogger(__name__)


class ChorusLookup(models.Model):
    """The scheduled job on the directory: what waits, then what is old."""

    _inherit = "chorus.lookup"

    @api.model
    def _cron_directory(self):
        """Answer what waits and refresh what is old; for every company, one commit a question, within the cron's time.

        What is asked for: customers, the details of chosen services, engagement numbers, our own structure. A failure of the way
        to Chorus Pro ends a company's turn; what waits is asked again after a while. The link's own state (`chorus.connection`)
        is respected, but not changed: a right that is missing on the directory must not keep invoices from leaving.
        """
        progress = self.env["ir.cron"]._commit_progress
        deposits = self.env["chorus.deposit"]
        for company in self.env["res.company"]._chorus_companies():
            connection = self.env["chorus.connection"]._of(company)
            if connection._is_paused():
                deposits._chorus_trigger("directory", (connection.paused_until - fields.Datetime.now()).total_seconds())
                continue
            jobs = deposits._chorus_speaking(company).env["chorus.lookup"]._jobs(company, connection)
            if not progress(remaining=len(jobs)):
                return
            if not jobs:
                continue
            try:
                company._chorus_credentials()
            except NotAllowed:
                # told on the connection by the jobs that send
                continue
            with company._chorus_client() as client:
                for job in jobs:
                    error = self._guarded(job, client)
                    if not progress(1):
                        return
                    if error:
                        deposits._chorus_firmly(self._chorus_due(company, ("waiting",))._postpone, error)
                        deposits._chorus_trigger("directory", timing.step(timing.BACKOFF, 1, error))
                        break
            progress(remaining=0)

    @api.model
    def _jobs(self, company, connection):
        """What is to be asked for a company now, as methods of one argument, the client."""
        self._ask(self._old(company), company)
        services = self.env["chorus.service"].sudo()  # sudo: the scheduled job serves all companies
        wanted = services.search(
            [("detail_wanted", "=", True), ("partner_id.chorus_directory_environment", "=", company.chorus_environment)]
        )
        return [
            *([connection._read_structure] if connection._structure_is_old() else ()),
            *(service._chorus_read_details for service in wanted),
            *(row._answer_one for row in self._chorus_due(company, ("waiting",))),
            *(row._answer_one for row in self.env["chorus.engagement"]._chorus_due(company, ("waiting",))),
        ]

    @api.model
    def _guarded(self, job, client):
        """Run one job; what breaks is logged and the loop goes on.

        :return: the error when it concerns the way to Chorus Pro, else None.
        """
        try:
            error = job(client)
        except (NotReceived, NotAllowed) as reason:
            error = reason
        except ChorusError as reason:
            _logger.info("Chorus Pro: directory: %s", reason)
            error = None
        except Exception:
            _logger.exception("Chorus Pro: a question to the directory broke")
            if self.env["account.move"]._can_commit():
                self.env.cr.rollback()
            error = None
        return error

    @api.model
    def _old(self, company):
        """The public bodies that a company uses and whose facts are old, the oldest first.

        Used are those it invoices through Chorus Pro and invoiced within the year, or has a market with.
        """
        since = fields.Date.today() - timedelta(days=timing.USED_DAYS)
        moves = self.env["account.move"].sudo()  # sudo: the scheduled job serves all companies
        invoiced = moves._read_group(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("invoice_date", ">=", since),
            ],
            ["commercial_partner_id"],
        )
        markets = self.env["chorus.market"].sudo().search([("company_id", "=", company.id)])  # sudo: see above
        bodies = markets.partner_id.commercial_partner_id.union(*(partner for (partner,) in invoiced))
        old = bodies.with_company(company).filtered(
            lambda body: (
                body.invoice_sending_method == "chorus_pro"
                and not body._chorus_is_fresh(company.chorus_environment, timing.FRESH_DAYS)
            )
        )
        return old.sorted(lambda body: (bool(body.chorus_directory_date), body.chorus_directory_date))
