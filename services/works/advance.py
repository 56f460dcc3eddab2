"""The advance of a market: its amount, and how it is paid back as the works go on (doc/RULES.md §11.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .money import HUNDRED, ZERO, cents, clamp, part

YEAR = 12
THRESHOLD = Decimal(50000)
"""Above this amount without VAT, for more than two months, the advance is a right (CCP R.2191-3)."""
USUAL_START = Decimal(65)
USUAL_LIMIT = Decimal(30)
"""Up to this rate the repayment starts at 65 % of the works, above it with the first request (CCP R.2191-11)."""
FORMER_END = Decimal(80)
FREE_SINCE = date(2025, 1, 1)
"""For consultations since, no end at 80 % of the works is imposed (decree 2024-1251)."""


def amount(total: Decimal, rate: Decimal, months: int) -> Decimal:
    """The advance on a market of that amount; beyond a year, on the amount of twelve months (CCP R.2191-7)."""
    return part(total * YEAR / months if months > YEAR else total, rate)


def usual_start(rate: Decimal) -> Decimal:
    """From which progress it is paid back where the market is silent, in percent."""
    return USUAL_START if rate <= USUAL_LIMIT else ZERO


def usual_end(consulted: date | None) -> Decimal:
    """At which progress it must be paid back where the market is silent, by the date of the consultation."""
    return FORMER_END if consulted and consulted < FREE_SINCE else HUNDRED


def repaid(advance: Decimal, progress: Decimal, start: Decimal, end: Decimal) -> Decimal:
    """How much of it is paid back at that progress, all in percent: evenly from ``start`` to ``end``, all of it from ``end`` on.

    The law gives no formula; this one is the custom.
    """
    if end <= start:
        return advance if progress >= end else ZERO
    return cents(advance * clamp((progress - start) / (end - start), ZERO, Decimal(1)))
