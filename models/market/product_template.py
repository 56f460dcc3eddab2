from odoo import fields, models

#: What a line is in a public market: its label. Only ``works`` counts against the market's amount (doc/RULES.md §2.2: cumulative
#: statements are at the market's prices, without revision nor VAT).
KINDS = {
    "works": "Work",
    "revision": "Price revision",
    "retention": "Retention",
    "advance": "Advance",
    "advance_repayment": "Repayment of the advance",
    "penalty": "Penalty",
    "other": "Other (expenses, bonus…)",
}

#: What stands below the total with VAT, unless it bears VAT.
APART = ("retention", "penalty")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    chorus_line_kind = fields.Selection(
        list(KINDS.items()),
        "Part of a public market's statement",
        default="works",
        help="What the lines of this product are on the situations of a public market; each line may say otherwise.",
    )
