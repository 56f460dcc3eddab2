from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_payment_at = fields.Datetime(related="move_id.chorus_payment_at", string="Payment announced by Chorus Pro")
