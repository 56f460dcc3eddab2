"""Searches, which the platform answers page by page. Every one names its paging and its list of results in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .json_values import pages, rows
from .session import PisteSession


def search_all(
    session: PisteSession,
    path: str,
    criteria: Mapping[str, Any],
    paging: str,
    results: str,
    *,
    column: str,
    size: int,
    **options: int,
) -> Iterator[dict[str, Any]]:
    """All results of a search, one call a page, as they are asked for.

    :param path: such as ``/cpro/factures/v1/rechercher/fournisseur``.
    :param criteria: what is looked for; a criterion that is None is left out.
    :param paging: the name of the request's paging object.
    :param results: the name of the answer's list.
    :param column: what the results are sorted by, ascending (``triColonne``).
    :param size: results asked for in one page.
    :param options: what else the paging object takes.
    :raises ChorusError: as ``PisteSession.search``.
    """
    body = {name: value for name, value in criteria.items() if value is not None}
    page = 1
    while True:
        body[paging] = {
            **options,
            "nbResultatsParPage": size,
            "pageResultatDemandee": page,
            "triColonne": column,
            "triSens": "Ascendant",
        }
        answer = session.search(path, body)
        found = rows(answer.get(results))
        yield from found
        if not found or page >= pages(answer):
            return
        page += 1
