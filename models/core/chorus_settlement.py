import functools
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import html2plaintext

from ...services.document import means, terms
from ...services.document.invoice import CREDIT_TRANSFERS, DIRECT_DEBITS, NOT_DEFINED, Note, Party, Payment
from ...services.siret import compact
from ...services.text import cleaned, fold, words

#: UNTDID 4451: a clause on the assignment of the claim to a factor.
FACTORING_NOTE = "ACC"

#: HTML as text; the same terms of payment and legal notes stand on hundreds of invoices.
plain = functools.lru_cache(maxsize=128)(html2plaintext)


class Paid(NamedTuple):
    """Something paid of an invoice, in its currency; ``before``: by the day of its date, thus before it was issued."""

    amount: Decimal
    before: bool
    means: str


class Paying(NamedTuple):
    """What a payer reads of an invoice: the first day on which something is to be paid that is not yet (BT-9), how, whom.

    ``mention``: the note without which paying who is paid in our place would not free the public body, where one is missing.
    """

    due: date | None
    payment: Payment
    payee: Party | None
    mention: tuple[Note, ...]


class ChorusSettlement(models.AbstractModel):
    """How and when an invoice is paid, to whom, and what was paid before it leaves: a mix-in of ``account.move``."""

    _name = "chorus.settlement"
    _description = "How an invoice is paid, as Chorus Pro needs it"

    # -- what was paid -------------------------------------------------------------------------------------------------

    def _chorus_payments(self):
        """What was paid of this invoice, as a list of ``Paid``.

        A credit note that goes to Chorus Pro itself is no payment: the public body takes it off on its own.
        """
        self.ensure_one()
        if self.state != "posted" or self.move_type != "out_invoice" or self.payment_state == "not_paid":
            return []
        found = []
        for partial in self._get_all_reconciled_invoice_partials():
            line = partial["aml"]
            if not partial["is_exchange"] and "amount" in partial and not line.move_id._chorus_goes_itself():
                found.append(self._chorus_paid(partial["amount"], line.date, self._chorus_means_of_entry(line)))
        return [*found, *self._chorus_payments_without_entry()]

    def _chorus_paid(self, amount, day, how):
        return Paid(self._chorus_money(amount), bool(self.invoice_date) and day <= self.invoice_date, how)

    def _chorus_payments_without_entry(self):
        """Payments that Odoo keeps no entry of until the bank's statement comes: they settle their oldest invoices first."""
        found, left = [], self.amount_residual
        for payment in self.matched_payment_ids:
            if payment.move_id or payment.state not in ("in_process", "paid"):
                continue
            amount = payment.currency_id._convert(payment.amount, self.currency_id, self.company_id, payment.date)
            older = payment.invoice_ids.filtered(lambda move: move.id < self.id and move.currency_id == self.currency_id)
            amount = min(left, max(0.0, amount - sum(older.mapped("amount_residual"))))
            if amount > 0:
                left -= amount
                how = self._chorus_means_of(payment.payment_method_line_id, payment.journal_id)
                found.append(self._chorus_paid(amount, payment.date, how))
        return found

    def _chorus_goes_itself(self):
        """Whether this is a credit note or an invoice that goes to Chorus Pro by itself."""
        return self.move_type in ("out_refund", "out_invoice") and bool(self.chorus_state)

    # -- by which means ------------------------------------------------------------------------------------------------

    def _chorus_means_of_entry(self, line):
        """How a payment was made, from its journal item; ``""`` when nothing tells."""
        # sudo: who sends invoices need not see the payments nor the tills
        entry = line.move_id.sudo()
        if entry.move_type in ("in_invoice", "in_receipt"):
            return means.CLEARING
        if "pos_payment_ids" in entry._fields and entry.pos_payment_ids:
            method = entry.pos_payment_ids[:1].payment_method_id
            return means.means(names=(method.name or "", method.journal_id.name or ""), journal=method.journal_id.type or "")
        payment = entry.origin_payment_id
        return self._chorus_means_of(payment.payment_method_line_id, payment.journal_id or entry.journal_id)

    def _chorus_means_of(self, method, journal):
        """How a payment method of a journal pays (BT-81)."""
        provider = "payment_provider_id" in method._fields and method.payment_provider_id
        return means.means(
            code=method.code or "",
            names=tuple(filter(None, (method.name, method.payment_method_id.name, journal.name))),
            journal=journal.type or "",
            online=bool(provider),
        )

    # -- what a payer reads --------------------------------------------------------------------------------------------

    def _chorus_paying(self, settled, payments, paid, levies, retained, penalties, notes):
        """What a payer reads of this invoice, as ``Paying``.

        :param settled: nothing is left to pay. :param payments: what ``_chorus_payments`` found.
        :param paid: how much of them counts as paid in advance. :param levies: what is withheld.
        :param retained: base lines of a retention. :param penalties: those of penalties. :param notes: those of the document.
        """
        instalments = self._chorus_instalments()
        kept_back, deducted = (
            [(self._chorus_label(line["record"]), -self._chorus_net(line)) for line in lines] for lines in (retained, penalties)
        )
        due = terms.first_due(instalments, paid) or self.invoice_date_due or None
        particulars = terms.particulars(instalments, levies.reasons, kept_back, self.currency_id.name, deducted)
        payment = self._chorus_payment(self._chorus_means(settled, payments), particulars)
        payee = self._chorus_payee()
        return Paying(due, payment, payee, self._chorus_subrogation(payee, notes))

    def _chorus_payment(self, how, particulars):
        """How the invoice is paid (BG-16): by the means that was used or preferred, to its bank account, else the journal's."""
        bank = self._chorus_bank()
        reference, creditor = self._chorus_mandate() if how in DIRECT_DEBITS else ("", "")
        if how in DIRECT_DEBITS:
            bank = bank.browse()
        term = self.invoice_payment_term_id
        return Payment(
            means=how,
            iban=bank.acc_number or "",
            bic=bank.bank_bic or "",
            account_holder=bank.acc_holder_name or "",
            terms=plain(term.note or "").strip() or term.name or "",
            reference=self.payment_reference or "",
            mandate=reference,
            creditor=creditor,
            particulars=particulars,
        )

    def _chorus_means(self, settled, payments):
        """The means of payment (BT-81): a purchasing card is how public bodies pay at once, a transfer how they pay later."""
        if not settled:
            method = self.preferred_payment_method_line_id
            return (method and self._chorus_means_of(method, method.journal_id)) or means.TRANSFER
        before = [paid for paid in payments if paid.before]
        how = max(before, key=lambda paid: paid.amount).means if before else ""
        if how in CREDIT_TRANSFERS and not self._chorus_bank().acc_number:
            return NOT_DEFINED  # no account is needed for what is paid
        return how or means.CARD

    def _chorus_mandate(self):
        """The mandate of a direct debit and the creditor's identifier, where a module has them; Odoo itself has neither."""
        mandate = next((self[name] for name in ("sdd_mandate_id", "mandate_id") if name in self._fields and self[name]), None)
        reference = next(
            (mandate[name] for name in ("unique_mandate_reference", "name") if mandate is not None and name in mandate._fields),
            "",
        )
        company = self.company_id
        names = ("sdd_creditor_identifier", "sepa_creditor_identifier")
        creditor = next((company[name] for name in names if name in company._fields and company[name]), "")
        return cleaned(reference), cleaned(creditor)

    def _chorus_bank(self):
        if self.move_type != "out_invoice":
            return self.env["res.partner.bank"]
        return self.partner_bank_id or self.journal_id.bank_account_id or self._chorus_bank_above()

    def _chorus_bank_above(self):
        """The account of the company above, for a branch that has none: both are one legal person, by their SIREN."""
        parent = self.sudo().company_id.parent_id  # sudo: who works for a branch need not see the others
        if not parent:
            return self.env["res.partner.bank"]
        accounts = parent.partner_id.bank_ids.filtered(
            lambda bank: bank.company_id <= parent and bank.currency_id <= self.currency_id
        )
        ours = self._chorus_same_company(parent.partner_id)
        return accounts.sorted(lambda bank: not bank.allow_out_payment)[:1] if ours else accounts.browse()

    def _chorus_instalments(self):
        """When which part is due, by the payment terms; of a credit note nothing is."""
        if self.move_type != "out_invoice":
            return []
        parts = self.line_ids.filtered(lambda line: line.display_type == "payment_term" and line.date_maturity)
        return [(line.date_maturity, self._chorus_money(line.amount_currency)) for line in parts]

    @staticmethod
    def _chorus_label(record):
        return " ".join((record.name or "").split())

    # -- who is paid ---------------------------------------------------------------------------------------------------

    def _chorus_payee(self):
        """Who is paid in our place, such as a factor: whose account it is, or whom it names as its holder (BG-10).

        A holder that is no known structure is somebody's name for us (a trader's own, a former name of the company), unless the
        invoice speaks of a subrogation.
        """
        bank = self._chorus_bank()
        if not bank:
            return None
        ours = self.company_id.partner_id.commercial_partner_id
        owner = bank.partner_id.commercial_partner_id
        if owner and owner not in (ours, self.company_id.partner_id) and not self._chorus_same_company(owner):
            return self._chorus_payee_party(owner)
        holder = (bank.acc_holder_name or "").strip()
        names = (ours.name, self.company_id.name, owner.name)
        if not holder or holder in names or words(holder) in map(words, names):
            return None
        known = self.env["res.partner"].search(
            [("name", "=ilike", holder), ("parent_id", "=", False), ("company_registry", "!=", False)], limit=5
        )
        if len(set(known.mapped("company_registry"))) == 1:
            return None if self._chorus_same_company(known[0]) else self._chorus_payee_party(known[0])
        return Party(name=holder) if _speaks_of_factoring(self.narration) else None

    def _chorus_same_company(self, partner):
        def siren(registry):
            return compact(registry)[:9]

        return bool(siren(partner.company_registry)) and siren(partner.company_registry) == siren(
            self.company_id.company_registry
        )

    def _chorus_payee_party(self, partner):
        return Party(name=partner.name or "", identifier=partner.company_registry or "")

    def _chorus_subrogation(self, payee, notes):
        """The mention without which paying us would still free the public body, where the invoice has none."""
        if payee is None or any(_speaks_of_factoring(note.text) for note in notes):
            return ()
        mention = (
            f"Pour être libératoire, le règlement est à faire à {payee.name}, qui le reçoit par subrogation dans le cadre d'un"
            " contrat d'affacturage."
        )
        return (Note(mention, FACTORING_NOTE, specific=True),)

    # -- the customer's reference --------------------------------------------------------------------------------------

    def _chorus_order_reference(self):
        """The customer's reference, where a person or an order gave it; those that Odoo makes of its own numbers say nothing."""
        made = _first(self, "debit_origin_id", "pos_order_ids")
        text = cleaned(self.ref)
        return "" if made or text in (self.invoice_origin, self.payment_reference, self.name) else text


def _first(record, *names):
    """The first of these fields that the record's model has and that is filled in; ``""`` when none is."""
    return next((record[name] for name in names if name in record._fields and record[name]), "")


def _speaks_of_factoring(text):
    folded = fold(plain(text or ""))
    return any(word in folded for word in ("subrog", "affacturage", "factoring", "factor "))
