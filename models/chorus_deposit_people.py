from odoo import models


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # EXTENDS 'l10n_fr_chorus_pro'
    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.line_ids.move_id._chorus_call_people()
        return result


class ChorusDepositLine(models.Model):
    _inherit = "chorus.deposit.line"

    # EXTENDS 'l10n_fr_chorus_pro'
    def write(self, vals):
        result = super().write(vals)
        if "outcome" in vals:
            self.move_id._chorus_call_people()
        return result
