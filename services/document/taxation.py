"""What the taxes of the books are for EN 16931, which knows VAT alone: which of a line's taxes is its VAT, and of what category.

The standard has no other tax: a contribution is a charge (BG-21), what the customer keeps back to pay it to others counts as paid
(BT-113). Books do not tell VAT from other taxes; here it is decided, from the tax's kind, rate, words and the category that
somebody gave it, in one place. The reason why no VAT is charged is what the books print: the fiscal position's note and the tax's
legal note; it is never made up. :func:`settle` makes the lines of a VAT add up to its base.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from functools import lru_cache
from typing import NamedTuple

from ..text import fold
from ..vocabulary import exemptions, territories
from .invoice import ZERO, Flaw, Vat, VatCategory

FRENCH_RATES: frozenset[Decimal] = frozenset(map(Decimal, ("20", "10", "5.5", "2.1", "8.5", "1.75", "1.05", "13", "0.9")))
"""Rates of VAT charged in France: mainland, overseas (8.5, 2.1, 1.75, 1.05) and Corsica (13, 10, 2.1, 0.9)."""

_KEPT = 256
"""Of how many taxes is kept what they are: the same stand on all invoices."""

_BY_CODE = {category.value: category for category in VatCategory}


class TaxKind(str, Enum):
    """How a tax is reckoned: percentage of the price without it, of the price with it, a fixed amount, or a formula."""

    PERCENT = "percent"
    DIVISION = "division"
    FIXED = "fixed"
    FORMULA = "code"

    __str__ = str.__str__


@dataclass(frozen=True)
class BookTax:
    """A tax as the books describe it, its texts in the document's language.

    :param rate: percentage for the first two kinds; amount of a unit for a fixed one.
    :param note: the legal mention that is printed for it. :param label: what the printed invoice calls it.
    :param category: EN 16931's code that somebody gave it, ``""`` when nobody did; ``reason_code`` likewise (VATEX).
    :param goods: made for goods; ``None`` when it says nothing.
    :param reversed: charged and taken back at once: the customer owes it.
    """

    name: str
    rate: Decimal
    kind: TaxKind = TaxKind.PERCENT
    label: str = ""
    note: str = ""
    category: str = ""
    reason_code: str = ""
    goods: bool | None = None
    reversed: bool = False

    @property
    def words(self) -> str:
        """All that it says of itself."""
        return "\n".join((self.name, self.label, self.note))


@dataclass(frozen=True)
class Place:
    """Where a sale is made: countries of the supplier and of the delivery, and the fiscal position's note."""

    origin: str = "FR"
    destination: str = "FR"
    note: str = ""

    @property
    def is_export(self) -> bool:
        """Whether goods that go there are exported: out of the Union, and not to Monaco nor to an overseas department.

        Goods for an overseas department are exempt by an article of their own (art. 294 of the CGI), which the invoice names;
        what a supplier there sells at home is not exported either.
        """
        known = bool(self.origin and self.destination)
        return known and self.destination != self.origin and self.destination not in territories.EU | territories.DOMESTIC

    @property
    def is_intra_community(self) -> bool:
        """Whether goods go from France to another member state."""
        return self.origin in ("FR", territories.MONACO) and self.destination in territories.EU - {"FR"}

    @property
    def may_be_left(self) -> bool:
        """Whether goods may leave the country for there, so that it matters whether goods are sold."""
        return self.is_export or self.destination in territories.EU - {"FR"}


class _Likelihood(IntEnum):
    """How likely a tax is a VAT."""

    NO = 0
    HARDLY = 1
    PERHAPS = 2
    YES = 3


_VAT = re.compile(r"\b(?:tva|vat|t\.v\.a)\b")
# what is no VAT whatever its rate, and what may be the object of one ("TVA 5,5 % redevance d'assainissement" is)
_NO_VAT = re.compile(
    r"\boctroi|\bomr?\b|\bprecompte|\bretenue|\bwithh|\beco(?:[ -]|contrib|particip|tax)|\bconsigne|\bsejour\b|\baccise|\btgap\b"
    r"|\bcspe\b|\bdeee\b|\btimbre"
)
_LESS_LIKELY = re.compile(r"\bcontribution|\bcotisation|\bparticipation|\bredevance|\btaxe (?:sur|d)|\bdroits? d")


@lru_cache(maxsize=_KEPT)
def _likelihood(tax: BookTax) -> _Likelihood:
    if tax.kind is TaxKind.FIXED or tax.rate < 0:
        return _Likelihood.NO
    words = fold(f"{tax.name} {tax.label}")
    vat, other = _VAT.search(words), _NO_VAT.search(words)
    if other and not (vat and vat.start() < other.start()):
        return _Likelihood.NO
    if tax.category or vat:
        return _Likelihood.YES
    if _LESS_LIKELY.search(words):
        return _Likelihood.HARDLY
    return _Likelihood.YES if tax.rate == 0 or tax.rate in FRENCH_RATES else _Likelihood.PERHAPS


def choose_vat(taxes: Sequence[BookTax]) -> tuple[BookTax | None, bool]:
    """Which of a line's taxes is its VAT.

    :param taxes: in the order in which they are reckoned.
    :return: the VAT, ``None`` when none of them is; and whether several could be, so that a person must say.
    """
    ranked = {tax: _likelihood(tax) for tax in taxes}
    best = max(ranked.values(), default=_Likelihood.NO)
    found = [tax for tax in taxes if ranked[tax] is best]
    if best is _Likelihood.NO or (best is _Likelihood.HARDLY and found[-1].rate not in FRENCH_RATES):
        return None, False
    return found[-1], len(found) > 1


@lru_cache(maxsize=_KEPT)
def vat_of(tax: BookTax | None, place: Place, *, goods: bool | None = None, several: bool = False, rate: Decimal = ZERO) -> Vat:
    """How a line is taxed that bears this VAT (BT-151, BT-152), and why when nothing is charged (BT-120, BT-121).

    :param tax: ``None`` for a line without VAT: it is judged by itself, by what the fiscal position says of all.
    :param goods: whether goods are sold there; ``None`` when not known, then what the tax is made for counts.
    :param several: the books had several VATs on the line.
    :param rate: what it came to, for a tax that does not state the rate on the price without it.
    """
    flaw = Flaw.SEVERAL if several else None
    if tax is None:
        return _untaxed(place)
    if tax.rate > 0 and not tax.reversed:
        stated = tax.rate if tax.kind is TaxKind.PERCENT else rate
        return Vat(VatCategory.STANDARD, _plain(stated), flaw=flaw)
    own = _mention(tax.note)
    category = _category(tax, own, place, tax.goods if goods is None else goods)
    reason, code = _reason(tax, own, category, place)
    return Vat(category, ZERO, reason, code, flaw=flaw)


def outside_the_base(tax: BookTax, vat: Vat) -> Vat:
    """How a contribution is taxed that the VAT is not charged on: exempt, its reason being what the books say of it.

    Where the line itself bears no VAT the question does not arise, and its own reason is enough.
    """
    explained = vat.category is not VatCategory.EXEMPT or vat.reason or vat.reason_code
    if vat.category is not VatCategory.STANDARD and explained:
        return vat
    words = _mention(tax.note) or f"Hors de la base d'imposition à la TVA : {tax.name}"
    return Vat(VatCategory.EXEMPT, ZERO, words, exemptions.code_in(words))


def _untaxed(place: Place) -> Vat:
    note = _mention(place.note)
    if not exemptions.is_ground(note):
        return Vat(VatCategory.EXEMPT, flaw=Flaw.NONE)
    if exemptions.says_reverse_charge(note):
        return Vat(VatCategory.REVERSE_CHARGE, ZERO, note)
    return Vat(VatCategory.EXEMPT, ZERO, note, exemptions.code_in(note))


def _category(tax: BookTax, own: str, place: Place, goods: bool | None) -> VatCategory:
    """The category of a tax that charges nothing; what it says of itself goes before what the fiscal position says."""
    said = _BY_CODE.get(tax.category)
    grounded = exemptions.is_ground(own) or bool(tax.reason_code)
    by_words = exemptions.says_reverse_charge(tax.words) or (exemptions.says_reverse_charge(place.note) and not grounded)
    if said is VatCategory.REVERSE_CHARGE or tax.reversed or tax.reason_code in exemptions.REVERSE_CHARGE_CODES or by_words:
        return VatCategory.REVERSE_CHARGE
    if said is VatCategory.OUT_OF_SCOPE:
        return said
    if said is VatCategory.ZERO_RATED and not grounded:
        return said
    if _leaves(tax, own, VatCategory.EXPORT, place.is_export, goods):
        return VatCategory.EXPORT
    if _leaves(tax, own, VatCategory.INTRA_COMMUNITY, place.is_intra_community, goods):
        return VatCategory.INTRA_COMMUNITY
    # the rules tell what an intra-Community delivery needs, which a customer in France has not
    return said if said is VatCategory.INTRA_COMMUNITY and not grounded else VatCategory.EXEMPT


def _leaves(tax: BookTax, own: str, category: VatCategory, gone: bool, goods: bool | None) -> bool:
    """Whether goods go there: by the tax's category or words, or because goods are sold and nothing else is said."""
    says = exemptions.says_export if category is VatCategory.EXPORT else exemptions.says_intra_community
    if not gone or (exemptions.is_ground(own) and not says(own)) or exemptions.is_exemption_code(tax.reason_code):
        return False
    if category is VatCategory.EXPORT and goods is False:
        return False
    return tax.category == category.value or says(tax.words) or goods is True


def _reason(tax: BookTax, own: str, category: VatCategory, place: Place) -> tuple[str, str]:
    if category is VatCategory.ZERO_RATED:
        return "", ""
    note = _mention(place.note)
    reverse = category is VatCategory.REVERSE_CHARGE
    if exemptions.says_reverse_charge(note) is not reverse and exemptions.is_ground(own):
        # the position speaks of another kind of sale
        note = ""
    if reverse and exemptions.says_reverse_charge(note) and not exemptions.says_reverse_charge(own):
        own = ""
    texts = [text for text in (note, own) if text]
    texts = [text for text in texts if exemptions.is_ground(text)] or texts
    given = tax.reason_code if _suits(tax.reason_code, category) else ""
    codes = {exemptions.code_in(text) for text in texts}
    if given and codes <= {given, ""}:
        code = given
    else:
        code = codes.pop() if len(codes) == 1 else ""
    return exemptions.joined(texts) or exemptions.REASONS.get(code, ""), code


def _suits(code: str, category: VatCategory) -> bool:
    if category is VatCategory.EXEMPT:
        return exemptions.is_exemption_code(code)
    suitable = {
        VatCategory.REVERSE_CHARGE: exemptions.REVERSE_CHARGE_CODES,
        VatCategory.INTRA_COMMUNITY: {"VATEX-EU-IC"},
        VatCategory.EXPORT: {"VATEX-EU-G"},
        VatCategory.OUT_OF_SCOPE: {"VATEX-EU-O"},
    }
    return code in suitable.get(category, ())


def _mention(text: str) -> str:
    """A legal mention as printed, Odoo's own in French; nothing for the words that Odoo puts where there is none."""
    plain = text.strip()
    return "" if exemptions.is_filler(plain) else exemptions.in_french(plain)


def _plain(rate: Decimal) -> Decimal:
    return rate.normalize() + ZERO


# -- amounts that add up -------------------------------------------------------------------------------------------------

# With Odoo's global rounding, France's default, the books round the base of a VAT once for all its lines; a document must list
# lines that add up to it (EN 16931 BR-CO-10, BR-S-08). So a few of them give or take a unit of the currency.


class Rounded(NamedTuple):
    """An amount before and after rounding."""

    exact: Decimal
    amount: Decimal


def adding_up(parts: Sequence[Rounded], total: Decimal, unit: Decimal) -> list[Decimal]:
    """The amounts, some of them a unit more or less, so that their sum is ``total``.

    Those change whose own rounding was worst, that is went furthest the other way; among equals the largest. What is nothing
    stays nothing as long as something else can change.

    :param unit: the least amount of the currency, such as 0.01; the amounts and the total are multiples of it.
    """
    amounts = [part.amount for part in parts]
    missing = total - sum(amounts, ZERO)
    if not missing or not parts:
        return amounts
    step = unit.copy_sign(missing)
    worst_first = sorted(
        range(len(parts)),
        key=lambda rank: (
            parts[rank].exact == 0,
            -(parts[rank].exact - parts[rank].amount) * step,
            -abs(parts[rank].exact),
        ),
    )
    for turn in range(int(missing / step)):
        amounts[worst_first[turn % len(parts)]] += step
    return amounts


def settle(groups: Sequence[tuple[Sequence[Rounded], Decimal]], total: Decimal, unit: Decimal) -> list[list[Decimal]]:
    """The amounts of each group, so that a group adds up to its base and all groups to ``total``.

    :param groups: what is taxed alike, each with the base of its tax in the books. Where the bases themselves do not add up to
        the total, those groups give way whose base was rounded worst.
    """
    bases = adding_up([Rounded(sum((part.exact for part in parts), ZERO), base) for parts, base in groups], total, unit)
    return [adding_up(parts, base, unit) for (parts, _base), base in zip(groups, bases, strict=True)]
