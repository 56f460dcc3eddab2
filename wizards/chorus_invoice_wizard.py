from odoo import api, fields, models


class ChorusInvoiceWizard(models.AbstractModel):
    """What the dialogs about one invoice share: whoever may not see the invoice learns nothing of it through a dialog.

    Their fields are computed with the user's own rights (``related_sudo``, ``compute_sudo``): a dialog not saved yet tells
    nothing either.
    """

    _name = "chorus.invoice.wizard"
    _description = "Dialog about an invoice at Chorus Pro"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True, ondelete="cascade")

    environment_text = fields.Char(compute="_compute_environment_text", export_string_translation=False)

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_environment_text(self):
        for wizard in self:
            wizard.environment_text = wizard.move_id._chorus_environment_text()

    # EXTENDS 'base'
    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards.move_id.check_access("read")
        return wizards
