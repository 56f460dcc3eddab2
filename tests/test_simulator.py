"""The simulator, over real HTTP: what it serves, the rules it applies, the faults it makes.

Needs neither Odoo nor a database: ``PYTHONPATH=tools pytest -p no:odoo tests/test_simulator.py``.
"""

import base64
import datetime
import hashlib
import http.client
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile

import facturx
import pytest
import requests
from pypdf import PdfReader, PdfWriter

TOOLS = pathlib.Path(__file__).resolve().parent.parent / "tools"
DEPOSIT = "factures/v1/deposer/flux"
SEARCH = "factures/v1/rechercher/fournisseur"
CONSULT = "factures/v1/consulter/fournisseur"
HISTORY = "factures/v1/consulter/historique"
REPORT = "transverses/v1/consulterCRDetaille"
CII, UBL, FACTURX = "IN_DP_E1_CII_16B", "IN_DP_E1_UBL_INVOICE", "IN_DP_E2_CII_FACTURX"
SUPPLIER, SECOND = "12345678200077", "90000000100017"
TOWN, STATE, HOSPITAL, DEPARTMENT = "20000000800017", "20000001600010", "20000002400014", "20000003200017"
UNIVERSITY, MOA_ONLY, INACTIVE = "20000004000010", "20000005700014", "20000006500017"
IBAN = "FR7630006000011234567890189"
FIRST = ("simulator-client", "simulator-secret", f"TECH_1_{SUPPLIER}@cpro.fr", "Simulator-Password-1")
OTHER = ("simulator-client-2", "simulator-secret-2", f"TECH_1_{SECOND}@cpro.fr", "Simulator-Password-2")


# Documents


def invoice(number="FA-1", buyer=TOWN, seller=SUPPLIER, **changes):
    """An invoice of 100 € + 20 % that passes all rules; ``changes`` by EN 16931 terms, None takes a term out."""
    data = {
        "BT-1": number,
        "BT-2": datetime.date(2025, 6, 17),
        "BT-3": "380",
        "BT-5": "EUR",
        "BT-9": datetime.date(2025, 7, 17),
        "BT-23": "A1",
        "BT-72": datetime.date(2025, 6, 15),
        "BG-4": party("Atelier Démo", seller),
        "BG-7": party("Acheteur public", buyer),
        "BT-81": "30",
        "BT-84": IBAN,
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20.00"}],
        "BT-106": "100.00",
        "BT-109": "100.00",
        "BT-110": "20.00",
        "BT-112": "120.00",
        "BT-115": "120.00",
        "BG-25": [
            {
                "BT-126": "1",
                "BT-129": "1",
                "BT-130": "C62",
                "BT-131": "100.00",
                "BT-146": "100.00",
                "BT-151": "S",
                "BT-152": "20.00",
                "BT-153": "Prestation",
            }
        ],
    }
    data.update({key.replace("_", "-"): value for key, value in changes.items()})
    return {key: value for key, value in data.items() if value is not None}


def party(name, siret):
    return {
        "name": name,
        "identifiers": {"0009": siret} if len(siret) == 14 else {},
        "legal_identifier": siret[:9],
        "legal_identifier_schemeid": "0002",
        "country_code": "FR",
        "city": "Lyon",
        "postcode": "69001",
        "addr_l1": "1 rue de la République",
        **({"vat_identifier": "FR11123456782"} if siret.startswith(SUPPLIER[:9]) else {}),
    }


def credit_note(number="AV-1", **changes):
    return invoice(number, **{"BT-3": "381", "BG-3": [{"BT-25": "FA-1"}], **changes})


def xml(data, syntax=CII):
    flavor = "ubl-2.1" if syntax == UBL else "factur-x"
    return facturx.generate_xml(data, flavor=flavor, level="en16931", check_schematron=None)


def pdf(data, attachments=None):
    blank = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(blank)
    return facturx.generate_from_binary(blank.getvalue(), xml(data), check_schematron=False, attachments=attachments)


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# The simulator and a client of it


class Process:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", "0", *arguments],
            env={**os.environ, "PYTHONPATH": str(TOOLS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("Chorus Pro simulator: http://127.0.0.1:"), line or self.process.stderr.read()
        self.url = line.split()[-1]

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(20)
        self.out, self.err = self.process.stdout.read(), self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode


class Client:
    """Calls with the credentials of one application and one technical account; makes its token when first needed."""

    def __init__(self, url, credentials=FIRST):
        self.url = url
        self.credentials = credentials
        self.http = requests.Session()
        self.bearer = None

    def token(self, **changes):
        client_id, secret = self.credentials[:2]
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": "openid"}
        return self.http.post(f"{self.url}/api/oauth/token", data={**form, **changes}, timeout=20)

    def account(self):
        return base64.b64encode(":".join(self.credentials[2:]).encode()).decode()

    def headers(self):
        if self.bearer is None:
            self.bearer = self.token().json()["access_token"]
        return {"Authorization": f"Bearer {self.bearer}", "cpro-account": self.account()}

    def post(self, path, body=None, headers=None, timeout=20):
        sent = {key: value for key, value in {**self.headers(), **(headers or {})}.items() if value is not None}
        return self.http.post(f"{self.url}/cpro/{path}", json={} if body is None else body, headers=sent, timeout=timeout)

    def call(self, path, **body):
        """The answer of a call that succeeds."""
        response = self.post(path, body)
        assert response.status_code == 200, response.text
        data = response.json()
        assert data["codeRetour"] == 0, data
        return data

    def control(self, name, method="POST", **body):
        response = self.http.request(method, f"{self.url}/_simulator/{name}", json=body or None, timeout=60)
        assert response.status_code == 200, response.text
        return response.json()

    def deposit(self, content, syntax=CII, name="flux.xml"):
        body = {"fichierFlux": base64.b64encode(content).decode(), "nomFichier": name, "syntaxeFlux": syntax}
        return self.call(DEPOSIT, idUtilisateurCourant=0, avecSignature=False, **body)["numeroFluxDepot"]

    def report(self, number):
        return self.call(REPORT, numeroFluxDepot=number)

    def integrate(self, content, syntax=CII, name="flux.xml"):
        """Deposits, processes and reports."""
        number = self.deposit(content, syntax, name)
        self.control("advance")
        return self.report(number)

    def refusal(self, data, syntax=CII):
        """Why a single invoice is refused."""
        report = self.integrate(xml(data, syntax), syntax)
        assert report["etatCourantDepotFlux"] == "IN_REJETE", report
        assert report["listeErreurTechnique"] == []
        (error,) = report["listeErreurDP"]
        assert error["numeroDP"] == data["BT-1"]
        assert self.control("state", "GET")["invoices"] == []
        return error["libelleErreurDP"]

    def search(self, **criteria):
        paging = criteria.pop("paging", {})
        return self.post(SEARCH, {**criteria, "rechercheFactureParFournisseur": paging}).json()

    def numbers(self, **criteria):
        return [row["numeroFacture"] for row in self.search(**criteria).get("listeFactures", [])]


@pytest.fixture(scope="module")
def process():
    running = Process("--control", "--processing-time", "never")
    yield running
    running.stop()
    assert running.err == ""


@pytest.fixture
def client(process):
    one = Client(process.url)
    one.control("reset")
    return one


@pytest.fixture
def three(client):
    """Three integrated invoices of rising amounts, to three recipients, a day apart."""
    client.control("options", empty_search="list")
    for day, (buyer, total) in enumerate(((TOWN, "10.00"), (DEPARTMENT, "20.00"), (HOSPITAL, "30.00")), start=1):
        client.control("clock", now=f"2025-12-{day:02d}T10:00:00")
        client.bearer = None
        vat = str(int(total[:2]) / 5) + "0"
        gross = f"{int(total[:2]) * 1.2:.2f}"
        line = {**invoice()["BG-25"][0], "BT-131": total, "BT-146": total}
        data = invoice(
            f"N{day}",
            buyer,
            **{
                "BT-2": datetime.date(2025, 6, day),
                "BT-10": "CHU-ACHATS" if buyer == HOSPITAL else None,
                "BT-12": f"M{day}",
                "BT-13": f"EJ{day}",
                "BG-23": [{"BT-116": total, "BT-117": vat, "BT-118": "S", "BT-119": "20.00"}],
                "BT-106": total,
                "BT-109": total,
                "BT-110": vat,
                "BT-112": gross,
                "BT-115": gross,
                "BG-25": [line],
            },
        )
        assert client.integrate(xml(data))["etatCourantDepotFlux"] == "IN_INTEGRE"
    return client


# Token and headers


def test_token(client):
    answer = client.token().json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, "openid")
    assert len(answer["access_token"]) == 54


def test_unknown_client_and_wrong_secret_are_answered_alike(client):
    unknown, wrong = client.token(client_id="nobody"), client.token(client_secret="wrong")
    assert unknown.status_code == wrong.status_code == 400
    assert unknown.content == wrong.content
    assert unknown.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"grant_type": "password"}, "unsupported_grant_type"), ({"scope": "everything"}, "invalid_scope")],
)
def test_token_request_that_is_wrong(client, changes, error):
    answer = client.token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_token_request_in_json_is_refused(client):
    answer = requests.post(f"{client.url}/api/oauth/token", json={"grant_type": "client_credentials"}, timeout=20)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_token_expires(client):
    client.control("options", token_lifetime=600)
    assert client.token().json()["expires_in"] == 600
    assert client.post(SEARCH).status_code == 200
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=601)
    client.control("clock", now=later.isoformat())
    refused = client.post(SEARCH)
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]
    client.bearer = None
    assert client.post(SEARCH).status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer unknown", "Basic abc"])
def test_no_or_wrong_token(client, header):
    assert client.post(SEARCH, headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize("account", [None, "not base 64", "bm9ib2R5OndoYXRldmVy"])
def test_no_or_wrong_technical_account(client, account):
    refused = client.post(SEARCH, headers={"cpro-account": account})
    assert refused.status_code == 401
    assert "invalid_token" not in refused.headers["WWW-Authenticate"]


def test_technical_password_expires(client):
    day = client.call("structures/v1/consulter", idStructureCPP=structure_id(client, SUPPLIER))
    expiry = datetime.datetime.fromisoformat(day["informationGenerales"]["dateExpirationMotPasseCompteTech"])
    client.control("options", token_lifetime=10**9)
    client.bearer = None
    client.headers()
    client.control("clock", now=(expiry + datetime.timedelta(minutes=1)).isoformat())
    assert client.post(SEARCH).status_code == 401


def test_unsubscribed_api_is_403_with_an_empty_object(client):
    client.control("directory", applications=[{"client_id": FIRST[0], "apis": ["factures"]}])
    refused = client.post("structures/v1/rechercher")
    assert (refused.status_code, refused.json()) == (403, {})


def test_no_active_connection_is_403_with_an_echo(client):
    client.control("directory", applications=[{"client_id": FIRST[0], "raccordementActif": False}])
    refused = client.post(SEARCH, {"numeroFacture": "FA-1"})
    assert (refused.status_code, refused.json()) == (403, {"numeroFacture": "FA-1"})


def test_account_of_another_application_is_403(client):
    mixed = Client(client.url, FIRST[:2] + OTHER[2:])
    assert mixed.post(SEARCH, {"numeroFacture": "X"}).json() == {"numeroFacture": "X"}


@pytest.mark.parametrize(
    "path",
    ["factures/v1/soumettre", "factures/v1/nothing", "nothing/v1/rechercher", "factures/v1/rechercher/fournisseur/"],
)
def test_unserved_is_404(client, path):
    assert client.post(path).status_code == 404


def test_wrong_method_is_404(client):
    assert requests.get(f"{client.url}/cpro/{SEARCH}", headers=client.headers(), timeout=20).status_code == 404


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_415(client, content_type):
    assert client.post(SEARCH, headers={"Content-Type": content_type}).status_code == 415


def test_health_check(client):
    url = f"{client.url}/cpro/transverses/v1/health-check"
    assert requests.get(url, timeout=20).status_code == 401
    answer = requests.get(url, headers=client.headers(), timeout=20)
    assert (answer.status_code, answer.json()["statusCodeValue"]) == (200, 200)
    assert requests.get(url, headers={**client.headers(), "cpro-account": "wrong"}, timeout=20).status_code == 401


# The official Swaggers, where they are at hand

SHARED = TOOLS.parent.parent / "shared" / "api"
REQUESTS = {
    "DeposerFluxFactureParam": "DEPOSIT_FLOW",
    "RechercherFactureParFournisseurParam": "SEARCH_AS_SUPPLIER",
    "ConsulterFactureParFournisseurParam": "CONSULT_AS_SUPPLIER",
    "ConsulterHistoriqueFactureParam": "CONSULT_HISTORY",
    "RechercherStructureParam": "SEARCH_STRUCTURE",
    "ConsulterStructureAvecTVAIntraComParam": "CONSULT_STRUCTURE",
    "RechercherServicesStructureParam": "SEARCH_SERVICES",
    "ConsulterServiceStructureParam": "CONSULT_SERVICE",
}
SAMPLES = {"integer": 1, "boolean": True, "number": 1.5, "string": "FR", "date": "2025-01-01T00:00:00.000+01:00"}


@pytest.fixture(scope="module")
def definitions():
    files = [SHARED / f"{name}.swagger.json" for name in ("factures", "structures")]
    if not all(file.is_file() for file in files):
        pytest.skip("the official Swaggers are not beside this checkout")
    return [json.loads(file.read_text("utf-8"))["definitions"] for file in files]


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


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_those_of_the_swaggers(definitions, name):
    from simulator import contracts
    from simulator.schema import ContractError

    check = getattr(contracts, REQUESTS[name])
    models = next(models for models in definitions if name in models)
    pending, seen = [(name, lambda inner: inner)], 0
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
                inner = lambda body, f=field, w=wrap, s=schema: w({f: [body] if s.get("type") == "array" else body})  # noqa: E731
                pending.append((reference.rpartition("/")[2], inner))
    assert seen > 1


def test_answers_are_those_of_the_swaggers(definitions, client):
    jsonschema = pytest.importorskip("jsonschema")
    piece = {"BT-122": "P", "BT-125": b"x", "BT-125-1": "text/plain", "BT-125-2": "n.txt"}
    data = invoice(buyer=STATE, BT_10="FAC-001", BT_12="M", BT_13="EJ", BG_24=[piece])
    client.integrate(pdf(data), FACTURX)
    client.integrate(xml(credit_note()))
    (row,) = client.search(numeroFacture="FA-1")["listeFactures"]
    identifier, state = row["identifiantFactureCPP"], structure_id(client, STATE)
    client.control(f"invoices/{identifier}/status", statut="SUSPENDUE", motif="JUSTIF_ABS")
    page(client, f"/factures/{identifier}/xml")
    (service,) = client.call("structures/v1/rechercher/services", idStructure=structure_id(client, HOSPITAL))["listeServices"]
    answers = {
        "WsRetourRechercherFactureParFournisseur": client.call(SEARCH, recupererTaille=True),
        "WsRetourFacturesEmises": client.call(CONSULT, identifiantFactureCPP=identifier),
        "WsRetourConsulterHistoriqueFacture": client.call(HISTORY, idFacture=identifier),
        "WsRetourRechercherStructure": client.call("structures/v1/rechercher"),
        "WsRetourConsulterStructureTVAIntraCom": client.call("structures/v1/consulter", idStructureCPP=state),
        "WsRetourRechercherServicesStructure": client.call("structures/v1/rechercher/services", idStructure=state),
        "WsRetourConsulterServiceStructure": client.call(
            "structures/v1/consulter/service", idStructure=structure_id(client, HOSPITAL), idService=service["idService"]
        ),
    }
    body = {"fichierFlux": "QQ==", "nomFichier": "a.pdf", "syntaxeFlux": FACTURX}
    answers["WsRetourDeposerFluxFacture"] = client.call(DEPOSIT, **body)
    for name, answer in answers.items():
        models = next(models for models in definitions if name in models)
        for model in models.values():
            model["additionalProperties"] = False
        validator = jsonschema.Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": models})
        assert [error.message for error in validator.iter_errors(answer)] == [], name


# The form of requests


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SEARCH, {"numeroFactur": "FA-1"}),
        (SEARCH, {"rechercheFactureParFournisseur": {"page": 1}}),
        (SEARCH, {"rechercheFactureParFournisseur": {"triColonne": "DateDeDepot"}}),
        (SEARCH, {"rechercheFactureParFournisseur": {"pageResultatDemandee": 0}}),
        (SEARCH, {"statutCourant": "DEPOSEE"}),
        (SEARCH, {"statutCourant": ["DEPOSE"]}),
        (SEARCH, {"montantHTMin": "10"}),
        (SEARCH, {"periodeDateDepotDu": "17/06/2025"}),
        (SEARCH, {"idFournisseur": "1"}),
        (SEARCH, {"idFournisseur": True}),
        (SEARCH, {"listeDestinataire": [{"idDestinataire": 1, "nom": "x"}]}),
        (SEARCH, {"modeDepot": "API"}),
        (SEARCH, {"cadreFacturation": "A1"}),
        (SEARCH, []),
        (HISTORY, {"idFacture": 2**63}),
        (HISTORY, {"nbResultatsMaximum": 2**31}),
        (HISTORY, {}),
        (CONSULT, {"identifiantFactureCPP": None}),
        (DEPOSIT, {"fichierFlux": "QQ==", "nomFichier": "a.xml", "syntaxeFlux": "IN_DP_E1_UBL_201"}),
        (DEPOSIT, {"fichierFlux": "QQ==", "nomFichier": "a.xml"}),
        (DEPOSIT, {"fichierFlux": "", "nomFichier": "a.xml", "syntaxeFlux": CII}),
        (DEPOSIT, {"fichierFlux": "é", "nomFichier": "a.xml", "syntaxeFlux": CII}),
        (REPORT, {"numeroFluxDepot": "CPP", "dateDepot": "2025-01-01"}),
        (REPORT, {}),
        ("structures/v1/rechercher", {"structure": {"identifiantStructure": 12345678200077}}),
        ("structures/v1/rechercher", {"structure": {"statutStructure": "ACTIVE"}}),
        ("structures/v1/consulter", {"idStructure": 1}),
        ("structures/v1/rechercher/services", {}),
        ("structures/v1/consulter/service", {"idService": 1}),
    ],
)
def test_malformed_request_is_400(client, path, body):
    refused = client.post(path, body)
    assert refused.status_code == 400
    assert refused.json()["codeRetour"] != 0
    assert refused.json()["libelle"].startswith("Requête mal formulée")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff"])
def test_no_json_is_400(client, raw):
    headers = {**client.headers(), "Content-Type": "application/json;charset=utf-8"}
    assert requests.post(f"{client.url}/cpro/{SEARCH}", data=raw, headers=headers, timeout=20).status_code == 400


def test_nulls_stand_for_nothing(client):
    body = {"numeroFacture": None, "rechercheFactureParFournisseur": {"triSens": None, "nbResultatsParPage": None}}
    client.control("options", empty_search="list")
    assert client.call(SEARCH, **body)["parametresRetour"]["total"] == 0


# Deposit and report


def test_states_in_order_and_report(client):
    number = client.deposit(xml(invoice()), name="fa1.xml")
    assert number.startswith("CPP0011106")
    assert len(number) == 25
    seen = []
    for _ in range(6):
        report = client.report(number)
        seen.append(report["etatCourantDepotFlux"])
        client.control("advance", steps=1)
    assert seen == [
        "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_ATTENTE_TRAITEMENT_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
        "IN_INTEGRE",
    ]
    assert report["codeInterfaceDepotFlux"] == "FSO1106A"
    assert report["nomFichier"] == "fa1.xml"
    assert report["listeErreurDP"] == report["listeErreurTechnique"] == []
    assert "numeroFluxDepot" not in report
    assert report["dateDepotFlux"] <= report["dateHeureEtatCourantFlux"]
    assert datetime.datetime.fromisoformat(report["dateDepotFlux"]).utcoffset() in (
        datetime.timedelta(hours=1),
        datetime.timedelta(hours=2),
    )


def test_states_follow_time(client):
    client.control("options", processing_time=1000)
    number = client.deposit(xml(invoice()))
    start = datetime.datetime.now(datetime.timezone.utc)
    seen = []
    for share in (0, 250, 450, 650, 850):
        client.control("clock", now=(start + datetime.timedelta(seconds=share)).isoformat())
        seen.append(client.report(number)["etatCourantDepotFlux"])
    assert seen[0].startswith("IN_DEPOT_PORTAIL")
    assert seen[1:] == [
        "IN_RECU",
        "IN_TRAITE_SE_CPP",
        "IN_EN_ATTENTE_TRAITEMENT_CPP",
        "IN_EN_COURS_TRAITEMENT_CPP",
    ]
    client.control("clock", now=(start + datetime.timedelta(seconds=1001)).isoformat())
    assert wait_for(lambda: client.report(number)["etatCourantDepotFlux"] == "IN_INTEGRE")


def test_processing_by_itself(client):
    client.control("options", processing_time=0)
    number = client.deposit(xml(invoice()))
    assert wait_for(lambda: client.report(number)["etatCourantDepotFlux"] == "IN_INTEGRE")


def test_deposit_receipt(client):
    body = {"fichierFlux": "QUJD", "nomFichier": "a.pdf", "syntaxeFlux": FACTURX, "avecSignature": False}
    receipt = client.call(DEPOSIT, **body)
    assert receipt["libelle"] == "GCU_MSG_01_000"
    assert receipt["syntaxeFlux"] == FACTURX
    assert datetime.date.fromisoformat(receipt["dateDepot"])
    (deposit,) = client.control("state", "GET")["deposits"]
    assert deposit["sha256"] == hashlib.sha256(b"ABC").hexdigest()
    assert (deposit["fileName"], deposit["numeroFluxDepot"]) == ("a.pdf", receipt["numeroFluxDepot"])


def test_too_large_a_flow(client):
    client.control("options", max_flow_bytes=1000)
    refused = client.post(
        DEPOSIT, {"fichierFlux": base64.b64encode(b"x" * 1001).decode(), "nomFichier": "a.xml", "syntaxeFlux": CII}
    )
    assert refused.status_code == 400
    assert (refused.json()["codeRetour"], refused.json()["libelle"]) == (20001, "GDP_MSG_11.022")
    assert client.control("state", "GET")["deposits"] == []


@pytest.mark.parametrize("outcome", ["IN_INCIDENTE", "IN_EN_ATTENTE_RETRAITEMENT_CPP"])
def test_outcome_on_demand(client, outcome):
    number = client.deposit(xml(invoice()))
    client.control("advance", outcome=outcome)
    assert client.report(number)["etatCourantDepotFlux"] == outcome
    client.control("advance")
    expected = "IN_INCIDENTE" if outcome == "IN_INCIDENTE" else "IN_INTEGRE"
    assert client.report(number)["etatCourantDepotFlux"] == expected


def test_reports_of_others_and_unknown_ones(client):
    number = client.deposit(xml(invoice()))
    for who, flow in ((Client(client.url, OTHER), number), (client, "CPP0011106000000000000000")):
        answer = who.post(REPORT, {"numeroFluxDepot": flow})
        assert (answer.status_code, answer.json()["codeRetour"]) == (200, 20000)


def test_older_report_is_a_pdf(client):
    number = client.deposit(b"not xml", name="a.xml")
    client.control("advance")
    report = client.call("transverses/v1/consulterCR", numeroFluxDepot=number, syntaxeFlux=CII)
    assert report["etatCourantFlux"] == "IN_REJETE"
    assert report["numeroFluxDepot"] == number
    text = PdfReader(io.BytesIO(base64.b64decode(report["fichierCR"]))).pages[0].extract_text()
    assert number in text
    wrong_day = client.post("transverses/v1/consulterCR", {"numeroFluxDepot": number, "dateDepot": "2020-01-01"})
    assert wrong_day.json()["codeRetour"] == 20000


# What is read


@pytest.mark.parametrize("syntax", [CII, UBL, FACTURX])
def test_each_syntax_is_read(client, syntax):
    piece = {
        "BT-122": "P1",
        "BT-123": "Bon",
        "BT-125": b"contents",
        "BT-125-1": "application/pdf",
        "BT-125-2": "bon.pdf",
    }
    data = invoice("FA/2025 1", STATE, BT_10="FAC-001", BT_12="MARCHE", BT_13="EJ", BG_24=[piece])
    report = client.integrate(pdf(data) if syntax == FACTURX else xml(data, syntax), syntax)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report
    (row,) = client.search(numeroFacture="FA/2025 1")["listeFactures"]
    assert row["identifiantFactureCPP"] > 2**31
    expected = {
        "codeFournisseur": SUPPLIER,
        "codeDestinataire": STATE,
        "codeServiceExecutant": "FAC-001",
        "numeroMarche": "MARCHE",
        "numeroBonCommande": "EJ",
        "montantHT": 100,
        "montantTTC": 120,
        "montantAPayer": 120,
        "devise": "EUR",
        "statut": "DEPOSEE",
        "typeFacture": "FACTURE",
        "modeDepot": "UPLOAD_API",
        "dateFacture": "2025-06-17T00:00:00.000+02:00",
    }
    assert {name: row[name] for name in expected} == expected
    (kept,) = client.control("state", "GET")["invoices"]
    assert "bon.pdf" in kept["attachments"]


def test_all_other_syntaxes_are_taken_and_rejected_as_unread(client):
    for syntax in ("IN_DP_E1_CII", "IN_DP_E2_CPP_FACTURE_MIN", "IN_DP_PDFARCHIVE_CII_MUG", "IN_DP_E2_CII_MIN_16B"):
        report = client.integrate(xml(invoice()), syntax)
        assert report["etatCourantDepotFlux"] == "IN_REJETE"
        assert syntax in report["listeErreurTechnique"][0]["libelleErreur"]


@pytest.mark.parametrize("syntax", [UBL, CII])
def test_credit_note(client, syntax):
    assert client.integrate(xml(credit_note(), syntax), syntax)["etatCourantDepotFlux"] == "IN_INTEGRE"
    (row,) = client.search(typeFacture="AVOIR")["listeFactures"]
    assert row["numeroFactureOrigine"] == "FA-1"


def broken_xsd():
    return xml(invoice()).replace(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Kind>380</ram:Kind>")


@pytest.mark.parametrize(
    ("content", "syntax", "code"),
    [
        (b"<a", CII, "XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', CII, "XML"),
        (broken_xsd(), CII, "XSD"),
        (xml(invoice(), UBL).replace(b"InvoiceTypeCode", b"TypeOfInvoice"), UBL, "XSD"),
        (xml(invoice(), UBL), CII, "FORMAT"),
        (xml(invoice()), UBL, "FORMAT"),
        (xml(invoice()), FACTURX, "FORMAT"),
        (b"%PDF-1.7 broken", FACTURX, "PDF"),
        (b"\x1f\x8bbroken", CII, "ARCHIVE"),
        (b"PK\x03\x04broken", CII, "ARCHIVE"),
        (tar({}), CII, "ARCHIVE"),
        (tar({"good.xml": xml(invoice()), "bad.xml": broken_xsd()}), CII, "XSD"),
    ],
)
def test_technical_rejection(client, content, syntax, code):
    report = client.integrate(content, syntax)
    assert report["etatCourantDepotFlux"] == "IN_REJETE"
    assert report["listeErreurDP"] == []
    (error,) = report["listeErreurTechnique"]
    assert (error["codeErreur"], set(error)) == (code, {"codeErreur", "libelleErreur", "natureErreur"})
    assert client.control("state", "GET")["invoices"] == []


def test_pdf_without_xml(client):
    blank = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(blank)
    report = client.integrate(blank.getvalue(), FACTURX)
    assert report["listeErreurTechnique"][0]["codeErreur"] == "FACTURX"


@pytest.mark.parametrize("pack", [tar, zipped])
def test_archive_too_large_once_unpacked(client, pack):
    report = client.integrate(pack({"bomb.xml": b"\0" * (121 * 1024 * 1024)}))
    assert report["listeErreurTechnique"][0]["codeErreur"] == "TAILLE"


@pytest.mark.parametrize("pack", [tar, zipped])
def test_several_invoices_in_a_flow(client, pack):
    good = {f"{i}.xml": xml(invoice(f"OK-{i}")) for i in range(3)}
    report = client.integrate(pack(good), name="lot.tar.gz")
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE"
    mixed = {"a.xml": xml(invoice("A")), "b.xml": xml(invoice("B", BT_23="Z9")), "c.xml": xml(invoice("C"))}
    number = client.deposit(pack(mixed))
    client.control("advance")
    report = client.report(number)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [error["numeroDP"] for error in report["listeErreurDP"]] == ["B"]
    assert report["listeErreurDP"][0]["identifiantFournisseur"] == SUPPLIER
    assert report["listeErreurDP"][0]["identifiantDestinataire"] == TOWN
    assert sorted(client.numbers(numeroFluxDepot=number)) == ["A", "C"]
    refused = {"d.xml": xml(invoice("D", BT_23="Z9")), "e.xml": xml(invoice("E", BT_23="Z9"))}
    assert client.integrate(pack(refused))["etatCourantDepotFlux"] == "IN_REJETE"


def test_several_factur_x_in_a_flow(client):
    files = {f"{i}.pdf": pdf(invoice(f"P-{i}"), {"plan.pdf": {"filedata": b"%PDF-1.4 plan"}}) for i in range(2)}
    assert client.integrate(tar(files), FACTURX)["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert sorted(client.numbers()) == ["P-0", "P-1"]
    assert client.control("state", "GET")["invoices"][0]["attachments"] == ["plan.pdf"]


# Rules


@pytest.mark.parametrize("syntax", [CII, UBL])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (invoice(seller="99999999900017"), "identifiant fournisseur"),
        (invoice(seller="123456782"), "identifiant fournisseur"),
        (invoice(seller=SECOND), "n'est pas habilite"),
        (invoice(buyer="99999999900017"), "identifiant destinataire"),
        (invoice(buyer="200000008"), "identifiant destinataire"),
        (invoice(buyer=SECOND), "identifiant destinataire"),
        (invoice(buyer=INACTIVE), "n'est pas active"),
        (invoice(buyer=MOA_ONLY), "n'utilise pas Chorus Pro"),
        (invoice(buyer=STATE, BT_13="EJ"), ".value) est obligatoire"),
        (invoice(buyer=STATE, BT_10="FAC-001"), ".value) est obligatoire"),
        (invoice(buyer=HOSPITAL), "BuyerReference.value) est obligatoire"),
        (invoice(buyer=HOSPITAL, BT_10="UNKNOWN"), "n'utilise pas le service UNKNOWN"),
        (invoice(buyer=STATE, BT_10="FAC-OLD", BT_13="EJ"), "Le service FAC-OLD"),
        (invoice(buyer=STATE, BT_10="FACTURES_PUBLIQUES", BT_13="EJ"), "reserve aux fournisseurs publics"),
        (invoice(buyer=DEPARTMENT), ".value) est obligatoire"),
        (invoice(buyer=UNIVERSITY), "BuyerReference.value) est obligatoire ou"),
        (invoice(BT_13="E" * 51), "ne doit pas depasser 50 caracteres"),
        (invoice(BT_12="M" * 51), "ne doit pas depasser 50 caracteres"),
        (invoice("F" * 21), "ID.value) ne doit pas depasser 20 caracteres"),
        (invoice("FA_é"), "G1.05"),
        (invoice("FA  1"), "G1.05"),
        (invoice("FA.1"), "G1.05"),
        (invoice(BT_23=None), "ID.value est obligatoire"),
        (invoice(BT_23="S1"), "cadre de facturation S1"),
        (invoice(BT_23="A4"), "cadre de facturation A4"),
        (invoice(BT_81="57"), "liste S2.05"),
        (invoice(BT_84=None), "est obligatoire pour un virement"),
        (invoice(BT_3="325"), "le type 325"),
        (invoice(BT_2=datetime.date(2199, 1, 1)), "posterieure a la date du jour"),
        (credit_note(BG_3=None), "pour un avoir"),
        (credit_note(BG_3=[{"BT-25": "F" * 21}]), "ne doit pas depasser 20 caracteres"),
        (invoice(BT_106="99.00"), "BR-CO-10"),
        (invoice(BT_109="99.00"), "BR-CO-13"),
        (invoice(BT_110="19.00"), "BR-CO-14"),
        (invoice(BT_112="121.00"), "BR-CO-15"),
        (invoice(BT_115="121.00"), "BR-CO-16"),
        (
            invoice(
                BG_23=[{"BT-116": "100.00", "BT-117": "10.00", "BT-118": "S", "BT-119": "20.00"}],
                BT_110="10.00",
                BT_112="110.00",
                BT_115="110.00",
            ),
            "BR-CO-17",
        ),
    ],
)
def test_refusal(client, data, expected, syntax):
    assert expected in client.refusal(data, syntax)


def test_labels_as_observed(client):
    """REFERENCE §4."""
    supplier = client.refusal(invoice(seller="99999999900017"), UBL)
    assert supplier == (
        "L'identifiant fournisseur de la demande de paiement (balise : "
        "AccountingSupplierParty.Party.PartyIdentification.ID.value) n'est pas reference dans notre systeme."
    )
    payment = client.refusal(invoice("FA-2", BT_81=None, BT_84=None))
    assert payment.endswith("ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire")
    number = client.refusal(invoice("F" * 21))
    assert number == (
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres"
    )


def test_several_errors_are_joined_and_cut(client):
    label = client.refusal(invoice("F" * 21, buyer="99999999900017", seller="99999999900025"), UBL)
    assert len(label) == 200
    assert "|L'identifiant destinataire" in label


@pytest.mark.parametrize("syntax", [CII, UBL])
def test_wrong_iban(client, syntax):
    document = xml(invoice(), syntax).replace(IBAN.encode(), IBAN[:-1].encode() + b"8")
    (error,) = client.integrate(document, syntax)["listeErreurDP"]
    assert "IBAN n'est pas valide" in error["libelleErreurDP"]


def test_error_list_as_an_object(client):
    client.control("options", error_list="object")
    report = client.integrate(xml(invoice(BT_23="S1")))
    assert report["listeErreurDP"]["numeroDP"] == "FA-1"
    assert client.integrate(xml(invoice()))["listeErreurDP"] == []


@pytest.mark.parametrize(
    "data",
    [
        invoice(buyer=STATE, BT_10="FAC-001", BT_13="EJ"),
        invoice(buyer=UNIVERSITY, BT_10="UNIV-COMPTA"),
        invoice(buyer=UNIVERSITY, BT_13="EJ"),
        invoice(BT_23="A2", BT_81="48", BT_84=None),
        invoice(BT_81="20", BT_84=None),
        credit_note(BT_81=None, BT_84=None),
        invoice("FA/2025-1+2_3 4"),
        invoice(
            BG_20=[{"amount": "10.00", "vat_category_code": "S", "vat_rate": "20.00", "reason": "Remise"}],
            BG_21=[{"amount": "5.00", "vat_category_code": "S", "vat_rate": "20.00", "reason": "Frais"}],
            **{"BT-107": "10.00", "BT-108": "5.00", "BT-109": "95.00", "BT-110": "19.00", "BT-112": "114.00"},
            **{"BT-113": "14.00", "BT-115": "100.00"},
            BG_23=[{"BT-116": "95.00", "BT-117": "19.00", "BT-118": "S", "BT-119": "20.00"}],
        ),
    ],
)
@pytest.mark.parametrize("syntax", [CII, UBL])
def test_accepted(client, data, syntax):
    report = client.integrate(xml(data, syntax), syntax)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report["listeErreurDP"]


def test_service_that_requires_an_engagement_or_is_out_of_date(client):
    service = {"codeService": "S", "numeroEngagement": True}
    client.control("directory", siret=TOWN, services=[service])
    assert "IssuerAssignedID.value) est obligatoire" in client.refusal(invoice(BT_10="S"))
    client.control("directory", siret=TOWN, services=[{**service, "dateFinValidite": "2024-12-31"}])
    assert "Le service S" in client.refusal(invoice(BT_10="S", BT_13="EJ"))


def test_service_for_public_suppliers(client):
    client.control("directory", siret=SUPPLIER, typeStructure="PUBLIQUE")
    data = invoice(buyer=STATE, BT_10="FACTURES_PUBLIQUES", BT_13="EJ")
    assert client.integrate(xml(data))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_inactive_supplier(client):
    client.control("directory", siret=SUPPLIER, statut="INACTIVE")
    assert "n'est pas active" in client.refusal(invoice())


def test_invoice_of_today_and_of_tomorrow_in_paris(client):
    client.control("clock", now="2025-07-31T22:30:00Z")  # already 1 August in Paris
    client.bearer = None
    assert "posterieure" in client.refusal(invoice(BT_2=datetime.date(2025, 8, 2)))
    assert client.integrate(xml(invoice(BT_2=datetime.date(2025, 8, 1))))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_uniqueness(client):
    refused = client.refusal(invoice("X-1", BT_23="S1"))
    assert "cadre" in refused
    assert client.integrate(xml(invoice("X-1")))["etatCourantDepotFlux"] == "IN_INTEGRE", "a refused number may come again"
    again = client.integrate(xml(invoice("X-1", buyer=DEPARTMENT, BT_13="EJ")))
    assert "existe deja" in again["listeErreurDP"][0]["libelleErreurDP"]
    other_year = client.integrate(xml(invoice("X-1", BT_2=datetime.date(2024, 6, 17))))
    assert other_year["etatCourantDepotFlux"] == "IN_INTEGRE"
    other_supplier = Client(client.url, OTHER).integrate(xml(invoice("X-1", seller=SECOND)))
    assert other_supplier["etatCourantDepotFlux"] == "IN_INTEGRE"
    (rejected,) = client.search(numeroFacture="X-1", periodeDateFactureDu="2025-01-01")["listeFactures"]
    client.control(f"invoices/{rejected['identifiantFactureCPP']}/status", statut="REJETEE", motif="EJ_ERR")
    assert "existe deja" in client.integrate(xml(invoice("X-1")))["listeErreurDP"][0]["libelleErreurDP"]


def test_twice_the_same_number_in_a_flow(client):
    report = client.integrate(tar({"a.xml": xml(invoice("A")), "b.xml": xml(invoice("A"))}))
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert client.numbers() == ["A"]


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("virus.exe", 1, "extension"),
        ("n" * 47 + ".pdf", 1, "50 caracteres"),
        ("vide.pdf", 0, "est vide"),
        ("gros.pdf", 10 * 1024 * 1024 + 1, "depasse 10 Mo"),
    ],
)
def test_attachments(client, name, size, expected):
    piece = {"BT-122": "P", "BT-125": b"x" * max(size, 1), "BT-125-1": "application/pdf", "BT-125-2": name}
    document = xml(invoice(BG_24=[piece]), UBL)
    if not size:
        document = document.replace(base64.b64encode(b"x"), b"")
    report = client.integrate(document, UBL)
    assert expected in report["listeErreurDP"][0]["libelleErreurDP"]


def test_subcontractor_waits_for_the_validator(client):
    client.integrate(xml(invoice(BT_23="A9")))
    (row,) = client.search()["listeFactures"]
    assert row["statut"] == "A_VALIDER_1"
    assert client.numbers(cadreFacturation="A9_FACTURE_SOUSTRAITANT") == ["FA-1"]


# Search


def structure_id(client, siret):
    (found,) = client.call("structures/v1/rechercher", structure={"identifiantStructure": siret})["listeStructures"]
    return found["idStructureCPP"]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["N3", "N2", "N1"]),
        ({"numeroFacture": "N2"}, ["N2"]),
        ({"numeroFacture": "N"}, []),
        ({"numeroMarche": "M1"}, ["N1"]),
        ({"numeroBonCommande": "EJ3"}, ["N3"]),
        ({"numeroFactureOrigine": "FA-1"}, []),
        ({"typeFacture": "AVOIR"}, []),
        ({"statutCourant": ["DEPOSEE", "REJETEE"]}, ["N3", "N2", "N1"]),
        ({"statutCourant": ["REJETEE"]}, []),
        ({"periodeDateDepotDu": "2025-12-02"}, ["N3", "N2"]),
        ({"periodeDateDepotAu": "2025-12-02"}, ["N2", "N1"]),
        ({"periodeDateDepotDu": "2025-12-02", "periodeDateDepotAu": "2025-12-02T00:00:00"}, ["N2"]),
        ({"periodeDateFactureDu": "2025-06-02", "periodeDateFactureAu": "2025-06-03"}, ["N3", "N2"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-02T10:00:00"}, ["N3", "N2"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-03T09:00:00Z"}, ["N3"]),
        ({"periodeDateHeureEtatCourantAu": "2025-12-02T09:59:59+01:00"}, ["N1"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-01", "periodeDateHeureEtatCourantAu": "2025-12-02"}, ["N1"]),
        ({"montantHTMin": 20}, ["N3", "N2"]),
        ({"montantHTMax": 20.0}, ["N2", "N1"]),
        ({"montantTTCMin": 24, "montantTTCMax": 24}, ["N2"]),
        ({"montantApayerMin": 36.01}, []),
        ({"modeDepot": "UPLOAD_API"}, ["N3", "N2", "N1"]),
        ({"modeDepot": "SAISIE_API"}, []),
        ({"rejetTraite": True}, []),
        ({"idStructureValideur": 1}, []),
        ({"listeDestinataire": [{"raisonSocialeStuctDmd": "démonville"}]}, ["N3", "N1"]),
        ({"paging": {"triSens": "Ascendant"}}, ["N1", "N2", "N3"]),
        ({"paging": {"triColonne": "MontantTTC"}}, ["N3", "N2", "N1"]),
        ({"paging": {"triColonne": "CodeDestinataire", "triSens": "Ascendant"}}, ["N1", "N3", "N2"]),
        ({"paging": {"nbResultatsParPage": 2, "pageResultatDemandee": 2}}, ["N1"]),
        ({"paging": {"nbResultatsParPage": 2, "pageResultatDemandee": 3}}, []),
        ({"paging": {"nbResultatsMaximum": 2}}, ["N3", "N2"]),
    ],
)
def test_search(three, criteria, expected):
    assert three.numbers(**criteria) == expected


def test_search_by_identifiers(three):
    supplier = structure_id(three, SUPPLIER)
    assert len(three.numbers(idFournisseur=supplier)) == 3
    assert three.numbers(idFournisseur=supplier + 1) == []
    assert three.numbers(listeDestinataire=[{"idDestinataire": structure_id(three, HOSPITAL)}]) == ["N3"]
    rows = {row["numeroFacture"]: row for row in three.search()["listeFactures"]}
    service = rows["N3"]["idServiceExecutant"]
    assert three.numbers(listeDestinataire=[{"listeIdServiceExecutant": [service]}]) == ["N3"]
    facture = three.call(CONSULT, identifiantFactureCPP=rows["N1"]["identifiantFactureCPP"])["facture"]
    bank = facture["fournisseur"]["coordBancairesFournisseurId"]
    assert len(three.numbers(coordonneeBancaire=bank)) == 3
    assert three.numbers(coordonneeBancaire=bank + 1) == []
    user = next(a for a in three.control("directory", "GET")["accounts"] if a["structure"] == SUPPLIER)["idUtilisateur"]
    assert len(three.numbers(idUtilisateurCreateur=[user])) == 3
    assert "taille" not in rows["N1"]
    assert three.search(recupererTaille=True)["listeFactures"][0]["taille"] > 1000


def test_search_by_siren_of_the_recipient(three):
    three.control("directory", siret=TOWN[:9] + "00999", designationStructure="Autre établissement")
    other = structure_id(three, TOWN[:9] + "00999")
    wanted = [{"idDestinataire": other}]
    assert three.numbers(listeDestinataire=wanted) == []
    assert three.numbers(listeDestinataire=wanted, rechercheSirenDestinataire=True) == ["N1"]


def test_search_pages(three):
    answer = three.search(paging={"nbResultatsParPage": 2})
    assert answer["parametresRetour"] == {"pageCourante": 1, "pages": 2, "nbResultatsParPage": 2, "total": 3}
    assert three.search()["parametresRetour"]["nbResultatsParPage"] == 10


def test_search_sees_the_current_status_only(three):
    (row,) = three.search(numeroFacture="N1")["listeFactures"]
    three.control("clock", now="2025-12-10T08:00:00")
    three.bearer = None
    three.control(f"invoices/{row['identifiantFactureCPP']}/status", statut="SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon")
    (found,) = three.search(periodeDateHeureEtatCourantDu="2025-12-05")["listeFactures"]
    assert (found["numeroFacture"], found["statut"]) == ("N1", "SUSPENDUE")
    assert found["dateHeureEtatCourant"] == "2025-12-10T08:00:00.000+01:00" or found["dateHeureEtatCourant"].startswith(
        "2025-12-10T08:00:00."
    )
    assert "JUSTIF_ABS" in found["commentaireEtatCourant"]
    assert found["commentaireEtatCourant"].endswith("Bon")
    assert three.numbers(periodeDateHeureEtatCourantAu="2025-12-01T23:59:59") == []


def test_nothing_found(client):
    answer = client.post(SEARCH, {"numeroFacture": "NOTHING"})
    assert answer.status_code == 200
    assert (answer.json()["codeRetour"], answer.json()["libelle"]) == (20000, "TRA_MSG_00.015")
    client.control("options", empty_search="list")
    assert client.call(SEARCH, numeroFacture="NOTHING")["listeFactures"] == []


def test_suppliers_see_only_their_own(client):
    client.integrate(xml(invoice()))
    (row,) = client.search()["listeFactures"]
    other = Client(client.url, OTHER)
    assert other.post(SEARCH).json()["codeRetour"] == 20000
    for path, field in ((CONSULT, "identifiantFactureCPP"), (HISTORY, "idFacture")):
        assert other.post(path, {field: row["identifiantFactureCPP"]}).json()["codeRetour"] == 20001
        assert other.post(path, {field: 1}).json()["libelle"] == "GDP_MSG_11.008"


# Consultation


def test_consult_as_supplier(client):
    client.integrate(xml(invoice(buyer=STATE, BT_10="FAC-001", BT_12="M", BT_13="EJ")))
    (row,) = client.search()["listeFactures"]
    facture = client.call(CONSULT, identifiantFactureCPP=row["identifiantFactureCPP"])["facture"]
    assert facture["statutFacture"] == "DEPOSEE"
    assert facture["cadreDeFacturation"] == {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"}
    assert facture["references"]["numeroMarche"] == "M"
    assert facture["references"]["modePaiement"] == "VIREMENT"
    assert facture["destinataire"]["libelleServiceExecutant"] == "Service facturier"
    assert facture["fournisseur"]["coordBancairesFournisseurCodeBanque"] == "30006"
    assert facture["montantTotal"]["montantTVA"] == 20
    assert facture["lignesDePoste"]["lignePoste"][0]["lignePosteMontantTtcApresRemise"] == 120
    assert facture["recapitulatifDeTva"]["totalLignesRecapitulativesTVA"] == 1


def test_lists_of_a_consultation_have_pages(client):
    lines = [{**invoice()["BG-25"][0], "BT-126": str(n), "BT-131": "5.00", "BT-146": "5.00"} for n in range(1, 21)]
    client.integrate(xml(invoice(BG_25=lines)))
    (row,) = client.search()["listeFactures"]
    identifier = row["identifiantFactureCPP"]
    page = client.call(CONSULT, identifiantFactureCPP=identifier)["facture"]["lignesDePoste"]
    assert (len(page["lignePoste"]), page["pagesLignesPoste"], page["totalLignesPoste"]) == (10, 2, 20)
    wanted = {"pageResultatDemandeeLignesPoste": 3, "nbResultatsParPageLignesPoste": 8}
    page = client.call(CONSULT, identifiantFactureCPP=identifier, getpLignesPoste=wanted)["facture"]["lignesDePoste"]
    assert [line["lignePosteNumero"] for line in page["lignePoste"]] == [17, 18, 19, 20]


def test_history(client):
    client.integrate(xml(invoice()))
    (row,) = client.search()["listeFactures"]
    identifier = row["identifiantFactureCPP"]
    for status in ("MISE_A_DISPOSITION", "REJETEE"):
        client.control(f"invoices/{identifier}/status", statut=status, motif="EJ_ERR", commentaire="Engagement inconnu")
    answer = client.call(HISTORY, idFacture=identifier)
    assert (answer["statutCourantCode"], answer["numeroFacture"], answer["idFacture"]) == (
        "REJETEE",
        "FA-1",
        identifier,
    )
    block = answer["historiquesDesStatuts"]
    assert [step["histoStatutCode"] for step in block["histoStatut"]] == ["REJETEE", "MISE_A_DISPOSITION", "DEPOSEE"]
    assert (block["totalHistoStatut"], block["pagesHistoStatut"], block["nbResultatsParPageHistoStatut"]) == (3, 1, 10)
    last, first = block["histoStatut"][0], block["histoStatut"][2]
    assert last["histoStatutCommentaire"] == "EJ_ERR - EJ incorrect ou inexistant : Engagement inconnu"
    assert last["histoStatutUtilisateurNom"] != first["histoStatutUtilisateurNom"]
    assert last["histoStatutDatePassage"] >= first["histoStatutDatePassage"]
    paging = {"nbResultatsParPageListeHistoStatut": 2, "pageResultatDemandeeListeHistoStatut": 2}
    page = client.call(HISTORY, idFacture=identifier, paramRechercheHistoStatuts=paging)["historiquesDesStatuts"]
    assert [step["histoStatutCode"] for step in page["histoStatut"]] == ["DEPOSEE"]
    order = {"triSensListeHistoStatut": "Ascendant"}
    page = client.call(HISTORY, idFacture=identifier, nbResultatsMaximum=1, paramRechercheHistoStatuts=order)
    assert [s["histoStatutCode"] for s in page["historiquesDesStatuts"]["histoStatut"]] == ["DEPOSEE"]


def test_all_statuses_are_accepted_and_no_other(client):
    client.integrate(xml(invoice()))
    (row,) = client.search()["listeFactures"]
    url = f"{client.url}/_simulator/invoices/{row['identifiantFactureCPP']}/status"
    assert requests.post(url, json={"statut": "PAYEE"}, timeout=20).status_code == 400
    from simulator.vocabulary import STATUSES

    assert len(STATUSES) == 56
    for status in STATUSES:
        client.control(f"invoices/{row['identifiantFactureCPP']}/status", statut=status)
        assert client.numbers(statutCourant=[status]) == ["FA-1"]


# Structures


def test_search_structures(client):
    answer = client.call("structures/v1/rechercher", parametres={"nbResultatsParPage": 3})
    assert answer["parametresRetour"]["total"] == 10
    identifiers = [row["identifiantStructure"] for row in answer["listeStructures"]]
    assert identifiers == sorted(identifiers, reverse=True)
    (row,) = client.call("structures/v1/rechercher", structure={"statutStructure": "INACTIF"})["listeStructures"]
    assert (row["identifiantStructure"], row["statut"]) == (INACTIVE, "INACTIVE")
    named = client.call("structures/v1/rechercher", structure={"raisonSocialeStructure": "démo", "typeStructure": "PRIVEE"})
    assert [row["identifiantStructure"] for row in named["listeStructures"]] == [SUPPLIER]
    assert client.call("structures/v1/rechercher", structure={"identifiantStructure": "1"})["listeStructures"] == []
    both = client.call("structures/v1/rechercher", restreindreStructuresPrivees=True, structure={"typeStructure": "PRIVEE"})
    assert [row["identifiantStructure"] for row in both["listeStructures"]] == [SUPPLIER]


def test_consult_structures(client):
    state = client.call("structures/v1/consulter", idStructureCPP=structure_id(client, STATE))
    assert state["parametres"]["codeServiceDoitEtreRenseigne"] is True
    assert state["parametres"]["numeroEJDoitEtreRenseigne"] is True
    assert state["parametres"]["gestionNumeroEJOuCodeService"] is False
    assert "dateExpirationMotPasseCompteTech" not in state["informationGenerales"]
    private = client.post("structures/v1/consulter", {"idStructureCPP": structure_id(client, SECOND)})
    assert private.json()["codeRetour"] == 20001
    assert client.post("structures/v1/consulter", {"idStructureCPP": 1}).json()["codeRetour"] == 20000


def test_services(client):
    state = structure_id(client, STATE)
    order = {"triColonne": "CodeService", "triSens": "Ascendant"}
    answer = client.call("structures/v1/rechercher/services", idStructure=state, parametresRechercherServicesStructure=order)
    services = {row["codeService"]: row for row in answer["listeServices"]}
    assert list(services) == ["FAC-001", "FAC-OLD", "FACTURES_PUBLIQUES"]
    assert (services["FAC-001"]["estActif"], services["FAC-OLD"]["estActif"]) == (True, False)
    found = client.call("structures/v1/consulter/service", idStructure=state, idService=services["FAC-001"]["idService"])
    assert found["informationsGenerales"]["codeService"] == "FAC-001"
    assert found["parametres"]["numeroEngagement"] is False
    assert client.post("structures/v1/consulter/service", {"idStructure": state, "idService": 1}).json()["codeRetour"] == 20000


# Faults


def wait_for(condition, seconds=5):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return False


def deposits(client):
    return len(client.control("state", "GET")["deposits"])


def try_deposit(client, timeout=20):
    body = {"fichierFlux": base64.b64encode(xml(invoice())).decode(), "nomFichier": "a.xml", "syntaxeFlux": CII}
    return client.post(DEPOSIT, body, timeout=timeout)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_http_faults(client, status):
    client.headers()
    client.control("faults", path=f"/cpro/{DEPOSIT}", kind=f"http_{status}", times=2, after=1)
    assert [try_deposit(client).status_code for _ in range(4)] == [200, status, status, 200]
    assert deposits(client) == 2


def test_http_fault_after_the_work_and_with_details(client):
    client.headers()
    client.control("faults", path=DEPOSIT, kind="http_502", done=True)
    client.control("faults", path=DEPOSIT, kind="http_429", retry_after=7)
    client.control("faults", path=DEPOSIT, kind="http_403", echo=True)
    assert try_deposit(client).status_code == 502
    assert deposits(client) == 1
    assert try_deposit(client).headers["Retry-After"] == "7"
    assert try_deposit(client).json()["nomFichier"] == "a.xml"
    assert deposits(client) == 1


def test_answers_that_are_no_json(client):
    client.headers()
    client.control("faults", path="*", kind="html_200")
    client.control("faults", path="*", kind="empty_200")
    html, empty = try_deposit(client), try_deposit(client)
    assert (html.status_code, html.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")
    assert deposits(client) == 0


@pytest.mark.parametrize("status", [200, 400])
def test_code_retour(client, status):
    client.headers()
    client.control("faults", path=DEPOSIT, kind="code_retour", codeRetour=20001, libelle="GDP_MSG_11.022", http=status)
    refused = try_deposit(client)
    assert (refused.status_code, refused.json()) == (status, {"codeRetour": 20001, "libelle": "GDP_MSG_11.022"})


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", 0), ("reset_after", 1), ("refuse_connection", 0)])
def test_lost_connections(client, kind, arrived):
    client.headers()
    client.control("faults", path=DEPOSIT, kind=kind)
    with pytest.raises(requests.ConnectionError, match="aborted"):
        try_deposit(client)
    assert deposits(client) == arrived
    assert try_deposit(client).status_code == 200


def test_refused_connection_on_a_fresh_one_and_control_calls_still_pass(client):
    client.headers()
    client.control("faults", path="*", kind="refuse_connection", times=1)
    assert Client(client.url).control("faults", "GET")["faults"][0]["kind"] == "refuse_connection"
    with pytest.raises(requests.ConnectionError):
        Client(client.url).token()
    assert Client(client.url).token().status_code == 200


@pytest.mark.parametrize(("kind", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
def test_time_outs_hold_only_their_own_connection(client, kind, arrived):
    client.headers()
    client.control("faults", path=DEPOSIT, kind=kind)
    with pytest.raises(requests.ReadTimeout):
        try_deposit(client, timeout=0.3)
    assert deposits(client) == arrived
    started = time.monotonic()
    assert try_deposit(client).status_code == 200
    assert time.monotonic() - started < 2


def test_time_out_ends_with_a_cut_after_its_delay(client):
    client.headers()
    client.control("faults", path=DEPOSIT, kind="timeout_before", delay=0.2)
    with pytest.raises(requests.ConnectionError):
        try_deposit(client)


def test_slow(client):
    client.headers()
    client.control("faults", path=DEPOSIT, kind="slow", delay=0.4)
    started = time.monotonic()
    assert try_deposit(client).json()["codeRetour"] == 0
    assert time.monotonic() - started >= 0.4


def test_faults_by_chance(client):
    client.headers()
    client.control("faults", path=SEARCH, kind="http_503", times=None, probability=0.5, seed=7)
    seen = [client.post(SEARCH).status_code for _ in range(60)]
    assert 15 < seen.count(503) < 45
    client.control("faults", "DELETE")
    client.control("faults", path=SEARCH, kind="http_503", times=None, probability=0.5, seed=7)
    assert [client.post(SEARCH).status_code for _ in range(60)] == seen
    client.control("faults", "DELETE")
    client.control("faults", path=SEARCH, kind="http_503", times=3, probability=0.5, seed=1)
    assert [client.post(SEARCH).status_code for _ in range(40)].count(503) == 3


def test_fault_on_the_token_and_elsewhere_only(client):
    client.headers()
    client.control("faults", path="/api/oauth/token", kind="http_500")
    assert client.post(SEARCH).status_code == 200
    assert client.token().status_code == 500
    assert client.token().status_code == 200


@pytest.mark.parametrize(
    "body",
    [{"path": "*"}, {"kind": "slow"}, {"path": "*", "kind": "storm"}, {"path": "*", "kind": "slow", "x": 1}],
)
def test_wrong_faults_are_refused(client, body):
    assert requests.post(f"{client.url}/_simulator/faults", json=body, timeout=20).status_code == 400


# Control calls


def test_state_counts_calls_and_connections(client):
    client.control("reset")
    client.bearer = None
    for _ in range(3):
        client.post(SEARCH)
    state = client.control("state", "GET")
    assert state["calls"] == {"/api/oauth/token": 1, f"/cpro/{SEARCH}": 3}
    assert state["connections"] == 0, "kept alive since before the reset"
    Client(client.url).token()
    assert client.control("state", "GET")["connections"] == 1


def test_journal_has_no_secrets_and_short_strings(client):
    client.deposit(xml(invoice()))
    client.control("faults", path=SEARCH, kind="reset_before")
    with pytest.raises(requests.ConnectionError):
        client.post(SEARCH)
    token, deposit, lost = client.control("journal", "GET")
    assert (token["path"], token["status"]) == ("/api/oauth/token", 200)
    assert "simulator-secret" not in json.dumps([token, deposit, lost])
    assert (deposit["method"], deposit["path"], deposit["status"]) == ("POST", f"/cpro/{DEPOSIT}", 200)
    assert len(deposit["body"]["fichierFlux"]) == 300
    assert deposit["body"]["syntaxeFlux"] == CII
    assert lost["status"] is None


def test_reset_forgets_everything(client):
    client.integrate(xml(invoice()))
    client.control("faults", path="*", kind="slow", times=None)
    client.control("directory", siret=TOWN, statut="INACTIVE")
    client.control("options", token_lifetime=5, error_list="object")
    client.control("clock", now="2030-01-01")
    client.control("reset")
    state = client.control("state", "GET")
    assert (state["deposits"], state["invoices"], state["calls"], state["connections"]) == ([], [], {}, 0)
    assert not state["now"].startswith("2030")
    assert client.control("faults", "GET")["faults"] == []
    assert client.control("journal", "GET") == []
    assert client.control("options", "GET")["token_lifetime"] == 3600
    assert client.post(SEARCH).status_code == 401, "tokens are forgotten too"
    client.bearer = None
    assert client.integrate(xml(invoice()))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_identifiers_are_never_given_twice(client):
    seen = set()
    for _ in range(2):
        number = client.deposit(xml(invoice()))
        client.control("advance")
        seen |= {number, client.search()["listeFactures"][0]["identifiantFactureCPP"]}
        client.control("reset")
        client.bearer = None
    assert len(seen) == 4


def test_directory(client):
    before = client.control("directory", "GET")
    assert "simulator-secret" not in json.dumps(before)
    assert "Simulator-Password" not in json.dumps(before)
    new = "30000000000012"
    client.control(
        "directory",
        structures=[
            {
                "identifiantStructure": new,
                "designationStructure": "Nouvelle mairie",
                "parametres": {"codeServiceDoitEtreRenseigne": True},
                "services": [{"codeService": "A", "libelleService": "Achats"}],
            }
        ],
    )
    identifier = structure_id(client, new)
    assert client.call("structures/v1/consulter", idStructureCPP=identifier)["parametres"]["codeServiceDoitEtreRenseigne"]
    client.control("directory", identifiantStructure=new, services=[{"codeService": "A", "estActif": False}])
    (service,) = client.call("structures/v1/rechercher/services", idStructure=identifier)["listeServices"]
    assert (service["libelleService"], service["estActif"]) == ("Achats", False)
    wrong = requests.post(f"{client.url}/_simulator/directory", json={"siret": new, "nom": "x"}, timeout=20)
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("options", {"latenc": 1}),
        ("options", {"error_list": "map"}),
        ("clock", {"now": "soon"}),
        ("advance", {"outcome": "IN_INTEGRE"}),
    ],
)
def test_wrong_control_calls(client, name, body):
    assert requests.post(f"{client.url}/_simulator/{name}", json=body, timeout=20).status_code == 400


def test_control_calls_for_nothing_known(client):
    for path in ("nothing", "invoices/1/status", "invoices/x/status"):
        assert requests.post(f"{client.url}/_simulator/{path}", json={"statut": "DEPOSEE"}, timeout=20).status_code == 404


def test_other_web_pages_cannot_reach_in(client):
    url = f"{client.url}/_simulator/reset"
    assert requests.post(url, headers={"Origin": "https://example.org"}, timeout=20).status_code == 403
    assert requests.post(url, headers={"Host": "example.org"}, timeout=20).status_code == 403


def test_latency(client):
    client.control("options", latency=0.3)
    started = time.monotonic()
    client.token()
    assert time.monotonic() - started >= 0.3


# The recipient's page


def page(client, path, **form):
    method = "POST" if form else "GET"
    return client.http.request(method, client.url + path, data=form or None, timeout=20)


def test_pages(client):
    piece = {"BT-122": "P", "BT-125": b"hello", "BT-125-1": "text/plain", "BT-125-2": "note.txt"}
    data = invoice("FA-<b>", BG_24=[piece])
    data["BT-1"] = "FA-1"
    data["BG-25"][0]["BT-153"] = "<script>alert(1)</script>"
    client.integrate(pdf(data), FACTURX, "fa.pdf")
    client.integrate(xml(invoice("FA-2", BT_23="S1")), name="<i>.xml")
    (row,) = client.search()["listeFactures"]
    inbox = page(client, "/").text
    assert "FA-1" in inbox
    assert "Déposée" in inbox
    assert "FA-2" not in inbox
    path = f"/factures/{row['identifiantFactureCPP']}"
    detail = page(client, path).text
    assert "&lt;script&gt;" in detail
    assert "<script" not in detail
    assert "120,00" in detail
    assert page(client, f"{path}/xml").content.startswith(b"<?xml")
    assert page(client, f"{path}/pdf").content.startswith(b"%PDF")
    assert page(client, f"{path}/pieces/1").content == b"hello"
    flows = page(client, "/flux").text
    assert "IN_REJETE" in flows
    assert "&lt;i&gt;.xml" in flows
    assert "Commune de Démonville" in page(client, "/annuaire").text
    history = client.call(HISTORY, idFacture=row["identifiantFactureCPP"])
    assert history["derniereAction"]["derniereActionCode"] == "TELECHARGEMENT_FACTURE"
    assert history["historiquesDesActionsUtilisateurs"]["totalHistoAction"] == 2
    for missing in ("/factures/1", f"{path}/pieces/9", "/nothing"):
        assert page(client, missing).status_code == 404


def test_acting_on_the_page(client):
    client.integrate(xml(invoice()))
    (row,) = client.search()["listeFactures"]
    path = f"/factures/{row['identifiantFactureCPP']}/statut"
    assert "Choisissez un motif" in page(client, path, statut="REJETEE").text
    assert client.numbers(statutCourant=["REJETEE"]) == []
    assert "Rejetée" in page(client, path, statut="REJETEE", motif="EJ_ERR", commentaire="Voir courrier").text
    (found,) = client.search(statutCourant=["REJETEE"])["listeFactures"]
    assert found["commentaireEtatCourant"].endswith("Voir courrier")
    page(client, path, statut="MISE_EN_PAIEMENT")
    assert client.numbers(statutCourant=["MISE_EN_PAIEMENT"]) == ["FA-1"]
    assert page(client, path, statut="PAYEE").status_code == 404


# The process


def test_without_control():
    running = Process("--processing-time", "0")
    try:
        refused = requests.get(f"{running.url}/_simulator/state", timeout=20)
        assert refused.status_code == 403
        assert requests.get(running.url, timeout=20).status_code == 200
    finally:
        running.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clean_end_even_with_a_connection_on_hold(number):
    running = Process("--control")
    client = Client(running.url)
    client.control("faults", path="*", kind="timeout_before")
    errors = []

    def wait():
        try:
            client.token()
        except requests.RequestException as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert wait_for(lambda: Client(running.url).control("state", "GET")["calls"])
    started = time.monotonic()
    assert running.stop(number) == 0
    assert time.monotonic() - started < 5
    assert running.err == ""
    assert "TECH_1_" in running.out
    thread.join(10)
    assert errors


def test_memory_survives_a_restart(tmp_path):
    file = tmp_path / "state.json"
    arguments = ("--control", "--processing-time", "never", "--state", str(file))
    first = Process(*arguments)
    client = Client(first.url)
    piece = {"BT-122": "P", "BT-125": b"hello", "BT-125-1": "text/plain", "BT-125-2": "note.txt"}
    client.integrate(pdf(invoice(BG_24=[piece])), FACTURX)
    client.integrate(xml(invoice("BAD", BT_23="S1")))
    waiting = client.deposit(xml(invoice("LATER")))
    client.control("directory", siret=TOWN, designationStructure="Mairie renommée")
    identifier = client.search()["listeFactures"][0]["identifiantFactureCPP"]
    client.control(f"invoices/{identifier}/status", statut="SUSPENDUE", motif="JUSTIF_ABS")
    before = client.control("state", "GET")
    history = client.call(HISTORY, idFacture=identifier)
    assert first.stop() == 0

    second = Process(*arguments)
    try:
        client = Client(second.url)
        after = client.control("state", "GET")
        assert (after["invoices"], after["deposits"]) == (before["invoices"], before["deposits"])
        assert client.call(HISTORY, idFacture=identifier) == history
        assert page(client, f"/factures/{identifier}/pieces/1").content == b"hello"
        assert "Mairie renommée" in page(client, "/").text
        client.control("advance")
        assert client.report(waiting)["etatCourantDepotFlux"] == "IN_INTEGRE"
        assert client.integrate(xml(invoice("LATER")))["etatCourantDepotFlux"] == "IN_REJETE"
    finally:
        second.stop()
    assert json.loads(file.read_text("utf-8"))["version"] == 1


def test_a_file_that_is_no_memory(tmp_path):
    file = tmp_path / "state.json"
    file.write_text("[]")
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", "0", "--state", str(file)],
        env={**os.environ, "PYTHONPATH": str(TOOLS)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "not a memory" in done.stderr
    assert file.read_text() == "[]"


def test_only_the_loopback_listens(process):
    port = int(process.url.rpartition(":")[2])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_too_long_a_body_is_413(process):
    connection = http.client.HTTPConnection(process.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", f"/cpro/{DEPOSIT}")
    connection.putheader("Content-Length", str(500 * 1024 * 1024))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_many_at_once(client):
    """Parallel deposits, searches and statuses: nothing is lost, nothing is counted twice."""
    client.control("options", processing_time=0)

    def work(worker):
        own = Client(client.url)
        for index in range(10):
            own.deposit(xml(invoice(f"W{worker}-{index}")))
            own.search(paging={"nbResultatsParPage": 5})

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wait_for(lambda: len(client.control("state", "GET")["invoices"]) == 80, 20)
    identifiers = {row["identifiantFactureCPP"] for row in client.control("state", "GET")["invoices"]}
    assert len(identifiers) == 80
    assert client.search(paging={"nbResultatsParPage": 100})["parametresRetour"]["total"] == 80
