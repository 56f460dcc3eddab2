from odoo import fields, models
from odoo.tools import SQL


class ChorusReport(models.Model):
    """The analysis tells the market of each invoice."""

    _inherit = "chorus.report"

    market_id = fields.Many2one("chorus.market", "Public market", readonly=True)

    def _more_columns(self):
        return SQL("%s move.chorus_market_id AS market_id,", super()._more_columns())
