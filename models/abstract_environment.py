from odoo import api, fields, models


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
