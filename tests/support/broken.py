"""Documents that break one rule each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ...services import rules
from ...services.document import invoice as d
from ...services.rules import Context, Requirements, Service
from .documents import EXEMPT, IBAN, RECIPIENT, S20, S55, SUPPLIER, TODAY, invoice, line, priced

CONTEXT = Context(today=TODAY)


OWN_FIELDS = {
    "supplier.name",
    "supplier.address",
    "supplier.vat",
    "recipient.name",
    "recipient.address",
    "recipient.vat",
    "period",
    "notes",
    "payments",
    "retention",
}


def codes(document: d.Invoice, context: Context = CONTEXT) -> list[str]:
    return [finding.code for finding in rules.check(document, context)]


def knowing(**requirements) -> Context:
    return replace(CONTEXT, recipient=Requirements(**requirements))


def supplier(**changes) -> dict:
    return {"supplier": replace(SUPPLIER, **changes)}


def recipient(**changes) -> dict:
    return {"recipient": replace(RECIPIENT, **changes)}


def totals(**changes) -> dict:
    return {"totals": replace(invoice().totals, **changes)}


def attached(*files: d.Attachment) -> dict:
    return {"attachments": files}


SERVICES = (
    Service("FAC-001", active=True, engagement_required=True),
    Service("FAC-OLD", active=False),
    Service("FAC-2025", active=True, valid_until=date(2025, 12, 31)),
    Service("FAC-2027", active=True, valid_from=date(2027, 1, 1)),
)


OUT_OF_SCOPE = d.Vat(d.VatCategory.OUT_OF_SCOPE)


UNTAXED = d.Vat(d.VatCategory.EXEMPT, flaw=d.Flaw.NONE)


INTRA_COMMUNITY = d.Vat(d.VatCategory.INTRA_COMMUNITY)


# Rule, what breaks it, and in which context when it is not the usual one.
BREAKING: list[tuple] = [
    ("R-04.missing", {"number": "  "}),
    ("R-04.length", {"number": "F" * 21}),
    ("R-05.characters", {"number": "FAC.2026.1"}),
    ("R-05.characters", {"number": "FAC 2026 é"}),
    ("R-05.characters", {"number": " FAC2026"}),
    ("R-05.characters", {"number": "FAC  2026"}),
    ("R-05.characters", {"number": "FAC2026\n"}),
    ("R-06.taken", {}, replace(CONTEXT, taken_by="Ventes, Atelier Démo")),
    ("R-16.missing", {"issue_date": None}),
    ("R-16.future", {"issue_date": TODAY + timedelta(1)}),
    ("R-15.currency", {"currency": "eur"}),
    ("R-15.currency", {"currency": "XYZ"}),
    ("R-15.vat", {"currency": "USD"}),
    ("R-17.sign", priced([line("-50", "1")])),
    ("R-18.missing", {"kind": d.Kind.CREDIT_NOTE}),
    ("R-18.format", {"kind": d.Kind.CREDIT_NOTE, "original": d.OriginalInvoice("X" * 21)}),
    ("R-33.missing", {"framework": ""}),
    ("R-33.framework", {"framework": "A4"}),
    ("R-33.framework", {"framework": "S1"}),
    ("R-33.paid", priced([line()], prepaid=Decimal("120.00"))),
    ("R-33.unpaid", {"framework": "A2"}),
    ("R-33.since", {}, replace(CONTEXT, paid_since=Decimal("20.00"))),
    ("R-34.carried", {"framework": "A9"}),
    ("R-34.missing", {"framework": "A12"}),
    ("R-34.format", {"framework": "A12", "validator": replace(SUPPLIER, identifier="1234")}),
    ("R-34.key", {"framework": "A12", "validator": replace(SUPPLIER, identifier="12345678200078")}),
    ("R-28.validator", {"framework": "A12", "validator": replace(SUPPLIER, identifier="123456782")}),
    ("BR-29.period", {"period": d.Period(date(2026, 2, 1), date(2026, 1, 31))}),
    ("BR-30.period", priced([line(period=d.Period(date(2026, 2, 1), date(2026, 1, 31)))])),
    ("R-27.length", {"notes": (d.Note("x" * 1025),)}),
    ("R-36.notes", {"notes": (d.Note("Réserve : chantier suspendu.", specific=True),)}),
    ("R-01.missing", supplier(identifier=" ")),
    ("R-01.format", supplier(identifier="1234567820007")),
    ("R-01.format", supplier(identifier="1234567820007X")),
    ("R-01.key", supplier(identifier="12345678200078")),
    ("R-01.inactive", {}, replace(CONTEXT, supplier="inactive")),
    ("R-01.absent", supplier(identifier="732 829 320 00074"), replace(CONTEXT, supplier="absent")),
    ("R-28.supplier", supplier(identifier="123 456 782")),
    ("R-03.length", supplier(identifier="X" * 19, identifier_type=d.IdentifierType.OUTSIDE_EU)),
    ("BR-06.name", supplier(name="")),
    ("BR-09.country", supplier(address=d.Address("1 rue du Port"))),
    ("BR-S-02.vat", supplier(vat="")),
    ("BR-CO-09.supplier", supplier(vat="11123456782")),
    ("R-02.missing", recipient(identifier="")),
    ("R-02.format", recipient(identifier="2000000080001")),
    ("R-02.key", recipient(identifier="20000000800018")),
    ("R-02.type", recipient(identifier="0123456", identifier_type=d.IdentifierType.RIDET)),
    ("R-02.inactive", {}, knowing(active=False)),
    ("R-28.recipient", recipient(identifier="200000008")),
    ("R-13.moa", {}, knowing(moa_only=True)),
    ("BR-07.name", recipient(name="\t")),
    ("BR-11.country", recipient(address=d.Address(country="France"))),
    ("BR-57.country", {"delivery_address": d.Address("3 rue de l'École", city="Rennes")}),
    ("BR-CO-09.recipient", recipient(vat="NON")),
    ("R-08.service", {"service_code": " "}, knowing(service=True, engagement=False)),
    ("R-09.engagement", {"engagement_number": ""}, knowing(engagement=True)),
    ("R-10.either", {"engagement_number": "", "service_code": ""}, knowing(either=True, service=True)),
    ("R-11.unknown", {"service_code": "NOPE"}, knowing(services=SERVICES)),
    ("R-11.inactive", {"service_code": "FAC-OLD"}, knowing(services=SERVICES)),
    ("R-11.inactive", {"service_code": "FAC-2025"}, knowing(services=SERVICES)),
    ("R-11.inactive", {"service_code": "FAC-2027"}, knowing(services=SERVICES)),
    ("R-11.engagement", {"engagement_number": ""}, knowing(services=SERVICES)),
    ("R-09.filler", {"engagement_number": "néant"}, knowing(engagement=True)),
    ("R-09.filler", {"engagement_number": "/"}, knowing(services=SERVICES)),
    ("R-09.filler", {"service_code": "0"}, knowing(service=True)),
    ("R-09.filler", {"engagement_number": "Sans objet", "service_code": ""}, knowing(either=True)),
    ("R-14.filler", {"engagement_number": "xxx"}),
    ("R-14.filler", {"market_number": "N/A"}, knowing(service=True)),
    ("R-14.several", {"engagement_number": "1300012345, 1300012346"}),
    ("R-14.several", {"engagement_number": "1300012345/1300012346"}),
    ("R-09.order", {"engagement_number": "", "service_code": ""}, replace(CONTEXT, order_reference="EJ 1300 012 345")),
    ("R-09.orders", {"engagement_number": "", "service_code": ""}, replace(CONTEXT, order_reference="EJ 1300 012 345, EJ2")),
    ("R-12.public", {"service_code": "FACTURES_PUBLIQUES"}),
    ("R-14.service", {"service_code": "S" * 101}),
    ("R-14.market", {"market_number": "M" * 51}),
    ("R-14.engagement", {"engagement_number": "E" * 51}),
    ("BR-16.lines", {"lines": ()}),
    ("BR-25.name", priced([line(), line(name="")])),
    ("BR-23.unit", priced([line(unit="")])),
    ("BR-23.unit", priced([line(unit="heure")])),
    ("BR-23.unit", priced([line(unit="QT")])),
    ("R-26.number", totals(payable=Decimal("120.001"))),
    ("R-26.number", totals(payable=Decimal("NaN"))),
    ("R-26.number", totals(payable=Decimal("sNaN"))),
    ("R-26.number", totals(payable=Decimal("1E+13"))),
    ("R-26.number", priced([line("1.0000001", "1")])),
    ("R-24.price", {**priced([replace(line(), net_price=Decimal("49.9"))])}),
    ("R-23.category", priced([line(vat=d.Vat(d.VatCategory.STANDARD))])),
    ("R-23.category", priced([line(vat=replace(EXEMPT, rate=Decimal(20)))])),
    ("R-23.discounts", priced([line()], [d.AllowanceCharge(Decimal("1.00"), d.Vat(d.VatCategory.STANDARD))])),
    ("R-23.rate", priced([line(vat=d.Vat(d.VatCategory.STANDARD, Decimal("19.6")))])),
    ("R-22.tax", priced([line(), line(vat=UNTAXED)])),
    ("R-22.tax", priced([line(vat=EXEMPT), line(vat=UNTAXED)])),
    ("R-22.reason", priced([line(vat=d.Vat(d.VatCategory.EXEMPT))])),
    ("R-22.reason", priced([line(vat=EXEMPT), line(vat=d.Vat(d.VatCategory.EXEMPT))])),
    ("R-22.reason", priced([line()], charges=[d.AllowanceCharge(Decimal("1.00"), d.Vat(d.VatCategory.EXEMPT), "Consigne")])),
    ("R-23.several", priced([line(vat=replace(S20, flaw=d.Flaw.SEVERAL))])),
    ("R-22.due", {"vat_due": None}),
    ("BR-O-11.scope", priced([line(), line(vat=OUT_OF_SCOPE)])),
    ("BR-IC-11.delivery", priced([line(vat=INTRA_COMMUNITY)])),
    ("R-24.lines", totals(lines=Decimal("100.01"))),
    ("R-24.allowances", totals(allowances=Decimal("0.01"))),
    ("R-24.charges", totals(charges=Decimal("0.01"))),
    ("R-24.basis", totals(tax_basis=Decimal("99.99"))),
    ("R-24.tax", totals(tax=Decimal("19.99"))),
    ("R-24.total", totals(grand_total=Decimal("119.99"))),
    ("R-24.payable", totals(payable=Decimal("0.00"))),
    ("R-24.retained", {"retained": Decimal("60.00")}),
    ("R-24.deducted", {"deducted": Decimal("60.00")}),
    ("R-24.twice", {"vat_breakdown": invoice().vat_breakdown * 2}),
    ("R-24.bases", {"vat_breakdown": (d.VatSubtotal(S20, Decimal("100.01"), Decimal("20.00")),)}),
    ("R-24.bases", {"vat_breakdown": ()}),
    ("R-24.bases", {"vat_breakdown": (*invoice().vat_breakdown, d.VatSubtotal(S55, Decimal(0), Decimal(0)))}),
    ("R-24.vat", {"vat_breakdown": (d.VatSubtotal(S20, Decimal("100.00"), Decimal("20.02")),)}),
    ("R-24.vat", {"vat_breakdown": (d.VatSubtotal(EXEMPT, Decimal("100.00"), Decimal("0.01")),)}),
    ("R-20.missing", {"payment": d.Payment("", IBAN)}),
    ("R-20.iban", {"payment": d.Payment("30")}),
    ("R-20.key", {"payment": d.Payment("30", "FR7630006000011234567890188")}),
    ("R-20.bic", {"payment": d.Payment("30", IBAN, "BANQUE")}),
    ("R-20.mandate", {"payment": d.Payment("49")}),
    ("R-20.payee", {"payee": d.Party("Factor SA")}),
    ("R-21.means", {"payment": d.Payment("57")}),
    ("R-21.sepa", {"payment": d.Payment("58", IBAN)}),
    ("R-29.name", attached(d.Attachment("x" * 47 + ".pdf", b"x"))),
    ("R-32.characters", attached(d.Attachment("plan & coupe.pdf", b"x"))),
    ("R-29.kind", attached(d.Attachment("setup.exe", b"x"))),
    ("R-29.kind", attached(d.Attachment("README", b"x"))),
    ("R-29.inside", attached(d.Attachment("plan.docx", b"x"))),
    ("R-29.empty", attached(d.Attachment("plan.pdf", b""))),
    ("R-29.content", attached(d.Attachment("plan.pdf", b"PK\x03\x04 a document of Word, renamed"))),
    ("R-29.size", attached(d.Attachment("plan.pdf", bytes(10 * 1024 * 1024 + 1)))),
    ("R-29.total", attached(*[d.Attachment("plan.pdf", bytes(9_999_999))] * 12)),
    ("R-31.flow", attached(*[d.Attachment("plan.pdf", bytes(9_999_999))] * 3)),
]
