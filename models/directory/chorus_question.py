from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.tools import mute_logger

from .. import timing


class ChorusQuestion(models.AbstractModel):
    """A question that the scheduled job puts to Chorus Pro: it waits, is due, and is put again later when nobody answers.

    The models have a ``state`` of their own, in which ``waiting`` is the question that has no answer yet.
    """

    _name = "chorus.question"
    _inherit = ["chorus.environment", "chorus.evidence"]
    _description = "Question to Chorus Pro"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    answered_at = fields.Datetime("Answered on", readonly=True)
    error_code = fields.Char(readonly=True, export_string_translation=False)
    attempts = fields.Integer(readonly=True, export_string_translation=False)
    next_try = fields.Datetime("Asked again after", readonly=True)

    @api.model
    def _create_where_missing(self, vals_list):
        """Create rows, leaving out those that somebody else created at the same time."""
        rows = self.sudo()  # sudo: the queue belongs to the scheduled job; who may ask is decided by the callers
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return rows.create(vals_list)
        except psycopg2.errors.UniqueViolation:
            made = rows.browse()
            for vals in vals_list if len(vals_list) > 1 else ():
                made |= self._create_where_missing([vals])
            return made

    def _try_again(self, error):
        """One try more was in vain: say why, and when the question is asked again."""
        self.ensure_one()
        wait = timedelta(seconds=timing.step(timing.BACKOFF, self.attempts, error))
        self.write({"attempts": self.attempts + 1, "next_try": fields.Datetime.now() + wait, "error_code": error.code})
