from odoo import api, fields, models

from ...services.works import penalty


class ChorusWorksPenalty(models.Model):
    """A penalty of a market, which the situation of its month takes off what is paid (doc/RULES.md §11.7).

    Whoever lowers one, because the public body remits it, has the next situation give it back.
    """

    _name = "chorus.works.penalty"
    _inherit = ["chorus.told"]
    _description = "Penalty of a public market"
    _check_company_auto = True
    _order = "date, id"

    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char("Penalty", required=True, default=lambda self: self.env._("Delay"))
    date = fields.Date("Incurred on", required=True, help="The situation whose period it falls in takes it off.")
    days = fields.Integer("Days of delay", help="Saturdays, Sundays and holidays count.")
    amount = fields.Monetary(
        "Amount of the penalty",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="By the market's clause; another one may be typed.",
    )

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A penalty is not less than nothing.")

    @api.depends("days")
    def _compute_amount(self):
        for one in self:
            market = one.market_id
            one.amount = float(
                penalty.daily(market._chorus_money(market.amount_total), one.days, market.penalty_divisor or penalty.DIVISOR)
            )
