from odoo import api, fields, models


class ChorusEnvironment(models.AbstractModel):
    """What belongs to one environment of Chorus Pro: qualification or production."""

    _name = "chorus.environment"
    _description = "Environment of Chorus Pro"

    environment = fields.Selection(selection="_selection_environment", required=True, readonly=True)

    @api.model
    def _selection_environment(self):
        return self.env["res.company"]._fields["chorus_environment"]._description_selection(self.env)
