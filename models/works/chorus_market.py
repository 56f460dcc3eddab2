from odoo import fields, models

from ..market.account_move import CUSTOMER_TYPES


class ChorusMarket(models.Model):
    """The situations of a works market."""

    _inherit = "chorus.market"

    situation_ids = fields.One2many(
        "account.move",
        "chorus_market_id",
        "Situations",
        domain=[("chorus_situation", ">", 0), ("move_type", "=", "out_invoice"), ("state", "!=", "cancel")],
        readonly=True,
    )

    def _chorus_book_kinds(self):
        """What the posted documents of this market say without VAT: ``{move id: {kind: amount}}``; credit notes are negative."""
        self.ensure_one()
        rows = self.env["account.move.line"]._read_group(
            [
                ("move_id.chorus_market_id", "in", self._origin.ids),
                ("move_id.move_type", "in", CUSTOMER_TYPES),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
            ],
            ["move_id", "chorus_line_kind"],
            ["price_subtotal:sum"],
        )
        found = {}
        for move, kind, amount in rows:
            kinds = found.setdefault(move.id, {})
            kinds[kind or "works"] = kinds.get(kind or "works", 0) + (-amount if move.move_type == "out_refund" else amount)
        return found
