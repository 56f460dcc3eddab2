"""Reading the platform's JSON, which may hold anything: a value is of the form that is documented, or :class:`Unreadable`.

The converters raise nothing else, and :func:`understood` makes an error of it. None is no value. What they return can be stored:
without NUL or lone surrogates, of bounded length, dates and amounts within what a database holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeVar

from ..clock import PARIS, UTC, paris_day
from .errors import ChorusError, TryLater

#: Characters kept of a text: the longest comment has 2,000 (doc/API.md §2.H), and joined messages are longer.
LONGEST_TEXT = 10_000
#: Characters of a name by which a thing is known: numbers, identifiers, codes (doc/API.md §2.H has at most 50).
LONGEST_NAME = 100
#: Objects and lists, and values, that a JSON text may hold: a page of 500 invoices has a tenth of each. A text of brackets alone
#: takes twenty times its size in memory.
MOST_OBJECTS, MOST_VALUES = 20_000, 300_000
#: Characters told of a value that could not be read.
SHOWN = 80
#: Amounts have at most 13 digits before the point (``decimal(19,6)``, doc/API.md §2.H).
LARGEST_AMOUNT = Decimal(10) ** 13
#: Of what happened at Chorus Pro: it is as old as its predecessor, and no clock is a day ahead.
_FIRST = datetime(2000, 1, 1, tzinfo=timezone.utc)
_AHEAD = timedelta(days=1)
#: Digits of a 64-bit number.
_DIGITS = re.compile(r"[0-9]{1,19}")

Read = TypeVar("Read")


class Unreadable(Exception):
    """A value that is not of its documented form.

    :param what: what it is the value of, such as ``dateDepot``; "" for the thing itself.
    """

    def __init__(self, value: object, what: str = "") -> None:
        self.what = what
        self.shown = clean(repr(value)[: 4 * SHOWN])[:SHOWN]
        super().__init__(f"{what}: {self.shown}" if what else self.shown)


@contextmanager
def understood(error: type[ChorusError] = TryLater) -> Iterator[None]:
    """What cannot be read inside is an answer that tells nothing.

    :param error: ``OutcomeUnknown`` for a call done once.
    :raises ChorusError: that one.
    """
    try:
        yield
    except Unreadable as unreadable:
        raise error(str(unreadable), code="unreadable") from unreadable


class UnreadableRow(NamedTuple):
    """A row of a list that could not be read.

    :ivar name: what the row itself says it is, such as an invoice's number; "" when even that cannot be read.
    :ivar reason: the field and its value, shortened.
    """

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name or '?'} ({self.reason})"


def load(content: bytes | None) -> object:
    """A JSON text's value; numbers with a fraction are Decimals, those that nothing counts are floats.

    :raises Unreadable: when it is no JSON, or nested or divided as no answer is.
    """
    if content is None:
        raise Unreadable(None)
    if content.count(b"[") + content.count(b"{") > MOST_OBJECTS or content.count(b",") >= MOST_VALUES:
        raise Unreadable(content[:SHOWN])
    try:
        return json.loads(content, parse_float=_fraction, parse_int=_whole, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable(content[:SHOWN]) from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NAME else float("inf")


def _fraction(digits: str) -> Decimal | float:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return float("inf")


def _no_number(constant: str) -> None:
    raise ValueError(constant)


def clean(value: str) -> str:
    """A text without what neither a database nor a page takes: NUL, halves of surrogate pairs."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


# -- one value ---------------------------------------------------------------------------------------------------------


def text(value: object, longest: int = LONGEST_TEXT) -> str:
    """A text or a number as stripped text, cut at ``longest`` characters; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise Unreadable(value)
    try:
        return clean(str(value)[: 2 * longest]).strip()[:longest]
    except ValueError as error:
        # more digits than Python writes
        raise Unreadable("a number without end") from error


def name(value: object) -> str:
    """What a thing is known by, such as an invoice's number: a text, or a whole number, that is not longer than any of these."""
    known = text(value)
    if len(known) > LONGEST_NAME or isinstance(value, Decimal):
        raise Unreadable(value)
    return known


def needed(value: str) -> str:
    """A converted text that must not be empty."""
    if not value:
        raise Unreadable(value)
    return value


def digits(value: object) -> str:
    """One of the platform's 64-bit numbers, as text; "" for none."""
    number = text(value)
    if number and not _DIGITS.fullmatch(number):
        raise Unreadable(value)
    return number


def count(value: object) -> int | None:
    """How many; None when it is not said."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise Unreadable(value)
    return value


def flag(value: object) -> bool:
    """Yes or no; no when it is not said."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Unreadable(value)


def amount(value: object) -> str:
    """An amount as the platform wrote it; "" for none."""
    written = text(value)
    try:
        fine = not written or (written.isascii() and abs(Decimal(written)) < LARGEST_AMOUNT)
    except ArithmeticError:
        fine = False
    if not fine:
        raise Unreadable(value)
    return written


def parse_instant(value: object) -> datetime | None:
    """The instant the platform wrote, in UTC, or None when there is none or it cannot be read.

    Read are ISO 8601 texts with an offset or ``Z``, with or without fractions of a second (doc/API.md §2.H); without an offset,
    or as a date alone, the platform means Paris time. An integer is taken for milliseconds since 1970. Never raises.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    elif len(text) > 5 and text[-5] in "+-" and text[-4:].isdigit() and "T" in text:
        text = f"{text[:-2]}:{text[-2:]}"
    if "." in text:
        # Python 3.10 reads three or six digits of a second's fraction only, and below a second nothing matters here
        head, _, tail = text.partition(".")
        text = head + tail.lstrip("0123456789")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=PARIS)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        # the last also for the first and last days that Python counts, in another time zone
        return None


def instant(value: object) -> datetime | None:
    """A moment in UTC; None for none."""
    if value is None or value == "":
        return None
    moment = parse_instant(value)
    if moment is None:
        raise Unreadable(value)
    return moment


def past(value: object) -> datetime | None:
    """The moment at which something happened: not before Chorus Pro, not in the future."""
    moment = instant(value)
    if moment and not _FIRST <= moment <= datetime.now(UTC) + _AHEAD:
        raise Unreadable(value)
    return moment


def day(value: object) -> str:
    """A day, as ``YYYY-MM-DD``; "" for none."""
    moment = instant(value)
    return paris_day(moment).isoformat() if moment else ""


# -- a record, its fields and its lists ----------------------------------------------------------------------------------


def record(value: object) -> dict[str, Any]:
    """An object; an empty one in its absence."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(value)
    return value


def rows(value: object) -> list[object]:
    """A list, also where the platform sends a single object in its place (doc/API.md §6.3); an empty one in its absence."""
    if isinstance(value, dict):
        return [value]
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(value)
    return value


class Fields:
    """The fields of one object: called with a name and a converter, it gives the value or says which one is unreadable."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise Unreadable(value)
        self._values = value

    def __call__(self, field: str, convert: Callable[[object], Read]) -> Read:
        try:
            return convert(self._values.get(field))
        except Unreadable as error:
            raise Unreadable(self._values.get(field), field) from error

    def need(self, field: str, convert: Callable[[object], str]) -> str:
        """The value of a field that must not be empty, converted."""
        return self(field, lambda value: needed(convert(value)))


def read_rows(
    values: Iterable[object], read: Callable[[Fields], Read], named: str, unreadable: list[UnreadableRow]
) -> Iterator[Read]:
    """Each row on its own: those that can be read, the others named in ``unreadable``.

    :param read: makes of a row's fields what the caller wants.
    :param named: the field that tells a person which row it is.
    """
    for value in values:
        try:
            yield read(Fields(value))
        except Unreadable as error:
            unreadable.append(UnreadableRow(_own_name(value, named), str(error)))


def _own_name(value: object, named: str) -> str:
    try:
        return text(record(value).get(named), LONGEST_NAME)
    except Unreadable:
        return ""
