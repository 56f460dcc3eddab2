"""engagementsJuridiques/v1: the State's commitments to a supplier."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .access import Caller
from .chorus import Platform
from .directory import Engagement, Structure
from .paging import cut, is_ascending
from .replies import TRANSVERSE_OK, answer, not_allowed, nothing_found


def search_engagements(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The State's commitments to the caller's structure. Nothing found answers like the other searches of Transverses."""
    wanted = body.get("structureReceptriceEngagementJuridique")
    own = _own(platform, caller, wanted or "")
    found = [engagement for engagement in own.engagements if _matches(engagement, body)]
    if not found:
        raise nothing_found()
    parameters = body.get("parametresRecherche") or {}
    found.sort(key=lambda item: item.dateNotificationEJ, reverse=not is_ascending(parameters, "triSens"))
    page = cut(found, parameters, "pageResultatDemandee", "nbResultatsParPage")
    rows = [{**asdict(engagement), "structureReceptrice": own.designationStructure} for engagement in page.items]
    return answer(TRANSVERSE_OK, parametresRetour=page.as_parameters(), listeEngagementJuridique=rows)


def _matches(engagement: Engagement, body: dict[str, Any]) -> bool:
    exact = {
        "numeroEngagementJuridique": engagement.numeroEngagementJuridique,
        "etatCourantEngagementJuridique": engagement.libelleEtatCourantEJ,
    }
    return all(body[name] == value for name, value in exact.items() if body.get(name))


def _own(platform: Platform, caller: Caller, wanted: str) -> Structure:
    """The structure of the caller that is asked about, by either identifier; the first one where none is named."""
    for siret in caller.account.structures if caller.account else ():
        structure = platform.directory.by_siret(siret)
        if structure and wanted in ("", str(structure.idStructureCPP), structure.identifiantStructure):
            return structure
    raise not_allowed()
