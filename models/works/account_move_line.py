from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _chorus_is_taxed(self):
        """Whether any tax is charged on this line."""
        self.ensure_one()
        return bool(self.tax_ids.flatten_taxes_hierarchy().filtered("amount"))
