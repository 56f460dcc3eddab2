from odoo import api, fields, models


class ChorusValidationRefusal(models.TransientModel):
    """Why we refuse invoices as their validator."""

    _name = "chorus.validation.refusal"
    _description = "Refusal of an invoice to validate"

    validation_ids = fields.Many2many("chorus.validation", string="Invoices", required=True)
    motif = fields.Selection(selection="_selection_motif", string="Reason", required=True, default="AUT_MOTIF_ERR_VALIDEUR")
    comment = fields.Text("Comment for the supplier", required=True)

    @api.model
    def _selection_motif(self):
        return self.env["chorus.validation"]._selection_motif()

    def action_refuse(self):
        """Refuse them: recorded and committed, then sent."""
        self.ensure_one()
        self.validation_ids._chorus_decide("refuse", self.motif, self.comment)
        return {"type": "ir.actions.act_window_close"}
