"""transverses/v1: the two reports on a flow, and the health check."""

from __future__ import annotations

import base64
from typing import Any

from .access import Caller
from .chorus import Platform
from .clock import PARIS, iso, parse_moment
from .directory import ISSUED_INVOICES
from .pdf import text_pdf
from .records import Deposit
from .replies import TRANSVERSE_OK, answer, nothing_found
from .schema import require
from .vocabulary import SYNTAXES

LABEL_LENGTH = 200  # "about" in doc/API.md §2.0


def consult_detailed_report(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The state of a flow with its errors; the flow's number is not echoed (doc/API.md §2.0)."""
    require(body, "numeroFluxDepot")
    with platform.store.lock:
        deposit = _own_deposit(platform, caller, body)
        state, since = platform.flows.state(deposit)
        errors = [
            {
                "numeroDP": error.number,
                "identifiantFournisseur": error.supplier,
                "identifiantDestinataire": error.recipient,
                "libelleErreurDP": error.label[:LABEL_LENGTH],
            }
            for error in deposit.errors
        ]
        technical = [
            {"codeErreur": error.code, "libelleErreur": error.label, "natureErreur": error.nature}
            for error in deposit.technical_errors
        ]
    single = platform.options.error_list == "object" and len(errors) == 1
    return answer(
        TRANSVERSE_OK,
        codeInterfaceDepotFlux=SYNTAXES[deposit.syntax],
        dateDepotFlux=iso(deposit.deposited_at),
        dateHeureEtatCourantFlux=iso(since),
        etatCourantDepotFlux=state,
        nomFichier=deposit.file_name,
        listeErreurDP=errors[0] if single else errors,
        listeErreurTechnique=technical,
    )


def consult_report(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The older report: ``etatCourantFlux`` and a PDF."""
    require(body, "numeroFluxDepot")
    with platform.store.lock:
        deposit = _own_deposit(platform, caller, body)
        state, since = platform.flows.state(deposit)
        lines = [
            "Compte rendu de traitement (simulateur)",
            f"Flux : {deposit.number}",
            f"Fichier : {deposit.file_name}",
            f"Etat : {state} ({iso(since)})",
            *(f"{error.number} : {error.label}" for error in deposit.errors),
            *(f"{error.code} : {error.label}" for error in deposit.technical_errors),
        ]
    structure = platform.directory.by_siret(deposit.structure)
    return answer(
        TRANSVERSE_OK,
        numeroFluxDepot=deposit.number,
        codeInterfaceFlux=SYNTAXES[deposit.syntax],
        dateDepotFlux=iso(deposit.deposited_at),
        dateHeureEtatCourantFlux=iso(since),
        etatCourantFlux=state,
        nomFichierFlux=deposit.file_name,
        designationPartenaire=structure.designationStructure if structure else None,
        fichierCR=base64.b64encode(text_pdf(lines)).decode("ascii"),
    )


def health_check(_platform: Platform, _caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    return {"body": "OK", "statusCodeValue": 200, "statusCode": "OK"}


def active_supplier_structures(platform: Platform, caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    """The active structures the account is attached to, with the right to the space "factures émises"."""
    rows = []
    for siret in caller.account.structures if caller.account and ISSUED_INVOICES in caller.account.espaces else ():
        structure = platform.directory.by_siret(siret)
        if structure and structure.is_active:
            rows.append(
                {
                    "idStructureCPP": structure.idStructureCPP,
                    "identifiant": structure.identifiantStructure,
                    "designationStructure": structure.designationStructure,
                }
            )
    return answer(TRANSVERSE_OK, listeStructures=rows)


def _own_deposit(platform: Platform, caller: Caller, body: dict[str, Any]) -> Deposit:
    """Raises FunctionalError for an unknown flow, another depositor's, or one of another day or syntax."""
    deposit = platform.store.deposits.get(body["numeroFluxDepot"])
    if deposit is None or caller.account is None or deposit.structure != caller.account.structure:
        raise nothing_found()
    if "syntaxeFlux" in body and body["syntaxeFlux"] != deposit.syntax:
        raise nothing_found()
    if "dateDepot" in body:
        day = parse_moment(body["dateDepot"]).astimezone(PARIS).date()
        if day != deposit.deposited_at.astimezone(PARIS).date():
            raise nothing_found()
    return deposit
