from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ..services.document.invoice import OriginalInvoice


class AccountMove(models.Model):
    """What an invoice says besides its lines: the invoice that a credit note corrects; that it is paid already."""

    _inherit = "account.move"

    chorus_original_number = fields.Char(
        "Original invoice",
        compute="_compute_chorus_original_number",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Number of the invoice that this credit note corrects, as it was sent to the public body.",
    )
    chorus_original_date = fields.Date(
        "Date of the original invoice",
        compute="_compute_chorus_original_date",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    chorus_already_paid = fields.Boolean(
        "Already paid",
        copy=False,
        tracking=True,
        help="Billing framework A2: the public body has paid it, by purchasing card for instance. Nothing is left to pay.",
    )

    def _auto_init(self):
        # on installation the credit notes of the past are left alone: empty columns spare computing them for all
        for name, kind in (("chorus_original_number", "varchar"), ("chorus_original_date", "date")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    # EXTENDS 'account'
    @api.depends("chorus_original_number", "chorus_original_date", "chorus_already_paid")
    def _compute_alerts(self):
        super()._compute_alerts()

    # the original's own fields are left out on purpose: what was suggested and perhaps corrected stays
    @api.depends("reversed_entry_id")
    def _compute_chorus_original_number(self):
        for move in self:
            original = move._chorus_reversed()
            move.chorus_original_number = original._chorus_number() if original else move.chorus_original_number

    @api.depends("reversed_entry_id")
    def _compute_chorus_original_date(self):
        for move in self:
            move.chorus_original_date = move._chorus_reversed().invoice_date or move.chorus_original_date

    def _chorus_reversed(self):
        """The customer invoice that this credit note reverses, if it was made from one."""
        return self.reversed_entry_id if self.move_type == "out_refund" else self.browse()

    def _chorus_original(self):
        number = (self.chorus_original_number or "").strip()
        if self.move_type != "out_refund" or not number:
            return None
        return OriginalInvoice(number, self.chorus_original_date or None)

    def _chorus_is_paid(self):
        """Whether the invoice is one that the public body has paid (framework A2)."""
        self.ensure_one()
        return self.move_type == "out_invoice" and (self.chorus_already_paid or self.chorus_framework == "A2")
