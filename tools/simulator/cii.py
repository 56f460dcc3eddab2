"""Reading an invoice in UN/CEFACT CII (D16B and later), alone or out of a Factur-X."""

from __future__ import annotations

from lxml import etree

from .document import CII, ZERO, Attachment, Document, Line, TaxLine, Totals, choose_identifier
from .vocabulary import CREDIT_NOTE_TYPE_CODES
from .xmltools import Reader, compact_date

ROOT = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"

_READ = Reader(
    {
        "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    }
)
_DATE = "/udt:DateTimeString"


def read(root: etree._Element) -> Document:
    """Takes a document valid against its XSD; what is absent stays empty."""
    header = _child(root, "rsm:ExchangedDocument")
    trade = _child(root, "rsm:SupplyChainTradeTransaction")
    agreement = _child(trade, "ram:ApplicableHeaderTradeAgreement")
    settlement = _child(trade, "ram:ApplicableHeaderTradeSettlement")
    means = "ram:SpecifiedTradeSettlementPaymentMeans"
    creditor = f"{means}/ram:PayeePartyCreditorFinancialAccount"
    type_code = _READ.text(header, "ram:TypeCode")
    return Document(
        syntax=CII,
        number=_READ.raw(header, "ram:ID"),
        issued=compact_date(_READ.text(header, f"ram:IssueDateTime{_DATE}")),
        type_code=type_code,
        is_credit_note=type_code in CREDIT_NOTE_TYPE_CODES,
        currency=_READ.text(settlement, "ram:InvoiceCurrencyCode"),
        due=compact_date(_READ.text(settlement, f"ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime{_DATE}")),
        framework=_READ.text(root, "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"),
        supplier=_party_identifier(agreement, "ram:SellerTradeParty"),
        supplier_name=_READ.text(agreement, "ram:SellerTradeParty/ram:Name"),
        buyer=_party_identifier(agreement, "ram:BuyerTradeParty"),
        buyer_name=_READ.text(agreement, "ram:BuyerTradeParty/ram:Name"),
        service=_READ.text(agreement, "ram:BuyerReference"),
        market=_READ.text(agreement, "ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        engagement=_READ.text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        origins=_READ.texts(settlement, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID"),
        payment_code=_READ.text(settlement, f"{means}/ram:TypeCode"),
        iban=_READ.text(settlement, f"{creditor}/ram:IBANID").replace(" ", ""),
        bic=_READ.text(settlement, f"{means}/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        account_name=_READ.text(settlement, f"{creditor}/ram:AccountName"),
        totals=_totals(settlement),
        allowances=_READ.total(settlement, f"{_adjustment('false')}/ram:ActualAmount"),
        charges=_READ.total(settlement, f"{_adjustment('true')}/ram:ActualAmount"),
        taxes=tuple(_tax(element) for element in _READ.all(settlement, "ram:ApplicableTradeTax")),
        lines=tuple(_line(element) for element in _READ.all(trade, "ram:IncludedSupplyChainTradeLineItem")),
        notes=_READ.texts(header, "ram:IncludedNote/ram:Content"),
        attachments=_attachments(agreement),
    )


def _child(element: etree._Element, path: str) -> etree._Element:
    found = _READ.first(element, path)
    return found if found is not None else etree.Element("absent")


def _adjustment(charge: str) -> str:
    return f"ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='{charge}']"


def _party_identifier(agreement: etree._Element, party: str) -> str:
    places = ("ram:GlobalID", "ram:SpecifiedLegalOrganization/ram:ID", "ram:ID")
    return choose_identifier(
        [
            (element.get("schemeID"), element.text or "")
            for place in places
            for element in _READ.all(agreement, f"{party}/{place}")
        ]
    )


def _totals(settlement: etree._Element) -> Totals:
    summation = _child(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    currency = _READ.text(settlement, "ram:InvoiceCurrencyCode")
    return Totals(
        lines=_READ.decimal(summation, "ram:LineTotalAmount"),
        allowances=_READ.decimal(summation, "ram:AllowanceTotalAmount"),
        charges=_READ.decimal(summation, "ram:ChargeTotalAmount"),
        without_vat=_READ.decimal(summation, "ram:TaxBasisTotalAmount"),
        vat=_READ.decimal(summation, f"ram:TaxTotalAmount[not(@currencyID) or @currencyID='{_safe(currency)}']"),
        with_vat=_READ.decimal(summation, "ram:GrandTotalAmount"),
        prepaid=_READ.decimal(summation, "ram:TotalPrepaidAmount"),
        rounding=_READ.decimal(summation, "ram:RoundingAmount"),
        payable=_READ.decimal(summation, "ram:DuePayableAmount"),
    )


def _safe(code: str) -> str:
    """A code as it may stand in an XPath literal."""
    return code if code.isalpha() else ""


def _tax(element: etree._Element) -> TaxLine:
    return TaxLine(
        base=_READ.decimal(element, "ram:BasisAmount") or ZERO,
        amount=_READ.decimal(element, "ram:CalculatedAmount") or ZERO,
        category=_READ.text(element, "ram:CategoryCode"),
        rate=_READ.decimal(element, "ram:RateApplicablePercent"),
        reason=_READ.text(element, "ram:ExemptionReason") or _READ.text(element, "ram:ExemptionReasonCode"),
    )


def _line(element: etree._Element) -> Line:
    settlement = _child(element, "ram:SpecifiedLineTradeSettlement")
    quantity = _READ.first(element, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    return Line(
        number=_READ.text(element, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        name=_READ.text(element, "ram:SpecifiedTradeProduct/ram:Name"),
        reference=_READ.text(element, "ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
        quantity=_READ.decimal(element, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        unit=quantity.get("unitCode", "") if quantity is not None else "",
        unit_price=_READ.decimal(element, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"),
        allowance=_READ.total(settlement, f"{_adjustment('false')}/ram:ActualAmount"),
        rate=_READ.decimal(settlement, "ram:ApplicableTradeTax/ram:RateApplicablePercent"),
        net=_READ.decimal(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount") or ZERO,
    )


def _attachments(agreement: etree._Element) -> tuple[Attachment, ...]:
    found = []
    for element in _READ.all(agreement, "ram:AdditionalReferencedDocument"):
        description = _READ.text(element, "ram:Name") or _READ.text(element, "ram:IssuerAssignedID")
        attachment = _READ.attachment(element, "ram:AttachmentBinaryObject", description)
        if attachment:
            found.append(attachment)
    return tuple(found)
