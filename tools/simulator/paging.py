"""Pages and order of lists: page 1 by default, 10 results a page, Descendant (doc/API.md §2.H)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .schema import ContractError

Item = TypeVar("Item")

DEFAULT_PAGE_SIZE = 10
DEFAULT_MAXIMUM = 200


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)

    def as_parameters(self) -> dict[str, int]:
        """``parametresRetour`` of a search's answer."""
        return {
            "pageCourante": self.number,
            "pages": self.pages,
            "nbResultatsParPage": self.size,
            "total": self.total,
        }


def positive(parameters: dict[str, Any], name: str, default: int) -> int:
    value = parameters.get(name)
    if value is None:
        return default
    if value < 1:
        raise ContractError(f"Le champ « {name} » doit être au moins 1.")
    return int(value)


def cut(items: Sequence[Item], parameters: dict[str, Any], page_name: str, size_name: str) -> Page[Item]:
    """The page asked for by the two named fields; a page beyond the last one is empty."""
    number = positive(parameters, page_name, 1)
    size = positive(parameters, size_name, DEFAULT_PAGE_SIZE)
    start = (number - 1) * size
    return Page(list(items[start : start + size]), number, size, len(items))


def is_ascending(parameters: dict[str, Any], name: str) -> bool:
    return parameters.get(name) == "Ascendant"
