"""Price revision and updating: a formula, the indices it reads, and what is due of the months worked so far.

The index of a month is published two to three months after it, so that a month's coefficient is provisional at first, made of the
last values known, and is put right once they are there (doc/RULES.md §11.4). Computed with exact fractions: a coefficient that is
a whole number of thousandths must not be rounded up to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction
from math import ceil, floor

from ..text import Text, number
from .money import ZERO, cents

#: More are met nowhere in the formulas of markets.
MOST_TERMS = 4
UPDATING_LAG = -3
"""An updating reads the index of three months before the works start (CCAG-Travaux 9.4)."""


class Rounding(str, Enum):
    """How a coefficient is rounded; the value is stable and may be stored."""

    UP = "up"
    """The rule of the CCAG: to the thousandth above."""
    NEAREST = "nearest"

    __str__ = str.__str__


@dataclass(frozen=True)
class Term:
    """An index of a formula, such as BT01, with its weight and its value of the month in which prices were fixed."""

    index: str
    weight: Decimal
    initial: Decimal
    factor: Decimal = ZERO
    """Of linking, where the initial value is one of a series that was replaced: zero for none."""

    def told(self, value: Decimal) -> Decimal:
        """A published value in the series of the initial one."""
        return linked(value, self.factor) if self.factor else value


@dataclass(frozen=True)
class Formula:
    """``fixed + weight × index / initial + …``. ``lag``: months between the works and the index read, such as -3."""

    fixed: Decimal
    terms: tuple[Term, ...]
    lag: int = 0
    digits: int = 3
    rounding: Rounding = Rounding.UP
    at: date | None = None
    """Of an updating: the start of the works, whose index holds for all of them; None for a revision."""

    def problems(self) -> list[Text]:
        """What makes the formula one that cannot be computed."""
        found = []
        total = self.fixed + sum((term.weight for term in self.terms), ZERO)
        if total != 1:
            shown = number(total)
            found.append(
                Text(
                    f"The fixed part and the weights of the indices make {shown.en}, and not 1.",
                    f"La partie fixe et les poids des index font {shown.fr}, et non 1.",
                )
            )
        if len(self.terms) > MOST_TERMS:
            found.append(Text(f"A formula has {MOST_TERMS} indices at most.", f"Une formule a {MOST_TERMS} index au plus."))
        found += [
            Text(
                f"The index {term.index} has no initial value.",
                f"L'index {term.index} n'a pas de valeur initiale.",
            )
            for term in self.terms
            if term.initial <= 0
        ]
        return found

    def raw(self, values: Mapping[str, Decimal]) -> Fraction:
        """The coefficient before it is rounded."""
        return Fraction(self.fixed) + sum(
            (Fraction(term.weight) * Fraction(term.told(values[term.index])) / Fraction(term.initial) for term in self.terms),
            Fraction(0),
        )

    def coefficient(self, values: Mapping[str, Decimal]) -> Decimal:
        """The coefficient for the values of its indices."""
        scale = 10**self.digits
        exact = self.raw(values) * scale
        units = ceil(exact) if self.rounding is Rounding.UP else floor(exact + Fraction(1, 2))
        return Decimal(units).scaleb(-self.digits)


def updating(term: Term, starts_on: date | None = None) -> Formula:
    """The formula by which a firm price is updated, once, without a fixed part. ``starts_on``: when the works start."""
    return Formula(ZERO, (replace(term, weight=Decimal(1)),), lag=UPDATING_LAG, at=starts_on)


def is_updated(fixed_on: date, starts_on: date) -> bool:
    """Whether a firm price is updated: more than three months lie between the day it was fixed and the start of the works."""
    last = shifted(fixed_on, 3)
    return (starts_on.year, starts_on.month, starts_on.day) > (last.year, last.month, fixed_on.day)


def linked(value: Decimal, factor: Decimal) -> Decimal:
    """The value of an old series told from that of the series which replaced it: to one decimal."""
    return (value * factor).quantize(Decimal("0.1"), ROUND_HALF_UP)


def shifted(day: date, months: int) -> date:
    """The first of the month that lies so many months from that day's."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


class Indices:
    """The published values: by index and first day of the month."""

    def __init__(self, values: Mapping[tuple[str, date], Decimal]) -> None:
        self._values = dict(values)
        self._months: dict[str, list[date]] = {}
        for index, month in sorted(self._values):
            self._months.setdefault(index, []).append(month)

    def at(self, index: str, month: date) -> tuple[Decimal, date] | None:
        """The value of that month or, where it is not published yet, the last one before; with its month."""
        if (index, month) in self._values:
            return self._values[index, month], month
        before = [known for known in self._months.get(index, ()) if known < month]
        return (self._values[index, before[-1]], before[-1]) if before else None


@dataclass(frozen=True)
class Coefficient:
    """A month's coefficient. ``provisional``: an index of its month is not known yet. ``read``: index, month and value."""

    value: Decimal
    provisional: bool
    read: tuple[tuple[str, date, Decimal], ...] = ()


def coefficient(formula: Formula, indices: Indices, month: date, ends: date | None = None) -> Coefficient:
    """The coefficient of works done in a month; 1, provisional, as long as nothing is known of an index.

    :param ends: the contractual end, extensions included: works done later are revised as those of its month.
    """
    reads = shifted(formula.at or (min(month, ends) if ends else month), formula.lag)
    found = {term.index: indices.at(term.index, reads) for term in formula.terms}
    known = {index: value for index, value in found.items() if value}
    if len(known) < len(found):
        return Coefficient(Decimal(1), provisional=True)
    return Coefficient(
        formula.coefficient({index: value for index, (value, _month) in known.items()}),
        any(month_read != reads for _value, month_read in known.values()),
        tuple((index, month_read, value) for index, (value, month_read) in known.items()),
    )


def effect(works: Decimal, factor: Decimal) -> Decimal:
    """What a coefficient adds to works at the market's prices, or takes from them."""
    return cents(works * (factor - 1))


@dataclass(frozen=True)
class Worked:
    """What was done in one month, at the market's prices."""

    month: date
    works: Decimal


@dataclass(frozen=True)
class Revised:
    """The revision of all months so far; ``now``: the coefficient of the last one."""

    total: Decimal
    provisional: bool
    now: Coefficient | None


def revised(formula: Formula, indices: Indices, months: Iterable[Worked], ends: date | None = None) -> Revised:
    """The revision due since the market began, by what is known of the indices today: what was stated of it before is then taken
    off, which puts right the months that were provisional."""
    total, provisional, now = ZERO, False, None
    for worked in months:
        now = coefficient(formula, indices, worked.month, ends)
        total += effect(worked.works, now.value)
        provisional = provisional or now.provisional
    return Revised(total, provisional, now)
