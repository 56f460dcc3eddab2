"""The time line of an invoice: what Chorus Pro told of its life, kept once, and when it is to be paid by that.

Two sources tell it. The *history* (``historiquesDesStatuts``) names each step with its author and comment. A *search* shows the
status of the moment only, without its author; what it showed is kept too, because the history of an invoice is read now and
then, not at each change. :func:`merged` makes one time line of both. It is a join in the sense of lattices: the order in which
facts arrive, their repetition, and entries that an answer leaves out change nothing in the end.

:func:`expected_day` tells from it when a public body must have paid, :func:`late_interest` what it owes when it has not
(doc/RULES.md §4.6): figures for information.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..clock import paris_day
from ..vocabulary import statuses

#: A step seen by a search is the history's own when the status is the same and the dates are that close: no source says that
#: ``dateHeureEtatCourant`` and ``histoStatutDatePassage`` are written by the same clock to the second.
SAME_STEP = timedelta(minutes=10)

#: Days to pay, by kind of public body (Code de la commande publique, R. 2192-10 and R. 2192-11).
DAYS = {"authority": 30, "hospital": 50, "enterprise": 60}
#: Days that a suspension leaves at least, once it is answered (R. 2192-29) [INF].
AFTER_SUSPENSION = 30
#: Lump sum for the cost of recovery, in euros (D. 2192-35).
LUMP_SUM = Decimal(40)
#: Points over the ECB's main refinancing rate (R. 2192-31).
POINTS = Decimal(8)

_RECEIVED = ("MISE_A_DISPOSITION", "MISE_A_DISPOSITION_MOE")
#: Where neither is known: the project manager has had a works document by the time that the project owner has it, so that the day
#: comes late rather than early (doc/RULES.md §2.2).
_AT_OWNER = ("MISE_A_DISPOSITION_MOA",)
_SUSPENDED = ("SUSPENDUE", "A_COMPLETER")
#: What ends a suspension, and follows nothing else [INF].
_COMPLETED = ("COMPLETEE",)
#: States of an invoice that the public body has received.
_PAST_RECEPTION = ("received", "completed", "processing", "paid")
#: The deposit's date can be held against the public body (doc/RULES.md §4.6): it counts until a reception is known.
_DEPOSITED = ("DEPOSEE",)


class Step(NamedTuple):
    """One step of an invoice's life at Chorus Pro.

    ``status`` is the platform's code; ``at`` an aware instant, or None when the platform gave none; ``history``: whether the
    history told it (else a search did).
    """

    status: str
    at: datetime | None
    comment: str = ""
    author: str = ""
    history: bool = True


def merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """These steps, each once, oldest first; those without a date come first.

    Of two tellings of the same step by the same source the fuller text is kept; the history's word takes the place of a search's.
    """
    told: dict[tuple[str, datetime | None], Step] = {}
    for step in steps:
        step = step._replace(at=step.at.replace(microsecond=0) if step.at else None)
        key = step.status, step.at
        told[key] = _joined(told[key], step) if key in told else step
    known = [step for step in told.values() if step.history]
    kept = [step for step in told.values() if step.history or not any(_same(step, other) for other in known)]
    return tuple(sorted(kept, key=_order))


def _joined(one: Step, other: Step) -> Step:
    if one.history != other.history:
        # Whole, text included: were a search's text kept here, the line would depend on whether that search came before or after
        # another step of the history that takes its place.
        return one if one.history else other
    return one._replace(
        comment=max(one.comment, other.comment, key=_fullness),
        author=max(one.author, other.author, key=_fullness),
    )


def _fullness(text: str) -> tuple[int, str]:
    return len(text), text


def _same(seen: Step, told: Step) -> bool:
    if seen.status != told.status:
        return False
    return seen.at is None or (told.at is not None and abs(seen.at - told.at) <= SAME_STEP)


def _order(step: Step) -> tuple[bool, float, str]:
    return step.at is not None, step.at.timestamp() if step.at else 0.0, step.status


def leaves_open(steps: Iterable[Step]) -> bool:
    """Whether what the searches saw may lack a step that a deadline rests on, so that the history is worth a call.

    An hourly search shows each status that lasts an hour, with the date that the platform gives it: that is all there is to know
    of most invoices. It may pass over a reception or a suspension that was followed by another step at once (only a suspended
    invoice is completed, and none has a status twice without another one between), and it does not tell what ended a suspension.

    :param steps: the time line, oldest first.
    """
    line = tuple(steps)
    if not line:
        return False
    last, before = line[-1], line[:-1]
    if last.at is None:
        return True
    if not last.history:
        earlier = before[-1].status if before else ""
        if last.status in _COMPLETED or earlier == last.status or (earlier and statuses.get(earlier).needs_reason):
            return True
    received = any(step.at and step.status in _RECEIVED for step in line)
    return statuses.get(last.status).state in _PAST_RECEPTION and not received


def expected_day(steps: Iterable[Step], days: int, delivered: date | None = None) -> date | None:
    """The last day to pay in time, or None while it cannot be told (not received yet, suspended).

    It counts from the reception by the public body, or from the delivery when that is later (R. 2192-12, R. 2192-13). A
    suspension stops it; the answer opens ``AFTER_SUSPENSION`` days, or what was left when that is more.

    :param steps: the time line, oldest first.
    :param days: see ``DAYS``.
    :param delivered: when the work was done, if the invoice says so.
    """
    dated = [(step.status, paris_day(step.at)) for step in steps if step.at]
    told = ([day for status, day in dated if status in kinds] for kinds in (_RECEIVED, _DEPOSITED, _AT_OWNER))
    starts = next(filter(None, told), None)
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


def late_interest(amount: Decimal, days_late: int, ecb_rate: Decimal, points: Decimal = POINTS) -> Decimal:
    """Interest for late payment, to the cent: simple, a year of 365 days.

    :param amount: what is due with tax, in euros.
    :param ecb_rate: the ECB's main refinancing rate, in percent. :param points: what is added to it.
    """
    if days_late <= 0:
        return Decimal(0)
    yearly = amount * (ecb_rate + points) / 100
    return (yearly * days_late / 365).quantize(Decimal("0.01"), ROUND_HALF_UP)
