from decimal import Decimal, InvalidOperation

from odoo import fields, models


class ChorusDepositLine(models.Model):
    _inherit = "chorus.deposit.line"

    piece = fields.Char(
        "Code of the live document", readonly=True, help="Framework of the document of the billing file alive now, when another."
    )

    def _chorus_may_be(self, piece):
        """Whether a document found at Chorus Pro bears our number, and is ours as far as the search tells."""
        self.ensure_one()
        siren = (self.deposit_id.supplier or self.company_id._chorus_siret())[:9]
        return piece.number == self.number and piece.supplier[:9] in ("", siren)

    def _chorus_is_piece(self, piece):
        """Whether it is this document: same recipient, day and amount, as far as the search tells.

        The amount is the one that the assistant gives, before what is kept back, or what is to be paid.
        """
        self.ensure_one()
        try:
            total = Decimal(piece.total)
        except InvalidOperation:
            return False
        stated = self.move_id._chorus_stated()
        totals = {abs(self.total), abs(float(stated.taxed)), abs(float(stated.net))}
        return (
            piece.recipient in ("", self.recipient)
            and piece.issue_date == fields.Date.to_string(self.issue_date)
            and any(self.currency_id.compare_amounts(abs(float(total)), ours) == 0 for ours in totals)
        )
