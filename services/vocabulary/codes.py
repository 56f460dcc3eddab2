"""Tables of rows by code, read without a fault whatever code the platform sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

Row = TypeVar("Row")


class Codes(dict["str | None", Row]):
    """Rows by code; what is not among them, None too, gets what ``unknown`` makes of it, and is not kept.

    :param unknown: takes the code, ``""`` for None, and makes a row.
    """

    def __init__(self, known: Mapping[str, Row], unknown: Callable[[str], Row]) -> None:
        super().__init__(known)
        self._unknown = unknown

    def __missing__(self, code: str | None) -> Row:
        return self._unknown(code or "")
