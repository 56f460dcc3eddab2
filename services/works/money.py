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
