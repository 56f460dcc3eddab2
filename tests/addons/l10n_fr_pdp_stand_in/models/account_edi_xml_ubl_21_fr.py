from odoo import models


class AccountEdiXmlUbl21Fr(models.AbstractModel):
    """The platform's format, of which only the conditions matter here: an invoice that breaks them is not sent by any method."""

    _name = "account.edi.xml.ubl_21_fr"
    _inherit = ["account.edi.xml.ubl_bis3"]
    _description = "France E-Invoicing (UBL 2.1)"

    def _export_invoice_constraints(self, invoice, vals):
        constraints = super()._export_invoice_constraints(invoice, vals)
        customer = invoice.commercial_partner_id
        if customer.peppol_eas != "0225" or not customer.peppol_endpoint:
            constraints["ubl_21_fr_address"] = self.env._("The customer has no French electronic address (0225).")
        return constraints
