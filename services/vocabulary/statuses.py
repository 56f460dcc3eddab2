"""The statuses of an invoice at Chorus Pro, as one table: what each means, who acts next, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..text import Text
from .actors import Actor
from .codes import Codes
from .states import State
from .status import Action, Status
from .statuses_ordinary import ORDINARY
from .statuses_works import WORKS

__all__ = ["ACTIONS", "FOLLOWED", "STATUSES", "TERMINAL", "Action", "Status", "get"]

STATUSES: Mapping[str, Status] = MappingProxyType({status.code: status for status in (*ORDINARY, *WORKS)})
"""Every known status by code: the 56 of the Swagger and the one added since (doc/API.md §3.5)."""

TERMINAL: frozenset[str] = frozenset(code for code, status in STATUSES.items() if status.terminal)
"""Codes after which polling stops."""

FOLLOWED: frozenset[State] = frozenset(status.state for status in STATUSES.values() if not status.terminal) | {
    "deposited",
    "cancelled",
}
"""States in which an invoice that Chorus Pro holds may still change: those of a status after which polling goes on, of an unknown
one, and of a refused one that a credit note cancelled."""

ACTIONS: Mapping[Action, frozenset[str]] = MappingProxyType(
    {
        action: frozenset(code for code, status in STATUSES.items() if action in status.actions)
        for action in ("complete", "recycle", "validator", "reissue")
    }
)
"""In which statuses each action is possible."""

_UNKNOWN_ADVICE = Text(
    "This version does not know this status: look at the invoice on the Chorus Pro portal.",
    "Cette version ne connaît pas ce statut : consultez la facture sur le portail Chorus Pro.",
)


def _unknown(code: str) -> Status:
    label = Text(code, code) if code.strip() else Text("Status not known yet", "Statut pas encore connu")
    return Status(code, label, "deposited", Actor.PLATFORM, _UNKNOWN_ADVICE)


get = Codes(STATUSES, _unknown).__getitem__
"""The status of that code. Never raises: the platform may add codes, and an unknown one stays followed.

An unknown code gives a status labelled with the code itself, in state ``deposited``, not terminal.
"""
