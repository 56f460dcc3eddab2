"""The retention of guarantee: on what, up to how much, and when it is given back (doc/RULES.md §11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from .money import ZERO, clamp, part

HIGHEST = Decimal(5)
"""In percent of the amount with its modifications (CCP R.2191-33)."""
HIGHEST_FOR_SMALL = Decimal(3)
"""For a small or medium firm, with the State and with large public bodies (CCP R.2191-33)."""
REPAY_DAYS = 30
"""After the period of guarantee (CCP R.2191-35)."""
GUARANTEE_MONTHS = 12


class Base(str, Enum):
    """On which amount it is taken; the code only says "the amount". The value is stable and may be stored."""

    WORKS = "works"
    """Works at the market's prices with VAT, before revision and advance: the list of papers that local payers ask."""
    REVISED = "revised"
    """Works and revision with VAT, before the advance is taken off."""
    NET = "net"
    """Works and revision with VAT, less the repaid part of the advance with its VAT: it keeps too little in total."""
    UNTAXED = "untaxed"
    """Works at the market's prices without VAT."""

    __str__ = str.__str__


class Guarantee(str, Enum):
    """What a bond or a first-demand guarantee replaces. The value is stable and may be stored."""

    NONE = "none"
    ALL = "all"
    INITIAL = "initial"
    """The initial market: the retention is kept on its amendments only."""

    __str__ = str.__str__


@dataclass(frozen=True)
class Stated:
    """What was stated, since the market began or in one month; the advance's repayment with its VAT."""

    works: Decimal
    works_taxed: Decimal
    revision_taxed: Decimal = ZERO
    repaid_taxed: Decimal = ZERO


def base(kind: Base, stated: Stated) -> Decimal:
    """The amount on which the retention is taken."""
    return {
        Base.WORKS: stated.works_taxed,
        Base.REVISED: stated.works_taxed + stated.revision_taxed,
        Base.NET: stated.works_taxed + stated.revision_taxed - stated.repaid_taxed,
        Base.UNTAXED: stated.works,
    }[kind]


def kept(kind: Base, rate: Decimal, stated: Stated, ceiling: Decimal | None = None) -> Decimal:
    """What is kept back of what was stated; never more than the ceiling, never less than nothing."""
    wanted = part(base(kind, stated), rate)
    return clamp(wanted, ZERO, wanted if ceiling is None else ceiling)


def highest_rate(*, small: bool, large_buyer: bool) -> Decimal:
    """The highest rate that the code allows. ``large_buyer``: the State, or a body of the size that the code tells."""
    return HIGHEST_FOR_SMALL if small and large_buyer else HIGHEST


def guarantee_ends(accepted_on: date, months: int = GUARANTEE_MONTHS) -> date:
    """The last day of the period of guarantee that began with the acceptance of the works."""
    count = accepted_on.year * 12 + accepted_on.month - 1 + months
    year, month = count // 12, count % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year, month, 1) + timedelta(days=accepted_on.day - 1))


def asked_from(accepted_on: date, months: int = GUARANTEE_MONTHS, reserves_lifted: date | None = None) -> date:
    """The day from which it may be asked back: the guarantee ends or, when there were some, the reserves are lifted."""
    ends = guarantee_ends(accepted_on, months)
    return max(ends, reserves_lifted or ends)


def repaid_by(accepted_on: date, months: int = GUARANTEE_MONTHS, reserves_lifted: date | None = None) -> date:
    """The day by which it must be given back, thirty days after it may be asked for."""
    return asked_from(accepted_on, months, reserves_lifted) + timedelta(days=REPAY_DAYS)
