from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...services.works.revision import Formula, Rounding
from ..market.chorus_market_line import DIGITS, exact


class ChorusWorksFormula(models.Model):
    """A formula of revision for a lot of a market, or for lines that name it; what has none follows the market's own."""

    _name = "chorus.works.formula"
    _inherit = ["chorus.told"]
    _description = "Formula of revision of a lot"
    _check_company_auto = True
    _order = "id"

    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    name = fields.Char("Formula", required=True)
    lot = fields.Char("Lot of the schedule", help="The lines of this lot follow the formula, unless they name another.")
    fixed = fields.Float("Fixed part of the formula", digits=DIGITS, default=0.15)
    term_ids = fields.One2many("chorus.works.term", "formula_id", "Indices of the formula", copy=True)

    @api.constrains("term_ids", "fixed")
    def _check_formula(self):
        for one in self:
            problems = one._chorus_formula().problems()
            if problems:
                raise ValidationError("\n".join(problem.of(self.env.lang) for problem in problems))

    @api.ondelete(at_uninstall=False)
    def _unlink_check_stated(self):
        for one in self:
            if moves := one._chorus_revised():
                raise UserError(
                    self.env._(
                        "The formula “%(formula)s” has revised %(situations)s: it stays with what was computed by it. To have its"
                        " lines follow the market's own formula, empty its lot and take it off the lines that name it: the next"
                        " situation puts right what was stated.",
                        formula=one.name,
                        situations=", ".join(moves.mapped("name")),
                    )
                )

    def _chorus_revised(self):
        """The posted documents that say a revision by this formula."""
        self.ensure_one()
        lines = self.env["account.move.line"].search(
            [
                ("move_id.chorus_market_id", "=", self.market_id.id),
                ("parent_state", "=", "posted"),
                ("chorus_line_kind", "=", "revision"),
                ("chorus_part", "=like", f"revision:%:{self.id}"),
            ]
        )
        return lines.move_id.sorted("chorus_situation")

    def _chorus_formula(self):
        """This as a ``services.works.revision.Formula``: months, decimals and rounding are the market's."""
        self.ensure_one()
        market = self.market_id
        return Formula(
            exact(self.fixed),
            tuple(term._chorus_term() for term in self.term_ids),
            lag=market.revision_lag,
            digits=market.revision_digits,
            rounding=Rounding(market.revision_rounding),
        )
