import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.document.invoice import Attachment
from ...services.text import Text

#: The French label is what Chorus Pro and the public body read, whatever the user's language.
KINDS = {
    "order": Text("Purchase order", "Bon de commande"),
    "delivery": Text("Delivery note", "Bon de livraison"),
    "measurement": Text("Measurements", "Métré"),
    "statement": Text("Works statement", "Situation de travaux"),
    "report": Text("Report of acceptance", "Procès-verbal"),
    "other": Text("Other", "Autre"),
}


class ChorusAttachment(models.Model):
    """A file that goes to Chorus Pro with an invoice; free to change until the invoice is sent."""

    _name = "chorus.attachment"
    _inherit = ["chorus.told", "chorus.files"]
    _description = "Attachment sent to Chorus Pro"
    _check_company_auto = True
    _order = "sequence, id"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade", check_company=True, readonly=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("File name", required=True)
    kind = fields.Selection(
        [("order", "Purchase order"), ("delivery", "Delivery note"), ("measurement", "Measurements"),
         ("statement", "Works statement"), ("report", "Report of acceptance"), ("other", "Other")],
        required=True,
        default="other",
        help="What the public body reads beside the file.",
    )  # fmt: skip
    file = fields.Binary(attachment=True, required=True)
    size = fields.Integer("Size (bytes)", compute="_compute_size", store=True)
    size_label = fields.Char("Size", compute="_compute_size_label")

    @api.depends("file")
    def _compute_size(self):
        for attachment in self:
            # with_context: else a form is shown the size in the place of the content
            content = attachment.with_context(bin_size=False).file
            attachment.size = len(base64.b64decode(content)) if content else 0

    @api.depends("size")
    def _compute_size_label(self):
        for attachment in self:
            size = attachment.size
            kilobytes = self.env._("%s kB", max(1, round(size / 1000)))
            attachment.size_label = self.env._("%s MB", round(size / 1_000_000, 1)) if size >= 1_000_000 else kilobytes

    def _chorus_content(self):
        """These files as the document has them, in their order."""
        # those of a form that is not saved are nowhere else yet
        stored = self._chorus_contents("file") if all(self._ids) else {}
        return tuple(
            Attachment(
                file.name,
                stored[file.id] if file.id in stored else base64.b64decode(file.with_context(bin_size=False).file or b""),
                KINDS[file.kind].fr,
            )
            for file in self
        )

    # -- what was sent stays as it was sent ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._chorus_check_free()
        return attachments

    def write(self, vals):
        self._chorus_check_free()
        result = super().write(vals)
        self._chorus_check_free()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_free(self):
        self._chorus_check_free()

    def _chorus_check_free(self):
        """:raises UserError: when the invoice is, or may be, at Chorus Pro."""
        for move in self.move_id:
            if move._chorus_is_live():
                raise UserError(
                    self.env._("%s was sent to Chorus Pro: its attachments can no longer be changed.", move.display_name)
                )
