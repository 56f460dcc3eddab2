from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

#: What a line is in a public market: its label. Only ``works`` counts against the market's amount (DOMAIN §2.2: cumulative
#: statements are at the market's prices, without revision nor VAT).
KINDS = {
    "works": "Work",
    "revision": "Price revision",
    "retention": "Retention",
    "advance": "Advance",
    "advance_repayment": "Repayment of the advance",
    "other": "Other (penalty, expenses…)",
}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    chorus_line_kind = fields.Selection(
        list(KINDS.items()),
        "Part of a public market's statement",
        default="works",
        help="What the lines of this product are on the situations of a public market; each line may say otherwise.",
    )


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
