"""From a document to UBL 2.1, the syntax ``IN_DP_E1_UBL_INVOICE``.

EN 16931's UBL, from ``facturx``, and beside it what Chorus Pro's historic channel reads elsewhere: AIFE's own stylesheet of the
interface FSO1100 (doc/RULES.md §8.1) finds the framework in an extension, the service in the customer's accounting contact, the
kind of a reference in its type code, the validator in the supplier's agent. The standard discourages some of these elements, and
forbids none.
"""

from __future__ import annotations

from types import MappingProxyType

from facturx import generate_ubl_xml
from lxml import etree

from .en16931 import UBL_CREDIT_NOTE, UBL_INVOICE, Terms, checked, generator, to_terms, with_files, written, xml_text
from .invoice import CREDIT_TRANSFERS, DIRECT_DEBITS, IdentifierType, Invoice, Party, VatDue

_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
_AIFE = "urn:AIFE:Facture:Extension"
_NAMES = {"cac": _CAC, "cbc": _CBC}
_Element = etree._Element
_generate_ubl = generator(generate_ubl_xml)

SCHEME_NAMES = MappingProxyType(
    {
        IdentifierType.SIRET: "1",
        IdentifierType.EU_OUTSIDE_FRANCE: "2",
        IdentifierType.OUTSIDE_EU: "3",
        IdentifierType.RIDET: "4",
        IdentifierType.TAHITI: "5",
        IdentifierType.OTHER: "6",
        IdentifierType.INDIVIDUAL: "6",
    }
)
"""AIFE's number of each kind of identifier (doc/API.md §3.2)."""

MARKET = "Marché public"
_VAT_KINDS = MappingProxyType({VatDue.INVOICE: "TVA DEBIT", VatDue.DELIVERY: "TVA DEBIT", VatDue.PAYMENT: "TVA ENCAISSEMENT"})


def to_ubl(invoice: Invoice) -> bytes:
    """The document as UBL 2.1 XML, an ``Invoice`` or a ``CreditNote``, UTF-8, valid against the official schema.

    :raises DocumentError: when it cannot be made so; a document without blocking finding of ``rules`` always can.
    """
    return with_files(invoice, _written)


def _written(invoice: Invoice) -> bytes:
    plain = written(_generate_ubl, lambda: _terms(invoice))
    root = etree.fromstring(plain, etree.XMLParser(huge_tree=True, resolve_entities=False))
    _add_historic_places(root, invoice)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return checked(xml, UBL_CREDIT_NOTE if invoice.is_credit_note else UBL_INVOICE)


def _terms(invoice: Invoice) -> Terms:
    terms = to_terms(invoice)
    if invoice.delivery_address is None and not xml_text(invoice.delivery_name):
        # unlike CII, UBL has no compulsory element for the delivery: what is not known stays unsaid
        terms.pop("BG-13", None)
    return terms


def _add_historic_places(root: _Element, invoice: Invoice) -> None:
    supplier, customer = (root.find(f"cac:Accounting{who}Party", _NAMES) for who in ("Supplier", "Customer"))
    root.insert(0, _framework(invoice.framework))
    payee = root.find("cac:PayeeParty", _NAMES)
    for holder, party in (
        (supplier.find("cac:Party", _NAMES), invoice.supplier),
        (customer.find("cac:Party", _NAMES), invoice.recipient),
        *(() if payee is None or invoice.payee is None else ((payee, invoice.payee),)),
    ):
        for identifier in holder.iterfind("cac:PartyIdentification/cbc:ID", _NAMES):
            # a creditor's identifier (BT-90) is the bank's
            if identifier.get("schemeID") != "SEPA":
                identifier.set("schemeName", SCHEME_NAMES[party.identifier_type])
    for rounding in root.iterfind("cac:LegalMonetaryTotal/cbc:PayableRoundingAmount", _NAMES):
        # facturx writes euros whatever the invoice's currency
        rounding.set("currencyID", xml_text(invoice.currency))
    if service := xml_text(invoice.service_code):
        customer.append(_node("cac:AccountingContact", _leaf("cbc:ID", service)))
    for contract in root.iterfind("cac:ContractDocumentReference", _NAMES):
        contract.append(_leaf("cbc:DocumentTypeCode", MARKET))
    if invoice.vat_due:
        for scheme in supplier.iterfind("cac:Party/cac:PartyTaxScheme/cac:TaxScheme", _NAMES):
            scheme.append(_leaf("cbc:TaxTypeCode", _VAT_KINDS[invoice.vat_due]))
    if invoice.validator:
        supplier.find("cac:Party", _NAMES).append(_validator(invoice.validator))
    for means in root.iterfind("cac:PaymentMeans", _NAMES):
        _complete_means(means, invoice)


def _framework(code: str) -> _Element:
    extension = etree.Element(f"{{{_EXT}}}UBLExtensions", nsmap={"ext": _EXT, "aife": _AIFE})
    content = etree.SubElement(etree.SubElement(extension, f"{{{_EXT}}}UBLExtension"), f"{{{_EXT}}}ExtensionContent")
    facture = etree.SubElement(content, f"{{{_AIFE}}}FactureExtension")
    etree.SubElement(facture, f"{{{_AIFE}}}CategoryCode").text = xml_text(code)
    return extension


def _validator(party: Party) -> _Element:
    identifier = _leaf("cbc:ID", party.identifier)
    identifier.set("schemeName", SCHEME_NAMES[party.identifier_type])
    # its block is shown only when it has a name (doc/RULES.md §8.1)
    name = xml_text(party.name) or party.identifier
    return _node(
        "cac:AgentParty",
        _node("cac:PartyIdentification", identifier),
        _node("cac:PartyLegalEntity", _leaf("cbc:RegistrationName", name)),
    )


def _complete_means(means: _Element, invoice: Invoice) -> None:
    """The due date and the kind of account, after the code and before all others (UBL's order)."""
    place = means.index(means.find("cbc:PaymentMeansCode", _NAMES)) + 1
    due = means.find("cbc:PaymentDueDate", _NAMES)
    if due is not None:
        place += 1
    elif invoice.due_date:
        means.insert(place, _leaf("cbc:PaymentDueDate", invoice.due_date.isoformat()))
        place += 1
    if invoice.payment.means in CREDIT_TRANSFERS and means.find("cac:PayeeFinancialAccount", _NAMES) is not None:
        means.insert(place, _leaf("cbc:PaymentChannelCode", "IBAN"))
    mandate = xml_text(invoice.payment.mandate)
    if mandate and not invoice.is_credit_note and invoice.payment.means in DIRECT_DEBITS:
        # facturx writes the mandate beside the account that is debited only, which is the customer's business
        means.append(_node("cac:PaymentMandate", _leaf("cbc:ID", mandate)))


def _node(name: str, *children: _Element) -> _Element:
    prefix, _colon, local = name.partition(":")
    node = etree.Element(f"{{{_NAMES[prefix]}}}{local}", nsmap=_NAMES)
    node.extend(children)
    return node


def _leaf(name: str, text: str) -> _Element:
    leaf = _node(name)
    leaf.text = xml_text(text)
    return leaf
