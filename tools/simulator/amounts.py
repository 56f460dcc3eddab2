"""Amounts: their size (doc/RULES.md R-26) and their sums (R-24, EN 16931 BR-CO-10 to BR-CO-17)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from .document import ZERO, Document

CENT = Decimal("0.01")
MAX_DIGITS = 19
MAX_DECIMALS = 6
LARGEST = Decimal("0.99")
WHOLE_CURRENCIES = frozenset(("JPY", "KRW", "XAF", "XOF", "XPF"))
EXEMPT = "E"  # UNTDID 5305


def check_amounts(document: Document) -> Iterator[str]:
    """The labels of what does not add up. What the file leaves out is not checked, except the three totals."""
    totals = document.totals
    if totals.without_vat is None or totals.with_vat is None or totals.payable is None:
        yield "Les montants HT, TTC et net a payer sont obligatoires"
        return
    vat = totals.vat or ZERO
    lines = sum((line.net for line in document.lines), ZERO)
    if document.lines and totals.lines is not None and lines != totals.lines:
        yield _mismatch("la somme des lignes", lines, totals.lines, "BR-CO-10")
    allowances, charges = totals.allowances or ZERO, totals.charges or ZERO
    if document.allowances != allowances:
        yield _mismatch("la somme des remises", document.allowances, allowances, "BR-CO-11")
    if document.charges != charges:
        yield _mismatch("la somme des charges", document.charges, charges, "BR-CO-12")
    if totals.lines is not None and totals.lines - allowances + charges != totals.without_vat:
        yield _mismatch("le total HT", totals.lines - allowances + charges, totals.without_vat, "BR-CO-13")
    yield from _check_taxes(document, totals.without_vat, vat)
    if totals.without_vat + vat != totals.with_vat:
        yield _mismatch("le total TTC", totals.without_vat + vat, totals.with_vat, "BR-CO-15")
    payable = totals.with_vat - (totals.prepaid or ZERO) + (totals.rounding or ZERO)
    if payable != totals.payable:
        yield _mismatch("le net a payer", payable, totals.payable, "BR-CO-16")
    yield from _check_exemptions(document)
    yield from _check_sizes(document)


def _check_taxes(document: Document, without_vat: Decimal, vat: Decimal) -> Iterator[str]:
    """VAT = base × rate, with what rounding line by line may add up to: EN 16931 itself allows less than 1 (BR-CO-17)."""
    if not document.taxes:
        if vat:
            yield "Le recapitulatif de TVA est obligatoire (BR-CO-14)"
        return
    amounts = sum((tax.amount for tax in document.taxes), ZERO)
    if amounts != vat:
        yield _mismatch("le total de TVA", amounts, vat, "BR-CO-14")
    bases = sum((tax.base for tax in document.taxes), ZERO)
    if bases != without_vat:
        yield _mismatch("la somme des bases de TVA", bases, without_vat, "BR-CO-13")
    for tax in document.taxes:
        unit = Decimal(1) if document.currency in WHOLE_CURRENCIES else CENT
        expected = (tax.base * (tax.rate or ZERO) / 100).quantize(unit, ROUND_HALF_UP)
        # of a soumettre the lines are not known
        parts = sum(line.rate == tax.rate for line in document.lines) if document.lines else LARGEST / CENT
        if abs(expected - tax.amount) > min(max(unit, unit * parts / 2), max(LARGEST, unit)):
            yield _mismatch(f"la TVA a {tax.rate or 0} %", expected, tax.amount, "BR-CO-17")


def _check_exemptions(document: Document) -> Iterator[str]:
    """R-22: an exemption says why; other categories without VAT say it by themselves [INF: only the API's field is known]."""
    for tax in document.taxes:
        if tax.category == EXEMPT and not tax.reason:
            yield "Le motif d'exoneration de TVA est obligatoire (G2.13)"


def _check_sizes(document: Document) -> Iterator[str]:
    totals = document.totals
    numbers = [totals.without_vat, totals.vat, totals.with_vat, totals.payable]
    numbers += [number for line in document.lines for number in (line.net, line.quantity, line.unit_price)]
    for number in numbers:
        if number is None:
            continue
        _, digits, exponent = number.as_tuple()
        decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if len(digits) > MAX_DIGITS or decimals > MAX_DECIMALS:
            yield f"Le montant {number} depasse {MAX_DIGITS} positions ou {MAX_DECIMALS} decimales"


def _mismatch(what: str, computed: Decimal, found: Decimal, rule: str) -> str:
    return f"Montants incoherents : {what} attendu {computed}, trouve {found} ({rule})"
