"""Chorus Pro's vocabulary as data: statuses, flow states, frameworks, syntaxes, reasons and messages.

Every text is bilingual (``Text``); every code received from the platform is looked up by a getter that never raises.
"""

from __future__ import annotations

from . import flows, frameworks, messages, motifs, states, statuses, syntaxes
from .actors import ACTORS, Actor
from .fields import FIELDS
from .flows import FLOW_STATES, FlowState, Outcome
from .frameworks import FRAMEWORKS, ROLES, SUPPLIER_ROLES, Framework, Role
from .messages import MESSAGES, Explanation, Kind, Message, explain, with_code
from .motifs import MOTIFS, Motif
from .places import LABELS, PLACES, Place
from .states import STATES, Group, State
from .statuses import STATUSES, TERMINAL, Status
from .syntaxes import BATCH_SUFFIX, SYNTAXES, Form, Syntax

__all__ = [
    "ACTORS",
    "BATCH_SUFFIX",
    "FIELDS",
    "FLOW_STATES",
    "FRAMEWORKS",
    "LABELS",
    "MESSAGES",
    "MOTIFS",
    "PLACES",
    "ROLES",
    "STATES",
    "STATUSES",
    "SUPPLIER_ROLES",
    "SYNTAXES",
    "TERMINAL",
    "Actor",
    "Explanation",
    "FlowState",
    "Form",
    "Framework",
    "Group",
    "Kind",
    "Message",
    "Motif",
    "Outcome",
    "Place",
    "Role",
    "State",
    "Status",
    "Syntax",
    "explain",
    "flows",
    "frameworks",
    "messages",
    "motifs",
    "states",
    "statuses",
    "syntaxes",
    "with_code",
]
