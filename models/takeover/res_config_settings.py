from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    chorus_take_over_offered = fields.Boolean(compute="_compute_chorus_take_over_offered", export_string_translation=False)

    def _compute_chorus_take_over_offered(self):
        self.chorus_take_over_offered = self.env["chorus.take.over"]._is_there()

    def action_chorus_look_back(self):
        """Have Chorus Pro searched for what was filed before this add-on was there."""
        record = self.env["chorus.look.back"]._open()
        return record._get_records_action(name=self.env._("What was filed before"), context={})

    def action_chorus_take_over(self):
        """Show what the OCA connector left in this database, to be taken over."""
        record = self.env["chorus.take.over"]._begin()
        return record._get_records_action(name=self.env._("Coming from the OCA connector"), context={})
