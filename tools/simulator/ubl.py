"""Reading an invoice in UBL 2.1, as EN 16931 lays it out and as Chorus Pro's historic channel did (doc/RULES.md §1.2)."""

from __future__ import annotations

from lxml import etree

from .document import UBL, ZERO, Attachment, Document, Line, TaxLine, Totals, choose_identifier
from .vocabulary import CREDIT_NOTE_TYPE_CODES
from .xmltools import Reader, iso_date

INVOICE_ROOT = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
CREDIT_NOTE_ROOT = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"

_READ = Reader(
    {
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
        "aife": "urn:AIFE:Facture:Extension",
    }
)
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_ORIGIN = "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID|cac:BillingReference/cac:CreditNoteDocumentReference/cbc:ID"


def read(root: etree._Element) -> Document:
    """Takes a document valid against its XSD; what is absent stays empty."""
    type_code = _READ.text(root, "cbc:InvoiceTypeCode") or _READ.text(root, "cbc:CreditNoteTypeCode")
    means = "cac:PaymentMeans"
    account = f"{means}/cac:PayeeFinancialAccount"
    return Document(
        syntax=UBL,
        number=_READ.raw(root, "cbc:ID"),
        issued=iso_date(_READ.text(root, "cbc:IssueDate")),
        type_code=type_code,
        is_credit_note=root.tag == CREDIT_NOTE_ROOT or type_code in CREDIT_NOTE_TYPE_CODES,
        currency=_READ.text(root, "cbc:DocumentCurrencyCode"),
        due=iso_date(_READ.text(root, "cbc:DueDate") or _READ.text(root, f"{means}/cbc:PaymentDueDate")),
        framework=_READ.text(root, "cbc:ProfileID") or _READ.text(root, "ext:UBLExtensions//aife:CategoryCode"),
        supplier=_party_identifier(root, _SELLER),
        supplier_name=_party_name(root, _SELLER),
        buyer=_party_identifier(root, _BUYER),
        buyer_name=_party_name(root, _BUYER),
        service=_READ.text(root, "cbc:BuyerReference") or _READ.text(root, f"{_BUYER}/cac:Contact/cbc:ID"),
        market=_READ.text(root, "cac:ContractDocumentReference/cbc:ID"),
        engagement=_READ.text(root, "cac:OrderReference/cbc:ID"),
        origins=_READ.texts(root, _ORIGIN),
        payment_code=_READ.text(root, f"{means}/cbc:PaymentMeansCode"),
        iban=_READ.text(root, f"{account}/cbc:ID").replace(" ", ""),
        bic=_READ.text(root, f"{account}/cac:FinancialInstitutionBranch/cbc:ID"),
        account_name=_READ.text(root, f"{account}/cbc:Name"),
        totals=_totals(root),
        allowances=_READ.total(root, f"{_adjustment('false')}/cbc:Amount"),
        charges=_READ.total(root, f"{_adjustment('true')}/cbc:Amount"),
        taxes=tuple(_tax(element) for element in _READ.all(root, f"{_tax_total(root)}/cac:TaxSubtotal")),
        lines=tuple(_line(element) for element in _READ.all(root, "cac:InvoiceLine|cac:CreditNoteLine")),
        notes=_READ.texts(root, "cbc:Note"),
        attachments=_attachments(root),
    )


def _adjustment(charge: str) -> str:
    return f"cac:AllowanceCharge[cbc:ChargeIndicator='{charge}']"


def _party_name(root: etree._Element, party: str) -> str:
    return _READ.text(root, f"{party}/cac:PartyLegalEntity/cbc:RegistrationName") or _READ.text(
        root, f"{party}/cac:PartyName/cbc:Name"
    )


def _party_identifier(root: etree._Element, party: str) -> str:
    places = ("cac:PartyIdentification/cbc:ID", "cac:PartyLegalEntity/cbc:CompanyID")
    return choose_identifier(
        [(element.get("schemeID"), element.text or "") for place in places for element in _READ.all(root, f"{party}/{place}")]
    )


def _tax_total(root: etree._Element) -> str:
    """The VAT total in the invoice's currency: the other one (BT-111) has no detail."""
    currency = _READ.text(root, "cbc:DocumentCurrencyCode")
    code = currency if currency.isalpha() else ""
    return f"cac:TaxTotal[cbc:TaxAmount/@currencyID='{code}']"


def _totals(root: etree._Element) -> Totals:
    total = "cac:LegalMonetaryTotal"
    return Totals(
        lines=_READ.decimal(root, f"{total}/cbc:LineExtensionAmount"),
        allowances=_READ.decimal(root, f"{total}/cbc:AllowanceTotalAmount"),
        charges=_READ.decimal(root, f"{total}/cbc:ChargeTotalAmount"),
        without_vat=_READ.decimal(root, f"{total}/cbc:TaxExclusiveAmount"),
        vat=_READ.decimal(root, f"{_tax_total(root)}/cbc:TaxAmount"),
        with_vat=_READ.decimal(root, f"{total}/cbc:TaxInclusiveAmount"),
        prepaid=_READ.decimal(root, f"{total}/cbc:PrepaidAmount"),
        rounding=_READ.decimal(root, f"{total}/cbc:PayableRoundingAmount"),
        payable=_READ.decimal(root, f"{total}/cbc:PayableAmount"),
    )


def _tax(element: etree._Element) -> TaxLine:
    return TaxLine(
        base=_READ.decimal(element, "cbc:TaxableAmount") or ZERO,
        amount=_READ.decimal(element, "cbc:TaxAmount") or ZERO,
        category=_READ.text(element, "cac:TaxCategory/cbc:ID"),
        rate=_READ.decimal(element, "cac:TaxCategory/cbc:Percent"),
        reason=_READ.text(element, "cac:TaxCategory/cbc:TaxExemptionReason")
        or _READ.text(element, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
    )


def _line(element: etree._Element) -> Line:
    quantity = _READ.first(element, "cbc:InvoicedQuantity|cbc:CreditedQuantity")
    return Line(
        number=_READ.text(element, "cbc:ID"),
        name=_READ.text(element, "cac:Item/cbc:Name"),
        reference=_READ.text(element, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        quantity=_READ.decimal(element, "cbc:InvoicedQuantity|cbc:CreditedQuantity"),
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=_READ.decimal(element, "cac:Price/cbc:PriceAmount"),
        allowance=_READ.total(element, f"{_adjustment('false')}/cbc:Amount"),
        rate=_READ.decimal(element, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
        net=_READ.decimal(element, "cbc:LineExtensionAmount") or ZERO,
    )


def _attachments(root: etree._Element) -> tuple[Attachment, ...]:
    found = []
    for element in _READ.all(root, "cac:AdditionalDocumentReference"):
        description = _READ.text(element, "cbc:DocumentDescription") or _READ.text(element, "cbc:ID")
        attachment = _READ.attachment(element, "cac:Attachment/cbc:EmbeddedDocumentBinaryObject", description)
        if attachment:
            found.append(attachment)
    return tuple(found)
