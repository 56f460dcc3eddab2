"""The states of an invoice as an accountant reads them: Chorus Pro's own words where it has one, in the order of the process.

Between them and the platform's 57 statuses stands :class:`~.status.Status`, which names the state of each. What a state means for
whoever reads it, and thus its colour everywhere, is its :class:`Group`: one place decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Literal

from ..text import Text

State = Literal[
    "to_send", "to_file", "sending", "checking", "rejected", "deposited", "validation", "at_moe", "at_moa", "received",
    "to_complete", "incomplete", "to_recycle", "to_handle", "completed", "processing", "paid", "refused", "declined", "abandoned",
    "cancelled",
]  # fmt: skip


class Group(str, Enum):
    """What a state asks of its reader; the value is Odoo's decoration, and so the colour, of all that shows the state."""

    MINE = "warning"
    """Ours to act."""
    THEIRS = "info"
    """On its way, or with somebody else."""
    DONE = "success"
    """Over, nothing is left to do."""
    REFUSED = "danger"
    """It was turned down: it will not be paid like this."""

    __str__ = str.__str__


_TABLE: tuple[tuple[State, Group, Text], ...] = (
    ("to_send", Group.MINE, Text("To send", "À envoyer")),
    ("to_file", Group.MINE, Text("To file on the portal", "À déposer sur le portail")),
    ("sending", Group.THEIRS, Text("Being sent", "En cours d'envoi")),
    # Odoo looks for it by itself, but whoever meets it must know why it stands still
    ("checking", Group.MINE, Text("Being verified", "En vérification")),
    ("rejected", Group.REFUSED, Text("Not integrated", "Non intégrée")),
    ("deposited", Group.THEIRS, Text("Deposited", "Déposée")),
    ("validation", Group.THEIRS, Text("With the validator", "Chez le valideur")),
    ("at_moe", Group.THEIRS, Text("With the MOE", "Chez la MOE")),
    ("at_moa", Group.THEIRS, Text("With the MOA", "Chez la MOA")),
    ("received", Group.THEIRS, Text("Made available", "Mise à disposition")),
    ("to_complete", Group.MINE, Text("Suspended", "Suspendue")),
    ("incomplete", Group.MINE, Text("To be completed", "À compléter")),
    ("to_recycle", Group.MINE, Text("To be re-routed", "À recycler")),
    ("to_handle", Group.MINE, Text("To handle", "À traiter")),
    ("completed", Group.THEIRS, Text("Completed", "Complétée")),
    ("processing", Group.THEIRS, Text("Being processed", "En traitement")),
    ("paid", Group.DONE, Text("Payment sent", "Mise en paiement")),
    ("refused", Group.REFUSED, Text("Rejected", "Rejetée")),
    ("declined", Group.REFUSED, Text("Refused", "Refusée")),
    ("abandoned", Group.REFUSED, Text("Abandoned", "Abandonnée")),
    ("cancelled", Group.DONE, Text("Cancelled", "Annulée")),
)

STATES: Mapping[State, Text] = MappingProxyType({state: label for state, _group, label in _TABLE})
"""Each state with its words, in the order of the process. The keys are stored: ``rejected`` never reached the public body, which
``refused`` did."""

_GROUPS: Mapping[str, Group] = MappingProxyType({state: group for state, group, _label in _TABLE})

TO_LEAVE: tuple[State, ...] = ("to_send", "to_file", "rejected")
"""Not at Chorus Pro: still to be sent or filed, anew after it was not integrated."""

WAITING: tuple[State, ...] = ("deposited", "validation", "at_moe", "at_moa", "received", "completed", "processing")
"""At Chorus Pro, and others are to act: what is paid late is among them."""

RETURNED: tuple[State, ...] = ("to_complete", "incomplete", "to_recycle", "to_handle")
"""Sent back to us: we act, and the invoice goes on under the same number."""

TURNED_DOWN: tuple[State, ...] = ("refused", "declined", "abandoned")
"""Will not be paid: a credit note cancels it, and a new invoice may take its place."""

GONE: tuple[State, ...] = (*TURNED_DOWN, "cancelled")
"""Nothing is expected of it any more."""


def group(state: str) -> Group:
    """What this state asks of its reader.

    :raises KeyError: for what is no state.
    """
    return _GROUPS[state]


def of_group(*groups: Group) -> tuple[State, ...]:
    """The states of these groups, in the order of the process."""
    return tuple(state for state, own, _label in _TABLE if own in groups)
