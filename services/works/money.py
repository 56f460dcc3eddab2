"""Amounts as they are printed: to the cent, half a cent away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """``amount`` to the cent: 0.125 gives 0.13, -0.125 gives -0.13."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def part(amount: Decimal, percent: Decimal) -> Decimal:
    """So many percent of an amount, to the cent."""
    return cents(amount * percent / HUNDRED)


def clamp(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """``value``, or the end of the interval that it lies beyond."""
    return max(low, min(value, high))


def taken(target: Decimal, already: Decimal, payable: Decimal) -> Decimal:
    """What is taken off now of what is to be taken off in all: at most what is paid, the rest is carried over; less than nothing
    gives back what was taken off too much.

    :param target: since the market began. :param already: what was taken off before.
    """
    return min(target - already, max(payable, ZERO)) if target > already else target - already
