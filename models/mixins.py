"""What several models of Chorus Pro have in common: an environment, and the last error met."""

from odoo import api, fields, models

from ..services.api.errors import failure


class ChorusEnvironment(models.AbstractModel):
    """What belongs to one environment of Chorus Pro: qualification or production."""

    _name = "chorus.environment"
    _description = "Environment of Chorus Pro"

    environment = fields.Selection(selection="_selection_environment", required=True, readonly=True)

    @api.model
    def _selection_environment(self):
        return self.env["res.company"]._fields["chorus_environment"]._description_selection(self.env)

    @api.model
    def _chorus_due(self, company, states):
        """The records of a company's present environment in these states whose ``next_try`` has come, oldest first."""
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("state", "in", states),
                "|",
                ("next_try", "=", False),
                ("next_try", "<=", fields.Datetime.now()),
            ],
            order="id",
        )


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
