from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    #: Whether the company may be a supplier at Chorus Pro
    chorus_is_french = fields.Boolean(compute="_compute_chorus_is_french", export_string_translation=False)
    chorus_own_service = fields.Char(related="company_id.chorus_own_service", readonly=False)
    chorus_identifier_type = fields.Selection(related="company_id.chorus_identifier_type", readonly=False)
    chorus_environment = fields.Selection(related="company_id.chorus_environment", readonly=False)
    chorus_production_confirmed = fields.Boolean(related="company_id.chorus_production_confirmed", readonly=False)
    chorus_simulator_url = fields.Char(related="company_id.chorus_simulator_url", readonly=False)
    chorus_client_id = fields.Char(related="company_id.chorus_client_id", readonly=False)
    chorus_technical_account = fields.Char(related="company_id.chorus_technical_account", readonly=False)
    chorus_referent_email = fields.Char(related="company_id.chorus_referent_email", readonly=False)
    chorus_start_date = fields.Date(related="company_id.chorus_start_date", readonly=False)
    chorus_format = fields.Selection(related="company_id.chorus_format", readonly=False, required=True)
    chorus_auto_transfer = fields.Boolean(related="company_id.chorus_auto_transfer", readonly=False)
    chorus_auto_delay = fields.Integer(related="company_id.chorus_auto_delay", readonly=False)
    chorus_maintenance_from = fields.Datetime(related="company_id.chorus_maintenance_from", readonly=False)
    chorus_maintenance_until = fields.Datetime(related="company_id.chorus_maintenance_until", readonly=False)
    chorus_connect_timeout = fields.Integer(related="company_id.chorus_connect_timeout", readonly=False)
    chorus_read_timeout = fields.Integer(related="company_id.chorus_read_timeout", readonly=False)
    chorus_daily_quota = fields.Integer(related="company_id.chorus_daily_quota", readonly=False)
    chorus_webhook_url = fields.Char(related="company_id.chorus_webhook_url", readonly=False)
    chorus_company_registry = fields.Char("SIRET of the company", related="company_id.company_registry", readonly=False)

    @api.depends("company_id.chorus_identifier_type", "company_id.country_id")
    def _compute_chorus_is_french(self):
        for settings in self:
            settings.chorus_is_french = settings.company_id._chorus_may_use()
