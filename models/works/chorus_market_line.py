from odoo import fields, models


class ChorusMarketLine(models.Model):
    """By which formula the price of a line is revised."""

    _inherit = "chorus.market.line"

    formula_id = fields.Many2one(
        "chorus.works.formula",
        "Formula of revision",
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('market_id', '=', market_id)]",
        help="Empty: that of its lot, else the market's.",
    )
