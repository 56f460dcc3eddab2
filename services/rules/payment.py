"""Rules on how the document is to be paid."""

from __future__ import annotations

from stdnum import bic as bic_number
from stdnum import iban as iban_number

from ..document.invoice import CREDIT_TRANSFERS, DIRECT_DEBITS, PAYMENT_MEANS, Invoice
from ..text import Text
from .rule import Context, Level, Rule, Values


def _means(invoice: Invoice) -> str:
    """The means of payment; a credit note has none of its own."""
    return "" if invoice.is_credit_note else invoice.payment.means.strip()


def _means_unknown(invoice: Invoice, _context: Context) -> Values | None:
    means = _means(invoice)
    return {"means": means} if means and means not in PAYMENT_MEANS else None


def _iban_missing(invoice: Invoice, _context: Context) -> bool:
    return _means(invoice) in CREDIT_TRANSFERS and not invoice.payment.iban


def _iban_wrong(invoice: Invoice, _context: Context) -> Values | None:
    iban = invoice.payment.iban
    wrong = iban and not invoice.is_credit_note and not iban_number.is_valid(iban)
    return {"iban": invoice.payment.iban.strip()} if wrong else None


def _bic_wrong(invoice: Invoice, _context: Context) -> Values | None:
    bic = invoice.payment.bic
    return {"bic": bic} if bic and not invoice.is_credit_note and not bic_number.is_valid(bic) else None


def _mandate_missing(invoice: Invoice, _context: Context) -> bool:
    return _means(invoice) in DIRECT_DEBITS and not invoice.payment.mandate.strip()


def _payee_unknown(invoice: Invoice, _context: Context) -> Values | None:
    payee = invoice.payee
    if payee is None or invoice.is_credit_note or payee.identifier:
        return None
    return {"payee": payee.name}


_BANK = Text(
    "Choose on the invoice your bank account, or set it on the sales journal; it must be declared on Chorus Pro too.",
    "Choisissez sur la facture votre compte bancaire, ou renseignez-le sur le journal des ventes ; il doit aussi être "
    "déclaré sur Chorus Pro.",
)

PAYMENT_RULES: tuple[Rule, ...] = (
    Rule(
        "R-20.missing",
        Level.BLOCK,
        "payment_means",
        Text("The means of payment is missing.", "Le mode de paiement manque."),
        Text("Choose how the invoice is to be paid (bank transfer).", "Choisissez comment la facture sera payée (virement)."),
        "doc/RULES.md R-20; doc/API.md §4 (its absence is refused, seen live)",
        lambda invoice, _context: not invoice.is_credit_note and not _means(invoice),
        of_file=True,
    ),
    Rule(
        "R-21.means",
        Level.BLOCK,
        "payment_means",
        Text("Chorus Pro does not know the means of payment {means}.", "Chorus Pro ne connaît pas le mode de paiement {means}."),
        Text(
            "Choose a bank transfer (30), or another means of the list.",
            "Choisissez le virement (30), ou un autre mode de la liste.",
        ),
        "doc/RULES.md R-21; doc/API.md §3.2 (S2.05)",
        _means_unknown,
        of_file=True,
    ),
    Rule(
        "R-21.sepa",
        Level.WARN,
        "payment_means",
        Text(
            "Chorus Pro's list of payment means for recipients has no SEPA code of its own.",
            "La liste des modes de paiement que reçoivent les entités publiques n'a pas de code propre au SEPA.",
        ),
        Text(
            "Choose a bank transfer (30) rather than 58, a direct debit (49) rather than 59.",
            "Choisissez le virement (30) plutôt que 58, le prélèvement (49) plutôt que 59.",
        ),
        "doc/RULES.md R-21 (pivot format)",
        lambda invoice, _context: _means(invoice) in ("58", "59"),
        of_file=True,
    ),
    Rule(
        "R-20.iban",
        Level.BLOCK,
        "iban",
        Text(
            "Your bank account (IBAN) is missing: the public body needs it to make a transfer.",
            "Votre compte bancaire (IBAN) manque : l'entité publique en a besoin pour faire un virement.",
        ),
        _BANK,
        "doc/RULES.md R-20; EN 16931 BR-61",
        _iban_missing,
        of_file=True,
    ),
    Rule(
        "R-20.key",
        Level.BLOCK,
        "iban",
        Text("The IBAN “{iban}” is wrong.", "L'IBAN « {iban} » est faux."),
        Text("Correct the account number from your bank's statement.", "Corrigez le numéro de compte d'après votre RIB."),
        "doc/RULES.md R-20 (G1.16 to G1.19)",
        _iban_wrong,
        of_file=True,
    ),
    Rule(
        "R-20.bic",
        Level.WARN,
        "iban",
        Text("The bank's code (BIC) “{bic}” is wrong.", "Le code de la banque (BIC) « {bic} » est faux."),
        Text(
            "Correct the bank's BIC from your bank's statement, or empty it: the IBAN is enough.",
            "Corrigez le BIC de la banque d'après votre RIB, ou videz-le : l'IBAN suffit.",
        ),
        "doc/RULES.md R-20 (bank details); Factur-X takes a BIC only",
        _bic_wrong,
        of_file=True,
    ),
    Rule(
        "R-20.mandate",
        Level.WARN,
        "payment_means",
        Text(
            "The invoice is to be paid by direct debit, and the reference of the mandate is not known.",
            "La facture est à payer par prélèvement, et la référence du mandat n'est pas connue.",
        ),
        Text(
            "Write the mandate's reference in the terms of the invoice, or choose a bank transfer as its payment method.",
            "Écrivez la référence du mandat dans les conditions de la facture, ou choisissez le virement comme mode de paiement.",
        ),
        "EN 16931 BT-89",
        _mandate_missing,
        of_file=True,
    ),
    Rule(
        "R-20.payee",
        Level.WARN,
        "iban",
        Text(
            "{payee} is paid in your place, and its SIRET is not known.",
            "{payee} est payé à votre place, et son SIRET n'est pas connu.",
        ),
        Text(
            "Create a contact of exactly that name with its SIRET, or correct the account's holder on the bank account.",
            "Créez un contact de ce nom exact avec son SIRET, ou corrigez le titulaire sur le compte bancaire.",
        ),
        "EN 16931 BT-60, BT-61 (payee)",
        _payee_unknown,
        of_file=True,
    ),
)
