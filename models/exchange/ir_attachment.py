from odoo import api, models


class IrAttachment(models.Model):
    """A file in which nobody looks for words: see ``chorus.files``."""

    _inherit = "ir.attachment"

    # EXTENDS 'base'
    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        return None if self.env.context.get("chorus_no_index") else super()._index(bin_data, file_type, checksum=checksum)
