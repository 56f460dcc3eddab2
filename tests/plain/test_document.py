"""The XML made from a document: what stands where, what must not stand there, and the official checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from facturx import parse_ubl_cii_xml
from lxml import etree

from ...services.document import en16931
from ...services.document.en16931 import DocumentError, to_cii
from ...services.document.invoice import (
    Address,
    AllowanceCharge,
    Attachment,
    Contact,
    IdentifierType,
    Note,
    OriginalInvoice,
    Party,
    Payment,
    Period,
    Vat,
    VatCategory,
    VatDue,
)
from ..support.documents import EXEMPT, RECIPIENT, S20, S55, SUPPLIER, credit_note, invoice, line, priced
from ..support.schematron import failures

NAMESPACES = {
    name: f"urn:un:unece:uncefact:data:standard:{urn}"
    for name, urn in {
        "rsm": "CrossIndustryInvoice:100",
        "ram": "ReusableAggregateBusinessInformationEntity:100",
        "udt": "UnqualifiedDataType:100",
        "qdt": "QualifiedDataType:100",
    }.items()
}


def found(xml: bytes, path: str) -> list[str]:
    """The texts or attributes at that XPath, anywhere in the file."""
    nodes = etree.fromstring(xml).xpath(path if path.startswith("/") else f"//{path}", namespaces=NAMESPACES)
    return [node if isinstance(node, str) else node.text for node in nodes]


SETTLEMENT = "ram:ApplicableHeaderTradeSettlement"
SUMMATION = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"

EXPECTED = {
    "rsm:ExchangedDocument/ram:ID": ["FAC/2026/00042"],
    "rsm:ExchangedDocument/ram:TypeCode": ["380"],
    "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString": ["20261120"],
    "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID": ["A1"],
    "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID": ["urn:cen.eu:en16931:2017"],
    "ram:BuyerReference": ["FAC-001"],
    "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID": ["EJ1900042"],
    "ram:ContractReferencedDocument/ram:IssuerAssignedID": ["2026-M-07"],
    "ram:SellerTradeParty/ram:Name": ["Atelier Démo"],
    "ram:SellerTradeParty/ram:Description": ["SARL au capital de 1 000 €"],
    "ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']": ["FR11123456782"],
    "ram:SellerTradeParty/ram:DefinedTradeContact/ram:PersonName": ["Ana Le Goff"],
    "ram:BuyerTradeParty/ram:Name": ["Commune de Démonville"],
    "ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CityName": ["Démonville"],
    "ram:SpecifiedTradeProduct/ram:Name": ["Chaise"],
    "ram:NetPriceProductTradePrice/ram:ChargeAmount": ["50"],
    "ram:BilledQuantity": ["2"],
    "ram:BilledQuantity/@unitCode": ["C62"],
    "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount": ["100.00"],
    "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode": ["30"],
    "ram:PayeePartyCreditorFinancialAccount/ram:IBANID": ["FR7630006000011234567890189"],
    "ram:PayeePartyCreditorFinancialAccount/ram:AccountName": ["Atelier Démo"],
    "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID": ["AGRIFRPP"],
    "ram:PaymentReference": ["FAC/2026/00042"],
    "ram:SpecifiedTradePaymentTerms/ram:Description": ["30 jours"],
    "ram:DueDateDateTime/udt:DateTimeString": ["20261220"],
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:CalculatedAmount": ["20.00"],
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:BasisAmount": ["100.00"],
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:CategoryCode": ["S"],
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent": ["20"],
    f"{SUMMATION}/ram:LineTotalAmount": ["100.00"],
    f"{SUMMATION}/ram:TaxBasisTotalAmount": ["100.00"],
    f"{SUMMATION}/ram:TaxTotalAmount": ["20.00"],
    f"{SUMMATION}/ram:GrandTotalAmount": ["120.00"],
    f"{SUMMATION}/ram:DuePayableAmount": ["120.00"],
}

NEVER_INVENTED = (
    "ram:BillingSpecifiedPeriod",
    "ram:ActualDeliverySupplyChainEvent",
    "ram:ShipToTradeParty/ram:PostalTradeAddress",
    "ram:InvoiceReferencedDocument",
    "ram:GrossPriceProductTradePrice",
    f"{SUMMATION}/ram:TotalPrepaidAmount",
    f"{SUMMATION}/ram:RoundingAmount",
    f"{SUMMATION}/ram:AllowanceTotalAmount",
    f"{SUMMATION}/ram:ChargeTotalAmount",
    "ram:AdditionalReferencedDocument",
    "ram:IncludedNote",
    "@xsi:nil",
)


@pytest.mark.parametrize(("path", "texts"), EXPECTED.items(), ids=EXPECTED)
def test_what_stands_where(path, texts):
    assert found(to_cii(invoice()), path) == texts


@pytest.mark.parametrize("path", NEVER_INVENTED)
def test_nothing_is_invented(path):
    nodes = etree.fromstring(to_cii(invoice())).xpath(
        f"//{path}", namespaces={**NAMESPACES, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    )
    assert nodes == []


def test_references_come_from_their_own_fields_only():
    xml = to_cii(invoice(service_code="", market_number="", engagement_number=""))
    for path in ("ram:BuyerReference", "ram:BuyerOrderReferencedDocument", "ram:ContractReferencedDocument"):
        assert found(xml, path) == []


@pytest.mark.parametrize(("party", "siret"), [("Seller", "12345678200077"), ("Buyer", "20000000800017")])
def test_the_whole_siret_is_wherever_chorus_pro_may_read_it(party, siret):
    spaced = replace(SUPPLIER, identifier="123 456 782 00077")
    xml = to_cii(invoice(supplier=spaced))
    assert found(xml, f"ram:{party}TradeParty/ram:GlobalID[@schemeID='0009']") == [siret]
    assert found(xml, f"ram:{party}TradeParty/ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0009']") == [siret]
    assert found(xml, f"ram:{party}TradeParty//*[@schemeID='0002']") == []


def test_the_siren_under_its_own_scheme_is_one_switch_away(monkeypatch):
    monkeypatch.setattr(en16931, "LEGAL_IDENTIFIER_IS_SIRET", False)
    xml = to_cii(invoice())
    assert found(xml, "ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0002']") == ["123456782", "200000008"]
    assert found(xml, "ram:GlobalID[@schemeID='0009']") == ["12345678200077", "20000000800017"]
    assert failures(xml) == []


def test_a_credit_note_is_positive_names_its_invoice_and_promises_no_payment():
    xml = to_cii(credit_note())
    assert found(xml, "rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert found(xml, f"{SUMMATION}/ram:DuePayableAmount") == ["120.00"]
    assert found(xml, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["FAC/2026/00041"]
    assert found(xml, "ram:InvoiceReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString") == ["20261001"]
    assert found(xml, "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["1"]
    assert found(xml, "ram:IBANID") == found(xml, "ram:BICID") == found(xml, "ram:PaymentReference") == []


@pytest.mark.parametrize(("due", "code"), [(VatDue.INVOICE, "5"), (VatDue.DELIVERY, "29"), (VatDue.PAYMENT, "72")])
def test_vat_on_debits_or_on_receipts(due, code):
    assert found(to_cii(invoice(vat_due=due)), "ram:DueDateTypeCode") == [code]


def test_a_line_without_product_takes_its_name_from_its_text():
    xml = to_cii(invoice(**priced([line(name=" ", description="Pose de dalles\nNiveau 2")])))
    assert found(xml, "ram:SpecifiedTradeProduct/ram:Name") == ["Pose de dalles"]
    assert found(xml, "ram:SpecifiedTradeProduct/ram:Description") == ["Pose de dalles\nNiveau 2"]


def test_a_deduction_is_a_negative_quantity_at_a_positive_price():
    xml = to_cii(invoice(**priced([line(), line("-30", "1", name="Acompte déduit", gross_price=Decimal(-40))])))
    assert found(xml, "ram:BilledQuantity") == ["2", "-1"]
    assert found(xml, "ram:NetPriceProductTradePrice/ram:ChargeAmount") == ["50", "30"]
    assert found(xml, "ram:AppliedTradeAllowanceCharge/ram:ActualAmount") == ["10"]
    assert found(xml, f"{SUMMATION}/ram:DuePayableAmount") == ["84.00"]


@pytest.mark.parametrize(
    ("gross", "prices"),
    [(None, []), ("50", []), ("40", []), ("62.5", [("62.5", "12.5")])],
    ids=["none", "equal", "lower", "discount"],
)
def test_the_gross_price_never_stands_without_its_discount(gross, prices):
    """Chorus Pro refuses GrossPriceProductTradePrice without AppliedTradeAllowanceCharge/ActualAmount."""
    xml = to_cii(invoice(**priced([line(gross_price=gross and Decimal(gross))])))
    gross_prices = found(xml, "ram:GrossPriceProductTradePrice/ram:ChargeAmount")
    discounts = found(xml, "ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge/ram:ActualAmount")
    assert list(zip(gross_prices, discounts, strict=True)) == prices


@pytest.mark.parametrize(
    ("amount", "written"), [("1E+2", "100.00"), ("100.0", "100.00"), ("100.000", "100.00"), ("-0.1", "-0.10")]
)
def test_amounts_have_two_decimals(amount, written):
    terms = en16931.to_terms(invoice(totals=replace(invoice().totals, payable=Decimal(amount))))
    assert terms["BT-115"] == written


def test_amounts_are_never_rounded_silently():
    assert en16931.to_terms(invoice(totals=replace(invoice().totals, payable=Decimal("1.005"))))["BT-115"] == "1.005"


def test_what_xml_cannot_carry_is_left_out():
    xml = to_cii(invoice(recipient=replace(RECIPIENT, name="Ville\x00 de\x0b Dé\ud800mo\r\nService <&>")))
    assert found(xml, "ram:BuyerTradeParty/ram:Name") == ["Ville de Démo\nService <&>"]


def test_attachments_go_along_and_keep_apart_what_has_the_same_name():
    files = (Attachment("plan.pdf", b"%PDF-1", "Plan"), Attachment("plan.pdf", b"%PDF-2"))
    xml = to_cii(invoice(attachments=files))
    assert found(xml, "ram:AdditionalReferencedDocument/ram:IssuerAssignedID") == ["01-plan.pdf", "02-plan.pdf"]
    assert found(xml, "ram:AdditionalReferencedDocument/ram:Name") == ["Plan"]
    assert found(xml, "ram:AttachmentBinaryObject/@mimeCode") == ["application/pdf"] * 2
    assert [entry["BT-125"] for entry in parse_ubl_cii_xml(xml, check_xsd=False)["BG-24"]] == [b"%PDF-1", b"%PDF-2"]


def test_who_is_paid_where_it_was_delivered_and_by_which_mandate():
    xml = to_cii(
        invoice(
            payee=Party("Factor SA", "552 032 534 00646"),
            delivery_name="École Jules-Ferry",
            delivery_address=Address("3 rue de l'École", city="Rennes", country="fr"),
            payment=Payment("49", mandate="RUM-1", creditor="FR12ZZZ123456", terms="30 jours", particulars=("Échéances…",)),
        )
    )
    assert found(xml, "ram:PayeeTradeParty/ram:GlobalID[@schemeID='0009']") == ["55203253400646"]
    assert found(xml, "ram:PayeeTradeParty/ram:Name") == ["Factor SA"]
    assert found(xml, "ram:ShipToTradeParty/ram:Name") == ["École Jules-Ferry"]
    assert found(xml, "ram:ShipToTradeParty//ram:CountryID") == ["FR"]
    assert found(xml, "ram:DirectDebitMandateID") == ["RUM-1"]
    assert found(xml, "ram:CreditorReferenceID") == ["FR12ZZZ123456"]
    assert found(xml, "ram:SpecifiedTradePaymentTerms/ram:Description") == ["30 jours\nÉchéances…"]


def test_an_address_without_country_is_left_out():
    xml = to_cii(invoice(delivery_name="Gymnase", delivery_address=Address("Port", city="Nantes")))
    assert found(xml, "ram:ShipToTradeParty/ram:Name") == ["Gymnase"]
    assert found(xml, "ram:ShipToTradeParty/ram:PostalTradeAddress") == []


def test_a_heavy_attachment_passes():
    content = bytes(9_000_000)
    xml = to_cii(invoice(attachments=(Attachment("scan.pdf", content),)))
    assert len(xml) > len(content) * 4 // 3


def test_another_reader_understands_the_file():
    terms = parse_ubl_cii_xml(to_cii(invoice()), check_xsd=True)
    sent = en16931.to_terms(invoice())
    assert {key: terms.get(key) for key in sent if key.startswith("BT-")} == {
        k: v for k, v in sent.items() if k.startswith("BT-")
    }
    assert terms["BG-25"][0]["BT-153"] == "Chaise"


def test_equal_documents_give_equal_bytes():
    assert to_cii(invoice()) == to_cii(invoice())
    assert to_cii(invoice()) != to_cii(invoice(number="FAC/2026/00043"))


def test_writing_does_not_change_the_document():
    document = invoice()
    to_cii(document)
    assert document == invoice()


OUTSIDE = Vat(VatCategory.EXEMPT, reason="Hors de la base d'imposition à la TVA : Consigne")
REVERSED = Vat(VatCategory.REVERSE_CHARGE)
ABROAD = Address("1 Grote Markt", postcode="1000", city="Bruxelles", country="BE")
NO_VAT = replace(SUPPLIER, vat="")
RIDET = Party("Société du Caillou", "1234567", IdentifierType.RIDET, vat="FR11123456782", address=Address(country="NC"))

DOCUMENTS = {
    "invoice": invoice(),
    "credit note": credit_note(),
    "credit note of an unknown invoice": credit_note(original=OriginalInvoice("OLD-1")),
    "several rates": invoice(
        **priced([line(), line("12.345678", "3", S55), line("8.5", "1", Vat(VatCategory.STANDARD, Decimal("2.1")))])
    ),
    "overseas": invoice(
        **priced([line(vat=Vat(VatCategory.STANDARD, Decimal("8.5"))), line(vat=Vat(VatCategory.STANDARD, Decimal("1.05")))])
    ),
    "small business without VAT": invoice(supplier=NO_VAT, vat_due=None, **priced([line(vat=EXEMPT)])),
    "exempt beside taxed": invoice(**priced([line(), line(vat=EXEMPT)])),
    "reverse charge": invoice(**priced([line(vat=REVERSED)])),
    "zero rate": invoice(**priced([line(vat=Vat(VatCategory.ZERO_RATED))])),
    "export": invoice(**priced([line(vat=Vat(VatCategory.EXPORT))])),
    "intra-Community": invoice(
        recipient=replace(RECIPIENT, vat="BE0123456789"),
        delivery_date=date(2026, 11, 3),
        delivery_address=ABROAD,
        **priced([line(vat=Vat(VatCategory.INTRA_COMMUNITY))]),
    ),
    "out of scope": invoice(vat_due=None, **priced([line(vat=Vat(VatCategory.OUT_OF_SCOPE))])),
    "discounts and charges": invoice(
        **priced(
            [line(), line(vat=S55)],
            [
                AllowanceCharge(Decimal("10.00"), S20, "Remise de fin d'année"),
                AllowanceCharge(Decimal("1.00"), S55, reason_code="95"),
            ],
            [AllowanceCharge(Decimal("5.50"), S20)],
        )
    ),
    "line discount": invoice(**priced([line("45", gross_price=Decimal(50))])),
    "deduction": invoice(**priced([line(), line("-20", "1")])),
    "prepaid and rounded": invoice(**priced([line("10.03", "1")], prepaid=Decimal("5.00"), rounding=Decimal("-0.04"))),
    "already paid": invoice(framework="A2", payment=Payment("48"), due_date=None, **priced([line()], prepaid=Decimal("120.00"))),
    "direct debit": invoice(payment=Payment("49")),
    "nothing due, no date": invoice(due_date=None, payment=Payment(iban="FR7630006000011234567890189")),
    "dollars": invoice(currency="USD", vat_currency="EUR", tax_in_vat_currency=Decimal("18.40")),
    "period": invoice(period=Period(date(2026, 10, 1), date(2026, 10, 31)), **priced([line(period=Period(date(2026, 10, 1)))])),
    "delivered": invoice(delivery_date=date(2026, 11, 2)),
    "delivered elsewhere": invoice(delivery_address=Address("Port", city="Nantes", country="FR")),
    "delivered to a place without country": invoice(delivery_name="Gymnase", delivery_address=Address("Port", city="Nantes")),
    "delivered to a named place": invoice(delivery_name="Gymnase", delivery_address=Address("Port", city="Nantes", country="FR")),
    "paid to a factor": invoice(payee=Party("Factor SA", "55203253400646"), notes=(Note("Subrogation", "ACC", specific=True),)),
    "paid to nobody known": invoice(payee=Party("Factor SA")),
    "direct debit by a mandate": invoice(payment=Payment("49", mandate="RUM-1", creditor="FR12ZZZ123456")),
    "a part was paid": invoice(**priced([line()], prepaid=Decimal("36.00"))),
    "a contribution outside the base": invoice(
        **priced([line()], charges=[AllowanceCharge(Decimal("3.00"), OUTSIDE, "Consigne")])
    ),
    "several reasons": invoice(**priced([line(vat=EXEMPT), line(vat=OUTSIDE)])),
    "Monaco": invoice(recipient=replace(RECIPIENT, address=Address(country="MC"))),
    "notes": invoice(notes=(Note("Pas d'escompte.", "AAB"), Note("Chantier de la mairie", specific=True), Note("  "))),
    "attachments": invoice(
        attachments=(Attachment("a.PDF", b"%PDF"), Attachment("b.csv", b"a;b", "Détail"), Attachment("c.xlsx", b"PK"))
    ),
    "supplier of New Caledonia": invoice(supplier=RIDET),
    "bare": invoice(
        supplier=replace(SUPPLIER, contact=Contact(), legal_mention="", address=Address(country="FR")),
        recipient=replace(RECIPIENT, address=Address(country="FR")),
        service_code="",
        market_number="",
        engagement_number="",
        vat_due=None,
    ),
    "two hundred lines": invoice(**priced([line(str(rank), "0.333") for rank in range(1, 201)])),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_official_schematron_is_content(document):
    assert failures(to_cii(document)) == []


@pytest.mark.parametrize("kind", [kind for kind in IdentifierType if kind is not IdentifierType.SIRET])
def test_suppliers_without_siret_are_named_by_their_own_kind_of_identifier(kind):
    xml = to_cii(invoice(supplier=replace(RIDET, identifier_type=kind)))
    assert found(xml, "ram:SellerTradeParty/ram:GlobalID | //ram:SellerTradeParty/ram:ID") == ["1234567"]
    assert failures(xml) == []


BROKEN = {
    "no line": {"lines": ()},
    "no VAT summary": {"vat_breakdown": ()},
    "no date": {"issue_date": None},
    "no number": {"number": " "},
    "unknown currency": {"currency": "ZZZ"},
    "no currency": {"currency": ""},
    "not a number": {"totals": replace(invoice().totals, payable=Decimal("NaN"))},
    "a signalling not-a-number": {"lines": (replace(line(), net_price=Decimal("sNaN")),)},
    "endless": {"totals": replace(invoice().totals, tax=Decimal("Infinity"))},
    "period reversed": {"period": Period(date(2026, 2, 1), date(2026, 1, 1))},
    "attachment of another kind": {"attachments": (Attachment("a.docx", b"x"),)},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_a_document_that_cannot_be_written_says_why(changes, caplog):
    with pytest.raises(DocumentError) as refused:
        to_cii(invoice(**changes))
    assert refused.value.problems
    assert all(isinstance(problem, str) and problem.strip() for problem in refused.value.problems)
    assert "Démonville" not in caplog.text
