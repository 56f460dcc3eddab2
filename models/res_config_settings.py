from odoo import api, fields, models

from .secret_key import outside_keys


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    chorus_environment = fields.Selection(related="company_id.chorus_environment", readonly=False)
    chorus_simulator_url = fields.Char(related="company_id.chorus_simulator_url", readonly=False)
    chorus_client_id = fields.Char(related="company_id.chorus_client_id", readonly=False)
    chorus_technical_account = fields.Char(related="company_id.chorus_technical_account", readonly=False)
    chorus_referent_email = fields.Char(related="company_id.chorus_referent_email", readonly=False)
    chorus_start_date = fields.Date(related="company_id.chorus_start_date", readonly=False)
    chorus_format = fields.Selection(related="company_id.chorus_format", readonly=False, required=True)
    chorus_company_registry = fields.Char("SIRET of the company", related="company_id.company_registry", readonly=False)
    # write-only: never read back, empty keeps what is recorded; not stored, so that no table ever holds them
    chorus_client_secret = fields.Char(
        "PISTE client secret", compute="_compute_chorus_secrets", inverse="_inverse_chorus_client_secret", store=False
    )
    chorus_technical_password = fields.Char(
        "Technical account's password",
        compute="_compute_chorus_secrets",
        inverse="_inverse_chorus_technical_password",
        store=False,
    )
    chorus_client_secret_set = fields.Boolean(compute="_compute_chorus_secrets")
    chorus_technical_password_set = fields.Boolean(compute="_compute_chorus_secrets")
    chorus_key_outside = fields.Boolean(compute="_compute_chorus_secrets")

    @api.depends("company_id")
    def _compute_chorus_secrets(self):
        for settings in self:
            company = settings.company_id.sudo()  # sudo: only whether they are set is told, not the values
            settings.chorus_client_secret = False
            settings.chorus_technical_password = False
            settings.chorus_client_secret_set = bool(company.chorus_client_secret_sealed)
            settings.chorus_technical_password_set = bool(company.chorus_technical_password_sealed)
            settings.chorus_key_outside = bool(outside_keys())

    def _inverse_chorus_client_secret(self):
        for settings in self.filtered("chorus_client_secret"):
            settings.company_id._chorus_set_secret("client_secret", settings.chorus_client_secret)

    def _inverse_chorus_technical_password(self):
        for settings in self.filtered("chorus_technical_password"):
            settings.company_id._chorus_set_secret("technical_password", settings.chorus_technical_password)

    def action_chorus_check_connection(self):
        """Test the connection with what is recorded (the web client saves the form before it calls a button)."""
        self.ensure_one()
        ok, title, message = self.company_id._chorus_check_connection()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"title": title, "message": message, "type": "success" if ok else "danger", "sticky": not ok},
        }
