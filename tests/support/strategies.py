"""Random documents: sound ones, and odd ones (hypothesis)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from lxml import etree

from ...services.document import invoice as d
from ...services.rules import Context, FileFormat, Requirements, Service
from .documents import EXEMPT, IBAN, RECIPIENT, SUPPLIER, TODAY, credit_note, invoice, line, priced

CONTEXT = Context(today=TODAY)
OUT_OF_SCOPE = d.Vat(d.VatCategory.OUT_OF_SCOPE)
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def sums_add_up(xml: bytes) -> None:
    """The totals of the file, read from the file alone (EN 16931 BR-CO-10, 13 to 16)."""
    root = etree.fromstring(xml)

    def amounts(name: str, within: str) -> list[Decimal]:
        return [Decimal(node.text) for parent in root.iter(RAM + within) for node in parent.findall(RAM + name)]

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
sound_vats = st.one_of(standard, standard, st.just(EXEMPT), st.just(d.Vat(d.VatCategory.REVERSE_CHARGE)))
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


amounts_of_sound_documents = st.one_of(
    st.builds(
        priced, st.lists(sound_lines(sound_vats), min_size=1, max_size=8), adjustments(sound_vats), adjustments(sound_vats)
    ),
    st.builds(priced, st.lists(sound_lines(st.just(OUT_OF_SCOPE)), min_size=1, max_size=3)),
)


@st.composite
def sound_documents(draw) -> d.Invoice:
    """What a company with its data in order may well make, with texts of any kind; its total may be negative."""
    build: Callable[..., d.Invoice] = draw(st.sampled_from([invoice, credit_note]))
    return build(
        number=draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9+_/-]){0,19}", fullmatch=True)),
        issue_date=draw(days),
        due_date=draw(st.none() | days),
        supplier=replace(SUPPLIER, name=draw(labels), trading_name=draw(texts), address=d.Address(draw(texts), country="FR")),
        recipient=replace(RECIPIENT, name=draw(labels)),
        service_code=draw(texts),
        engagement_number=draw(texts),
        payment=d.Payment(draw(st.sampled_from(["30", "31", "42"])), IBAN, terms=draw(texts), reference=draw(texts)),
        notes=tuple(draw(st.lists(st.builds(d.Note, texts), max_size=2))),
        delivery_date=draw(st.none() | days),
        delivery_address=draw(st.none() | st.builds(d.Address, texts, city=texts, country=st.just("GP"))),
        vat_due=draw(st.none() | st.sampled_from(d.VatDue)),
        attachments=tuple(draw(st.lists(st.builds(d.Attachment, st.just("plan.pdf"), st.binary(min_size=1), texts), max_size=1))),
        **draw(amounts_of_sound_documents),
    )


any_numbers = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([Decimal(0), Decimal("sNaN"), Decimal("1E+400"), Decimal("-0.000"), Decimal("1E-30")]),
)
any_vats = st.builds(d.Vat, st.sampled_from(d.VatCategory), any_numbers, texts, texts)
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
    "delivery_address": st.none() | st.builds(d.Address, texts, country=texts),
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
    file_format=st.sampled_from(FileFormat),
)


@st.composite
def odd_documents(draw) -> d.Invoice:
    """A sound document in which some facts are anything at all."""
    odd = draw(st.sets(st.sampled_from(sorted(ODDITIES)), min_size=1, max_size=4))
    return replace(draw(sound_documents()), **{fact: draw(ODDITIES[fact]) for fact in sorted(odd)})


ALWAYS_THE_SAME = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
