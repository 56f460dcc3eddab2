"""factures/v1: deposit of a flow, search and consultation as a supplier, history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import answers
from .access import Caller
from .chorus import Platform
from .clock import iso
from .directory import ISSUED_INVOICES, Account
from .paging import DEFAULT_MAXIMUM, Page, cut, is_ascending, positive
from .records import Happening, Invoice, StatusChange
from .replies import FACTURES_OK, answer, not_allowed, not_found, nothing_found
from .schema import require
from .search import search_as_supplier as run_search


def deposit_flow(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """A receipt, not an integration. ``dateDepot`` is a day, as observed (doc/API.md §2.0)."""
    require(body, "fichierFlux", "nomFichier", "syntaxeFlux")
    account = _account(caller)
    _check_space(account)
    deposit = platform.flows.deposit(account, body["syntaxeFlux"], body["nomFichier"], body["fichierFlux"])
    return answer(
        FACTURES_OK,
        numeroFluxDepot=deposit.number,
        dateDepot=iso(deposit.deposited_at)[:10],
        syntaxeFlux=deposit.syntax,
    )


def search_as_supplier(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    _check_space(_account(caller))
    with platform.store.lock:
        platform.validation.tick()
        own = _structure_ids(platform, caller)
        asked = body.get("idFournisseur")
        page = run_search(body, asked if asked in own else own[0], platform.store, platform.directory)
        if not page.total and platform.options.empty_search == "code":
            raise nothing_found()
        with_size = bool(body.get("recupererTaille"))
        rows = [answers.search_row(invoice, platform.directory, with_size) for invoice in page.items]
    return answer(FACTURES_OK, parametresRetour=page.as_parameters(), listeFactures=rows)


def _check_space(account: Account) -> None:
    """Raises FunctionalError for an account that may not work in the space "factures émises"."""
    if ISSUED_INVOICES not in account.espaces:
        raise not_allowed()


def consult_as_supplier(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    require(body, "identifiantFactureCPP")
    with platform.store.lock:
        invoice = own_invoice(platform, caller, body["identifiantFactureCPP"])
        view = answers.supplier_view(invoice, platform.directory, platform.store)
        taxes = [answers.tax_row(tax) for tax in invoice.document.taxes]
        lines = [answers.line_row(line) for line in invoice.document.lines]
        pieces = answers.attachment_rows(invoice)
    return answer(
        FACTURES_OK,
        facture={
            **view,
            "recapitulatifDeTva": _tax_page(taxes, body.get("getpLigneRecapTva") or {}),
            "listeDesPiecesJointes": _piece_page(pieces, body.get("getpListePiecesJointes") or {}),
            "lignesDePoste": _line_page(lines, body.get("getpLignesPoste") or {}),
        },
    )


def consult_history(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """Statuses, events and users' actions, the latest first by default."""
    require(body, "idFacture")
    maximum = positive(body, "nbResultatsMaximum", DEFAULT_MAXIMUM)
    with platform.store.lock:
        invoice = own_invoice(platform, caller, body["idFacture"])
        statuses, actions, events = list(invoice.history), list(invoice.actions), list(invoice.events)
    last = actions[-1] if actions else None
    return answer(
        FACTURES_OK,
        idFacture=invoice.identifier,
        numeroFacture=invoice.document.number,
        modeDepot=invoice.deposit_mode,
        statutCourantCode=statuses[-1].code,
        historiquesDesStatuts=_status_page(statuses, body.get("paramRechercheHistoStatuts") or {}, maximum),
        historiquesDesEvenementsComplementaires=_event_page(
            events, body.get("paramRechercheHistoEvenementsComplementaires") or {}, maximum
        ),
        historiquesDesActionsUtilisateurs=_action_page(
            actions, body.get("paramRechercheHistoActionsUtilisateurs") or {}, maximum
        ),
        derniereAction={"derniereActionId": last.identifier, "derniereActionCode": last.code} if last else None,
    )


# Each of the six lists names its own paging fields.


def _tax_page(rows: list[dict[str, Any]], parameters: dict[str, Any]) -> dict[str, Any]:
    page = cut(
        rows,
        parameters,
        "pageResultatDemandeeListeRecapitulatifTVA",
        "nbResultatsParPageListeListeRecapitulatifTVA",
    )
    return {"ligneTva": page.items, **_numbers(page, "LignesRecapitulativesTVA")}


def _piece_page(rows: list[dict[str, Any]], parameters: dict[str, Any]) -> dict[str, Any]:
    page = cut(rows, parameters, "pageResultatDemandeeListePieceJointe", "nbResultatsParPageListePieceJointe")
    return {"pieceJointe": page.items, **_numbers(page, "ListePiecesJointe")}


def _line_page(rows: list[dict[str, Any]], parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters.get("triSensListeLignesPoste") == "Descendant":
        rows = rows[::-1]
    page = cut(rows, parameters, "pageResultatDemandeeLignesPoste", "nbResultatsParPageLignesPoste")
    return {"lignePoste": page.items, **_numbers(page, "LignesPoste")}


def _status_page(history: list[StatusChange], parameters: dict[str, Any], maximum: int) -> dict[str, Any]:
    keys: dict[str, Callable[[StatusChange], Any]] = {
        "HistoStatutCode": lambda change: change.code,
        "HistoStatutCommentaire": lambda change: change.comment,
        "HistoStatutUtilisateurPrenom": lambda change: change.user.first_name,
        "HistoStatutUtilisateurNom": lambda change: change.user.last_name,
        "HistoStatutUtilisateurEmail": lambda change: change.user.email,
        "HistoStatutUtilisateurTelephone": lambda change: change.user.phone,
    }
    column = keys.get(parameters.get("triColonneListeHistoStatut") or "", _passage)
    ordered = sorted(
        history,
        key=lambda change: (column(change), change.identifier),
        reverse=not is_ascending(parameters, "triSensListeHistoStatut"),
    )
    page = cut(
        ordered[:maximum],
        parameters,
        "pageResultatDemandeeListeHistoStatut",
        "nbResultatsParPageListeHistoStatut",
    )
    return {"histoStatut": [answers.status_row(change) for change in page.items], **_numbers(page, "HistoStatut")}


def _passage(change: StatusChange) -> datetime:
    return change.at


def _event_page(events: list[Happening], parameters: dict[str, Any], maximum: int) -> dict[str, Any]:
    ordered = _by_time(events, is_ascending(parameters, "triSensListeHistoEvenement"))
    page = cut(
        ordered[:maximum],
        parameters,
        "pageResultatDemandeeListeHistoEvenement",
        "nbResultatsParPageListeHistoEvenement",
    )
    return {"evenement": [answers.event_row(event) for event in page.items], **_numbers(page, "Evenement")}


def _action_page(actions: list[Happening], parameters: dict[str, Any], maximum: int) -> dict[str, Any]:
    ordered = _by_time(actions, is_ascending(parameters, "triSensListeHistoAction"))
    page = cut(
        ordered[:maximum],
        parameters,
        "pageResultatDemandeeListeHistoAction",
        "nbResultatsParPageListeHistoAction",
    )
    return {"histoAction": [answers.action_row(action) for action in page.items], **_numbers(page, "HistoAction")}


def _by_time(items: list[Happening], ascending: bool) -> list[Happening]:
    return sorted(items, key=lambda item: (item.at, item.identifier), reverse=not ascending)


def _numbers(page: Page[Any], suffix: str) -> dict[str, int]:
    return {
        f"pageCourante{suffix}": page.number,
        f"pages{suffix}": page.pages,
        f"nbResultatsParPage{suffix}": page.size,
        f"total{suffix}": page.total,
    }


def _account(caller: Caller) -> Any:
    if caller.account is None:
        raise not_allowed()
    return caller.account


def _structure_ids(platform: Platform, caller: Caller) -> list[int]:
    """The structures for which the caller acts, its own one first."""
    known = [platform.directory.by_siret(siret) for siret in _account(caller).structures]
    return [structure.idStructureCPP for structure in known if structure] or [0]


def own_invoice(platform: Platform, caller: Caller, identifier: int) -> Invoice:
    """Raises FunctionalError for an unknown invoice and for another supplier's."""
    invoice = platform.store.invoices.get(identifier)
    if invoice is None:
        raise not_found()
    if invoice.supplier_id not in _structure_ids(platform, caller):
        raise not_allowed()
    return invoice
