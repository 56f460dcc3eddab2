"""An invoice or a credit note as Chorus Pro needs it: plain data, of no particular format.

Whoever reads Odoo's records makes one :class:`Invoice`; ``rules`` says what is wrong with it, ``en16931`` writes it. Nothing
is recomputed here: amounts are those of the books, rounded there. Amounts of a credit note are positive. Numbers in docstrings
such as BT-10 are EN 16931's business terms.

Texts default to ``""`` and optional facts to ``None``: what is not known stays unsaid, it is never invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from ..siret import compact
from ..text import Text
from ..vocabulary.exemptions import joined

ZERO = Decimal(0)


class Kind(str, Enum):
    """What the document is (BT-3, UNTDID 1001): Chorus Pro tells only these two apart (doc/RULES.md R-17)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"

    __str__ = str.__str__


class IdentifierType(str, Enum):
    """How Chorus Pro identifies a structure; the values are those of its API (doc/API.md §3.2)."""

    SIRET = "SIRET"
    EU_OUTSIDE_FRANCE = "UE_HORS_FRANCE"
    OUTSIDE_EU = "HORS_UE"
    RIDET = "RIDET"
    TAHITI = "TAHITI"
    OTHER = "AUTRE"
    INDIVIDUAL = "PARTICULIER"

    __str__ = str.__str__


class VatCategory(str, Enum):
    """VAT category (BT-151, UNTDID 5305), those of France."""

    STANDARD = "S"
    ZERO_RATED = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"

    __str__ = str.__str__


class Flaw(str, Enum):
    """Why the VAT of a line cannot be told from its taxes."""

    NONE = "none"
    """The books have no VAT on it."""
    SEVERAL = "several"
    """The books have several."""

    __str__ = str.__str__


class VatDue(str, Enum):
    """When the VAT falls due (BT-8). Chorus Pro's API calls the first TVA_SUR_DEBIT and the last TVA_SUR_ENCAISSEMENT."""

    INVOICE = "invoice"
    DELIVERY = "delivery"
    PAYMENT = "payment"

    __str__ = str.__str__


CREDIT_TRANSFERS: frozenset[str] = frozenset({"30", "31", "42", "58"})
"""Payment means that need the supplier's bank account (doc/RULES.md R-20, EN 16931 BR-61)."""

DIRECT_DEBITS: frozenset[str] = frozenset({"49", "59"})
"""Payment means by which the supplier takes the money, by a mandate of the customer's."""

WHOLE_CURRENCIES: frozenset[str] = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
"""Currencies without cents (ISO 4217); XPF is that of French Polynesia, New Caledonia, Wallis and Futuna."""

NOT_DEFINED = "1"
"""Payment means "instrument not defined": present, and saying nothing."""

PAYMENT_MEANS: Mapping[str, Text] = MappingProxyType(
    {
        NOT_DEFINED: Text("Not specified", "Non précisé"),
        "10": Text("Cash", "Espèces"),
        "20": Text("Cheque", "Chèque"),
        "30": Text("Bank transfer", "Virement"),
        "31": Text("Bank transfer (debit transfer)", "Virement (transfert débiteur)"),
        "42": Text("Payment to a bank account", "Virement sur compte bancaire"),
        "48": Text("Bank card", "Carte bancaire"),
        "49": Text("Direct debit", "Prélèvement"),
        "58": Text("SEPA bank transfer", "Virement SEPA"),
        "59": Text("SEPA direct debit", "Prélèvement SEPA"),
        "97": Text("Clearing between partners", "Report ou compensation"),
    }
)
"""The means that Chorus Pro knows (UNTDID 4461; list S2.05 of its EDI annex, doc/API.md §3.2), with their names."""


@dataclass(frozen=True)
class Address:
    """A postal address; ``country`` is an ISO 3166 code of two letters, as BT-40 and BT-55 want it."""

    street: str = ""
    street2: str = ""
    street3: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True)
class Contact:
    """Whom to call about the invoice (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Party:
    """The supplier (BG-4), the public body (BG-7) or the validator of a sub- or co-contractor's invoice.

    :param identifier: the SIRET, 14 digits, or the identifier that ``identifier_type`` says. Blanks in it do not count.
    :param vat: VAT number with its country's prefix.
    :param legal_mention: legal form, capital, trade register (BT-33).
    """

    name: str = ""
    identifier: str = ""
    identifier_type: IdentifierType = IdentifierType.SIRET
    vat: str = ""
    address: Address = Address()
    contact: Contact = Contact()
    trading_name: str = ""
    legal_mention: str = ""

    def __post_init__(self) -> None:
        # people write them with blanks, the VAT number with dots too
        object.__setattr__(self, "identifier", compact(self.identifier))
        object.__setattr__(self, "vat", compact(self.vat).replace(".", "").upper())

    @cached_property
    def siret(self) -> str:
        """The SIRET, ``""`` for a structure that is identified otherwise."""
        return self.identifier if self.identifier_type is IdentifierType.SIRET else ""

    @cached_property
    def siren(self) -> str:
        """The SIREN, the first nine digits of the SIRET; ``""`` without SIRET."""
        return self.siret[:9]


@dataclass(frozen=True)
class Period:
    """From the first to the last day of a service, both included; either may be unknown."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Vat:
    """How something is taxed.

    :param rate: percentage, ``Decimal("5.5")`` for 5.5 %; zero for all categories but the standard one.
    :param reason: why no VAT is charged, as it must be printed, such as ``TVA non applicable, art. 293 B du CGI``.
    :param reason_code: the same as a code of the VATEX list, such as ``VATEX-FR-FRANCHISE``.
    :param flaw: what keeps it from being known; the rest is then a guess.
    """

    category: VatCategory
    rate: Decimal = ZERO
    reason: str = ""
    reason_code: str = ""
    flaw: Flaw | None = None


@dataclass(frozen=True)
class Line:
    """One invoiced line (BG-25), in the order of the document.

    :param name: what is sold, in a few words (BT-153); ``description`` may say more (BT-154).
    :param unit: UNECE Recommendation 20 code, ``C62`` for a piece (BT-130).
    :param net_price: price of one unit, discount deducted, without VAT (BT-146).
    :param gross_price: the same before the discount (BT-148), ``None`` without discount.
    :param net_amount: amount of the line without VAT, rounded (BT-131).
    """

    name: str
    quantity: Decimal
    net_price: Decimal
    net_amount: Decimal
    vat: Vat
    description: str = ""
    item_code: str = ""
    unit: str = "C62"
    gross_price: Decimal | None = None
    period: Period | None = None


@dataclass(frozen=True)
class AllowanceCharge:
    """A discount on, or a charge added to, the whole document (BG-20, BG-21).

    :param amount: without VAT, rounded, positive.
    :param reason_code: UNTDID 5189 (discount) or 7161 (charge).
    """

    amount: Decimal
    vat: Vat
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True)
class VatSubtotal:
    """What one VAT rate amounts to (BG-23): one entry per category and rate, and one only."""

    vat: Vat
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """The document's own totals (BG-22), as the books have them, in the document's currency.

    :param lines: sum of the lines' net amounts (BT-106).
    :param tax_basis: total without VAT, after discounts and charges (BT-109).
    :param tax: total VAT (BT-110).
    :param grand_total: total with VAT (BT-112).
    :param prepaid: paid before the document was issued, or kept back by the customer to pay it to others (BT-113): never what
        was paid since.
    :param rounding: added to the amount to pay to round it (BT-114).
    :param payable: amount to pay (BT-115).
    """

    lines: Decimal
    tax_basis: Decimal
    tax: Decimal
    grand_total: Decimal
    payable: Decimal
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO


@dataclass(frozen=True)
class Payment:
    """How the document is to be paid.

    :param means: a code of :data:`PAYMENT_MEANS`. Credit notes carry none of their own, whatever stands here (see ``en16931``).
    :param iban: the supplier's account, or that of who is paid in its place; blanks do not count.
    :param terms: payment terms as printed (BT-20); ``particulars`` say what else a payer must know of when and how much.
    :param reference: what the payer should quote (BT-83).
    :param mandate: of a direct debit, the reference of the mandate (BT-89); ``creditor``: who debits, by the bank's own
        identifier (BT-90).
    """

    means: str = "30"
    iban: str = ""
    bic: str = ""
    account_holder: str = ""
    terms: str = ""
    reference: str = ""
    mandate: str = ""
    creditor: str = ""
    particulars: tuple[str, ...] = ()

    @property
    def all_terms(self) -> str:
        """The terms and the particulars, one a line."""
        return "\n".join(filter(None, (self.terms.strip(), *self.particulars)))

    def __post_init__(self) -> None:
        object.__setattr__(self, "iban", compact(self.iban).upper())
        object.__setattr__(self, "bic", compact(self.bic).upper())


@dataclass(frozen=True)
class OriginalInvoice:
    """The invoice that a credit note corrects (BT-25, BT-26)."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True)
class Note:
    """A free text (BG-1). ``subject`` is a UNTDID 4451 code.

    ``specific``: written for this document, unlike the terms printed on all.
    """

    text: str
    subject: str = ""
    specific: bool = False


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the document (BG-24)."""

    name: str
    content: bytes = field(repr=False)
    description: str = ""

    @property
    def extension(self) -> str:
        """What follows the name's last dot, in lower case; ``""`` without any."""
        stem, dot, extension = self.name.rpartition(".")
        return extension.strip().lower() if dot and stem else ""


@dataclass(frozen=True)
class Invoice:
    """An invoice or a credit note.

    :param framework: Chorus Pro's billing framework, ``A1`` to ``A25`` (BT-23).
    :param service_code: the public body's executing service (BT-10).
    :param market_number: the public contract (BT-12).
    :param engagement_number: the public body's commitment, "numéro d'engagement" (BT-13).
    :param original: for a credit note, what it corrects.
    :param delivery_date: only when known (BT-72); ``period`` likewise (BG-14).
    :param delivery_address: where it was delivered, when that is not the recipient's own address (BG-15); ``delivery_name`` is
        what that place is called (BT-70).
    :param payee: who is paid in the supplier's place, such as a factor (BG-10): its name and identifier.
    :param retained: kept back as a guarantee, told in the terms; it is no part of the totals.
    :param deducted: taken off as penalties, likewise.
    :param vat_due: VAT on debits or on receipts (BT-8), ``None`` when not known or when there is no VAT.
    :param vat_currency: with ``tax_in_vat_currency``, the VAT in the currency of its declaration (BT-6, BT-111), when the
        document is in another one.
    :param validator: who must validate an A9 (main contractor) or A12 (group leader) document first.
    :param validator_service: the service by which it does, as the validator named it; UBL has no known place for it
        (doc/RULES.md §8.1).
    """

    number: str
    issue_date: date | None
    supplier: Party
    recipient: Party
    lines: tuple[Line, ...]
    vat_breakdown: tuple[VatSubtotal, ...]
    totals: Totals
    kind: Kind = Kind.INVOICE
    currency: str = "EUR"
    framework: str = "A1"
    due_date: date | None = None
    service_code: str = ""
    market_number: str = ""
    engagement_number: str = ""
    original: OriginalInvoice | None = None
    payment: Payment = Payment()
    delivery_date: date | None = None
    delivery_name: str = ""
    delivery_address: Address | None = None
    period: Period | None = None
    vat_due: VatDue | None = None
    vat_currency: str = ""
    tax_in_vat_currency: Decimal | None = None
    allowances: tuple[AllowanceCharge, ...] = ()
    charges: tuple[AllowanceCharge, ...] = ()
    notes: tuple[Note, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    validator: Party | None = None
    validator_service: str = ""
    payee: Party | None = None
    retained: Decimal = ZERO
    deducted: Decimal = ZERO

    @cached_property
    def is_credit_note(self) -> bool:
        """A credit note, whose amounts are owed by the supplier."""
        return self.kind is Kind.CREDIT_NOTE

    def without_attachments(self) -> Invoice:
        """The document without its attachments."""
        return replace(self, attachments=())

    @cached_property
    def taxed(self) -> tuple[Vat, ...]:
        """How each line, discount and charge is taxed, in that order."""
        return tuple(item.vat for item in (*self.lines, *self.allowances, *self.charges))

    @cached_property
    def vat_categories(self) -> frozenset[VatCategory]:
        """All the VAT categories in the document."""
        return frozenset(vat.category for vat in (*self.taxed, *(subtotal.vat for subtotal in self.vat_breakdown)))

    def exemption(self, subtotal: VatSubtotal) -> tuple[str, str]:
        """Why no VAT is charged on that part, as text and as code.

        All that its lines, discounts and charges say, each reason once, whatever their order; a code only where all agree on it.
        """
        category = subtotal.vat.category
        parts = [vat for vat in self.taxed if vat.category is category] or [subtotal.vat]
        codes = {vat.reason_code.strip() for vat in parts}
        return joined(vat.reason.strip() for vat in parts), codes.pop() if len(codes) == 1 else ""
