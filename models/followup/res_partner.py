from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    chorus_body_kind = fields.Selection(
        [
            ("authority", "State or local authority (30 days)"),
            ("hospital", "Public hospital (50 days)"),
            ("enterprise", "Public enterprise (60 days)"),
        ],
        "Kind of public body",
        help="Decides how many days it has to pay from the reception of an invoice; empty: 30 days.",
    )
