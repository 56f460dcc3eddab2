from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_part = fields.Char(
        "Made of", readonly=True, export_string_translation=False,
        help="Which part of its situation this line was made of; empty for a line that a person added.",
    )  # fmt: skip

    def _chorus_is_taxed(self):
        """Whether any tax is charged on this line."""
        self.ensure_one()
        return bool(self.tax_ids.flatten_taxes_hierarchy().filtered("amount"))
