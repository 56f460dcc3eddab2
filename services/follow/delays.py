"""When a public body must have paid, and what it owes when it has not (doc/RULES.md §4.6). Figures for information."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ..clock import paris_day
from .timeline import Step

#: Days to pay, by kind of public body (Code de la commande publique, R. 2192-10 and R. 2192-11).
DAYS = {"authority": 30, "hospital": 50, "enterprise": 60}
#: Days that a suspension leaves at least, once it is answered (R. 2192-29) [INF].
AFTER_SUSPENSION = 30
#: Lump sum for the cost of recovery, in euros (D. 2192-35).
LUMP_SUM = Decimal(40)
#: Points over the ECB's main refinancing rate (R. 2192-31).
POINTS = Decimal(8)

_RECEIVED = ("MISE_A_DISPOSITION", "MISE_A_DISPOSITION_MOE")
_SUSPENDED = ("SUSPENDUE", "A_COMPLETER")
#: The deposit's date can be held against the public body (doc/RULES.md §4.6): it counts until a reception is known.
_DEPOSITED = ("DEPOSEE",)


def expected_day(steps: Iterable[Step], days: int, delivered: date | None = None) -> date | None:
    """The last day to pay in time, or None while it cannot be told (not received yet, suspended).

    It counts from the reception by the public body, or from the delivery when that is later (R. 2192-12, R. 2192-13). A
    suspension stops it; the answer opens ``AFTER_SUSPENSION`` days, or what was left when that is more.

    :param steps: the time line, oldest first.
    :param days: see ``DAYS``.
    :param delivered: when the work was done, if the invoice says so.
    """
    dated = [(step.status, paris_day(step.at)) for step in steps if step.at]
    starts = [day for status, day in dated if status in _RECEIVED] or [day for status, day in dated if status in _DEPOSITED]
    if not starts:
        return None
    due = max(starts[0], delivered or starts[0]) + timedelta(days=days)
    left: int | None = None
    for status, day in dated:
        if status in _SUSPENDED:
            left = (due - day).days if left is None else left
        elif left is not None:
            due = day + timedelta(days=max(AFTER_SUSPENSION, left))
            left = None
    return None if left is not None else due


def late_interest(amount: Decimal, days_late: int, ecb_rate: Decimal) -> Decimal:
    """Interest for late payment, to the cent: simple, a year of 365 days.

    :param amount: what is due with tax, in euros.
    :param ecb_rate: the ECB's main refinancing rate, in percent.
    """
    if days_late <= 0:
        return Decimal(0)
    yearly = amount * (ecb_rate + POINTS) / 100
    return (yearly * days_late / 365).quantize(Decimal("0.01"), ROUND_HALF_UP)
