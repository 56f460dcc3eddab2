from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.works.revision import Indices
from ..market.chorus_market_line import DIGITS, exact


class ChorusWorksIndex(models.Model):
    """A published value of an index of prices (BT01, TP01…) of one month, which revisions read."""

    _name = "chorus.works.index"
    _inherit = ["chorus.told"]
    _description = "Value of an index of prices"
    _order = "name, month desc"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    name = fields.Char("Index", required=True, help="As the market's formula names it: BT01, TP09…")
    month = fields.Date(required=True, help="Any day of the month.")
    value = fields.Float(required=True, digits=DIGITS)

    _month_unique = models.UniqueIndex("(company_id, name, month)", "This index has a value of this month already.")

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create([self._chorus_tidy(vals) for vals in vals_list])
        values._chorus_remake_drafts()
        return values

    def write(self, vals):
        result = super().write(self._chorus_tidy(vals))
        self._chorus_remake_drafts()
        return result

    def _chorus_remake_drafts(self):
        """The situations in draft of the markets that these indices revise follow them."""
        terms = self.env["chorus.works.term"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("name", "in", self.mapped("name")),
                ("market_id.invoice_ids.state", "=", "draft"),
            ]
        )
        terms.market_id._chorus_remake_drafts()

    @api.model
    def _chorus_tidy(self, vals):
        """The first of the month, the name without blanks and in capitals: as revisions look for it."""
        tidy = dict(vals)
        if vals.get("month"):
            tidy["month"] = fields.Date.to_date(vals["month"]).replace(day=1)
        if vals.get("name"):
            tidy["name"] = "".join(vals["name"].split()).upper()
        return tidy

    @api.constrains("value")
    def _check_value(self):
        for index in self:
            if index.value <= 0:
                raise ValidationError(self.env._("The value of an index is more than zero."))

    @api.model
    def _chorus_published(self, company, names):
        """The values of some indices, as ``services.works.revision.Indices``."""
        found = self.search([("company_id", "=", company.id), ("name", "in", list(names))])
        return Indices({(index.name, index.month): exact(index.value) for index in found})
