"""Works pieces over the API: the documented searches (doc/API.md §2.E; ``rechercher/demandePaiement``).

No call deposits a works piece: its body is not documented, and the route is not served.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from .access import Caller
from .chorus import Platform
from .clock import iso, midnight, parse_moment
from .paging import cut, is_ascending
from .replies import FACTURES_OK, FunctionalError, answer, not_allowed, nothing_found, without_none
from .works import FRAMEWORKS, TYPES, Piece

# doc/API.md §4
NO_WORKS = (20007, "GFT_MSG_01.075")

Test = Callable[[Piece], bool]


def search_works(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """facturesTravaux/rechercher: the pieces in which the caller has that role, the latest first by default."""
    with platform.store.lock:
        found = _of_role(platform, caller, body.get("roleUtilisateur") or "FOURNISSEUR")
        tests = [*_common(body, "numeroFactureTravaux", "periodeDateFactureTravaux"), *_works_only(body)]
        found = [piece for piece in found if all(test(piece) for test in tests)]
        if not found:
            raise FunctionalError(*NO_WORKS)
        parameters = body.get("rechercheFactureTravaux") or {}
        if not is_ascending(parameters, "triSens"):
            found.reverse()
        page = cut(found, parameters, "pageResultatDemandee", "nbResultatsParPage")
        rows = [_works_row(platform, piece) for piece in page.items]
    return answer(FACTURES_OK, parametresRetour=page.as_parameters(), listeFacturesTravaux=rows)


def search_payment_requests(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """rechercher/demandePaiement, for works pieces: all of a file, whoever filed them, in one answer."""
    if body.get("typeDemandePaiement") not in (None, "FACTURE_TRAVAUX"):
        raise nothing_found()
    with platform.store.lock:
        found = _of_role(platform, caller, body.get("roleUtilisateur") or "FOURNISSEUR")
        tests = _common(body, "numeroFacture", "periodeDateFournisseur")
        dossier = body.get("numeroDossierFacturation")
        if dossier:
            tests.append(lambda piece: piece.dossier == dossier)
        rows = [_payment_row(platform, piece) for piece in found if all(test(piece) for test in tests)]
    if not rows:
        raise nothing_found()
    return answer(FACTURES_OK, listeDemandePaiement=rows, total=len(rows))


_ROLES: dict[str, Callable[[Piece], str]] = {
    "FOURNISSEUR": lambda piece: piece.supplier,
    "MOE": lambda piece: piece.moe,
    "MOA": lambda piece: piece.moa,
    "VALIDEUR": lambda piece: piece.validator,
    "DESTINATAIRE": lambda piece: piece.recipient,
}


def _of_role(platform: Platform, caller: Caller, role: str) -> list[Piece]:
    if caller.account is None:
        raise not_allowed()
    who, siret = _ROLES[role], caller.account.structure
    return [piece for piece in platform.works.pieces if who(piece) == siret]


def _common(body: dict[str, Any], number: str, issued: str) -> list[Test]:
    tests: list[Test] = []

    def equal(name: str, get: Callable[[Piece], Any]) -> None:
        if body.get(name) not in (None, ""):
            tests.append(lambda piece: get(piece) == body[name])

    equal(number, lambda piece: piece.number)
    equal("numeroMarche", lambda piece: piece.market)
    equal("numeroBonCommande", lambda piece: piece.engagement)
    equal("cadreFacturation", lambda piece: FRAMEWORKS[piece.code])
    for name, moment in (("periodeDateHeureEtatCourant", _status_at), ("periodeDateDepot", _deposited_at), (issued, _issued_at)):
        low, high = body.get(f"{name}Du"), body.get(f"{name}Au")
        if low:
            tests.append(lambda piece, low=low, moment=moment: moment(piece) >= parse_moment(low))
        if high:
            tests.append(lambda piece, high=high, moment=moment: moment(piece) <= parse_moment(high))
    return tests


def _works_only(body: dict[str, Any]) -> list[Test]:
    tests: list[Test] = []
    statuses = body.get("listeStatutCourant")
    if statuses:
        wanted = [statuses] if isinstance(statuses, str) else statuses
        tests.append(lambda piece: piece.status in wanted)
    if body.get("listeTypeFactureTravaux"):
        tests.append(lambda piece: TYPES[piece.code] in body["listeTypeFactureTravaux"])
    if body.get("uniquementSansPieceSuivante"):
        tests.append(lambda piece: piece.following is None)
    return tests


def _status_at(piece: Piece) -> datetime:
    return piece.status_at


def _deposited_at(piece: Piece) -> datetime:
    return piece.deposited_at


def _issued_at(piece: Piece) -> datetime:
    return midnight(piece.issued)


def _day(day: date) -> str:
    return iso(midnight(day))


def _works_row(platform: Platform, piece: Piece) -> dict[str, Any]:
    supplier, recipient = platform.works.structure(piece.supplier), platform.works.structure(piece.recipient)
    return without_none(
        {
            "idFactureTravaux": piece.identifier,
            "numeroFactureTravaux": piece.number,
            "typeFactureTravaux": TYPES[piece.code],
            "typeDemandePaiement": "FACTURE_TRAVAUX",
            "statutFactureTravaux": piece.status,
            "dateFactureTravaux": _day(piece.issued),
            "dateDepot": iso(piece.deposited_at),
            "dateHeureEtatCourant": iso(piece.status_at),
            "identifiantFournisseur": piece.supplier,
            "typeIdentifiantFournisseur": "SIRET",
            "designationFournisseur": supplier and supplier.designationStructure,
            "identifiantDestinataire": piece.recipient,
            "designationDestinataire": recipient and recipient.designationStructure,
            "idDestinataire": recipient and recipient.idStructureCPP,
            "codeServiceExecutant": piece.service,
            "devise": "EUR",
            "montantHT": piece.without_vat,
            "montantTTC": piece.with_vat,
            "montantAPayer": piece.with_vat,
            "factureTelechargeeParDestinataire": False,
        }
    )


def _payment_row(platform: Platform, piece: Piece) -> dict[str, Any]:
    def identifier(siret: str) -> int | None:
        structure = platform.works.structure(siret)
        return structure.idStructureCPP if structure else None

    return without_none(
        {
            "idDemandePaiement": piece.identifier,
            "numeroDemandePaiement": piece.number,
            "typeDemandePaiement": "FACTURE_TRAVAUX",
            "typeFactureTravaux": TYPES[piece.code],
            "cadreFacturation": FRAMEWORKS[piece.code],
            "etatCourant": piece.status,
            "dateHeureEtatCourant": iso(piece.status_at),
            "dateFournisseur": _day(piece.issued),
            "dateDepot": iso(piece.deposited_at),
            "montantHT": piece.without_vat,
            "montantTTC": piece.with_vat,
            "montantAPayer": piece.with_vat,
            "numeroMarche": piece.market,
            "numeroBonCommande": piece.engagement,
            "idStructureFournisseur": identifier(piece.supplier),
            "idStructureMoe": identifier(piece.moe),
            "idStructureMoa": identifier(piece.moa),
            "idStructureValideur1": identifier(piece.validator),
            "idStructureDestinataire": identifier(piece.recipient),
            "dpOuDpArchive": "DEMANDE_PAIEMENT",
            "numeroDossierFacturation": piece.dossier,
            "commentaireEtatCourant": piece.history[-1].comment,
        }
    )
