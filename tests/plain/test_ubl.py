"""UBL: EN 16931's elements, and the places where Chorus Pro's historic channel reads (doc/RULES.md §8.1). Needs no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from ...services.document.en16931 import DocumentError
from ...services.document.invoice import Address, Attachment, IdentifierType, Party, Payment, VatDue
from ...services.document.ubl import to_ubl
from ..support.documents import IBAN, RECIPIENT, credit_note, invoice, line, priced
from ..support.schematron import UBL, failures

NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "aife": "urn:AIFE:Facture:Extension",
}
SELLER, BUYER = "cac:AccountingSupplierParty", "cac:AccountingCustomerParty"


def found(document, path):
    """What the file says there: texts, or attributes."""
    return [getattr(node, "text", node) for node in etree.fromstring(to_ubl(document)).xpath(path, namespaces=NAMES)]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("cbc:ProfileID", ["A1"]),
        ("ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/aife:FactureExtension/aife:CategoryCode", ["A1"]),
        (f"{SELLER}/cac:Party/cac:PartyIdentification/cbc:ID", ["12345678200077"]),
        (f"{SELLER}/cac:Party/cac:PartyIdentification/cbc:ID/@schemeName", ["1"]),
        (f"{BUYER}/cac:Party/cac:PartyIdentification/cbc:ID/@schemeID", ["0009"]),
        ("cbc:BuyerReference", ["FAC-001"]),
        (f"{BUYER}/cac:AccountingContact/cbc:ID", ["FAC-001"]),
        ("cac:OrderReference/cbc:ID", ["EJ1900042"]),
        ("cac:ContractDocumentReference/cbc:ID", ["2026-M-07"]),
        ("cac:ContractDocumentReference/cbc:DocumentTypeCode", ["Marché public"]),
        (f"{SELLER}/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:TaxTypeCode", ["TVA DEBIT"]),
        ("cac:PaymentMeans/cbc:PaymentMeansCode", ["30"]),
        ("cac:PaymentMeans/cbc:PaymentDueDate", ["2026-12-20"]),
        ("cac:PaymentMeans/cbc:PaymentChannelCode", ["IBAN"]),
        (f"{SELLER}/cac:Party/cac:AgentParty", []),
    ],
)
def test_each_fact_has_its_place(path, texts):
    assert found(invoice(), path) == texts


def test_what_is_not_known_is_not_said():
    references = {"service_code": " ", "market_number": "", "engagement_number": ""}
    document = invoice(vat_due=None, due_date=None, payment=Payment("48"), **references)
    for path in (
        f"{BUYER}/cac:AccountingContact", "cbc:BuyerReference", "cac:ContractDocumentReference", "cac:OrderReference",
        "//cbc:TaxTypeCode", "//cbc:PaymentDueDate", "//cbc:PaymentChannelCode", "cac:Delivery",
    ):  # fmt: skip
        assert found(document, path) == [], path


def test_validator_is_the_suppliers_agent():
    document = invoice(framework="A9", validator=Party("Entreprise titulaire", "900 000 001 00017"))
    agent = f"{SELLER}/cac:Party/cac:AgentParty"
    assert found(document, f"{agent}/cac:PartyIdentification/cbc:ID") == ["90000000100017"]
    assert found(document, f"{agent}/cac:PartyIdentification/cbc:ID/@schemeName") == ["1"]
    assert found(document, f"{agent}/cac:PartyLegalEntity/cbc:RegistrationName") == ["Entreprise titulaire"]
    assert found(document, "//aife:CategoryCode") == ["A9"]
    assert failures(to_ubl(document), UBL) == []


PAYEE = Party("Factor SA", "552 032 534 00646")


def test_payee():
    document = invoice(payee=PAYEE)
    assert found(document, "cac:PayeeParty/cac:PartyName/cbc:Name") == ["Factor SA"]
    assert found(document, "cac:PayeeParty/cac:PartyIdentification/cbc:ID") == ["55203253400646"]
    assert found(document, "cac:PayeeParty/cac:PartyIdentification/cbc:ID/@schemeName") == ["1"]
    assert found(document, "cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID/@schemeID") == ["0009"]
    assert failures(to_ubl(document), UBL) == []
    assert found(credit_note(payee=PAYEE), "cac:PayeeParty") == []


def test_direct_debit():
    document = invoice(payment=Payment("49", mandate="RUM-1", creditor="FR12ZZZ123456"))
    assert found(document, "cac:PaymentMeans/cac:PaymentMandate/cbc:ID") == ["RUM-1"]
    creditor = f"{SELLER}/cac:Party/cac:PartyIdentification/cbc:ID[@schemeID='SEPA']"
    assert found(document, creditor) == ["FR12ZZZ123456"]
    assert found(document, f"{creditor}/@schemeName") == []
    assert failures(to_ubl(document), UBL) == []
    assert found(invoice(payment=Payment("30", IBAN, mandate="RUM-1")), "//cac:PaymentMandate") == []


@pytest.mark.parametrize("currency", ["EUR", "USD", "XPF"])
def test_the_rounding_is_in_the_currency_of_the_invoice(currency):
    abroad = {} if currency == "EUR" else {"vat_currency": "EUR", "tax_in_vat_currency": Decimal("18.40")}
    document = invoice(currency=currency, **abroad, **priced([line("10.03", "1")], rounding=Decimal("-0.04")))
    assert set(found(document, "cac:LegalMonetaryTotal/*/@currencyID")) == {currency}


def test_place_of_delivery():
    school = {"delivery_name": "École Jules-Ferry", "delivery_address": Address("3 rue de l'École", city="Rennes", country="FR")}
    assert found(invoice(**school), "cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name") == ["École Jules-Ferry"]
    lost = {**school, "delivery_address": Address("3 rue de l'École", city="Rennes")}
    assert found(invoice(**lost), "cac:Delivery/cac:DeliveryLocation") == []
    assert found(invoice(**lost), "cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name") == ["École Jules-Ferry"]
    assert failures(to_ubl(invoice(**lost)), UBL) == []


def test_credit_note():
    document = credit_note(due_date=date(2026, 12, 20))
    root = etree.fromstring(to_ubl(document))
    assert etree.QName(root).localname == "CreditNote"
    assert found(document, "cbc:CreditNoteTypeCode") == ["381"]
    assert found(document, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["FAC/2026/00041"]
    assert found(document, "cac:PaymentMeans/cbc:PaymentMeansCode") == ["1"]
    assert found(document, "cac:PaymentMeans/cbc:PaymentDueDate") == ["2026-12-20"]
    assert found(document, "//cac:PayeeFinancialAccount") == []
    assert failures(to_ubl(document), UBL) == []


@pytest.mark.parametrize(("due", "text"), [(VatDue.PAYMENT, "TVA ENCAISSEMENT"), (VatDue.DELIVERY, "TVA DEBIT")])
def test_when_vat_falls_due(due, text):
    assert found(invoice(vat_due=due), "//cbc:TaxTypeCode") == [text]


@pytest.mark.parametrize(("kind", "number"), [(IdentifierType.EU_OUTSIDE_FRANCE, "2"), (IdentifierType.TAHITI, "5")])
def test_other_identifiers(kind, number):
    foreign = replace(RECIPIENT, identifier="X123", identifier_type=kind)
    assert found(invoice(recipient=foreign), f"{BUYER}/cac:Party/cac:PartyIdentification/cbc:ID/@schemeName") == [number]


def test_attachments_in_their_order():
    files = (Attachment("a.pdf", b"one", "Plan"), Attachment("b.csv", b"two"))
    document = invoice(attachments=files)
    assert found(document, "//cbc:EmbeddedDocumentBinaryObject/@filename") == ["a.pdf", "b.csv"]
    with pytest.raises(DocumentError, match="docx"):
        to_ubl(invoice(attachments=(Attachment("c.docx", b"three"),)))


def test_equal_documents_give_equal_bytes():
    assert to_ubl(invoice()) == to_ubl(invoice())
