"""The form of requests and answers: the tables of tests/contracts/, and what is malformed."""

import pytest
import requests

from simulator import contracts, contracts_engagements, contracts_works
from simulator.schema import ContractError

from ..support import fixtures, swagger
from ..support.simulated import HOSPITAL, STATE
from ..support.simulator_case import (
    CII,
    CONSULT,
    DEPOSIT,
    ENGAGEMENTS,
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

client, process = fixtures.client, fixtures.process

REQUESTS = {
    DEPOSIT: contracts.DEPOSIT_FLOW,
    "factures/v1/soumettre": contracts.SUBMIT,
    SEARCH: contracts.SEARCH_AS_SUPPLIER,
    CONSULT: contracts.CONSULT_AS_SUPPLIER,
    HISTORY: contracts.CONSULT_HISTORY,
    STRUCTURES: contracts.SEARCH_STRUCTURE,
    STRUCTURE: contracts.CONSULT_STRUCTURE,
    SERVICES: contracts.SEARCH_SERVICES,
    SERVICE: contracts.CONSULT_SERVICE,
    "structures/v1/rechercher/espaces": contracts.SEARCH_SPACES,
    "utilisateurs/v1/monCompte/recuperer/rattachements": contracts.OWN_ATTACHMENTS,
    "transverses/v1/ajouter/fichier": contracts.ADD_FILE,
    "transverses/v1/recuperer/typespj": contracts.FILE_TYPES,
    "transverses/v1/recuperer/syntaxeflux": contracts.FLOW_SYNTAXES,
    "transverses/v1/recuperer/cadrefacturation": contracts.FRAMEWORKS,
    "transverses/v1/recuperer/motifs/exonerationtva": contracts.EXEMPTIONS,
    ENGAGEMENTS: contracts_engagements.SEARCH_ENGAGEMENTS,
    "facturesTravaux/v1/rechercher": contracts_works.SEARCH_WORKS,
}
SAMPLES = {
    "integer": 1, "int32": 1, "int64": 1, "boolean": True, "number": 1.5, "string": "FR", "object": {},
    "date-time": "2025-01-01T00:00:00.000+01:00",
}  # fmt: skip
# plain strings for their table, but codes all the same
CODES = {
    "statutCourant": ["DEPOSEE"],
    "listeStatutCourant": ["DEPOSEE"],
    "listeTypeFactureTravaux": ["ETAT_ACOMPTE"],
    "cadreFacturation": ["A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR"],
    "modeDepot": ["SAISIE_API"],
    "formatFlux": ["IN_DP_E1_STRUCT"],
    "typeDemandePaiement": ["FACTURE_TRAVAUX"],
}


def request_with(fields, path, value):
    """A request that holds nothing but a value at the path of a field."""
    name, _, rest = path.rpartition(".")
    body = {name_of(path): [value] if fields[path]["type"].endswith("[]") else value}
    return request_with(fields, name, body) if rest and name else body


def name_of(path):
    return path.rpartition(".")[2]


@pytest.mark.parametrize("path", REQUESTS)
def test_requests_are_those_of_the_tables(path):
    check, fields = REQUESTS[path], swagger.operations()[path]["request"]
    assert fields
    with pytest.raises(ContractError, match="inconnu"):
        check({"unknownField": 1}, "")
    for field, facts in fields.items():
        kind = facts["type"].removesuffix("[]")
        codes = facts.get("codes") or CODES.get(name_of(field)) or [SAMPLES[kind]]
        for value in codes:
            check(request_with(fields, field, value), "")
        wrong = [object(), *(["2025-99-99"] if kind == "date-time" else [])]
        wrong += [{"unknownField": 1}] if kind == "object" else []
        wrong += ["NO_SUCH_CODE"] if "codes" in facts else []
        for value in wrong:
            with pytest.raises(ContractError):
                check(request_with(fields, field, value), "")


def test_answers_are_those_of_the_tables(client):
    data = invoice(buyer=STATE, BT_10="FAC-001", BT_12="M", BT_13="EJ", BG_24=[attachment()])
    identifier = client.integrated(data, FACTURX)["identifiantFactureCPP"]
    client.integrated(credit_note())
    client.act(identifier, "SUSPENDUE", motif="JUSTIF_ABS")
    client.page(f"/factures/{identifier}/xml")
    state, hospital = client.structure_id(STATE), client.structure_id(HOSPITAL)
    (service,) = client.call(SERVICES, idStructure=hospital)["listeServices"]
    body = {"fichierFlux": "QQ==", "nomFichier": "a.pdf", "syntaxeFlux": FACTURX}
    deposit = client.call(DEPOSIT, **body)
    answers = [
        (DEPOSIT, deposit),
        (REPORT, client.call(REPORT, numeroFluxDepot=deposit["numeroFluxDepot"])),
        (SEARCH, client.call(SEARCH, recupererTaille=True)),
        (CONSULT, client.call(CONSULT, identifiantFactureCPP=identifier)),
        (HISTORY, client.call(HISTORY, idFacture=identifier)),
        (STRUCTURES, client.call(STRUCTURES)),
        (STRUCTURE, client.call(STRUCTURE, idStructureCPP=state)),
        (SERVICES, client.call(SERVICES, idStructure=state)),
        (SERVICE, client.call(SERVICE, idStructure=hospital, idService=service["idService"])),
        ("transverses/v1/recuperer/typespj", client.call("transverses/v1/recuperer/typespj", typeObjet="FACTURE")),
    ]
    for path, answer in answers:
        assert swagger.answer_problems(path, answer) == [], path


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
