from decimal import Decimal

from odoo import api, fields, models

from ...services.works import progress
from ...services.works.progress import Basis
from ..market.chorus_market_line import DIGITS, exact

#: By what a line may be stated, each with its field.
_STATED = {Basis.PERCENT: "percent", Basis.QUANTITY: "quantity_done", Basis.AMOUNT: "amount_total"}
#: What a person may type of this month alone, and the fields whose difference it is.
_MONTHS = {
    "month_percent": ("percent", "percent_before"),
    "month_quantity": ("quantity_done", "quantity_before"),
    "amount_month": ("amount_total", "amount_before"),
}


class ChorusWorksProgress(models.Model):
    """What a situation states of one line of the price schedule, since the market began; ``_chorus_start`` makes it.

    Whoever writes one of percentage, quantity and amount, or this month's, has the others told from it: by what it was stated is
    kept in ``basis``.
    """

    _name = "chorus.works.progress"
    _inherit = ["chorus.told"]
    _description = "Progress of a line in a situation"
    _check_company_auto = True
    _order = "sequence, id"
    _rec_name = "market_line_id"

    move_id = fields.Many2one("account.move", "Situation", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    market_line_id = fields.Many2one(
        "chorus.market.line", "Line", required=True, index=True, ondelete="restrict", check_company=True
    )
    sequence = fields.Integer(export_string_translation=False)
    display_type = fields.Selection(related="market_line_id.display_type", store=True, string="Kind of line")
    code = fields.Char(related="market_line_id.code")
    name = fields.Char(related="market_line_id.name")
    unit = fields.Char(related="market_line_id.unit")
    quantity = fields.Float("Foreseen", related="market_line_id.quantity", digits=DIGITS)
    price_unit = fields.Float(related="market_line_id.price_unit", digits=DIGITS)
    basis = fields.Selection(
        [(Basis.PERCENT.value, "Percentage"), (Basis.QUANTITY.value, "Quantity"), (Basis.AMOUNT.value, "Amount")],
        "Stated by",
        required=True,
        default=Basis.PERCENT.value,
    )
    percent = fields.Float("% to date", digits=DIGITS)
    quantity_done = fields.Float("Quantity to date", digits=DIGITS)
    amount_total = fields.Monetary("To date")
    percent_before = fields.Float("% before", digits=DIGITS, readonly=True)
    quantity_before = fields.Float("Quantity before", digits=DIGITS, readonly=True)
    amount_before = fields.Monetary("Before", readonly=True)
    month_percent = fields.Float("% this month", digits=DIGITS, compute="_compute_month", readonly=False)
    month_quantity = fields.Float("Quantity this month", digits=DIGITS, compute="_compute_month", readonly=False)
    amount_month = fields.Monetary("This month", compute="_compute_amount_month", store=True, readonly=False)
    remark = fields.Char(compute="_compute_remark")

    @api.depends("percent", "percent_before", "quantity_done", "quantity_before")
    def _compute_month(self):
        for row in self:
            row.month_percent = row.percent - row.percent_before
            row.month_quantity = row.quantity_done - row.quantity_before

    @api.depends("amount_total", "amount_before")
    def _compute_amount_month(self):
        for row in self:
            row.amount_month = row.amount_total - row.amount_before

    @api.depends("percent", "amount_total", "amount_before", "market_line_id")
    @api.depends_context("lang")
    def _compute_remark(self):
        for row in self:
            row.remark = " ".join(text.of(self.env.lang) for text in row._chorus_remarks()) or False

    def _chorus_remarks(self):
        """What is odd about this line, as texts."""
        self.ensure_one()
        if self.display_type:
            return []
        before = progress.Progress(
            Basis.AMOUNT, exact(self.percent_before), exact(self.quantity_before), _money(self.amount_before)
        )
        return progress.remarks(self.market_line_id._chorus_item(), self._chorus_now(), before)

    # -- stated in one way, told in the others -------------------------------------------------------------------------

    def _chorus_now(self):
        """What is stated to date, as a ``services.works.progress.Progress``."""
        self.ensure_one()
        return progress.Progress(Basis(self.basis), exact(self.percent), exact(self.quantity_done), _money(self.amount_total))

    def _chorus_told_by(self, basis):
        """What this row says when ``basis`` is what was stated of it."""
        value = self[_STATED[basis]]
        return progress.stated(
            self.market_line_id._chorus_item(), basis, _money(value) if basis is Basis.AMOUNT else exact(value)
        )

    def _chorus_restate(self, basis):
        """Tell the rest from what was just typed, unless it agrees already with what was stated."""
        for row in self:
            if row._chorus_now() != row._chorus_told_by(Basis(row.basis)):
                row.update(_values(row._chorus_told_by(basis)))

    @api.onchange("percent")
    def _onchange_percent(self):
        self._chorus_restate(Basis.PERCENT)

    @api.onchange("quantity_done")
    def _onchange_quantity_done(self):
        self._chorus_restate(Basis.QUANTITY)

    @api.onchange("amount_total")
    def _onchange_amount_total(self):
        self._chorus_restate(Basis.AMOUNT)

    @api.onchange("month_percent")
    def _onchange_month_percent(self):
        self._chorus_add("month_percent")

    @api.onchange("month_quantity")
    def _onchange_month_quantity(self):
        self._chorus_add("month_quantity")

    @api.onchange("amount_month")
    def _onchange_amount_month(self):
        self._chorus_add("amount_month")

    def _chorus_add(self, name):
        """Make this month's part of what is stated, where it is not that already."""
        total, before = _MONTHS[name]
        for row in self:
            wanted = exact(row[before]) + exact(row[name])
            if wanted != exact(row[total]):
                row[total] = float(wanted)
                row._chorus_restate(next(basis for basis, field in _STATED.items() if field == total))

    # EXTENDS 'base'
    @api.model_create_multi
    def create(self, vals_list):
        months = [{name: vals.pop(name) for name in _MONTHS if name in vals} for vals in vals_list]
        rows = super().create(vals_list)
        for row, vals, month in zip(rows, vals_list, months, strict=True):
            row._chorus_settle({**vals, **month})
        return rows

    # EXTENDS 'base'
    def write(self, vals):
        month = {name: vals[name] for name in _MONTHS if name in vals}
        result = super().write({name: value for name, value in vals.items() if name not in month})
        stated = month or not {"basis", *_STATED.values()}.isdisjoint(vals)
        if stated and not self.env.context.get("chorus_settled"):
            for row in self:
                row._chorus_settle({**vals, **month})
        return result

    def _chorus_settle(self, vals):
        """After values were written: tell from what was stated all that follows from it."""
        given = [basis for basis, name in _STATED.items() if name in vals]
        if not given and not self.display_type:
            for name, (total, before) in _MONTHS.items():
                if name in vals:
                    basis = next(basis for basis, field in _STATED.items() if field == total)
                    value = exact(self[before]) + exact(vals[name])
                    self._chorus_write_told(progress.stated(self.market_line_id._chorus_item(), basis, value))
                    return
        basis = Basis(vals["basis"]) if vals.get("basis") else next(iter(given), None)
        if basis and not self.display_type:
            self._chorus_write_told(self._chorus_told_by(basis))

    def _chorus_write_told(self, told):
        if told != self._chorus_now():
            self.with_context(chorus_settled=True).write(_values(told))

    # -- one situation after another -----------------------------------------------------------------------------------

    @api.model
    def _chorus_start(self, move, before):
        """State every line of the market's price schedule of which a situation says nothing yet, as the last one left it.

        :param before: the rows of the last situation, empty for the first.
        """
        known, former = move.chorus_progress_ids.market_line_id, {row.market_line_id: row for row in before}
        values = []
        for line in move.chorus_market_id.line_ids - known:
            last = former.get(line)
            stated = last._chorus_carried() if last else progress.NOTHING
            values.append({
                "move_id": move.id,
                "market_line_id": line.id,
                "sequence": line.sequence,
                "percent_before": float(stated.percent),
                "quantity_before": float(stated.quantity),
                "amount_before": float(stated.amount),
                **_values(stated),
            })  # fmt: skip
        return self.create(values)

    def _chorus_carried(self):
        """What was stated, as it stands now: an amendment that changed the line changes its percentage, not its amount."""
        now = self._chorus_now()
        if self.display_type or now == self._chorus_told_by(now.basis):
            return now
        return progress.from_amount(self.market_line_id._chorus_item(), now.amount)

    def _chorus_take_up(self, before):
        """Tell anew what was stated before, after the last situation changed; what was stated to date stays."""
        former = {row.market_line_id: row for row in before}
        for row in self:
            last = former.get(row.market_line_id)
            stated = last._chorus_carried() if last else progress.NOTHING
            values = {
                "percent_before": float(stated.percent),
                "quantity_before": float(stated.quantity),
                "amount_before": float(stated.amount),
            }
            if any(row[name] != value for name, value in values.items()):
                row.write(values)

    def _chorus_is_untold(self):
        """Whether its line has changed since this was stated of it."""
        self.ensure_one()
        return not self.display_type and self._chorus_now() != self._chorus_told_by(Basis(self.basis))

    def _chorus_tell_anew(self, before):
        """Tell these rows of a draft by their lines as they stand now: what was invoiced keeps its amount, what is stated this
        time what was typed of it.

        :param before: the rows of the last situation.
        """
        untold = self.filtered(lambda row: row._chorus_is_untold())
        carried = untold.filtered(lambda row: not row.currency_id.compare_amounts(row.amount_total, row.amount_before))
        self._chorus_take_up(before)
        for row in untold:
            row._chorus_write_told(row._chorus_carried() if row in carried else row._chorus_told_by(Basis(row.basis)))


def _money(value):
    return Decimal(f"{value or 0:.2f}")


def _values(told):
    return {
        "basis": told.basis.value,
        "percent": float(told.percent),
        "quantity_done": float(told.quantity),
        "amount_total": float(told.amount),
    }
