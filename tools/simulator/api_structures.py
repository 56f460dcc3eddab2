"""structures/v1: search and consultation of structures and of their services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .access import Caller
from .chorus import Platform
from .clock import iso, parse_moment
from .directory import Service, Structure
from .paging import cut, is_ascending
from .replies import TRANSVERSE_OK, answer, not_allowed, nothing_found, without_none
from .schema import require

_STRUCTURE_COLUMNS: dict[str, Callable[[Structure], str]] = {
    "IdentifiantStructure": lambda structure: structure.identifiantStructure,
    "DesignationStructure": lambda structure: structure.designationStructure,
    "TypeIdentifiantStructure": lambda structure: structure.typeIdentifiantStructure,
    "Statut": lambda structure: structure.statut,
}
_SERVICE_COLUMNS: dict[str, Callable[[Service], Any]] = {
    "CodeService": lambda service: service.codeService,
    "LibelleService": lambda service: service.libelleService,
    "DateDbtService": lambda service: service.dateDebutValidite,
    "DateFinService": lambda service: service.dateFinValidite,
    "EstActif": lambda service: service.estActif,
}


def search(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """An empty list when nothing is found: no source gives a codeRetour for it here."""
    wanted = body.get("structure") or {}
    parameters = body.get("parametres") or {}
    own = caller.account.structures if caller.account else ()
    own_only = bool(body.get("restreindreStructuresPrivees"))
    found = [
        structure
        for structure in platform.directory.structures()
        if _matches(structure, wanted) and (structure.is_public or not own_only or structure.identifiantStructure in own)
    ]
    column = _STRUCTURE_COLUMNS[parameters.get("triColonne") or "IdentifiantStructure"]
    found.sort(key=column, reverse=not is_ascending(parameters, "triSens"))
    page = cut(found, parameters, "pageResultatDemandee", "nbResultatsParPage")
    rows = [
        {
            "idStructureCPP": structure.idStructureCPP,
            "identifiantStructure": structure.identifiantStructure,
            "typeIdentifiantStructure": structure.typeIdentifiantStructure,
            "designationStructure": structure.designationStructure,
            "statut": structure.statut,
        }
        for structure in page.items
    ]
    return answer(TRANSVERSE_OK, parametresRetour=page.as_parameters(), listeStructures=rows)


def _matches(structure: Structure, wanted: dict[str, Any]) -> bool:
    """Codes must be equal; names and towns are looked for inside, whatever their case."""
    exact = {
        "identifiantStructure": structure.identifiantStructure,
        "typeIdentifiantStructure": structure.typeIdentifiantStructure,
        "typeStructure": structure.typeStructure,
        "statutStructure": "ACTIF" if structure.is_active else "INACTIF",
        "adresseCodePays": structure.pays,
        "adresseCodePostal": structure.codePostal,
        "estMOA": structure.parametres.getaMoa or structure.parametres.estMoaUniquement,
        "estMOAUniquement": structure.parametres.estMoaUniquement,
    }
    within = {
        "raisonSocialeStructure": structure.designationStructure,
        "libelleStructure": structure.designationStructure,
        "adresseVille": structure.ville,
        "nomStructure": "",
        "prenomStructure": "",
    }
    given = {name: value for name, value in wanted.items() if value not in (None, "")}
    return all(given[name] == value for name, value in exact.items() if name in given) and all(
        given[name].casefold() in value.casefold() for name, value in within.items() if name in given
    )


def consult(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """A public structure, or one's own: only that one says when the technical password expires."""
    require(body, "idStructureCPP")
    structure = _visible(platform, caller, body["idStructureCPP"])
    expiry = None
    if caller.account and structure.identifiantStructure in caller.account.structures:
        expiry = caller.account.motPasseExpireLe or None
    return answer(
        TRANSVERSE_OK,
        informationGenerales=without_none(
            {
                "idStructureCPP": structure.idStructureCPP,
                "identifiantStructure": structure.identifiantStructure,
                "typeIdentifiantStructure": structure.typeIdentifiantStructure,
                "structurePriveePublique": structure.typeStructure,
                "raisonSocialeStructure": structure.designationStructure,
                "libelleStructure": structure.designationStructure,
                "emailStructure": structure.emailStructure,
                "numeroTVA": structure.numeroTVA,
                "dateExpirationMotPasseCompteTech": expiry,
            }
        ),
        adressePostaleDuSiege=_address(structure),
        parametres=dict(vars(structure.parametres)),
    )


def search_services(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """All services, the inactive ones too: ``estActif`` tells."""
    require(body, "idStructure")
    structure = _visible(platform, caller, body["idStructure"])
    parameters = body.get("parametresRechercherServicesStructure") or {}
    column = _SERVICE_COLUMNS[parameters.get("triColonne") or "CodeService"]
    services = sorted(structure.services, key=column, reverse=not is_ascending(parameters, "triSens"))
    page = cut(services, parameters, "pageResultatDemandee", "nbResultatsParPage")
    rows = [
        {
            "idService": service.idService,
            "codeService": service.codeService,
            "libelleService": service.libelleService,
            "estActif": service.estActif,
            "statutService": "ACTIF" if service.estActif else "INACTIF",
        }
        for service in page.items
    ]
    return answer(TRANSVERSE_OK, parametresRetour=page.as_parameters(), listeServices=rows)


def consult_service(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    require(body, "idStructure", "idService")
    structure = _visible(platform, caller, body["idStructure"])
    service = next((item for item in structure.services if item.idService == body["idService"]), None)
    if service is None:
        raise nothing_found()
    dates = {
        name: iso(parse_moment(value))
        for name, value in (
            ("dateDebutValidite", service.dateDebutValidite),
            ("dateFinValidite", service.dateFinValidite),
        )
        if value
    }
    return answer(
        TRANSVERSE_OK,
        informationsGenerales={"codeService": service.codeService, "nomService": service.libelleService},
        adressePostale=_address(structure),
        parametres={"numeroEngagement": service.numeroEngagement, "miseEnPaiement": service.miseEnPaiement, **dates},
    )


def _visible(platform: Platform, caller: Caller, identifier: int) -> Structure:
    """Public structures and one's own. Raises FunctionalError for the others."""
    structure = platform.directory.by_id(identifier)
    if structure is None:
        raise nothing_found()
    own = caller.account is not None and structure.identifiantStructure in caller.account.structures
    if not (structure.is_public or own):
        raise not_allowed()
    return structure


def _address(structure: Structure) -> dict[str, Any]:
    return without_none(
        {
            "adresse": structure.adresse,
            "codePostal": structure.codePostal,
            "ville": structure.ville,
            "pays": structure.pays,
        }
    )
