from odoo import models


class AccountMoveSend(models.AbstractModel):
    """The platform sends by the method of ``account_peppol``, for companies that are registered as receivers."""

    _inherit = "account.move.send"

    def _get_default_invoice_edi_format(self, move, **kwargs):
        if "peppol" in kwargs.get("sending_methods", []) and move.commercial_partner_id.peppol_eas == "0225":
            return "ubl_21_fr"
        return super()._get_default_invoice_edi_format(move, **kwargs)

    def _is_applicable_to_company(self, method, company):
        if method == "peppol" and company.account_peppol_proxy_state == "receiver":
            return True
        return super()._is_applicable_to_company(method, company)
