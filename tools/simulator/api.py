"""The business calls: routes, the checks common to all, and the way their answers become HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

from . import (
    api_actions,
    api_engagements,
    api_factures,
    api_files,
    api_lists,
    api_structures,
    api_submission,
    api_transverses,
    api_users,
    api_validation,
    api_works,
    contracts,
    contracts_engagements,
    contracts_works,
)
from .access import Caller
from .chorus import Platform
from .replies import FunctionalError, Reply, malformed, not_allowed
from .schema import Check, ContractError, record

Handler = Callable[[Platform, Caller, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """``method`` and the request's table; ``needs_account``: whether cpro-account must be there; ``space``: where it works."""

    handler: Handler
    request: Check
    method: str = "POST"
    needs_account: bool = True
    space: str = ""


OPERATIONS: dict[str, Operation] = {
    "/cpro/factures/v1/deposer/flux": Operation(api_factures.deposit_flow, contracts.DEPOSIT_FLOW),
    "/cpro/factures/v1/soumettre": Operation(api_submission.submit, contracts.SUBMIT),
    "/cpro/factures/v1/rechercher/fournisseur": Operation(api_factures.search_as_supplier, contracts.SEARCH_AS_SUPPLIER),
    "/cpro/factures/v1/consulter/fournisseur": Operation(api_factures.consult_as_supplier, contracts.CONSULT_AS_SUPPLIER),
    "/cpro/factures/v1/consulter/historique": Operation(api_factures.consult_history, contracts.CONSULT_HISTORY),
    "/cpro/factures/v1/rechercher/aTraiter/valideur": Operation(
        api_validation.search_to_validate, contracts_works.SEARCH_TO_VALIDATE, space="FACTURES_A_VALIDER"
    ),
    "/cpro/factures/v1/rechercher/valideur": Operation(api_validation.search_as_validator, contracts_works.SEARCH_AS_VALIDATOR),
    "/cpro/factures/v1/traiter/factureAValider": Operation(api_validation.validate, contracts_works.VALIDATE),
    "/cpro/factures/v1/telecharger/groupe": Operation(api_validation.download, contracts_works.DOWNLOAD_GROUP),
    "/cpro/factures/v1/rechercher/demandePaiement": Operation(
        api_works.search_payment_requests, contracts_works.SEARCH_PAYMENT_REQUESTS
    ),
    "/cpro/facturesTravaux/v1/rechercher": Operation(
        api_works.search_works, contracts_works.SEARCH_WORKS, space="FACTURES_TRAVAUX"
    ),
    "/cpro/factures/v1/completer": Operation(api_actions.complete, contracts.COMPLETE),
    "/cpro/factures/v1/recycler": Operation(api_actions.recycle, contracts.RECYCLE),
    "/cpro/factures/v1/traiterRejet": Operation(api_actions.treat_rejections, contracts.TREAT_REJECTIONS),
    "/cpro/factures/v1/corriger/valideur/facture": Operation(api_actions.correct_validator, contracts.CORRECT_VALIDATOR),
    "/cpro/transverses/v1/consulterCR": Operation(api_transverses.consult_report, contracts.CONSULT_REPORT, space="SUIVI_FLUX"),
    "/cpro/transverses/v1/consulterCRDetaille": Operation(
        api_transverses.consult_detailed_report, contracts.CONSULT_DETAILED_REPORT, space="SUIVI_FLUX"
    ),
    "/cpro/transverses/v1/ajouter/fichier": Operation(api_files.add_file, contracts.ADD_FILE),
    "/cpro/transverses/v1/recuperer/typespj": Operation(api_files.file_types, contracts.FILE_TYPES),
    "/cpro/transverses/v1/recuperer/formatflux": Operation(api_lists.flow_formats, contracts.FLOW_FORMATS),
    "/cpro/transverses/v1/recuperer/syntaxeflux": Operation(api_lists.flow_syntaxes, contracts.FLOW_SYNTAXES),
    "/cpro/transverses/v1/recuperer/cadrefacturation": Operation(api_lists.frameworks, contracts.FRAMEWORKS),
    "/cpro/transverses/v1/recuperer/typefacturetravaux": Operation(api_lists.works_types, contracts.WORKS_TYPES),
    "/cpro/transverses/v1/recuperer/motifs/exonerationtva": Operation(api_lists.exemptions, contracts.EXEMPTIONS),
    "/cpro/transverses/v1/recuperer/coordbanc/valides": Operation(api_files.bank_accounts, contracts.BANK_ACCOUNTS),
    "/cpro/transverses/v1/health-check": Operation(api_transverses.health_check, record({}), method="GET", needs_account=False),
    "/cpro/transverses/v1/recuperer/structures/actives/fournisseur": Operation(
        api_transverses.active_supplier_structures, record({})
    ),
    "/cpro/structures/v1/rechercher": Operation(api_structures.search, contracts.SEARCH_STRUCTURE),
    "/cpro/structures/v1/consulter": Operation(api_structures.consult, contracts.CONSULT_STRUCTURE),
    "/cpro/structures/v1/rechercher/espaces": Operation(api_users.spaces, contracts.SEARCH_SPACES),
    "/cpro/utilisateurs/v1/monCompte/recuperer/rattachements": Operation(api_users.attachments, contracts.OWN_ATTACHMENTS),
    "/cpro/structures/v1/rechercher/services": Operation(api_structures.search_services, contracts.SEARCH_SERVICES),
    "/cpro/structures/v1/consulter/service": Operation(api_structures.consult_service, contracts.CONSULT_SERVICE),
    "/cpro/engagementsJuridiques/v1/rechercher": Operation(
        api_engagements.search_engagements, contracts_engagements.SEARCH_ENGAGEMENTS, space="ENGAGEMENTS"
    ),
}


def call(platform: Platform, method: str, path: str, headers: Message[str, str], body: bytes) -> Reply:
    """One call under /cpro: gateway, technical account, route, form, then the operation itself."""
    operation = OPERATIONS.get(path)
    api = path.split("/")[2] if path.count("/") > 1 else ""
    if operation is None and api not in {known.split("/")[2] for known in OPERATIONS}:
        return _no_such_api()
    caller = platform.access.check(
        api,
        headers.get("Authorization") or "",
        headers.get("cpro-account"),
        operation.needs_account if operation else True,
    )
    if isinstance(caller, Reply):
        return replace(caller, body=body) if caller.body is None else caller
    if operation is None or operation.method != method:
        return _no_such_api()
    if method == "POST" and not _is_json(headers.get("Content-Type") or ""):
        return Reply.json(415, {})
    try:
        request = _request(operation, body)
        if operation.space and caller.account and operation.space not in caller.account.espaces:
            raise not_allowed()
        return Reply.json(200, operation.handler(platform, caller, request))
    except ContractError as error:
        return malformed(str(error)).reply()
    except FunctionalError as error:
        return error.reply()


def _no_such_api() -> Reply:
    return Reply.json(404, {})


def _is_json(content_type: str) -> bool:
    media, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return media.strip().lower() == "application/json" and charset in ("", "charset=utf-8")


def _request(operation: Operation, body: bytes) -> dict[str, Any]:
    """The request as its table wants it, without the fields that hold None. Raises ContractError."""
    if operation.method == "GET":
        return {}
    try:
        data = json.loads(body.decode("utf-8"))
    except ValueError as error:
        raise ContractError("le corps n'est pas un objet JSON") from error
    if not isinstance(data, dict):
        raise ContractError("le corps n'est pas un objet JSON")
    operation.request(data, "")
    return {name: value for name, value in data.items() if value is not None}
