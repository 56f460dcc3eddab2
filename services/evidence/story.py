"""What became of one invoice, as plain values: what the page shows and the JSON beside it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from .bundle import File

Value = str | int | datetime | None
"""Of a fact; an instant is aware, a day is ISO text."""


@dataclass(frozen=True)
class Event:
    """Something that happened.

    :param at: aware, or None where nobody told when. :param who: empty for the platform itself.
    :param what: in French, or a word of ``page.HAPPENED``.
    :param code: the platform's own, where it is a status. :param changes: of fields: label, before, after.
    """

    at: datetime | None
    who: str
    what: str
    code: str = ""
    detail: str = ""
    changes: tuple[tuple[str, str | bool, str | bool], ...] = ()


@dataclass(frozen=True)
class Exchange:
    """Something handed to Chorus Pro, and what it answered.

    :param kind: of ``page.EXCHANGES``. :param name: its own.
    :param facts: by the keys of ``page.LABELS``; what has no label there is for programs only.
    :param others: numbers of the other invoices in the same file.
    """

    kind: str
    name: str
    facts: Mapping[str, Value]
    files: tuple[File, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """One invoice.

    :param facts: see :class:`Exchange`. :param steps: its life at Chorus Pro, oldest first.
    :param exchanges: oldest first. :param attachments: files that are to go, or went, with it.
    :param done: who did what in Odoo, oldest first.
    """

    number: str
    facts: Mapping[str, Value]
    steps: tuple[Event, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    attachments: tuple[File, ...] = ()
    done: tuple[Event, ...] = ()


def story_json(story: Story) -> bytes:
    """The story for programs: UTF-8, instants in ISO 8601."""
    return json.dumps(asdict(story), ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)
