"""What is known of a message of Chorus Pro, and what a person is told of one received."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..text import Text
from .places import PLACES, Place


class Kind(str, Enum):
    """Whether a message is good news, an empty answer or a refusal."""

    SUCCESS = "success"
    EMPTY = "empty"
    REFUSAL = "refusal"

    __str__ = str.__str__


@dataclass(frozen=True)
class Message:
    """One known message. ``pattern``, a regular expression, is searched in the folded text (see ``fold``).

    ``field``: key in ``fields.FIELDS`` of what to change, ``None`` when no data is at fault. ``place``: what the button
    opens, when it is not where that field is mended. ``duplicate``: the platform says the invoice is there already,
    which calls for looking it up rather than for a correction.
    """

    key: str
    pattern: str
    cause: Text
    remedy: Text
    field: str | None = None
    kind: Kind = Kind.REFUSAL
    duplicate: bool = False
    place: Place | None = None

    def __post_init__(self) -> None:
        """:raises re.error: of a pattern that is none, where it is written and not at the first refusal."""
        re.compile(self.pattern)


@dataclass(frozen=True)
class Explanation:
    """One received message, whole in ``text``, with what it means; ``key`` is the known message's, else ``None``.

    ``place``: what the button beside the remedy opens, ``None`` when there is nothing to open.
    """

    text: str
    cause: Text
    remedy: Text
    field: str | None = None
    kind: Kind = Kind.REFUSAL
    duplicate: bool = False
    key: str | None = None
    place: Place | None = None

    @property
    def known(self) -> bool:
        """Whether the dictionary recognised the message."""
        return self.key is not None


def place_of(message: Message) -> Place | None:
    """Where a known message is mended: the place it names, else that of its field."""
    return message.place or PLACES.get(message.field or "")


def resend(en: str, fr: str) -> Text:
    """A remedy that ends with sending again, under the same number.

    An invoice refused at integration never entered Chorus Pro, so its number is still free (doc/API.md §5).
    """
    return Text(
        f"{en} Then send it again under the same number.",
        f"{fr} Puis renvoyez sous le même numéro.",
    )
