from datetime import timedelta

from odoo import api, fields, models

from ...services.clock import paris_today

#: Days for which the counts are kept.
KEPT_DAYS = 60


class ChorusCall(models.Model):
    """How many calls a run made, and how they failed: rows are only added, so that no two runs ever wait for each other."""

    _name = "chorus.call"
    _inherit = ["chorus.evidence"]
    _description = "Calls to Chorus Pro"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "day"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    environment = fields.Char(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, index=True, help="In Paris.")
    error_code = fields.Char(readonly=True, help="Empty: all calls of the run; else those of them that failed so.")
    count = fields.Integer(required=True, readonly=True)

    @api.model
    def _note(self, company, environment, tally):
        """Write down what a run did.

        :param environment: where it called; the company may work in another one since.
        :param tally: ``PisteSession.tally``: calls under ``""``, failures under their code.
        """
        values = {"company_id": company.id, "environment": environment, "day": paris_today()}
        rows = [{**values, "error_code": code or False, "count": count} for code, count in tally.items() if count]
        if rows:
            self.sudo().create(rows)  # sudo: bookkeeping of whoever calls

    @api.autovacuum
    def _gc_calls(self):
        """Forget old counts."""
        self.search([("day", "<", paris_today() - timedelta(days=KEPT_DAYS))]).unlink()
