"""What the clauses of a market make of one month, given all that was done and all that was invoiced before.

Everything is computed since the market began, then lowered by what the books say already: what was stated of a provisional index,
or kept on work that was taken back, is put right without being looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from . import advance, penalty, retention, revision
from .advance import USUAL_START
from .money import HUNDRED, ZERO, part, taken
from .retention import Base, Guarantee, Stated
from .revision import Coefficient, Formula, Indices, Worked

#: What tells rates of VAT apart: the identifier of a tax.
Key = int
#: What tells formulas of revision apart: 0 is the market's own.
FormulaKey = int
MARKET: FormulaKey = 0
Revised = tuple[Key, FormulaKey]


@dataclass(frozen=True)
class Clauses:
    """The settings of a market. ``amount``: without VAT, amendments included. Rates and marks are in percent."""

    amount: Decimal
    initial: Decimal = ZERO
    """Without its amendments."""
    retention_rate: Decimal = ZERO
    retention_base: Base = Base.WORKS
    retention_ceiling: Decimal | None = None
    """None: the rate of the market's amount."""
    guarantee: Guarantee = Guarantee.NONE
    released: bool = False
    advance: Decimal = ZERO
    """Without VAT."""
    advance_start: Decimal = USUAL_START
    advance_end: Decimal = HUNDRED
    formulas: Mapping[FormulaKey, Formula] = field(default_factory=dict)
    """The market's own, and those of lots or lines; none where prices are firm."""
    ends: date | None = None
    final: bool = False
    """The account is closed: it says all that is owed, be it more than is to be paid."""
    penalties_highest: Decimal = ZERO
    """In percent of the amount; zero: no ceiling."""
    penalties_exempt: Decimal = ZERO


@dataclass(frozen=True)
class Done:
    """What is done since the market began, without VAT, by rate of VAT."""

    works: Mapping[Key, Decimal]
    amended: Mapping[Key, Decimal]
    """The part of it that amendments brought."""
    month: Decimal
    """Done this month."""
    revised: Mapping[Revised, Sequence[Worked]] = field(default_factory=dict)
    """What is subject to revision, month by month."""
    rates: Mapping[Key, Decimal] = field(default_factory=dict)
    usual: Key = 0
    """The rate of the advance."""
    penalties: Sequence[Decimal] = ()
    """Those incurred by the end of this month."""


@dataclass(frozen=True)
class Invoiced:
    """What the documents before this one say, without VAT, each without a sign."""

    advance: Decimal = ZERO
    repaid: Decimal = ZERO
    retention: Decimal = ZERO
    revision: Mapping[Revised, Decimal] = field(default_factory=dict)
    penalty: Decimal = ZERO


@dataclass(frozen=True)
class Month:
    """What this month adds. ``retention``, ``repaid`` and ``penalty`` lower what is paid; less than nothing gives back.

    The retention and the penalties are all that is due of them: see :func:`within`.
    """

    advance: Decimal
    repaid: Decimal
    retention: Decimal
    revision: Mapping[Revised, Decimal]
    provisional: frozenset[FormulaKey] = frozenset()
    """The formulas of which an index is not known yet."""
    coefficients: Mapping[FormulaKey, Coefficient] = field(default_factory=dict)
    penalty: Decimal = ZERO
    retention_carried: Decimal = ZERO
    """What is due of it and left to the next month, as it is more than this one is paid."""
    penalty_carried: Decimal = ZERO


def month(clauses: Clauses, done: Done, before: Invoiced, indices: Indices) -> Month:
    """What is to be added to the work of this month, and taken from it; no more of an advance than there is work to pay."""
    revised, provisional, now = _revision(clauses, done, indices)
    # what a person typed of revision stands where the market has no formula of its own; a formula that is gone gives back
    computed = {key for key in {**revised, **before.revision} if key[1] in clauses.formulas or key[1] != MARKET}
    revision_month = {key: revised.get(key, ZERO) - before.revision.get(key, ZERO) for key in sorted(computed)}
    granted = clauses.advance - before.advance if not before.advance else ZERO
    works = sum(done.works.values(), ZERO)
    repaid = ZERO
    if clauses.advance and clauses.amount:
        paid = before.advance + granted
        progress = works * HUNDRED / clauses.amount
        target = paid if clauses.final else advance.repaid(paid, progress, clauses.advance_start, clauses.advance_end)
        due = done.month + sum(revision_month.values(), ZERO)
        repaid = target - before.repaid if clauses.final else taken(target, before.repaid, due)
    counted = {key: amount for key, amount in before.revision.items() if key not in computed} | revised
    kept = _retention(clauses, done, counted, before.repaid + repaid)
    penalties = penalty.due(done.penalties, clauses.amount, clauses.penalties_highest, clauses.penalties_exempt)
    retained, fined = kept - before.retention, penalties - before.penalty
    return Month(granted, repaid, retained, revision_month, provisional, now, fined)


def within(found: Month, payable: Decimal) -> Month:
    """A month that keeps back and takes off at most what is paid of it, the retention first; what exceeds it is carried over.

    :param payable: what this month is paid with VAT, before anything is kept back or taken off.
    """
    retained = taken(found.retention, ZERO, payable)
    fined = taken(found.penalty, ZERO, payable - retained)
    return replace(
        found,
        retention=retained,
        penalty=fined,
        retention_carried=found.retention - retained,
        penalty_carried=found.penalty - fined,
    )


def _revision(
    clauses: Clauses, done: Done, indices: Indices
) -> tuple[dict[Revised, Decimal], frozenset[FormulaKey], dict[FormulaKey, Coefficient]]:
    found = {
        key: revision.revised(clauses.formulas[key[1]], indices, months, clauses.ends)
        for key, months in done.revised.items()
        if key[1] in clauses.formulas
    }
    provisional = frozenset(key[1] for key, one in found.items() if one.provisional)
    now = {key[1]: one.now for key, one in found.items() if one.now}
    return {key: one.total for key, one in found.items()}, provisional, now


def _retention(clauses: Clauses, done: Done, revised: Mapping[Revised, Decimal], repaid: Decimal) -> Decimal:
    """What is to be kept back since the market began."""
    if not clauses.retention_rate or clauses.released or clauses.guarantee is Guarantee.ALL:
        return ZERO
    partial = clauses.guarantee is Guarantee.INITIAL
    works = done.amended if partial else done.works
    usual = done.rates.get(done.usual, ZERO)
    stated = Stated(
        sum(works.values(), ZERO),
        _taxed(works, done.rates),
        ZERO if partial else sum((_taxed({key: amount}, done.rates) for (key, _formula), amount in revised.items()), ZERO),
        ZERO if partial else repaid + part(repaid, usual),
    )
    covered = clauses.amount - clauses.initial if partial else clauses.amount
    ceiling = clauses.retention_ceiling
    if ceiling is None and covered:
        untaxed = clauses.retention_base is Base.UNTAXED
        # the market's own VAT is that of its work: with several rates, as they are in what is done
        taxed = covered if untaxed else covered * (HUNDRED + _mean(works, done.rates, usual)) / HUNDRED
        ceiling = part(taxed, clauses.retention_rate)
    return retention.kept(clauses.retention_base, clauses.retention_rate, stated, ceiling)


def _taxed(amounts: Mapping[Key, Decimal], rates: Mapping[Key, Decimal]) -> Decimal:
    return sum((amount + part(amount, rates.get(key, ZERO)) for key, amount in amounts.items()), ZERO)


def _mean(amounts: Mapping[Key, Decimal], rates: Mapping[Key, Decimal], usual: Decimal) -> Decimal:
    total = sum(amounts.values(), ZERO)
    if not total:
        return usual
    return sum((amount * rates.get(key, ZERO) for key, amount in amounts.items()), ZERO) / total
