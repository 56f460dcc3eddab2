"""The tables that judge our requests: as the official Swaggers say, complete, and able to refuse. Needs no database."""

import json
import re

import pytest

import contracts

from ..support import swagger
from ..support.places import ROOT

SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
SUBMIT = "/cpro/factures/v1/soumettre"
WORKS = "/cpro/facturesTravaux/v1/rechercher"
MAIN_FILE = {"pieceJointePrincipaleId": 1, "pieceJointePrincipaleDesignation": "FA-1"}


def test_the_tables_are_those_of_the_official_swaggers():
    if not contracts.available():
        pytest.skip(f"NOT JUDGED: the official Swaggers are not in ../{contracts.SOURCE.relative_to(ROOT.parent)}")
    for path, text in contracts.tables().items():
        assert path.read_text("utf-8") == text, f"{path.name} is not what `dev.py contracts` makes"


@pytest.mark.parametrize("name", swagger.TABLES)
def test_a_table_holds_facts_in_one_form(name):
    text = (swagger.FOLDER / f"{name}.json").read_text("utf-8")
    table = json.loads(text)
    assert contracts.written(table) == text
    facts = [fact for one in table["operations"].values() for message in ("request", "answer") for fact in one[message].values()]
    assert len(facts) > 80
    for fact in facts:
        assert set(fact) <= {"type", "required", "longest", "shortest", "codes"}
    assert {fact["codes"] for fact in facts if "codes" in fact} == set(table["codes"])
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", code) for codes in table["codes"].values() for code in codes)


def test_every_call_of_the_client_is_in_the_tables():
    called = set()
    for folder in ("services", "models", "wizards"):
        for path in (ROOT / folder).rglob("*.py"):
            called |= set(re.findall(r'"/cpro/([A-Za-z]+/v1/[\w/]+)"', path.read_text("utf-8")))
    assert len(called) >= 18
    assert called <= set(swagger.operations())
    others = json.loads((swagger.FOLDER / "others.json").read_text("utf-8"))["operations"]
    assert set(others) <= called, "others.json is for what our client calls"


def test_what_conforms_passes():
    assert swagger.problems("POST", SEARCH, {"numeroFacture": "FA-1", "statutCourant": ["DEPOSEE"], "montantHTMin": 1}) == []
    assert swagger.problems("POST", SEARCH, {"periodeDateDepotDu": "2025-06-17T00:00:00.000+02:00"}) == []
    assert swagger.problems("POST", SUBMIT, {"pieceJointePrincipale": [MAIN_FILE]}) == []
    assert swagger.problems("POST", WORKS, {"roleUtilisateur": "MOE"}) == []
    assert swagger.problems("POST", "/api/oauth/token", None) == []
    answer = {"codeRetour": 0, "libelle": "GCU_MSG_01_000", "numeroFluxDepot": "CPP1"}
    assert swagger.answer_problems("factures/v1/deposer/flux", answer) == []


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/cpro/factures/v1/rechercher", {}, "unknown operation"),
        ("/cpro/facturesTravaux/v1/soumettre", {}, "unknown operation"),
        (SEARCH, [], "[] is no object"),
        (SEARCH, {"numeroFactur": "FA-1"}, "numeroFactur: unknown field"),
        (SEARCH, {"rechercheFactureParFournisseur": {"page": 1}}, "rechercheFactureParFournisseur.page: unknown field"),
        (SEARCH, {"rechercheFactureParFournisseur": 1}, "rechercheFactureParFournisseur: 1 is no object"),
        (SEARCH, {"numeroFacture": 1}, "numeroFacture: 1 is no string"),
        (SEARCH, {"numeroFacture": None}, "numeroFacture: None is no string"),
        (SEARCH, {"idFournisseur": "1"}, "idFournisseur: '1' is no int64"),
        (SEARCH, {"idFournisseur": True}, "idFournisseur: True is no int64"),
        (SEARCH, {"idFournisseur": 2**63}, f"idFournisseur: {2**63} is no int64"),
        (SEARCH, {"montantHTMin": "1"}, "montantHTMin: '1' is no number"),
        (SEARCH, {"recupererTaille": 1}, "recupererTaille: 1 is no boolean"),
        (SEARCH, {"periodeDateDepotDu": "17/06/2025"}, "periodeDateDepotDu: '17/06/2025' is no date-time"),
        (SEARCH, {"periodeDateDepotDu": "2025-06-31"}, "periodeDateDepotDu: '2025-06-31' is no date-time"),
        (SEARCH, {"statutCourant": "DEPOSEE"}, "statutCourant: 'DEPOSEE' is no list"),
        (SEARCH, {"statutCourant": ["DEPOSEE", 1]}, "statutCourant.1: 1 is no string"),
        (SEARCH, {"listeDestinataire": [{"nom": "x"}]}, "listeDestinataire.0.nom: unknown field"),
        (SUBMIT, {"modeDepot": "API"}, "modeDepot: 'API' is not one of DEPOT_PDF_API, DEPOT_PDF_SIGNE_API, SAISIE_API"),
        (SUBMIT, {"pieceJointePrincipale": [MAIN_FILE, MAIN_FILE]}, f"pieceJointePrincipale: {[MAIN_FILE] * 2} is no object"),
        (WORKS, {}, "roleUtilisateur: missing"),
    ],
)
def test_what_does_not_conform_is_refused(path, body, problem):
    assert swagger.problems("POST", path, body) == [problem]


def test_lengths_are_judged_where_a_swagger_states_them():
    """None of those at hand does (maxLength): a Swagger of our own shows that a newer one would be listened to."""
    field = {"type": "string", "maxLength": 3, "minLength": 2}
    body = {"in": "body", "schema": {"$ref": "#/definitions/Param"}}
    operation = {"parameters": [body], "responses": {"200": {}}}
    known = {"paths": {"/v1/x": {"post": operation}}, "definitions": {"Param": {"properties": {"a": field}}}}
    table = contracts.table_of("api", known)
    assert table["operations"]["api/v1/x"]["request"] == {"a": {"type": "string", "longest": 3, "shortest": 2}}
    fields = table["operations"]["api/v1/x"]["request"]
    assert [list(swagger.judge(fields, {"a": "x" * length})) for length in (1, 2, 3, 4)] == [
        ["a: 1 characters"], [], [], ["a: 4 characters"],
    ]  # fmt: skip


def test_method_and_answers_are_judged_too():
    assert swagger.problems("GET", SEARCH, {}) == ["unknown operation"]
    assert swagger.answer_problems("factures/v1/deposer/flux", {"codeRetour": 0}) == ["libelle: missing"]
    rows = {"codeRetour": 0, "libelle": "", "listeFactures": [{"numero": "FA-1"}]}
    assert swagger.answer_problems("factures/v1/rechercher/fournisseur", rows) == ["listeFactures.0.numero: unknown field"]
