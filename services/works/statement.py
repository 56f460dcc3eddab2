"""One statement in three columns: since the market began, before, and this month; and what each party is paid of it.

The order of the amounts is that of the payment certificate (CCAG-Travaux 12.2.1, doc/RULES.md §11.5): works, revision and advance
without VAT, the VAT, then below the total with VAT what is kept back or taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from .money import HUNDRED, ZERO, cents, part


@dataclass(frozen=True)
class Amounts:
    """The amounts of a column. ``repaid``, ``retention``, ``deductions`` lower what is paid and are written without a sign."""

    works: Decimal = ZERO
    revision: Decimal = ZERO
    advance: Decimal = ZERO
    repaid: Decimal = ZERO
    other: Decimal = ZERO
    """Without VAT, of what is neither work nor a clause of the market: expenses, a bonus."""
    vat: Decimal = ZERO
    retention: Decimal = ZERO
    deductions: Decimal = ZERO
    """Below the total with VAT: penalties for delay, which are outside VAT (doc/RULES.md §11.7)."""

    @property
    def untaxed(self) -> Decimal:
        """The total without VAT."""
        return self.works + self.revision + self.advance - self.repaid + self.other

    @property
    def taxed(self) -> Decimal:
        """The total with VAT, before anything is kept back."""
        return self.untaxed + self.vat

    @property
    def net(self) -> Decimal:
        """What is to be paid."""
        return self.taxed - self.retention - self.deductions

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(**{one.name: getattr(self, one.name) - getattr(other, one.name) for one in fields(Amounts)})

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Amounts)})


@dataclass(frozen=True)
class Statement:
    """The columns of a statement; the total with VAT of the market tells how far it is.

    ``brought`` and ``carried``: what was due of the retention and of the penalties, and more than was paid, so that the statement
    before left it to this one, and this one leaves it to the next; by kind.
    """

    cumulative: Amounts
    previous: Amounts
    market: Decimal
    brought: Mapping[str, Decimal] = field(default_factory=dict)
    carried: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def month(self) -> Amounts:
        """What this statement adds."""
        return self.cumulative - self.previous

    @property
    def progress(self) -> Decimal:
        """Works in percent of the market's amount without VAT, 0 where nobody entered one."""
        return cents(self.cumulative.works * HUNDRED / self.market) if self.market else ZERO

    @property
    def left(self) -> Decimal:
        """What is left to do of the market, without VAT."""
        return self.market - self.cumulative.works


def vat(by_rate: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The VAT of amounts with their rates in percent, rounded for each as certificates print it."""
    return sum((part(amount, rate) for amount, rate in by_rate), ZERO)


@dataclass(frozen=True)
class Shares:
    """Who is paid what of a statement. ``reverse_charged``: the VAT that we declare, and deduct, for our subcontractors."""

    ours: Decimal
    theirs: Mapping[str, Decimal]
    reverse_charged: Decimal


def shares(statement: Amounts, parts: Mapping[str, Decimal], rate: Decimal) -> Shares:
    """Split what is to be paid: subcontractors are paid without VAT what is theirs, the VAT on the whole is ours (CGI 283-2
    nonies, doc/RULES.md §11.6).

    :param parts: by subcontractor, the part of the works without VAT. :param rate: of the VAT, in percent.
    """
    paid = sum(parts.values(), ZERO)
    return Shares(statement.net - paid, dict(parts), sum((part(amount, rate) for amount in parts.values()), ZERO))
