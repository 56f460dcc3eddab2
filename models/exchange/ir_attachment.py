from odoo import api, models
from odoo.exceptions import UserError

#: Models whose files are what left for Chorus Pro: the field that holds them, of each.
EVIDENCE = ("chorus.deposit", "chorus.action.file")
#: What makes another file of an attachment, or takes it from its record.
BYTES = frozenset({"datas", "raw", "db_datas", "store_fname", "type", "res_model", "res_field", "res_id"})


class IrAttachment(models.Model):
    """A file in which nobody looks for words, see ``chorus.files``; one that was sent stays as it was sent."""

    _inherit = "ir.attachment"

    # EXTENDS 'base'
    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        return None if self.env.context.get("chorus_no_index") else super()._index(bin_data, file_type, checksum=checksum)

    # -- what was sent stays as it was sent ----------------------------------------------------------------------------

    # EXTENDS 'base'
    def write(self, vals):
        if not BYTES.isdisjoint(vals):
            self._chorus_check_kept()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_sent(self):
        self._chorus_check_kept()

    def _chorus_check_kept(self):
        """:raises UserError: for whoever would alter or delete the bytes that were sent, an administrator too."""
        if self.env.su:
            # our own code, and Odoo's, which deletes them along with a record that it may delete
            return
        known = self.sudo()  # sudo: whose file it is; the right to it is asked by Odoo
        if any(file.res_model in EVIDENCE for file in known):
            raise UserError(
                self.env._("This file is evidence of what was sent to Chorus Pro: it can be neither changed nor deleted.")
            )
        joined = known.filtered(lambda file: file.res_model == "chorus.attachment" and file.res_field)
        self.env["chorus.attachment"].sudo().browse(joined.mapped("res_id")).exists()._chorus_check_free()
