from odoo import fields, models


class ResCompany(models.Model):
    """Whether sales to private persons are reported to the tax office (flow 10)."""

    _inherit = "res.company"

    l10n_fr_f10_enable_reporting = fields.Boolean("Report sales to private persons")
