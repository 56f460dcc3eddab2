from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_activity_for = fields.Selection(
        [("salesperson", "The salesperson of the invoice"), ("referent", "The referent")],
        "Who is called",
        default="salesperson",
        required=True,
        copy=False,
        help="Who gets an activity when an invoice is refused, suspended, of unknown outcome or paid late.",
    )
    chorus_referent_id = fields.Many2one(
        "res.users",
        "Referent",
        copy=False,
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Looks after the invoices at Chorus Pro, and gets the weekly summary.",
    )
    chorus_digest = fields.Boolean("Weekly summary by e-mail", default=True, copy=False)
    chorus_silence_hours = fields.Integer(
        "Warn after (hours)", default=12, copy=False, help="A banner tells when statuses could not be read for so long."
    )
    chorus_ecb_rate = fields.Float(
        "ECB main refinancing rate (%)",
        digits=(16, 3),
        default=2.15,
        copy=False,
        help="The rate in force on the first day of the half-year. Interest for late payment is this rate and 8 points (Code"
        " de la commande publique, R. 2192-31).",
    )

    @api.constrains("chorus_silence_hours", "chorus_ecb_rate")
    def _check_chorus_follow(self):
        for company in self:
            if company.chorus_silence_hours < 1:
                raise ValidationError(self.env._("Chorus Pro: the warning needs one hour at least."))
            if not -8 < company.chorus_ecb_rate < 100:
                raise ValidationError(self.env._("Chorus Pro: this is no rate in percent."))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    chorus_activity_for = fields.Selection(related="company_id.chorus_activity_for", readonly=False)
    chorus_referent_id = fields.Many2one(related="company_id.chorus_referent_id", readonly=False)
    chorus_digest = fields.Boolean(related="company_id.chorus_digest", readonly=False)
    chorus_silence_hours = fields.Integer(related="company_id.chorus_silence_hours", readonly=False)
    chorus_ecb_rate = fields.Float(related="company_id.chorus_ecb_rate", readonly=False)
