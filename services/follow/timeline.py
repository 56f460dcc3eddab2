"""The time line of an invoice: what Chorus Pro told of its life, whenever and however often, kept once.

Two sources tell it. The *history* (``historiquesDesStatuts``) names each step with its author and comment. A *search* shows the
status of the moment only, without its author; what it showed is kept too, because the history of an invoice is read now and
then, not at each change. :func:`merged` makes one time line of both. It is a join in the sense of lattices: the order in which
facts arrive, their repetition, and entries that an answer leaves out change nothing in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

#: A step seen by a search is the history's own when the status is the same and the dates are that close: no source says that
#: ``dateHeureEtatCourant`` and ``histoStatutDatePassage`` are written by the same clock to the second.
SAME_STEP = timedelta(minutes=10)


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
