"""The control calls, for tests and for whoever wants to see inside (``/_simulator/...``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .chorus import Platform
from .clock import iso, parse_moment
from .records import Deposit, Invoice
from .replies import Reply
from .schema import ContractError
from .works import Piece

PREFIX = "/_simulator"


def serve(platform: Platform, method: str, path: str, body: bytes) -> Reply:
    """200 with JSON; 400 says what is wrong with the request; 404 for an unknown call or invoice."""
    name = path.removeprefix(PREFIX).strip("/")
    try:
        data = json.loads(body) if body.strip() else {}
        if not isinstance(data, dict):
            raise ContractError("le corps doit être un objet JSON")
        if name.startswith("works") and method == "POST":
            return Reply.json(200, _works(platform, name, data))
        if name.startswith("invoices/") and method == "POST":
            return Reply.json(200, _act(platform, name, data))
        call = _CALLS.get((method, name))
        if call is None:
            return Reply.json(404, {"error": f"Appel inconnu : {method} {path}"})
        return Reply.json(200, call(platform, data))
    except KeyError as error:
        return Reply.json(404, {"error": f"Inconnu : {error}"})
    except (TypeError, ValueError) as error:  # ContractError and JSON errors are ValueErrors
        return Reply.json(400, {"error": str(error)})


def _state(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    platform.validation.tick()
    with platform.store.lock:
        return {
            "deposits": [_deposit(platform, deposit) for deposit in platform.store.deposits.values()],
            "invoices": [_invoice(invoice) for invoice in platform.store.invoices.values()],
            "works": [_piece(piece) for piece in platform.works.pieces],
            "calls": platform.traffic.calls(),
            "connections": platform.traffic.connections(),
            "now": iso(platform.clock.now()),
        }


def _deposit(platform: Platform, deposit: Deposit) -> dict[str, Any]:
    state, since = platform.flows.state(deposit)
    return {
        "numeroFluxDepot": deposit.number,
        "syntaxeFlux": deposit.syntax,
        "state": state,
        "stateSince": iso(since),
        "depositedAt": iso(deposit.deposited_at),
        "fileName": deposit.file_name,
        "sha256": deposit.sha256,
        "structure": deposit.structure,
        "invoiceNumbers": list(deposit.invoice_numbers),
        "errors": [vars(error) for error in deposit.errors],
        "technicalErrors": [vars(error) for error in deposit.technical_errors],
    }


def _invoice(invoice: Invoice) -> dict[str, Any]:
    document = invoice.document
    return {
        "identifiantFactureCPP": invoice.identifier,
        "numeroFacture": document.number,
        "numeroFluxDepot": invoice.flow,
        "typeFacture": invoice.invoice_type,
        "cadreFacturation": invoice.framework,
        "dateFacture": document.issued.isoformat() if document.issued else None,
        "fournisseur": document.supplier,
        "destinataire": document.buyer,
        "codeServiceExecutant": document.service,
        "numeroMarche": document.market,
        "numeroBonCommande": document.engagement,
        "numeroFactureOrigine": document.origins[0] if document.origins else "",
        "devise": document.currency,
        "montantHT": document.totals.without_vat,
        "montantTVA": document.totals.vat,
        "montantTTC": document.totals.with_vat,
        "montantAPayer": document.totals.payable,
        "statut": invoice.status,
        "valideur": invoice.validator,
        "serviceValideur": document.validator_service,
        "attachments": [item.name for item in invoice.attachments],
        "history": [
            {
                "statut": change.code,
                "date": iso(change.at),
                "commentaire": change.comment,
                "utilisateur": f"{change.user.first_name} {change.user.last_name}".strip(),
            }
            for change in invoice.history
        ],
    }


def _works(platform: Platform, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """``works``: a supplier files a piece by hand; ``works/<id>/act``: a party answers; ``works/<id>/status``: any status."""
    _, identifier, action = (name.split("/") + ["", ""])[:3]
    if not identifier:
        return _piece(platform.works.file(body))
    if action == "act":
        _only(body, "actor", "action", "commentaire")
        piece = platform.works.act(int(identifier), body["actor"], body["action"], body.get("commentaire") or "")
    elif action == "status":
        _only(body, "statut", "commentaire")
        piece = platform.works.set_status(int(identifier), body["statut"], body.get("commentaire") or "")
    else:
        raise KeyError(name)
    return _piece(piece)


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "idFactureTravaux": piece.identifier,
        "numero": piece.number,
        "cadre": piece.code,
        "dossier": piece.dossier,
        "statut": piece.status,
        "attend": piece.waits_for,
        "fournisseur": piece.supplier,
        "destinataire": piece.recipient,
        "marche": piece.market,
        "montantTTC": piece.with_vat,
        "history": [{"statut": change.code, "date": iso(change.at), "commentaire": change.comment} for change in piece.history],
    }


def _act(platform: Platform, name: str, body: dict[str, Any]) -> dict[str, Any]:
    _, identifier, action = (name.split("/") + ["", ""])[:3]
    if action != "status":
        raise KeyError(name)
    _only(body, "statut", "motif", "commentaire")
    try:
        number = int(identifier)
    except ValueError as error:
        raise KeyError(identifier) from error
    invoice = platform.act(number, body.get("statut", ""), body.get("motif") or "", body.get("commentaire") or "")
    return _invoice(invoice)


def _reset(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    platform.reset()
    return {}


def _advance(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    _only(body, "steps", "outcome", "numeroFluxDepot")
    moved = platform.flows.advance(body.get("steps"), body.get("outcome"), body.get("numeroFluxDepot"))
    return {"advanced": moved}


def _add_fault(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    platform.faults.add(body)
    return _faults(platform, {})


def _faults(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    return {"faults": platform.faults.as_json()}


def _clear_faults(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    platform.faults.clear()
    return _faults(platform, {})


def _change_directory(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    with platform.store.lock:
        platform.directory.change(body)
        platform.store.changes += 1
    return platform.directory.as_json()


def _directory(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    return platform.directory.as_json()


def _set_clock(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    _only(body, "now")
    platform.clock.set(parse_moment(body["now"]) if body.get("now") else None)
    platform.flows.wake()
    return {"now": iso(platform.clock.now())}


def _change_options(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    platform.options.change(body)
    platform.flows.wake()
    return platform.options.as_json()


def _options(platform: Platform, _body: dict[str, Any]) -> dict[str, Any]:
    return platform.options.as_json()


def _journal(platform: Platform, _body: dict[str, Any]) -> list[dict[str, Any]]:
    return platform.traffic.journal()


def _only(body: dict[str, Any], *names: str) -> None:
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise ContractError(f"champs inconnus : {', '.join(unknown)}")


_CALLS: dict[tuple[str, str], Callable[[Platform, dict[str, Any]], Any]] = {
    ("GET", "state"): _state,
    ("POST", "reset"): _reset,
    ("POST", "advance"): _advance,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "directory"): _directory,
    ("POST", "directory"): _change_directory,
    ("POST", "clock"): _set_clock,
    ("GET", "options"): _options,
    ("POST", "options"): _change_options,
    ("GET", "journal"): _journal,
}
