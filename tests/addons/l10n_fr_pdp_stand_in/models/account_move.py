from odoo import api, fields, models

#: What a recipient may answer through the platform; the document is with it in every case.
ANSWERS = [("AB", "Received"), ("AP", "Approved"), ("RE", "Refused"), ("SU", "Suspended")]


class AccountMove(models.Model):
    """The recipient's answers as further states, and whether the document is with the platform."""

    _inherit = "account.move"

    peppol_move_state = fields.Selection(selection_add=ANSWERS)
    peppol_is_sent = fields.Boolean(compute="_compute_peppol_is_sent")

    @api.depends("peppol_move_state")
    def _compute_peppol_is_sent(self):
        taken = {"processing", "done", *dict(ANSWERS)}
        for move in self:
            move.peppol_is_sent = move.peppol_move_state in taken
