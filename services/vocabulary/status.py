"""What is known of an invoice status at Chorus Pro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..text import Text
from .actors import Actor
from .states import State

Action = Literal["complete", "recycle", "validator", "reissue"]
"""What the add-on can do about an invoice: add documents, correct the routing, correct the validator, credit and invoice anew."""


@dataclass(frozen=True)
class Status:
    """One status of an invoice at Chorus Pro (``statutFacture``, doc/API.md §3.5 and §3.6).

    ``code`` is Chorus Pro's own, ``state`` what an accountant reads (see ``states``). ``terminal``: nothing can come back,
    asking again is useless. ``who`` acts next. ``advice``: what the accountant should do, or may expect. ``needs_reason``: a
    reason and a comment stand in the invoice's history and are worth one more call. ``works``: exists in the works circuit
    only. ``activity``: a person must be told at once. ``actions``: what this add-on can do about it; for the rest the advice
    sends people to the portal.
    """

    code: str
    label: Text
    state: State
    who: Actor
    advice: Text
    terminal: bool = False
    needs_reason: bool = False
    activity: bool = False
    works: bool = False
    actions: tuple[Action, ...] = ()
