from odoo import fields, models


class ResPartner(models.Model):
    """A further format, the one that the platform wants between two French parties."""

    _inherit = "res.partner"

    invoice_edi_format = fields.Selection(selection_add=[("ubl_21_fr", "France E-Invoicing (UBL 2.1)")])

    def _get_edi_builder(self, invoice_edi_format):
        if invoice_edi_format == "ubl_21_fr":
            return self.env["account.edi.xml.ubl_21_fr"]
        return super()._get_edi_builder(invoice_edi_format)

    def _get_ubl_cii_formats_info(self):
        fr = {"countries": ["FR"], "on_peppol": True, "sequence": 300, "embed_attachments": True}
        return {**super()._get_ubl_cii_formats_info(), "ubl_21_fr": fr}
