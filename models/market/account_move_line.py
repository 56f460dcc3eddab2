from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from .product_template import KINDS


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
