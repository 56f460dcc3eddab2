"""Reading the platform's JSON, which is not always of the type its documentation says."""

from __future__ import annotations

from typing import Any


def text(value: object) -> str:
    """A value as stripped text; "" for none."""
    return "" if value is None else str(value).strip()


def rows(value: object) -> list[dict[str, Any]]:
    """A list of objects, also where the platform sends a single object in its place (doc/API.md §6.3)."""
    if isinstance(value, dict):
        return [value]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def record(value: object) -> dict[str, Any]:
    """An object; an empty one in its absence."""
    return value if isinstance(value, dict) else {}


def pages(answer: dict[str, Any]) -> int:
    """How many pages a search's answer has, at least one."""
    return int(record(answer.get("parametresRetour")).get("pages") or 1)


def total(answer: dict[str, Any], shown: int) -> int:
    """How many results a search has over all its pages; ``shown`` where it does not say."""
    return int(record(answer.get("parametresRetour")).get("total") or shown)
