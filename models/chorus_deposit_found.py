from odoo import api, fields, models


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    elsewhere = fields.Boolean(
        "Deposited elsewhere", readonly=True, help="Entered at Chorus Pro by other means; nothing was sent."
    )

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.model
    def _chorus_write_statuses(self, company, found):
        result = super()._chorus_write_statuses(company, found)
        waiting = self.env["account.move"].sudo().search(  # sudo: for the crons, which serve all companies
            [
                ("company_id", "=", company.id),
                ("chorus_state", "in", ("to_send", "rejected")),
                ("name", "in", [row.number for row in found]),
            ]
        )  # fmt: skip
        if waiting:
            waiting._chorus_recognise(found)
        return result
