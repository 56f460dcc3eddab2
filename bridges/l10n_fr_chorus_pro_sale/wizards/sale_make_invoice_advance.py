from odoo import api, fields, models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    chorus_apart = fields.Char(compute="_compute_chorus_apart", export_string_translation=False)

    @api.depends("sale_order_ids", "consolidated_billing")
    def _compute_chorus_apart(self):
        """That fewer orders go together than the customer's alone would say."""
        for wizard in self:
            by_customer = wizard.sale_order_ids.grouped(lambda order: (order.company_id, order.partner_invoice_id))
            apart = any(len(orders._chorus_alike()) > 1 for orders in by_customer.values())
            wizard.chorus_apart = (
                wizard.consolidated_billing
                and apart
                and self.env._(
                    "Chorus Pro: an invoice carries one market, one service code and one engagement number. Orders that differ in"
                    " them are invoiced apart."
                )
            )
