"""Plain documents for the tests of ``services``: one sound invoice, and how to vary it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ...services.document.invoice import (
    ZERO,
    Address,
    AllowanceCharge,
    Contact,
    Invoice,
    Kind,
    Line,
    OriginalInvoice,
    Party,
    Payment,
    Totals,
    Vat,
    VatCategory,
    VatDue,
    VatSubtotal,
)

TODAY = date(2026, 11, 20)
CENT = Decimal("0.01")
IBAN = "FR76 3000 6000 0112 3456 7890 189"
S20 = Vat(VatCategory.STANDARD, Decimal(20))
S55 = Vat(VatCategory.STANDARD, Decimal("5.5"))
EXEMPT = Vat(VatCategory.EXEMPT, ZERO, "TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE")

SUPPLIER = Party(
    "Atelier Démo",
    "12345678200077",
    vat="FR11123456782",
    address=Address("1 rue du Port", postcode="44000", city="Nantes", country="FR"),
    contact=Contact("Ana Le Goff", "+33 2 40 00 00 00", "ana@atelier.example"),
    legal_mention="SARL au capital de 1 000 €",
)
RECIPIENT = Party(
    "Commune de Démonville",
    "20000000800017",
    address=Address("Place de la Mairie", postcode="01000", city="Démonville", country="FR"),
)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def line(price: str | Decimal = "50", quantity: str | Decimal = "2", vat: Vat = S20, **changes: Any) -> Line:
    """A line whose amount is its quantity times its price."""
    price, quantity = Decimal(price), Decimal(quantity)
    values = {"name": "Chaise", "net_amount": cents(price * quantity), **changes}
    return Line(quantity=quantity, net_price=price, vat=vat, **values)


def priced(
    lines: Iterable[Line],
    allowances: Iterable[AllowanceCharge] = (),
    charges: Iterable[AllowanceCharge] = (),
    prepaid: Decimal = ZERO,
    rounding: Decimal = ZERO,
) -> dict[str, Any]:
    """The lines with the VAT summary and the totals they make, for ``invoice(**priced(…))``."""
    lines, allowances, charges = tuple(lines), tuple(allowances), tuple(charges)
    bases: dict[tuple[VatCategory, Decimal], tuple[Vat, Decimal]] = {}
    for vat, amount in (
        *((one.vat, one.net_amount) for one in lines),
        *((one.vat, -one.amount) for one in allowances),
        *((one.vat, one.amount) for one in charges),
    ):
        key = vat.category, vat.rate
        first, base = bases.get(key, (vat, ZERO))
        bases[key] = first, base + amount
    breakdown = tuple(VatSubtotal(vat, base, cents(base * vat.rate / 100)) for vat, base in bases.values())
    line_total = sum((one.net_amount for one in lines), ZERO)
    allowance_total = sum((one.amount for one in allowances), ZERO)
    charge_total = sum((one.amount for one in charges), ZERO)
    basis = line_total - allowance_total + charge_total
    tax = sum((one.tax for one in breakdown), ZERO)
    return {
        "lines": lines,
        "allowances": allowances,
        "charges": charges,
        "vat_breakdown": breakdown,
        "totals": Totals(
            lines=line_total,
            allowances=allowance_total,
            charges=charge_total,
            tax_basis=basis,
            tax=tax,
            grand_total=basis + tax,
            prepaid=prepaid,
            rounding=rounding,
            payable=basis + tax - prepaid + rounding,
        ),
    }


def invoice(**changes: Any) -> Invoice:
    """An invoice of 100.00 without VAT, with nothing wrong in it."""
    sound = Invoice(
        number="FAC/2026/00042",
        issue_date=TODAY,
        due_date=date(2026, 12, 20),
        supplier=SUPPLIER,
        recipient=RECIPIENT,
        service_code="FAC-001",
        market_number="2026-M-07",
        engagement_number="EJ1900042",
        payment=Payment(iban=IBAN, bic="AGRIFRPP", account_holder="Atelier Démo", terms="30 jours", reference="FAC/2026/00042"),
        vat_due=VatDue.INVOICE,
        **priced([line()]),
    )
    return replace(sound, **changes)


def credit_note(**changes: Any) -> Invoice:
    """A credit note of that invoice."""
    original = OriginalInvoice("FAC/2026/00041", date(2026, 10, 1))
    return invoice(**{"kind": Kind.CREDIT_NOTE, "number": "AV/2026/00007", "original": original, **changes})
