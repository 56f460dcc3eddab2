from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_part = fields.Char(
        "Made of", readonly=True, export_string_translation=False,
        help="Which part of its situation this line was made of; empty for a line that a person added.",
    )  # fmt: skip
