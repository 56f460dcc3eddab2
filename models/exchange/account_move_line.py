from odoo import models
from odoo.exceptions import UserError

#: What Chorus Pro knows of a line. Odoo's screens leave it alone on a posted invoice; calls from elsewhere might not.
SENT_FIELDS = {"name", "quantity", "price_unit", "discount", "tax_ids", "product_id", "product_uom_id"}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # EXTENDS 'account'
    def write(self, vals):
        if not SENT_FIELDS.isdisjoint(vals):
            for move in self.move_id.filtered(lambda move: move.state == "posted" and move.chorus_state):
                if move._chorus_is_live():
                    raise UserError(self.env._("%s was sent to Chorus Pro: what was sent can no longer be changed.", move.name))
        return super().write(vals)
