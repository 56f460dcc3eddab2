from odoo import api, fields, models

from ...services.works.revision import Term
from ..market.chorus_market_line import DIGITS, exact


class ChorusWorksTerm(models.Model):
    """An index of a market's formula of revision: its weight and its value in the month in which prices were fixed."""

    _name = "chorus.works.term"
    _inherit = ["chorus.told"]
    _description = "Index of a formula of revision"
    _check_company_auto = True
    _order = "id"

    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True, copy=False
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    formula_id = fields.Many2one(
        "chorus.works.formula", index="btree_not_null", ondelete="cascade", check_company=True, export_string_translation=False
    )
    name = fields.Char("Index", required=True, help="Such as BT01 or TP09.")
    weight = fields.Float(required=True, digits=DIGITS, help="With the fixed part, all weights make 1.")
    initial = fields.Float("Initial value", required=True, digits=DIGITS, help="Of the month in which prices were fixed (I0).")

    factor = fields.Float(
        "Linking factor",
        digits=DIGITS,
        help="Where the initial value is of a series that was replaced: 8.3802 for BT01. Else zero.",
    )

    _name_unique = models.UniqueIndex("(market_id, COALESCE(formula_id, 0), name)", "The formula has this index already.")

    @api.model_create_multi
    def create(self, vals_list):
        tidy = [self.env["chorus.works.index"]._chorus_tidy(vals) for vals in vals_list]
        for vals in tidy:
            if vals.get("formula_id") and not vals.get("market_id"):
                vals["market_id"] = self.env["chorus.works.formula"].browse(vals["formula_id"]).market_id.id
        return super().create(tidy)

    def write(self, vals):
        return super().write(self.env["chorus.works.index"]._chorus_tidy(vals))

    def _chorus_term(self):
        """This as a ``services.works.revision.Term``."""
        self.ensure_one()
        return Term(self.name, exact(self.weight), exact(self.initial), exact(self.factor))
