import re
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.l10n_fr_chorus_pro.models.market.chorus_market_line import exact
from odoo.addons.l10n_fr_chorus_pro.services.text import Text
from odoo.addons.l10n_fr_chorus_pro.services.works.schedule import Preview, Remark, Row

#: What an order's name of a line begins with where its product has a code.
_CODE = re.compile(r"^\[[^\]]*\]\s*")


class ChorusMarketImport(models.TransientModel):
    """A price schedule may also be that of an order: its sections are the chapters."""

    _inherit = "chorus.market.import"

    order_id = fields.Many2one(
        "sale.order",
        domain="[('state', '=', 'sale'), ('chorus_market_id', '=', market_id)]",
        help="A confirmed order of this market, whose lines are taken over.",
    )

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.depends("order_id")
    def _compute_preview(self):
        super()._compute_preview()

    # EXTENDS 'l10n_fr_chorus_pro'
    def _read(self):
        order = self.order_id
        if not order or self.file or self.pasted:
            return super()._read()
        if order.currency_id != self.currency_id:
            message = Text(
                "The order is in another currency than the market.", "La commande est dans une autre devise que le marché."
            )
            return Preview(remarks=[Remark("", order.name, message, blocks=True)])
        return Preview(rows=[self._row(line) for line in order.order_line if _is_of_schedule(line)])

    def _row(self, line):
        """An order's line as a ``Row``: its price is without VAT and after its discount."""
        name = " ".join(_CODE.sub("", line.name or "").split())
        if line.display_type or line.product_type == "combo":
            return Row(True, "", name)
        taxes = line.tax_ids.filtered(lambda tax: tax.amount_type == "percent")
        quantity = exact(line.product_uom_qty)
        if any(line.tax_ids.mapped("price_include")) and quantity:
            price = exact(line.price_subtotal) / quantity
        else:
            price = exact(line.price_unit) * (1 - exact(line.discount) / Decimal(100))
        return Row(
            False,
            line.product_id.default_code or "",
            name,
            line.product_uom_id.name or "",
            quantity,
            exact(float(price)),
            exact(taxes.amount) if len(taxes) == 1 else None,
        )


def _is_of_schedule(line):
    """Whether an order's line is one of its prices or a heading, and no remark or down payment."""
    return not line.is_downpayment and line.display_type != "line_note"
