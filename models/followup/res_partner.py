from odoo import api, fields, models
from odoo.fields import Domain

MODULE = "l10n_fr_chorus_pro"
#: The term of payment that the law gives each kind of public body (doc/RULES.md §4.6).
TERMS = {
    "authority": "account.account_payment_term_30days",
    "hospital": f"{MODULE}.payment_term_50",
    "enterprise": f"{MODULE}.payment_term_60",
}


class ResPartner(models.Model):
    """How long a public body has to pay, and what it has not paid yet."""

    _inherit = "res.partner"

    chorus_body_kind = fields.Selection(
        [
            ("authority", "State or local authority (30 days)"),
            ("hospital", "Public hospital (50 days)"),
            ("enterprise", "Public enterprise (60 days)"),
        ],
        "Kind of public body",
        help="Decides how many days it has to pay from the reception of an invoice; empty: 30 days.",
    )

    def _chorus_legal_terms(self):
        """The terms of the law by kind of body, those that are there."""
        found = {kind: self.env.ref(name, raise_if_not_found=False) for kind, name in TERMS.items()}
        return {kind: term for kind, term in found.items() if term}

    @api.onchange("chorus_body_kind", "invoice_sending_method")
    def _chorus_propose_term(self):
        """Give Chorus Pro customers the legal term, where they have none, or that of another kind of body."""
        terms = self._chorus_legal_terms()
        for partner in self:
            own = partner.property_payment_term_id
            term = terms.get(partner.chorus_body_kind or "authority")
            if term and partner.invoice_sending_method == "chorus_pro" and (not own or own._origin in terms.values()):
                partner.property_payment_term_id = term

    # EXTENDS directory
    def action_chorus_flag(self):
        flagged = self.filtered("chorus_may_flag")
        super().action_chorus_flag()
        flagged._chorus_propose_term()

    def _chorus_open_invoices(self):
        """What this body has of ours and did not pay, in the user's company: for the statement of account."""
        self.ensure_one()
        return self.env["account.move"].search(
            Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "posted")
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("payment_state", "in", ("not_paid", "partial")),
            order="invoice_date, id",
        )
