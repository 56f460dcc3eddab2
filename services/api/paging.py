"""Searches, which the platform answers page by page. Every one names its paging and its list of results in its own way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from .errors import TryLater
from .json_values import Fields, UnreadableRow, read_rows
from .session import PisteSession
from .verdict import Found

#: Results a search may give over all its pages; the platform's default would be 200 (doc/API.md §2.H).
MAXIMUM = 100_000
#: Seconds that the pages of one search may take together.
LONGEST_SEARCH = 600.0

Read = TypeVar("Read")


def search_all(
    session: PisteSession,
    path: str,
    criteria: Mapping[str, Any],
    paging: str,
    results: str,
    read: Callable[[Fields], Read],
    *,
    named: str,
    column: str,
    size: int,
    whole: bool = False,
    unreadable: list[UnreadableRow] | None = None,
    **options: int,
) -> Iterator[Read]:
    """All results of a search, one call a page, as they are asked for.

    :param path: such as ``/cpro/factures/v1/rechercher/fournisseur``.
    :param criteria: what is looked for; a criterion that is None is left out.
    :param paging: the name of the request's paging object.
    :param results: the name of the answer's list.
    :param read: makes a result of a row.
    :param named: the field by which a person knows a row.
    :param column: what the results are sorted by, ascending (``triColonne``).
    :param size: results asked for in one page.
    :param whole: fewer rows than the platform counts are no answer.
    :param unreadable: takes the rows that cannot be read, and why a search ended before its end; without it both are an error.
    :param options: what else the paging object takes.
    :raises ChorusError: as ``PisteSession.search``; TryLater for what cannot be read.
    """
    body = {name: value for name, value in criteria.items() if value is not None}
    started, page, seen, total, before = time.monotonic(), 1, 0, 0, None
    while True:
        body[paging] = {
            **options,
            "nbResultatsParPage": size,
            "pageResultatDemandee": page,
            "triColonne": column,
            "triSens": "Ascendant",
        }
        found = session.search(path, body, results)
        bad: list[UnreadableRow] = []
        yield from read_rows(found.rows, read, named, bad)
        seen += len(found.rows)
        total = max(total, found.total or 0)
        more = _more(found, page, size)
        cut = ""
        if more and found.rows == before:
            cut = f"the same page {page} times"
        elif more and (seen >= MAXIMUM or time.monotonic() - started > LONGEST_SEARCH):
            cut = f"no end after {page} pages"
        elif whole and not more and seen < total:
            cut = f"{seen} of {total}"
        if cut:
            bad.append(UnreadableRow(results, cut))
        if unreadable is not None:
            unreadable += bad
        elif bad:
            raise TryLater(", ".join(map(str, bad[:5])), code="unreadable")
        if cut or not more:
            return
        page, before = page + 1, found.rows


def _more(found: Found, page: int, size: int) -> bool:
    """Whether another page follows: by what the platform counts, where it does not count by the page being full."""
    if not found.rows:
        return False
    if found.pages is None and found.total is None:
        return len(found.rows) >= size
    return page < max(found.pages or 0, -(-(found.total or 0) // size))
