"""factures/v1/soumettre: one invoice as its PDF (or its lines) and its data, integrated at once."""

from __future__ import annotations

import json
from typing import Any

from . import submission
from .access import Caller
from .chorus import Platform
from .clock import iso
from .document import Attachment
from .reading import Piece
from .replies import FACTURES_OK, FunctionalError, answer, not_allowed
from .rules import Case, refusals
from .schema import require

# Numbers of the errors of soumettre that are known to exist (doc/API.md §4), without their texts.
AMOUNTS, OTHER = 20013, 20303


def submit(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """An invoice that passes the rules is deposited; another one is refused with all its labels (doc/API.md §2.0)."""
    require(body, "modeDepot", "destinataire", "fournisseur", "cadreDeFacturation", "references", "montantTotal")
    require(body["fournisseur"], "idFournisseur")
    account = caller.account
    if account is None:
        raise not_allowed()
    with platform.store.lock:
        supplier = platform.directory.by_id(body["fournisseur"]["idFournisseur"])
        if supplier is None or supplier.identifiantStructure not in account.structures:
            raise not_allowed()
        body = _numbered(platform, body)
        # what the platform knows of its structure is kept with the data, to be read again later
        party = {"siret": supplier.identifiantStructure, "nom": supplier.designationStructure}
        data = {**body, "fournisseur": {**body["fournisseur"], **party}}
        files = [_file(platform, account.login, identifier, label) for identifier, label in _attached(body)]
        main = _main_file(platform, account.login, body)
        piece = Piece(submission.read(data), json.dumps(data).encode(), main and main.content, tuple(files))
        case = Case(piece, platform.directory, account.structures, platform.clock.today(), platform.store.is_taken)
        labels = refusals(case)
        if labels:
            code = AMOUNTS if any("ontants" in label for label in labels) else OTHER
            raise FunctionalError(code, "|".join(labels))
        now = platform.clock.now()
        invoice = platform.flows.add(piece, account.login, now)
        for identifier in _used(body):
            del platform.store.files[identifier]
    return answer(
        FACTURES_OK,
        identifiantFactureCPP=invoice.identifier,
        numeroFacture=invoice.document.number,
        statutFacture=invoice.history[0].code,
        dateDepot=iso(now)[:10],
        identifiantStructure=supplier.identifiantStructure,
    )


def _numbered(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    """Typed invoices get a number of Chorus Pro's own, a PDF keeps the one it bears (doc/RULES.md R-07)."""
    if body["modeDepot"] == "SAISIE_API":
        require(body, "lignePoste")
        year = platform.clock.today().year
        return {**body, "numeroFactureSaisi": f"{year}{platform.store.counters.next_identifier():016d}"}
    require(body, "numeroFactureSaisi", "pieceJointePrincipale")
    return body


def _principal(body: dict[str, Any]) -> dict[str, Any] | None:
    principal = body.get("pieceJointePrincipale")
    if isinstance(principal, list):
        if len(principal) > 1:
            raise FunctionalError(OTHER, "Une seule pièce jointe principale est permise")
        principal = principal[0] if principal else None
    return principal


def _main_file(platform: Platform, login: str, body: dict[str, Any]) -> Attachment | None:
    principal = _principal(body)
    if principal is None:
        return None
    require(principal, "pieceJointePrincipaleId")
    file = _file(platform, login, principal["pieceJointePrincipaleId"], "")
    if not file.content.startswith(b"%PDF-"):
        raise FunctionalError(OTHER, "La pièce jointe principale n'est pas un PDF")
    return file


def _attached(body: dict[str, Any]) -> list[tuple[int, str]]:
    rows = body.get("pieceJointeComplementaire") or []
    for row in rows:
        require(
            row, "pieceJointeComplementaireId", "pieceJointeComplementaireDesignation", "pieceJointeComplementaireType"
        )  # doc/API.md §2.H
    return [(row["pieceJointeComplementaireId"], row["pieceJointeComplementaireDesignation"]) for row in rows]


def _used(body: dict[str, Any]) -> list[int]:
    principal = _principal(body)
    main = [principal["pieceJointePrincipaleId"]] if principal else []
    return [*main, *(identifier for identifier, _label in _attached(body))]


def _file(platform: Platform, login: str, identifier: int, label: str) -> Attachment:
    stored = platform.store.files.get(identifier)
    if stored is None or stored.login != login:
        raise FunctionalError(OTHER, f"La pièce jointe {identifier} n'existe pas")
    return Attachment(stored.file.name, stored.file.mime, stored.file.content, label or stored.file.name)
