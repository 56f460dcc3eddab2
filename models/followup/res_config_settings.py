from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    chorus_activity_for = fields.Selection(related="company_id.chorus_activity_for", readonly=False)
    chorus_referent_id = fields.Many2one(related="company_id.chorus_referent_id", readonly=False)
    chorus_digest = fields.Boolean(related="company_id.chorus_digest", readonly=False)
    chorus_silence_hours = fields.Integer(related="company_id.chorus_silence_hours", readonly=False)
    chorus_ecb_rate = fields.Float(related="company_id.chorus_ecb_rate", readonly=False)
    chorus_late_points = fields.Float(related="company_id.chorus_late_points", readonly=False)
    chorus_late_fee = fields.Float(related="company_id.chorus_late_fee", readonly=False)
