"""From a document to the data of ``soumettre``, which go beside the invoice's PDF (doc/API.md §2.A, mode ``DEPOT_PDF_API``).

The PDF is the invoice; these data are what Chorus Pro sorts, routes and checks. The API's French names are at home here, as in
``client``. Never ``SAISIE_API``: Chorus Pro would give the invoice a number of its own (doc/RULES.md R-07).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ..api.answers import AddedFile, SubmittedInvoice
from ..api.client import ChorusClient
from ..vocabulary import frameworks
from .invoice import ZERO, Attachment, Invoice, VatDue

MODE = "DEPOT_PDF_API"
COMMENT_LENGTH = 2000
"""Characters of ``commentaire`` (doc/API.md §2.H)."""

# UNTDID 4461 as in PAYMENT_MEANS → the modes of the API (doc/API.md §3.2); the other means are AUTRE
_PAYMENT_MODES = MappingProxyType(
    {
        "10": "ESPECE",
        "20": "CHEQUE",
        "30": "VIREMENT",
        "31": "VIREMENT",
        "42": "VIREMENT",
        "49": "PRELEVEMENT",
        "58": "VIREMENT",
        "59": "PRELEVEMENT",
        "97": "REPORT",
    }
)
_VAT_KINDS = MappingProxyType(
    {VatDue.INVOICE: "TVA_SUR_DEBIT", VatDue.DELIVERY: "TVA_SUR_DEBIT", VatDue.PAYMENT: "TVA_SUR_ENCAISSEMENT"}
)


def to_submission(invoice: Invoice, structure: str, service: str = "") -> dict[str, Any]:
    """The body of ``soumettre`` without its files, which ``ChorusClient.submit_invoice`` adds.

    :param structure: Chorus Pro's identifier of the supplier (``idStructureCPP``).
    :param service: that of the supplier's own service (``idService``), where it invoices by one.
    :raises KeyError: for a framework that this way does not take. :raises ArithmeticError: for an amount that is no number.
    """
    totals, validator = invoice.totals, invoice.validator
    return _known(
        {
            "modeDepot": MODE,
            "numeroFactureSaisi": invoice.number,
            # a day, as in the one known request that carries it (doc/API.md §6.5)
            "dateFacture": invoice.issue_date and invoice.issue_date.isoformat(),
            "destinataire": _known(
                {"codeDestinataire": invoice.recipient.identifier, "codeServiceExecutant": invoice.service_code.strip()}
            ),
            "fournisseur": _known({"idFournisseur": int(structure), "idServiceFournisseur": int(service) if service else None}),
            "cadreDeFacturation": _known(
                {
                    "codeCadreFacturation": frameworks.FRAMEWORKS[invoice.framework.strip()].api_value,
                    "codeStructureValideur": validator and validator.identifier,
                    "codeServiceValideur": validator and invoice.validator_service.strip(),
                }
            ),
            "references": _known(
                {
                    "deviseFacture": invoice.currency.strip(),
                    "typeFacture": "AVOIR" if invoice.is_credit_note else "FACTURE",
                    "typeTva": _vat_kind(invoice),
                    "numeroMarche": invoice.market_number.strip(),
                    "numeroBonCommande": invoice.engagement_number.strip(),
                    "numeroFactureOrigine": invoice.original and invoice.original.number.strip(),
                    # of a credit note empty, as elsewhere (doc/RULES.md R-19)
                    "modePaiement": None if invoice.is_credit_note else _PAYMENT_MODES.get(invoice.payment.means, "AUTRE"),
                }
            ),
            "ligneTva": [
                {
                    "ligneTvaTauxManuel": _number(rate),
                    "ligneTvaMontantBaseHtParTaux": _number(base),
                    "ligneTvaMontantTvaParTaux": _number(tax),
                }
                for rate, (base, tax) in _by_rate(invoice).items()
            ],
            "montantTotal": {
                "montantHtTotal": _number(totals.tax_basis),
                "montantTVA": _number(totals.tax),
                **_deduction(invoice),
                "montantTtcTotal": _number(totals.grand_total),
                "montantAPayer": _number(totals.payable),
            },
            "commentaire": _comment(invoice)[:COMMENT_LENGTH].strip(),
        }
    )


def _comment(invoice: Invoice) -> str:
    """What is written for this document, and what a payer must know besides the amount."""
    notes = (note.text.strip() for note in invoice.notes if note.specific)
    return "\n".join((*notes, *(() if invoice.is_credit_note else invoice.payment.particulars)))


def _by_rate(invoice: Invoice) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Base and VAT of each rate: the API knows no category, so that all that bears no VAT makes one line."""
    rates: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for subtotal in invoice.vat_breakdown:
        base, tax = rates.get(subtotal.vat.rate, (ZERO, ZERO))
        rates[subtotal.vat.rate] = base + subtotal.base, tax + subtotal.tax
    return rates


def _deduction(invoice: Invoice) -> dict[str, Any]:
    """What is between the total and the amount to pay: the API has no other place for it (doc/RULES.md R-25)."""
    totals = invoice.totals
    deducted = totals.grand_total - totals.payable
    if not deducted:
        return {}
    why = "Déjà réglé ou retenu" if totals.prepaid else "Arrondi"
    return {"montantRemiseGlobaleTTC": _number(deducted), "motifRemiseGlobaleTTC": why}


def _vat_kind(invoice: Invoice) -> str | None:
    """How VAT is charged; unknown stays unsaid.

    Without VAT it is SANS_TVA, never EXONERATION: that one wants a code of a list that is not public, and the reason stands on
    the PDF.
    """
    if not any(subtotal.tax for subtotal in invoice.vat_breakdown):
        return "SANS_TVA"
    return _VAT_KINDS[invoice.vat_due] if invoice.vat_due else None


def _number(value: Decimal) -> int | float:
    """A number as JSON has it; exact up to 15 digits, and no amount that the rules let through has more (doc/RULES.md R-26)."""
    if not value.is_finite():
        raise ArithmeticError(f"{value} is no amount")
    return int(value) if value == value.to_integral_value() else float(value)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def hand_over(
    client: ChorusClient, body: dict[str, Any], pdf: bytes, name: str, others: Sequence[Attachment] = ()
) -> SubmittedInvoice:
    """Hand over the PDF and the attachments, then submit the invoice.

    Until the last call nothing is at Chorus Pro but loose files, so that an error before it means "not received".

    :param body: what :func:`to_submission` made. :param name: the PDF's.
    :raises ChorusError: see :meth:`ChorusClient.submit_invoice`.
    """
    main = AddedFile(client.add_file(pdf, name), name)
    kinds = client.file_types() if others else {}
    files = [
        AddedFile(client.add_file(file.content, file.name), file.description or file.name, _kind(file.description, kinds))
        for file in others
    ]
    return client.submit_invoice(body, main, files)


def _kind(label: str, kinds: Mapping[str, str]) -> str:
    """The code of a kind of file: that of the same name, else "other", else the first."""
    names = {name.casefold(): code for code, name in reversed(kinds.items())}
    other = next((code for name, code in names.items() if name.startswith("autre")), "")
    return names.get(label.casefold()) or other or next(iter(kinds), "")
