"""factures/v1 as a validator: what waits, its PDF, the decision."""

from __future__ import annotations

import base64
from typing import Any

from .access import Caller
from .chorus import Platform
from .clock import iso, midnight
from .paging import cut, is_ascending
from .records import Invoice
from .replies import FACTURES_OK, FunctionalError, answer, not_allowed, not_found, nothing_found, without_none
from .schema import require
from .validation import WAITING

NOT_NOW = 20004


def search_to_validate(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """rechercher/aTraiter/valideur: amounts are whole numbers in its Swagger; here they keep their cents."""
    siret = _siret(caller)
    if body.get("identifiantStructure") not in (None, siret):
        raise not_allowed()
    with platform.store.lock:
        found = platform.validation.to_validate(siret)
        if not found:
            raise nothing_found()
        parameters = body.get("pagination") or {}
        if not is_ascending(parameters, "triSens"):
            found.reverse()
        page = cut(found, parameters, "pageResultatDemandee", "nbResultatsParPage")
        rows = [_row(platform, invoice) for invoice in page.items]
    return answer(FACTURES_OK, parametresRetour=page.as_parameters(), listeFactures=rows)


def search_as_validator(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """rechercher/valideur: all that named the caller as validator; only some of its criteria are served."""
    siret = _siret(caller)
    with platform.store.lock:
        platform.validation.tick()
        found = [
            invoice
            for invoice in platform.store.invoices.values()
            if invoice.validator == siret
            and body.get("numeroFacture") in (None, "", invoice.document.number)
            and body.get("numeroMarche") in (None, "", invoice.document.market)
            and (not body.get("statutCourant") or invoice.status in body["statutCourant"])
        ]
        if not found:
            raise nothing_found()
        page = cut(found, body.get("pagination") or {}, "pageResultatDemandee", "nbResultatsParPage")
        rows = [_row(platform, invoice) for invoice in page.items]
    return answer(FACTURES_OK, parametresRetour=page.as_parameters(), listeFactures=rows)


def validate(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """traiter/factureAValider: a refusal needs its reason."""
    require(body, "idFacture", "action")
    siret = _siret(caller)
    accept = body["action"] == "VALIDATION"
    if not accept:
        require(body, "motifRefus")
    with platform.store.lock:
        platform.validation.tick()
        invoice = platform.store.invoices.get(body["idFacture"])
        if invoice is None:
            raise not_found()
        if invoice.validator != siret:
            raise not_allowed()
        if invoice.status not in WAITING:
            raise FunctionalError(NOT_NOW, "GDP_MSG_11.001")
        platform.validation.decide(invoice, accept, body.get("motifRefus") or "", body.get("complementInfo") or "")
    return answer(
        FACTURES_OK,
        idFacture=invoice.identifier,
        numeroFacture=invoice.document.number,
        dateTraitement=iso(invoice.status_at),
        statutFacture=invoice.status,
    )


def download(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """telecharger/groupe, for one invoice as its PDF: of the supplier's own, or of those it validates."""
    require(body, "listeFacture", "format")
    siret = _siret(caller)
    with platform.store.lock:
        identifiers = [row.get("idFacture") for row in body["listeFacture"]]
        found = [platform.store.invoices.get(identifier) for identifier in identifiers]
        if len(found) != 1 or body["format"] != "PDF":
            raise FunctionalError(NOT_NOW, "Une seule facture, en PDF, est servie ici")
        invoice = found[0]
        if invoice is None:
            raise not_found()
        if siret not in (invoice.validator, invoice.document.supplier):
            raise not_allowed()
    if invoice.pdf is None:
        raise not_found()
    return answer(FACTURES_OK, fichierResultat=base64.b64encode(invoice.pdf).decode())


def _siret(caller: Caller) -> str:
    if caller.account is None:
        raise not_allowed()
    return caller.account.structure


def _row(platform: Platform, invoice: Invoice) -> dict[str, Any]:
    document = invoice.document
    supplier = platform.directory.by_id(invoice.supplier_id)
    recipient = platform.directory.by_id(invoice.recipient_id)
    validator = platform.directory.by_siret(invoice.validator)
    return without_none(
        {
            "idFacture": invoice.identifier,
            "typeDemandePaiement": "FACTURE",
            "idFournisseur": invoice.supplier_id,
            "identifiantFournisseur": document.supplier,
            "typeIdentifiantFournisseur": "SIRET",
            "designationFournisseur": supplier and supplier.designationStructure,
            "idDestinataire": invoice.recipient_id,
            "identifiantDestinataire": document.buyer,
            "designationDestinataire": recipient and recipient.designationStructure,
            "codeServiceExecutant": document.service,
            "idValideur": validator and validator.idStructureCPP,
            "typeIdentifiantValideur": "SIRET",
            "identifiantValideur": invoice.validator,
            "typeFacture": invoice.invoice_type,
            "numeroFacture": document.number,
            "dateFacture": document.issued and iso(midnight(document.issued)),
            "dateDepot": iso(invoice.deposited_at),
            "montantHT": document.totals.without_vat,
            "montantTTC": document.totals.with_vat,
            "montantAPayer": document.totals.payable,
            "devise": document.currency,
            "statut": invoice.status,
            "numeroMarche": document.market,
            "numeroEngagement": document.engagement,
        }
    )
