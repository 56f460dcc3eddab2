"""Random documents: sound ones, and odd ones (hypothesis)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from lxml import etree

from ...services.document import invoice as d
from ...services.document import terms
from ...services.document.formats import FORMATS
from ...services.document.taxation import BookTax, TaxKind, outside_the_base
from ...services.rules import Context, Requirements, Service
from .documents import IBAN, RECIPIENT, SUPPLIER, TODAY, credit_note, invoice, line, priced

CONTEXT = Context(today=TODAY)
PDFS = st.binary().map(lambda content: b"%PDF-" + content)
OUT_OF_SCOPE = d.Vat(d.VatCategory.OUT_OF_SCOPE)
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def sums_add_up(xml: bytes) -> None:
    """The totals of the file, read from the file alone (EN 16931 BR-CO-10, 13 to 16)."""
    root = etree.fromstring(xml)

    currency = root.findtext(f".//{RAM}InvoiceCurrencyCode")

    def amounts(name: str, within: str) -> list[Decimal]:
        nodes = (node for parent in root.iter(RAM + within) for node in parent.findall(RAM + name))
        # the VAT may be stated in a second currency (BT-111)
        return [Decimal(node.text) for node in nodes if node.get("currencyID", currency) == currency]

    def total(name: str) -> Decimal:
        return sum(amounts(name, "SpecifiedTradeSettlementHeaderMonetarySummation"), Decimal(0))

    assert total("LineTotalAmount") == sum(amounts("LineTotalAmount", "SpecifiedTradeSettlementLineMonetarySummation"))
    assert total("TaxBasisTotalAmount") == total("LineTotalAmount") - total("AllowanceTotalAmount") + total("ChargeTotalAmount")
    assert total("TaxTotalAmount") == sum(amounts("CalculatedAmount", "ApplicableTradeTax"))
    assert total("TaxBasisTotalAmount") == sum(
        Decimal(node.text)
        for tax in root.iter(f"{RAM}ApplicableHeaderTradeSettlement")
        for node in tax.findall(f"{RAM}ApplicableTradeTax/{RAM}BasisAmount")
    )
    assert total("GrandTotalAmount") == total("TaxBasisTotalAmount") + total("TaxTotalAmount")
    assert total("DuePayableAmount") == total("GrandTotalAmount") - total("TotalPrepaidAmount") + total("RoundingAmount")


texts = st.text(max_size=30)
labels = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=30)
days = st.dates(date(2000, 1, 1), TODAY)
standard = st.sampled_from(["20", "10", "5.5", "2.1", "8.5"]).map(lambda rate: d.Vat(d.VatCategory.STANDARD, Decimal(rate)))
reasons = st.sampled_from(
    [
        ("TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE"),
        ("Exonération de TVA, art. 261-4-4° a du CGI", ""),
        ("Exonération de TVA, art. 261, 4 du CGI", "VATEX-FR-CGI261-4"),
        ("Débours, art. 267 II 2° du CGI ; frais avancés", ""),
        ("", "VATEX-FR-CGI261D-2"),
    ]
)
exempt = reasons.map(lambda why: d.Vat(d.VatCategory.EXEMPT, Decimal(0), *why))
reversed_charge = st.sampled_from(["", "Autoliquidation, art. 283-2 nonies du CGI"]).map(
    lambda reason: d.Vat(d.VatCategory.REVERSE_CHARGE, reason=reason)
)
exported = st.just(d.Vat(d.VatCategory.EXPORT))
sound_vats = st.one_of(standard, standard, exempt, reversed_charge, exported)
prices = st.decimals(-100, 100_000, places=6)
quantities = st.decimals(-10, 10_000, places=3)


def sound_lines(vats: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        line,
        prices,
        quantities,
        vats,
        name=labels,
        description=texts,
        unit=st.sampled_from(["C62", "HUR", "DAY", "KGM", "MTK"]),
        gross_price=st.none() | prices,
        period=st.none() | st.builds(lambda day, length: d.Period(day, day + timedelta(length)), days, st.integers(0, 400)),
    )


def adjustments(vats: st.SearchStrategy) -> st.SearchStrategy:
    amount = st.decimals(0, 1000, places=2)
    return st.lists(st.builds(d.AllowanceCharge, amount, vats, texts), max_size=2)


def contributions(draw, lines: list[d.Line]) -> list[d.AllowanceCharge]:
    """Taxes that are not VAT on some of the lines, in the base of their VAT or outside it."""
    charges = []
    for taxed in draw(st.lists(st.sampled_from(lines), max_size=2)):
        tax = BookTax(draw(labels), Decimal(1), TaxKind.FIXED, note=draw(st.sampled_from(["", "Art. 267 II du CGI"])))
        vat = taxed.vat if draw(st.booleans()) else outside_the_base(tax, taxed.vat)
        charges.append(d.AllowanceCharge(draw(st.decimals("0.01", 100, places=2)), vat, tax.name))
    return charges


@st.composite
def amounts_of_sound_documents(draw) -> dict[str, Any]:
    """Lines, discounts, charges and contributions; what was paid before, withheld and rounded."""
    if draw(st.integers(0, 9)) == 0:
        return priced(draw(st.lists(sound_lines(st.just(OUT_OF_SCOPE)), min_size=1, max_size=3)))
    lines = draw(st.lists(sound_lines(sound_vats), min_size=1, max_size=8))
    charges = [*draw(adjustments(sound_vats)), *contributions(draw, lines)]
    amounts = priced(lines, draw(adjustments(sound_vats)), charges)
    owed = amounts["totals"].grand_total
    if owed <= 0 or draw(st.booleans()):
        return amounts
    # withheld and paid in advance are one amount in the standard
    prepaid = draw(st.one_of(st.just(owed), st.decimals(0, owed, places=2)))
    totals = replace(amounts["totals"], prepaid=prepaid, payable=owed - prepaid)
    return {**amounts, "totals": totals, **({"framework": "A2"} if owed == prepaid else {})}


countries = st.sampled_from(["FR", "FR", "GP", "MQ", "GF", "RE", "YT", "NC", "PF", "PM", "MC"])
accounts = st.sampled_from(["10", "20", "30", "31", "42", "48", "97"]).map(lambda means: {"means": means, "iban": IBAN})
debits = st.fixed_dictionaries({"means": st.just("49"), "mandate": labels, "creditor": st.sampled_from(["", "FR12ZZZ123456"])})
instalments = st.lists(st.tuples(days, st.decimals("0.01", 10_000, places=2)), max_size=4)


@st.composite
def settlements(draw) -> dict[str, Any]:
    """How it is paid, when, and to whom."""
    parts, currency = draw(instalments), draw(st.sampled_from(["EUR", "EUR", "EUR", "USD", "CHF"]))
    withheld = draw(st.lists(st.tuples(labels, st.decimals("0.01", 100, places=2)), max_size=1))
    abroad = {"vat_currency": "EUR", "tax_in_vat_currency": draw(st.decimals(0, 1000, places=2))} if currency != "EUR" else {}
    payee = draw(st.none() | st.builds(d.Party, labels, st.sampled_from(["", "55203253400646"])))
    return {
        "currency": currency,
        **abroad,
        "due_date": terms.first_due(parts),
        "payment": d.Payment(
            **draw(st.one_of(accounts, accounts, debits)),
            terms=draw(texts),
            reference=draw(texts),
            particulars=terms.particulars(parts, withheld, [], currency),
        ),
        "payee": payee,
    }


@st.composite
def sound_documents(draw) -> d.Invoice:
    """What a company with its data in order may well make, with texts of any kind; its total may be negative."""
    build: Callable[..., d.Invoice] = draw(st.sampled_from([invoice, credit_note]))
    return build(
        number=draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9+_/-]){0,19}", fullmatch=True)),
        issue_date=draw(days),
        supplier=replace(SUPPLIER, name=draw(labels), trading_name=draw(texts), address=d.Address(draw(texts), country="FR")),
        recipient=replace(RECIPIENT, name=draw(labels), address=replace(RECIPIENT.address, country=draw(countries))),
        service_code=draw(texts),
        engagement_number=draw(texts),
        **draw(settlements()),
        notes=tuple(draw(st.lists(st.builds(d.Note, texts), max_size=2))),
        delivery_date=draw(st.none() | days),
        delivery_name=draw(texts),
        delivery_address=draw(st.none() | st.builds(d.Address, texts, city=texts, country=countries)),
        vat_due=draw(st.none() | st.sampled_from(d.VatDue)),
        attachments=tuple(draw(st.lists(st.builds(d.Attachment, st.just("plan.pdf"), PDFS, texts), max_size=1))),
        **draw(amounts_of_sound_documents()),
    )


any_numbers = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([Decimal(0), Decimal("sNaN"), Decimal("1E+400"), Decimal("-0.000"), Decimal("1E-30")]),
)
any_vats = st.builds(d.Vat, st.sampled_from(d.VatCategory), any_numbers, texts, texts, st.none() | st.sampled_from(d.Flaw))
any_dates = st.none() | st.dates()
any_periods = st.none() | st.builds(d.Period, any_dates, any_dates)
any_parties = st.builds(
    d.Party,
    texts,
    texts | st.just("12345678200077"),
    st.sampled_from(d.IdentifierType),
    texts,
    st.builds(d.Address, texts, texts, texts, texts, texts, texts | st.just("FR")),
    st.builds(d.Contact, texts, texts, texts),
)
any_lines = st.builds(
    d.Line,
    texts,
    any_numbers,
    any_numbers,
    any_numbers,
    any_vats,
    unit=texts,
    gross_price=st.none() | any_numbers,
    period=any_periods,
)
ODDITIES = {
    "number": texts,
    "issue_date": any_dates,
    "due_date": any_dates,
    "supplier": any_parties,
    "recipient": any_parties,
    "lines": st.lists(any_lines, max_size=3).map(tuple),
    "vat_breakdown": st.lists(st.builds(d.VatSubtotal, any_vats, any_numbers, any_numbers), max_size=3).map(tuple),
    "totals": st.builds(d.Totals, *[any_numbers] * 9),
    "kind": st.sampled_from(d.Kind),
    "currency": texts | st.sampled_from(["EUR", "USD", "JPY", "TND"]),
    "framework": texts | st.sampled_from(["A1", "A2", "A4", "A9", "A12", "A11"]),
    "service_code": texts,
    "original": st.none() | st.builds(d.OriginalInvoice, texts, any_dates),
    "payment": st.builds(d.Payment, texts | st.sampled_from(sorted(d.PAYMENT_MEANS)), texts, texts, texts, texts, texts),
    "period": any_periods,
    "delivery_date": any_dates,
    "delivery_name": texts,
    "delivery_address": st.none() | st.builds(d.Address, texts, country=texts),
    "payee": st.none() | any_parties,
    "retained": any_numbers,
    "deducted": any_numbers,
    "vat_due": st.none() | st.sampled_from(d.VatDue),
    "vat_currency": texts | st.just("EUR"),
    "tax_in_vat_currency": st.none() | any_numbers,
    "allowances": st.lists(st.builds(d.AllowanceCharge, any_numbers, any_vats, texts, texts), max_size=2).map(tuple),
    "charges": st.lists(st.builds(d.AllowanceCharge, any_numbers, any_vats, texts, texts), max_size=2).map(tuple),
    "notes": st.lists(st.builds(d.Note, texts, texts), max_size=2).map(tuple),
    "attachments": st.lists(st.builds(d.Attachment, texts | st.just("a.pdf"), st.binary(), texts), max_size=2).map(tuple),
    "validator": st.none() | any_parties,
}
any_requirements = st.builds(
    Requirements,
    *[st.none() | st.booleans()] * 5,
    services=st.none() | st.lists(st.builds(Service, texts, st.none() | st.booleans(), st.none() | st.booleans())).map(tuple),
)
any_contexts = st.builds(
    Context,
    today=st.dates(),
    production=st.booleans(),
    supplier=st.sampled_from(["", "active", "inactive", "absent"]),
    recipient=any_requirements,
    form=st.sampled_from(list(FORMATS.values())),
    paid_since=st.decimals(0, 1000, places=2),
    order_reference=texts,
)


@st.composite
def odd_documents(draw) -> d.Invoice:
    """A sound document in which some facts are anything at all."""
    odd = draw(st.sets(st.sampled_from(sorted(ODDITIES)), min_size=1, max_size=4))
    return replace(draw(sound_documents()), **{fact: draw(ODDITIES[fact]) for fact in sorted(odd)})


ALWAYS_THE_SAME = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
