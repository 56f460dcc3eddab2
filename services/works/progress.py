"""What is done of one line of a price schedule: stated in one way, told in three.

A statement is cumulative since the market began (doc/RULES.md §2.2). A line is stated by its percentage, by its quantity or by
its amount; only what was stated is exact, the two others are told from it. It may fall, when work is taken back, and pass 100 %,
when more was measured than was foreseen; a lump sum may not (doc/RULES.md §11.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from ..text import Text, number
from .money import HUNDRED, ZERO, cents

#: Digits of a percentage and of a quantity that are told from something else.
_TOLD = Decimal("0.000001")
_LUMP_SUMS = frozenset({"ft", "fft", "forfait", "f", "fo", "for", "ens", "ensemble"})


class Basis(str, Enum):
    """In which way a line was stated; the value is stable and may be stored."""

    PERCENT = "percent"
    QUANTITY = "quantity"
    AMOUNT = "amount"

    __str__ = str.__str__


@dataclass(frozen=True)
class Item:
    """One line of a price schedule. ``price``: of one unit, without VAT. ``discount``: in percent."""

    quantity: Decimal
    price: Decimal
    unit: str = ""
    discount: Decimal = ZERO

    @property
    def raw(self) -> Decimal:
        """Its amount before it is rounded."""
        return self.quantity * self.price * (HUNDRED - self.discount) / HUNDRED

    @property
    def amount(self) -> Decimal:
        """Its amount without VAT, to the cent."""
        return cents(self.raw)

    @property
    def is_lump_sum(self) -> bool:
        """Whether its unit says that it is a fixed price, whatever the quantity."""
        return self.unit.strip().rstrip(".").lower() in _LUMP_SUMS


@dataclass(frozen=True)
class Progress:
    """What is done of a line since the market began: in percent, in its unit, and without VAT."""

    basis: Basis
    percent: Decimal
    quantity: Decimal
    amount: Decimal


NOTHING = Progress(Basis.PERCENT, ZERO, ZERO, ZERO)


def from_percent(item: Item, percent: Decimal) -> Progress:
    """Stated in percent of the line."""
    return Progress(Basis.PERCENT, percent, _told(item.quantity * percent / HUNDRED), cents(item.raw * percent / HUNDRED))


def from_quantity(item: Item, quantity: Decimal) -> Progress:
    """Stated in units of the line."""
    raw = quantity * item.price * (HUNDRED - item.discount) / HUNDRED
    return Progress(Basis.QUANTITY, _ratio(quantity, item.quantity), quantity, cents(raw))


def from_amount(item: Item, amount: Decimal) -> Progress:
    """Stated by its amount without VAT: what was invoiced stays though the line was changed by an amendment."""
    share = amount / item.raw if item.raw else ZERO
    return Progress(Basis.AMOUNT, _told(share * HUNDRED), _told(share * item.quantity), cents(amount))


def stated(item: Item, basis: Basis, value: Decimal) -> Progress:
    """By what was stated, and how."""
    return {Basis.PERCENT: from_percent, Basis.QUANTITY: from_quantity, Basis.AMOUNT: from_amount}[basis](item, value)


def _told(value: Decimal) -> Decimal:
    return value.quantize(_TOLD, ROUND_HALF_UP)


def _ratio(value: Decimal, whole: Decimal) -> Decimal:
    return _told(value / whole * HUNDRED) if whole else ZERO


def remarks(item: Item, now: Progress, before: Progress) -> list[Text]:
    """What is odd about a line's progress: nothing of it is refused, corrections and overruns need it."""
    found = []
    if now.amount * _sign(item) < before.amount * _sign(item):
        was, is_now = number(before.amount), number(now.amount)
        found.append(
            Text(
                f"Lower than last month: {is_now.en} after {was.en}.",
                f"Plus faible que le mois dernier : {is_now.fr} après {was.fr}.",
            )
        )
    if now.percent > HUNDRED:
        told = number(now.percent.quantize(Decimal("0.01"), ROUND_HALF_UP))
        if item.is_lump_sum:
            found.append(
                Text(
                    f"{told.en} % of a lump sum: its price does not change with the quantity.",
                    f"{told.fr} % d'un forfait : son prix ne change pas avec la quantité.",
                )
            )
        else:
            found.append(Text(f"{told.en} %: more than the market foresees.", f"{told.fr} % : plus que le marché ne prévoit."))
    return found


def _sign(item: Item) -> int:
    return -1 if item.raw < 0 else 1
