from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from .product_template import APART, KINDS


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_line_kind = fields.Selection(
        list(KINDS.items()),
        "Part of the statement",
        compute="_compute_chorus_line_kind",
        store=True,
        readonly=False,
        precompute=True,
    )

    def _auto_init(self):
        # an empty column stands for "works": it spares computing all the lines of a large database on installation
        if not column_exists(self.env.cr, "account_move_line", "chorus_line_kind"):
            create_column(self.env.cr, "account_move_line", "chorus_line_kind", "varchar")
        return super()._auto_init()

    @api.depends("product_id")
    def _compute_chorus_line_kind(self):
        for line in self:
            if line.display_type == "product":
                line.chorus_line_kind = line.product_id.chorus_line_kind or line.chorus_line_kind or "works"
            else:
                line.chorus_line_kind = False

    def _chorus_is_taxed(self):
        """Whether any tax is charged on this line."""
        self.ensure_one()
        return bool(self.tax_ids.flatten_taxes_hierarchy().filtered("amount"))

    def _chorus_is_apart(self):
        """Whether it stands below the total with VAT: a retention or a penalty without VAT."""
        self.ensure_one()
        return self.display_type == "product" and self.chorus_line_kind in APART and not self._chorus_is_taxed()

    # EXTENDS 'account'
    def _get_computed_taxes(self):
        """Works are services (CGI 256 IV): a VAT that nobody chose for this line is that of services."""
        taxes = super()._get_computed_taxes()
        market = self.move_id.chorus_market_id.sudo()  # sudo: whoever may write an invoice need not read markets
        return market._chorus_taxes_of_services(taxes) if taxes and market.works else taxes
