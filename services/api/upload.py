"""Files in requests: base64 in the midst of JSON, encoded piece by piece as it leaves, so that a file is in memory once."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from ..pieces import encoded, encoded_length

#: Bytes of a file up to which a request is made in one piece: nobody's memory is the worse for it.
SMALL = 1_000_000


class Base64:
    """The bytes of a file as a text value of a request."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def is_small(self) -> bool:
        """Whether it may be in memory twice."""
        return len(self._content) <= SMALL

    def text(self) -> str:
        """The whole of it."""
        return base64.b64encode(self._content).decode()

    def __len__(self) -> int:
        """Characters of it."""
        return encoded_length(self._content)

    def __iter__(self) -> Iterator[bytes]:
        return encoded(self._content)

    def __eq__(self, other: object) -> bool:
        """Whether a text is this very value, as where the gateway echoes the request."""
        if not isinstance(other, str):
            return NotImplemented
        if len(other) != len(self):
            return False
        start = 0
        for piece in self:
            if other[start : start + len(piece)] != piece.decode():
                return False
            start += len(piece)
        return True

    __hash__ = None  # type: ignore[assignment]


class Body:
    """A request in JSON, as ``json.dumps`` writes it, with the files in it encoded as they leave; it may be sent again."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        files: dict[str, Base64] = {}

        def mark(value: object) -> str:
            if not isinstance(value, Base64):
                raise TypeError(f"{type(value).__name__} in a request")
            name = uuid.uuid4().hex
            files[name] = value
            return name

        text = json.dumps(request, default=mark)
        self._parts: list[bytes | Base64] = []
        for name, file in files.items():
            before, text = text.split(name)
            self._parts += [before.encode(), file]
        self._parts.append(text.encode())

    def __len__(self) -> int:
        """Bytes of it."""
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from part


class _TooLarge(Exception):
    """A file that is not written into a text."""


def body(request: Mapping[str, Any]) -> bytes | Body:
    """A request in JSON: as it is sent, or, where a file in it is large, as it leaves.

    :raises TypeError: for a value that JSON does not have.
    """

    def inline(value: object) -> str:
        if not isinstance(value, Base64):
            raise TypeError(f"{type(value).__name__} in a request")
        if not value.is_small:
            raise _TooLarge
        return value.text()

    try:
        return json.dumps(request, default=inline).encode()
    except _TooLarge:
        return Body(request)
