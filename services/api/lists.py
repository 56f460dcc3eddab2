"""The lists of codes that the platform serves (doc/API.md §2.C). The API's French names stay in this file."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .errors import ChorusError, NotReceived
from .json_values import Unreadable, name, needed, record, text
from .session import PisteSession

#: Formats whose syntaxes are asked for at most: a call each, while a person waits.
FORMATS = 12


class ListsClient:
    """What this account may use, as the platform tells it: read-only calls that nothing else depends on."""

    _session: PisteSession

    def served_lists(self) -> dict[str, dict[str, str]]:
        """The codes of each list of ``vocabulary.served.LISTS``, with their labels; "" where there is none.

        A list that is not served, or cannot be read, is left out; nothing is raised.
        """
        served: dict[str, dict[str, str]] = {}
        # when the way fails, what was read until then is worth keeping; what was not is asked for another time
        with suppress(NotReceived):
            self._read("/cpro/transverses/v1/recuperer/formatflux", {}, "formatFlux", served, "formats")
            for known in list(served.get("formats", ()))[:FORMATS]:
                asked = {"formatFlux": known}
                self._read("/cpro/transverses/v1/recuperer/syntaxeflux", asked, "syntaxeFlux", served, "syntaxes")
            asked = {"typeDemandePaiement": "FACTURE_TRAVAUX"}
            self._read("/cpro/transverses/v1/recuperer/cadrefacturation", asked, "codeCadreFacturation", served, "frameworks")
            self._read("/cpro/transverses/v1/recuperer/typefacturetravaux", {}, "typeFactureTravaux", served, "works_types")
            asked = {"codeLangue": "FR"}
            self._read(
                "/cpro/transverses/v1/recuperer/motifs/exonerationtva", asked, "codeMotifExonerationTva", served, "exemptions"
            )
        return served

    def _read(self, path: str, body: dict[str, str], code: str, served: dict[str, dict[str, str]], kind: str) -> None:
        try:
            answer = self._session.post(path, body)
        except NotReceived:
            raise
        except ChorusError:
            return
        served.setdefault(kind, {}).update(_codes(answer, code))


def _codes(answer: dict[str, Any], code: str) -> dict[str, str]:
    """The codes of the list in an answer: the name of that list is not documented for all of them, a row's code is."""
    found = {}
    for value in answer.values():
        for row in value if isinstance(value, list) else [value]:
            # a row that cannot be read names no code; another does
            with suppress(Unreadable):
                fields = record(row)
                found[needed(name(fields.get(code)))] = _label(fields)
    return found


def _label(fields: dict[str, Any]) -> str:
    return next((text(words) for field, words in fields.items() if field.startswith("libelle")), "")
