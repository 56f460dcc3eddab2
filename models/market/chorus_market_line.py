from decimal import Decimal
from functools import lru_cache

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.works.progress import Item
from ...services.works.schedule import Row

#: Digits after the point of a quantity and of a unit price: schedules of earthworks have six.
DIGITS = (16, 6)


class ChorusMarketLine(models.Model):
    """A chapter or a line of a market's price schedule (DPGF, BPU): ``_chorus_item`` is what the arithmetic takes of it."""

    _name = "chorus.market.line"
    _inherit = ["chorus.told"]
    _description = "Line of a public market's price schedule"
    _check_company_auto = True
    _order = "sequence, id"

    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    display_type = fields.Selection([("line_section", "Chapter")], "Kind of line")
    code = fields.Char("No.")
    name = fields.Char("Designation", required=True)
    unit = fields.Char()
    quantity = fields.Float(digits=DIGITS)
    price_unit = fields.Float("Unit price", digits=DIGITS, help="Without VAT.")
    amount = fields.Monetary(
        "Amount without VAT", compute="_compute_amount", store=True, help="The quantity at the unit price, to the cent."
    )
    tax_id = fields.Many2one(
        "account.tax",
        "VAT",
        check_company=True,
        domain=[("type_tax_use", "=", "sale")],
        help="Empty: the market's.",
    )
    lot = fields.Char()
    amendment_id = fields.Many2one(
        "chorus.market.amendment",
        index="btree_not_null",
        check_company=True,
        domain="[('market_id', '=', market_id)]",
        ondelete="restrict",
        help="The amendment that brought this line; empty for those of the initial market.",
    )
    revised = fields.Boolean(default=True, help="Untick for work whose price the market does not revise.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._chorus_title()

    def _chorus_title(self):
        """Its name with its code. Of one line among hundreds: its ``display_name`` would be computed of all of them."""
        self.ensure_one()
        return " ".join(filter(None, (self.code, self.name)))

    @api.depends("quantity", "price_unit", "display_type")
    def _compute_amount(self):
        for line in self:
            line.amount = 0 if line.display_type else float(line._chorus_item().amount)

    @api.constrains("amendment_id", "market_id")
    def _check_amendment_id(self):
        for line in self:
            if line.amendment_id and line.amendment_id.market_id != line.market_id:
                raise ValidationError(self.env._("The amendment of “%s” is that of another market.", line.display_name))

    def _chorus_item(self):
        """This line as a ``services.works.progress.Item``, exact."""
        self.ensure_one()
        return Item(exact(self.quantity), exact(self.price_unit), self.unit or "")

    def _chorus_row(self):
        """This line as a ``services.works.schedule.Row``, as it is exported."""
        self.ensure_one()
        item = self._chorus_item()
        tax = self.tax_id or self.market_id._chorus_tax()
        return Row(
            chapter=bool(self.display_type),
            code=self.code or "",
            name=self.name or "",
            unit=item.unit,
            quantity=item.quantity,
            price=item.price,
            vat=None if self.display_type or not tax else exact(tax.amount),
            lot=self.lot or "",
        )


# the same few quantities, prices and percentages stand in hundreds of rows, and are asked for each time a situation is opened
@lru_cache(maxsize=8192)
def exact(value):
    """A quantity or price of the database as the Decimal that it stands for."""
    return Decimal(f"{value or 0:.{DIGITS[1]}f}").normalize() + 0
