"""Penalties for delay: what is due of them, and how they are taken off (doc/RULES.md §11.7)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .money import ZERO, cents, part

DIVISOR = 3000
"""A day of delay costs this part of the market's amount without VAT, where the market says nothing else."""
HIGHEST = Decimal(10)
"""In percent of the market's amount without VAT (CCAG-Travaux 2021, 19.2)."""
EXEMPT = Decimal(1000)
"""Up to this total nothing is due; above it, all of it is (CCAG-Travaux 2021, 19.2.1)."""


def daily(amount: Decimal, days: int, divisor: int = DIVISOR) -> Decimal:
    """The penalty for that many days of delay: a part of the amount a day. Saturdays, Sundays and holidays count."""
    return cents(amount * days / divisor)


def due(penalties: Iterable[Decimal], market: Decimal, highest: Decimal, exempt: Decimal) -> Decimal:
    """What is due of all penalties since the market began.

    :param market: its amount without VAT; without one there is no ceiling. :param highest: in percent of it, zero for none.
    :param exempt: up to which nothing is due.
    """
    total = sum(penalties, ZERO)
    if total <= exempt:
        return ZERO
    return min(total, part(market, highest)) if highest and market > 0 else total
