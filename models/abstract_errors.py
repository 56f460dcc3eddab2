from odoo import api, fields, models

from ..services.api.errors import failure


class ChorusErrors(models.AbstractModel):
    """The last thing that went wrong with Chorus Pro: its code, the platform's own words, and ours."""

    _name = "chorus.errors"
    _inherit = ["chorus.environment"]
    _description = "Last error met with Chorus Pro"

    error_code = fields.Char(readonly=True)  # key of services.api.errors.FAILURES
    error_detail = fields.Text("Message of Chorus Pro", readonly=True)
    error_cause = fields.Char("What happened", compute="_compute_error_texts")
    error_remedy = fields.Char("What to do", compute="_compute_error_texts")

    @api.depends("error_code")
    @api.depends_context("lang")
    def _compute_error_texts(self):
        for record in self:
            texts = failure(record.error_code) if record.error_code else None
            record.error_cause = texts and texts.cause.of(self.env.lang)
            record.error_remedy = texts and texts.remedy.of(self.env.lang)
