from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_part = fields.Char(
        "Made of", readonly=True, export_string_translation=False,
        help="Which part of its situation this line was made of; empty for a line that a person added.",
    )  # fmt: skip
    chorus_carried = fields.Monetary(
        "Carried over", readonly=True,
        help="What is due of the retention or of the penalties beyond what the situation is paid: the next one keeps it back.",
    )  # fmt: skip
