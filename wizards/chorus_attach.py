import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.document.invoice import Attachment
from ..services.rules.files import added_files


class ChorusAttach(models.TransientModel):
    """Files that are to go to Chorus Pro with an invoice: several at once, from the computer or from the invoice's chatter."""

    _name = "chorus.attach"
    _description = "Attach files for Chorus Pro"
    _inherit = ["chorus.invoice.wizard"]

    file_ids = fields.Many2many("ir.attachment", "chorus_attach_file_rel", string="Files of your computer")
    chatter_ids = fields.Many2many(
        "ir.attachment",
        "chorus_attach_chatter_rel",
        string="Files of the chatter",
        domain="[('res_model', '=', 'account.move'), ('res_id', '=', move_id), ('res_field', '=', False)]",
    )
    has_chatter = fields.Boolean(compute="_compute_has_chatter", compute_sudo=False, export_string_translation=False)
    kind = fields.Selection(
        selection=lambda self: self.env["chorus.attachment"]._fields["kind"]._description_selection(self.env),
        string="What they are",
        required=True,
        default="other",
    )

    @api.depends("move_id")
    def _compute_has_chatter(self):
        for wizard in self:
            files = [("res_model", "=", "account.move"), ("res_id", "=", wizard.move_id.id), ("res_field", "=", False)]
            wizard.has_chatter = bool(self.env["ir.attachment"].search_count(files, limit=1))

    def action_add(self):
        """Put these files with the invoice; those of its chatter stay there too.

        :raises UserError: for a file that Chorus Pro would refuse.
        """
        self.ensure_one()
        move = self.move_id
        move.check_access("write")
        chosen = self.file_ids | self.chatter_ids
        chosen.check_access("read")
        if not chosen:
            raise UserError(self.env._("Choose a file at least."))
        problems = added_files(Attachment(file.name, file.raw or b"") for file in chosen)
        if problems:
            raise UserError("\n".join(problem.of(self.env.lang) for problem in problems))
        self.env["chorus.attachment"].create(
            [
                {"move_id": move.id, "name": file.name, "kind": self.kind, "file": base64.b64encode(file.raw or b"")}
                for file in chosen
            ]
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
