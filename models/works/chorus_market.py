from odoo import fields, models


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
