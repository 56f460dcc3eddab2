"""factures/v1: what a supplier does about an invoice that is there already (doc/API.md §2.A, doc/RULES.md §4.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .access import Caller
from .api_factures import own_invoice
from .chorus import Platform
from .clock import iso
from .records import User
from .replies import FACTURES_OK, FunctionalError, answer, not_allowed, not_found
from .schema import require

COMMENT_LENGTH = 2000
TYPE_LENGTH = 30
DESCRIPTION_LENGTH = 100
# The first step after a re-routing or a corrected validator; the next ones are the recipient's or validator's [INF].
AFTER_ROUTING = "DEPOSEE"
WRONG_VALIDATOR = {"ERREUR_FOURNISSEUR_SUR_VALIDEUR": "A_VALIDER_1", "ERREUR_COTRAITANT_SUR_VALIDEUR": "A_VALIDER_2"}


def complete(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """A suspended invoice gets files and a comment and becomes ``COMPLETEE``."""
    require(body, "identifiantFactureCPP")
    comment = _comment(body)
    with platform.store.lock:
        invoice = own_invoice(platform, caller, body["identifiantFactureCPP"])
        if invoice.status != "SUSPENDUE":
            raise FunctionalError(20002, "GDP_MSG_11.033")
        pieces = [_piece(platform, caller, row) for row in body.get("pieceJointeComplementaire") or []]
        if not pieces and not comment:
            raise FunctionalError(20004, "Une pièce jointe ou un commentaire est obligatoire.")
        invoice.attachments = (*invoice.attachments, *pieces)
        platform.store.set_status(invoice, "COMPLETEE", platform.clock.now(), comment, _user(caller))
    return answer(
        FACTURES_OK,
        identifiantFactureCPP=invoice.identifier,
        numeroFacture=invoice.document.number,
        dateTraitement=iso(platform.clock.now()),
    )


def recycle(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """An invoice to be re-routed gets another recipient, service or engagement, and starts again under its number."""
    require(body, "identifiantFactureCPP")
    comment = _comment(body)
    target, reference = body.get("destinataire") or {}, body.get("reference") or {}
    with platform.store.lock:
        invoice = own_invoice(platform, caller, body["identifiantFactureCPP"])
        if invoice.status != "A_RECYCLER":
            raise FunctionalError(20004, "GDP_MSG_11.001")
        document = invoice.document
        siret = target.get("codeDestinataire") or document.buyer
        structure = platform.directory.by_siret(siret)
        if structure is None or not structure.is_active:
            raise FunctionalError(20005, f"Le destinataire {siret} n'est pas référencé.")
        code = target.get("codeServiceExecutant") or ("" if siret != document.buyer else document.service)
        service = structure.service(code) if code else None
        if code and (service is None or not service.estActif):
            raise FunctionalError(20006, f"Le service {code} n'est pas actif chez le destinataire.")
        engagement = reference.get("numeroBonCommande") or document.engagement
        asked = structure.parametres
        if asked.codeServiceDoitEtreRenseigne and not code:
            raise FunctionalError(20007, "Le code service est obligatoire.")
        if asked.numeroEJDoitEtreRenseigne and not engagement:
            raise FunctionalError(20008, "Le numéro d'engagement est obligatoire.")
        invoice.reroute((siret, code, engagement, reference.get("numeroMarche") or document.market))
        invoice.recipient_id = structure.idStructureCPP
        invoice.service_id = service.idService if service else None
        platform.store.set_status(invoice, AFTER_ROUTING, platform.clock.now(), comment, _user(caller))
    return answer(
        FACTURES_OK,
        identifiantFactureCPP=invoice.identifier,
        numeroFacture=invoice.document.number,
        statutFacture=invoice.status,
        dateDepot=iso(invoice.deposited_at),
    )


def treat_rejections(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The supplier has taken note of rejections: ``rejetTraite`` in searches; the statuses stay."""
    require(body, "listeDemandePaiement")
    with platform.store.lock:
        invoices = [own_invoice(platform, caller, row.get("idDemandePaiement") or 0) for row in body["listeDemandePaiement"]]
        if any(invoice.status != "REJETEE" for invoice in invoices):
            raise FunctionalError(20004, "GDP_MSG_11.001")
        for invoice in invoices:
            invoice.rejection_treated = True
        platform.store.changes += 1
    return answer(FACTURES_OK)


def correct_validator(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """A validator who said "not me" is replaced; the new one is to validate."""
    require(body, "idFacture", "idStructure")
    with platform.store.lock:
        invoice = own_invoice(platform, caller, body["idFacture"])
        next_status = WRONG_VALIDATOR.get(invoice.status)
        if next_status is None:
            raise FunctionalError(20004, "GDP_MSG_11.001")
        structure = platform.directory.by_id(body["idStructure"])
        if structure is None or body.get("identifiantStructure") not in (None, structure.identifiantStructure):
            raise not_found()
        invoice.validator = structure.identifiantStructure
        platform.store.set_status(invoice, next_status, platform.clock.now(), "", _user(caller))
    return answer(FACTURES_OK, idFacture=invoice.identifier)


def _piece(platform: Platform, caller: Caller, row: dict[str, Any]) -> Any:
    """A file that this account handed over before. Raises FunctionalError."""
    require(row, "pieceJointeComplementaireId", "pieceJointeComplementaireType", "pieceJointeComplementaireDesignation")
    if len(row["pieceJointeComplementaireType"]) > TYPE_LENGTH:
        raise FunctionalError(20009, "Le type de la pièce jointe est trop long.")
    if len(row["pieceJointeComplementaireDesignation"]) > DESCRIPTION_LENGTH:
        raise FunctionalError(20009, "La désignation de la pièce jointe est trop longue.")
    added = platform.store.files.get(row["pieceJointeComplementaireId"])
    if added is None or caller.account is None or added.login != caller.account.login:
        raise FunctionalError(20010, "La pièce jointe n'existe pas.")
    return replace(added.file, description=row["pieceJointeComplementaireDesignation"])


def _comment(body: dict[str, Any]) -> str:
    comment = body.get("commentaire") or ""
    if len(comment) > COMMENT_LENGTH:
        raise FunctionalError(20011, f"Le commentaire dépasse {COMMENT_LENGTH} caractères.")
    return comment


def _user(caller: Caller) -> User:
    if caller.account is None:
        raise not_allowed()
    return User(caller.account.prenom, caller.account.nom)
