"""Whether something we asked about an invoice was done, told from what Chorus Pro shows of it.

No call of the API can be made twice without harm (doc/API.md §1.3), but each of ours leaves a step in the invoice's history. So
after a lost answer the history is read: the steps later than the status that we answered tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from ..api.answers import FoundInvoice, History, HistoryEntry
from ..vocabulary import statuses

Effect = Literal["possible", "done", "moved_on"]

#: The states an invoice is in once its routing or its validator was corrected.
_ON_ITS_WAY = frozenset({"deposited", "validation", "received", "processing", "paid"})


class Answered(NamedTuple):
    """The step of the history that an action answers, such as the suspension: its date and, to tell steps of one second apart,
    its ``histoStatutId``."""

    at: datetime | None
    entry: str = ""


def answered(kind: statuses.Action, history: History) -> Answered:
    """The step that an action of this kind would answer now: the last one in a status that allows it."""
    steps = [entry for entry in history.entries if entry.status in statuses.ACTIONS[kind] and entry.at]
    last = max(steps, key=_place, default=None)
    return Answered(last.at, last.identifier) if last else Answered(None)


def effect(kind: statuses.Action, history: History, asked: Answered | None) -> Effect:
    """What became of an action.

    :param asked: the step it answers; None before it was ever sent.
    :return: ``done``: its effect shows; ``possible``: not done, and the invoice still waits for it; ``moved_on``: not done, and
        the invoice went on without it.
    """
    if asked and any(_proves(kind, entry.status) for entry in _later(history.entries, asked)):
        return "done"
    return "possible" if history.status in statuses.ACTIONS[kind] else "moved_on"


def acknowledged(found: Iterable[FoundInvoice], identifier: str) -> Effect | None:
    """What became of the acknowledgement of a rejection, which leaves no step but a mark; None when the invoice is not shown."""
    for row in found:
        if row.identifier == identifier:
            if row.rejection_treated:
                return "done"
            return "possible" if row.status == "REJETEE" else "moved_on"
    return None


def _proves(kind: statuses.Action, status: str) -> bool:
    if kind == "complete":
        return status == "COMPLETEE"
    return status not in statuses.ACTIONS[kind] and statuses.get(status).state in _ON_ITS_WAY


def _later(entries: Iterable[HistoryEntry], asked: Answered) -> list[HistoryEntry]:
    return [
        entry
        for entry in entries
        if entry.at and (asked.at is None or entry.at > asked.at or (entry.at == asked.at and _after(entry, asked)))
    ]


def _after(entry: HistoryEntry, asked: Answered) -> bool:
    """Of two steps of the same second, which came later is told by their numbers; without them it counts as later."""
    return not (entry.identifier.isdigit() and asked.entry.isdigit()) or int(entry.identifier) > int(asked.entry)


def _place(entry: HistoryEntry) -> tuple[datetime, int]:
    assert entry.at is not None
    return entry.at, int(entry.identifier) if entry.identifier.isdigit() else 0
