"""A CII of a form that was written before: ``facturx`` is asked once for each form, not once for each invoice and each line.

Invoices differ in their values, and hardly in which elements they have. So ``facturx`` writes each form once, with marks in the
place of the values; the values are then put into what it wrote. Where that is not sure to be the same (it takes no mark there, or
does not write it as it stands, once), it writes the invoice itself.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

Terms = dict[str, Any]
"""Values by business term, as ``facturx`` takes them: texts, dates, bytes, and lists or dicts of those."""

Write = Callable[[Terms], bytes]
"""Makes a CII of the terms, which it may change, by ``facturx``."""

_Shape = Any
"""Terms without their values, hashable: ``_form`` makes terms of it again."""

LOOKED_AT = frozenset({"BT-5", "BT-6", "BT-8", "BT-24", "BT-73", "BT-74", "BT-84", "BT-134", "BT-135"})
"""Terms that ``facturx`` does not just write: it knows currencies and accounts, turns a code into another, compares days."""

_LINES = "BG-25"
_BEFORE, _AFTER = "    <ram:IncludedSupplyChainTradeLineItem>\n", "    </ram:IncludedSupplyChainTradeLineItem>\n"
_KINDS_OF_LINES = 16
"""How many an invoice may have to be worth it: most have one or two."""
_KEPT = 128
"""Forms, of some kilobytes each."""

_TEXT, _DAY = object(), object()
# digits alone: it stands for amounts too, which facturx wants to be numbers
_MARK = f"1{uuid.uuid4().int:039d}"
_PLACE = re.compile(rf"{_MARK}(\d\d)(\d\d\d)")
_IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


class _MarkedDay(date):
    """A day that is written as a mark."""

    mark = ""

    def strftime(self, _form: str) -> str:
        return self.mark


class _Place(NamedTuple):
    """Where a value goes: that of a rank, of the frame (0) or of a kind of line (1…); as text or in an attribute."""

    part: int
    rank: int
    attribute: bool


class _Template(NamedTuple):
    """XML with ``%s`` for each value, and which values those are."""

    pattern: str
    places: tuple[_Place, ...]

    def filled(self, values: list[str]) -> str:
        """The XML with these values."""
        return self.pattern % tuple(
            [
                escape(values[rank], _IN_ATTRIBUTES) if attribute else escape(values[rank])
                for _part, rank, attribute in self.places
            ]
        )


class _Form(NamedTuple):
    """What stands before the lines and after them, and each kind of line."""

    head: _Template
    lines: tuple[_Template, ...]
    tail: _Template


def cii(terms: Terms, write: Write) -> bytes:
    """The CII of the terms, the very bytes that ``facturx`` makes of them; what ``write`` raises is raised."""
    values: list[str] = []
    frame = _shape("", {name: value for name, value in terms.items() if name != _LINES}, values)
    kinds: dict[_Shape, int] = {}
    lines: list[tuple[int, list[str]]] = []
    for line in terms.get(_LINES, ()):
        inside: list[str] = []
        lines.append((kinds.setdefault(_shape("", line, inside), len(kinds)), inside))
    form = _form(write, frame, tuple(kinds)) if 0 < len(kinds) <= _KINDS_OF_LINES else None
    if form is None:
        return write(terms)
    body = [form.lines[kind].filled(inside) for kind, inside in lines]
    return "".join((form.head.filled(values), *body, form.tail.filled(values))).encode()


def _shape(name: str, value: Any, values: list[str]) -> _Shape:
    """What is left of a term without what is merely written, which is put into ``values``."""
    if isinstance(value, str):
        if not value or name in LOOKED_AT:
            return value
        values.append(value)
        return _TEXT
    if isinstance(value, dict):
        return dict, tuple([(key, _shape(key, inside, values)) for key, inside in value.items()])
    if isinstance(value, list):
        return list, tuple([_shape(name, inside, values) for inside in value])
    if isinstance(value, date) and name not in LOOKED_AT:
        values.append(f"{value.year:04d}{value.month:02d}{value.day:02d}")
        return _DAY
    return value


@lru_cache(maxsize=_KEPT)
def _form(write: Write, frame: _Shape, kinds: tuple[_Shape, ...]) -> _Form | None:
    """What ``facturx`` makes of a form; ``None`` where values cannot be put into it."""
    ranks = [count() for _part in (frame, *kinds)]
    parts = [_marked(shape, part, ranks[part]) for part, shape in enumerate((frame, *kinds))]
    try:
        text = write({**parts[0], _LINES: parts[1:]}).decode()
    except (ValueError, TypeError, ArithmeticError):
        return None
    head, *bodies = text.split(_BEFORE)
    if len(bodies) != len(kinds):
        return None
    last, _end, tail = bodies[-1].partition(_AFTER)
    bodies[-1] = last + _AFTER
    form = _Form(_template(head), tuple(_template(_BEFORE + body) for body in bodies), _template(tail))
    # each value once, where it belongs
    found = [(*form.head.places, *form.tail.places), *(line.places for line in form.lines)]
    wanted = [[(part, rank) for rank in range(next(own))] for part, own in enumerate(ranks)]
    return form if [sorted((place.part, place.rank) for place in places) for places in found] == wanted else None


def _marked(shape: _Shape, part: int, ranks: Iterator[int]) -> Any:
    """Terms of that form, with a mark in the place of each value."""
    if shape is _TEXT:
        return f"{_MARK}{part:02d}{next(ranks):03d}"
    if shape is _DAY:
        day = _MarkedDay(2000, 1, 1)
        day.mark = f"{_MARK}{part:02d}{next(ranks):03d}"
        return day
    if isinstance(shape, tuple):
        kind, inside = shape
        if kind is dict:
            return {key: _marked(value, part, ranks) for key, value in inside}
        return [_marked(value, part, ranks) for value in inside]
    return shape


def _template(text: str) -> _Template:
    """What ``facturx`` wrote, the marks taken out."""
    pieces = _PLACE.split(text.replace("%", "%%"))
    places = [
        _Place(int(part), int(rank), before.endswith('="'))
        for before, part, rank in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False)
    ]
    return _Template("%s".join(pieces[0::3]), tuple(places))
