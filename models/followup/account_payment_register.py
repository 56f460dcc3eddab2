from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    # EXTENDS 'account'
    @api.depends("line_ids.chorus_payment_at")
    def _compute_actionable_errors(self):
        """Say which transfers Chorus Pro announced, to be compared with what the bank has."""
        super()._compute_actionable_errors()
        for wizard in self:
            announced = wizard.line_ids.move_id.filtered("chorus_payment_at").sorted("chorus_payment_at")
            if announced:
                told = [
                    self.env._(
                        "%(name)s on %(day)s: %(amount)s",
                        name=move.name,
                        day=format_date(self.env, fields.Datetime.context_timestamp(move, move.chorus_payment_at).date()),
                        amount=format_amount(self.env, move.amount_residual, move.currency_id),
                    )
                    for move in announced
                ]
                message = "\n".join(
                    [self.env._("Chorus Pro announced these transfers; the bank may join several in one:"), *told]
                )
                errors = wizard.actionable_errors or {}
                wizard.actionable_errors = {**errors, "chorus_announced": {"level": "info", "message": message}}
