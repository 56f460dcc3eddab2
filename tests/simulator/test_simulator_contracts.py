"""The form of requests and answers: AIFE's official Swaggers where they are at hand, and what is malformed."""

import functools
import json

import pytest
import requests

from simulator import contracts
from simulator.schema import ContractError

from ..support import simulator_case, swagger
from ..support.simulated import HOSPITAL, STATE
from ..support.simulator_case import (
    CII,
    CONSULT,
    DEPOSIT,
    FACTURX,
    HISTORY,
    REPORT,
    SEARCH,
    SERVICE,
    SERVICES,
    STRUCTURE,
    STRUCTURES,
    attachment,
    credit_note,
    invoice,
)

client, process = simulator_case.client, simulator_case.process

REQUESTS = {
    "DeposerFluxFactureParam": contracts.DEPOSIT_FLOW,
    "SoumettreFactureParam": contracts.SUBMIT,
    "RechercherFactureParFournisseurParam": contracts.SEARCH_AS_SUPPLIER,
    "ConsulterFactureParFournisseurParam": contracts.CONSULT_AS_SUPPLIER,
    "ConsulterHistoriqueFactureParam": contracts.CONSULT_HISTORY,
    "RechercherStructureParam": contracts.SEARCH_STRUCTURE,
    "ConsulterStructureAvecTVAIntraComParam": contracts.CONSULT_STRUCTURE,
    "RechercherServicesStructureParam": contracts.SEARCH_SERVICES,
    "ConsulterServiceStructureParam": contracts.CONSULT_SERVICE,
}
SAMPLES = {"integer": 1, "boolean": True, "number": 1.5, "string": "FR", "date": "2025-01-01T00:00:00.000+01:00"}


@pytest.fixture(scope="module")
def models():
    """What the Swaggers define, by the name of a request or an answer."""
    if not swagger.available():
        pytest.skip("the official Swaggers are not beside this checkout")
    files = [json.loads((swagger.FOLDER / name).read_text("utf-8")) for name in swagger.FILES.values()]
    return lambda name: next(file["definitions"] for file in files if name in file["definitions"])


def values(schema, models):
    """Values that a Swagger type allows: every enumeration value, or one with every field."""
    if "$ref" in schema:
        properties = models[schema["$ref"].rpartition("/")[2]].get("properties", {})
        return [{name: next(iter(values(part, models))) for name, part in properties.items()}]
    if schema["type"] == "array":
        return [[value] for value in values(schema["items"], models)]
    if "enum" in schema:
        return schema["enum"]
    return [SAMPLES["date" if schema.get("format") == "date-time" else schema["type"]]]


def nested(wrap, field, in_a_list, body):
    return wrap({field: [body] if in_a_list else body})


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_those_of_the_swaggers(models, name):
    check, models = REQUESTS[name], models(name)
    pending, seen = [(name, lambda body: body)], 0
    while pending:
        model, wrap = pending.pop()
        with pytest.raises(ContractError, match="inconnu"):
            check(wrap({"unknownField": 1}), "")
        for field, schema in models[model].get("properties", {}).items():
            # a plain string in this one Swagger, but a status all the same
            for value in [["DEPOSEE"]] if field == "statutCourant" else values(schema, models):
                check(wrap({field: value}), "")
                seen += 1
            for wrong in (object(), "2025-99-99" if schema.get("format") == "date-time" else 1j):
                with pytest.raises(ContractError):
                    check(wrap({field: wrong}), "")
            reference = schema.get("$ref") or schema.get("items", {}).get("$ref")
            if reference:
                inner = functools.partial(nested, wrap, field, schema.get("type") == "array")
                pending.append((reference.rpartition("/")[2], inner))
    assert seen > 1


def test_answers_are_those_of_the_swaggers(models, client):
    jsonschema = pytest.importorskip("jsonschema")
    data = invoice(buyer=STATE, BT_10="FAC-001", BT_12="M", BT_13="EJ", BG_24=[attachment()])
    identifier = client.integrated(data, FACTURX)["identifiantFactureCPP"]
    client.integrated(credit_note())
    client.act(identifier, "SUSPENDUE", motif="JUSTIF_ABS")
    client.page(f"/factures/{identifier}/xml")
    state, hospital = client.structure_id(STATE), client.structure_id(HOSPITAL)
    (service,) = client.call(SERVICES, idStructure=hospital)["listeServices"]
    body = {"fichierFlux": "QQ==", "nomFichier": "a.pdf", "syntaxeFlux": FACTURX}
    answers = {
        "WsRetourDeposerFluxFacture": client.call(DEPOSIT, **body),
        "WsRetourRechercherFactureParFournisseur": client.call(SEARCH, recupererTaille=True),
        "WsRetourFacturesEmises": client.call(CONSULT, identifiantFactureCPP=identifier),
        "WsRetourConsulterHistoriqueFacture": client.call(HISTORY, idFacture=identifier),
        "WsRetourRechercherStructure": client.call(STRUCTURES),
        "WsRetourConsulterStructureTVAIntraCom": client.call(STRUCTURE, idStructureCPP=state),
        "WsRetourRechercherServicesStructure": client.call(SERVICES, idStructure=state),
        "WsRetourConsulterServiceStructure": client.call(SERVICE, idStructure=hospital, idService=service["idService"]),
    }
    for name, answer in answers.items():
        known = models(name)
        for model in known.values():
            model["additionalProperties"] = False
        validator = jsonschema.Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": known})
        assert [error.message for error in validator.iter_errors(answer)] == [], name


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        (SEARCH, {"numeroFactur": "FA-1"}, "« numeroFactur » est inconnu"),
        (SEARCH, {"rechercheFactureParFournisseur": {"page": 1}}, "« rechercheFactureParFournisseur.page » est inconnu"),
        (SEARCH, {"rechercheFactureParFournisseur": {"triColonne": "DateDeDepot"}}, "la valeur « DateDeDepot »"),
        (
            SEARCH,
            {"rechercheFactureParFournisseur": {"pageResultatDemandee": 0}},
            "« pageResultatDemandee » doit être au moins 1",
        ),
        (SEARCH, {"statutCourant": "DEPOSEE"}, "« statutCourant » doit être une liste"),
        (SEARCH, {"statutCourant": ["DEPOSE"]}, "la valeur « DEPOSE »"),
        (SEARCH, {"montantHTMin": "10"}, "« montantHTMin » doit être un nombre"),
        (SEARCH, {"periodeDateDepotDu": "17/06/2025"}, "« periodeDateDepotDu » doit être une date"),
        (SEARCH, {"idFournisseur": "1"}, "« idFournisseur » doit être un entier"),
        (SEARCH, {"idFournisseur": True}, "« idFournisseur » doit être un entier"),
        (SEARCH, {"listeDestinataire": [{"idDestinataire": 1, "nom": "x"}]}, "« listeDestinataire[0].nom » est inconnu"),
        (SEARCH, {"modeDepot": "API"}, "la valeur « API »"),
        (SEARCH, {"cadreFacturation": "A1"}, "la valeur « A1 »"),
        (SEARCH, [], "pas un objet JSON"),
        (HISTORY, {"idFacture": 2**63}, "« idFacture » doit tenir sur 64 bits"),
        (HISTORY, {"nbResultatsMaximum": 2**31}, "« nbResultatsMaximum » doit tenir sur 32 bits"),
        (HISTORY, {}, "« idFacture » est obligatoire"),
        (CONSULT, {"identifiantFactureCPP": None}, "« identifiantFactureCPP » est obligatoire"),
        (
            DEPOSIT,
            {"fichierFlux": "QQ==", "nomFichier": "a.xml", "syntaxeFlux": "IN_DP_E1_UBL_201"},
            "la valeur « IN_DP_E1_UBL_201 »",
        ),
        (DEPOSIT, {"fichierFlux": "QQ==", "nomFichier": "a.xml"}, "« syntaxeFlux » est obligatoire"),
        (DEPOSIT, {"fichierFlux": "", "nomFichier": "a.xml", "syntaxeFlux": CII}, "« fichierFlux » est obligatoire"),
        (DEPOSIT, {"fichierFlux": "é", "nomFichier": "a.xml", "syntaxeFlux": CII}, "fichierFlux n'est pas en base 64"),
        (REPORT, {"numeroFluxDepot": "CPP", "dateDepot": "2025-01-01"}, "« dateDepot » est inconnu"),
        (REPORT, {}, "« numeroFluxDepot » est obligatoire"),
        (STRUCTURES, {"structure": {"identifiantStructure": 12345678200077}}, "doit être une chaîne"),
        (STRUCTURES, {"structure": {"statutStructure": "ACTIVE"}}, "la valeur « ACTIVE »"),
        (STRUCTURE, {"idStructure": 1}, "« idStructure » est inconnu"),
        (SERVICES, {}, "« idStructure » est obligatoire"),
        (SERVICE, {"idService": 1}, "« idStructure » est obligatoire"),
    ],
)
def test_malformed_request_is_400(client, path, body, problem):
    refused = client.post(path, body)
    assert (refused.status_code, refused.json()["codeRetour"]) == (400, 400)
    assert refused.json()["libelle"].startswith("Requête mal formulée")
    assert problem in refused.json()["libelle"]


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff"])
def test_no_json_is_400(client, raw):
    headers = {**client.headers(), "Content-Type": "application/json;charset=utf-8"}
    assert requests.post(f"{client.url}/cpro/{SEARCH}", data=raw, headers=headers, timeout=20).status_code == 400


def test_nulls_stand_for_nothing(client):
    body = {"numeroFacture": None, "rechercheFactureParFournisseur": {"triSens": None, "nbResultatsParPage": None}}
    client.control("options", empty_search="list")
    assert client.call(SEARCH, **body)["parametresRetour"]["total"] == 0
