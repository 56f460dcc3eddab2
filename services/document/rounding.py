"""Amounts that were rounded one by one, made to add up to what the books say of them together.

With Odoo's global rounding, France's default, the books round a base once for all its lines; a document must list lines that
add up to it (EN 16931 BR-CO-10, BR-S-08). So a few of them give or take a unit of the currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from .invoice import ZERO


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
