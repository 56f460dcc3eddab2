from odoo import api, fields, models

from ..models.connection.server_file import outside_keys


class ResConfigSettings(models.TransientModel):
    """The secrets' part of the settings, and the ways to the guided set-up."""

    _name = "res.config.settings"
    _inherit = ["res.config.settings", "chorus.secret.entry"]

    chorus_key_outside = fields.Boolean(compute="_compute_chorus_key", export_string_translation=False)
    chorus_key_old = fields.Boolean(compute="_compute_chorus_key", export_string_translation=False)

    @api.depends("company_id")
    def _compute_chorus_key(self):
        outside = bool(outside_keys())
        old = bool(self.env["chorus.connection"]._sealed_with_another_key())
        for settings in self:
            settings.chorus_key_outside = outside
            settings.chorus_key_old = old

    def action_chorus_setup(self):
        """Open the guided way for this company (the web client saves the form before it calls a button)."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id)

    def action_chorus_change_place(self):
        """Change what works: the environment or the SIRET."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "company")

    def action_chorus_change_client(self):
        """Replace what works: PISTE's client and its secret."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "oauth")

    def action_chorus_change_account(self):
        """Replace what works: the technical account and its password."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "technical")

    def action_chorus_check_connection(self):
        """Test the connection with what is recorded, and show each link of the chain."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "test")

    def action_chorus_rotate_key(self):
        """Seal all secrets of this server with its newest key."""
        connections = self.env["chorus.connection"]
        connections._check_may_rotate()
        count, lost = connections._rotate_key()
        message = self.env._("Secrets now encrypted with the newest key: %s.", count)
        if lost:
            names = ", ".join(sorted(set(lost.company_id.mapped("name"))))
            message += "\n" + self.env._("No key here opens the secrets of %s: enter them again.", names)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Key of the secrets"),
                "message": message,
                "type": "warning" if lost else "success",
                "sticky": bool(lost),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
