"""A deposit on the simulator: its receipt, its states in their order, its report."""

import base64
import datetime
import hashlib
import io

import pytest
from pypdf import PdfReader

from ..support import fixtures
from ..support.simulator_case import CII, DEPOSIT, FACTURX, NOTHING_FOUND, OTHER, REPORT, Client, invoice, wait_for, xml

client, process = fixtures.client, fixtures.process


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
    (deposit,) = client.state()["deposits"]
    assert deposit["sha256"] == hashlib.sha256(b"ABC").hexdigest()
    assert (deposit["fileName"], deposit["numeroFluxDepot"]) == ("a.pdf", receipt["numeroFluxDepot"])


def test_too_large_a_flow(client):
    client.control("options", max_flow_bytes=1000)
    refused = client.post(
        DEPOSIT, {"fichierFlux": base64.b64encode(b"x" * 1001).decode(), "nomFichier": "a.xml", "syntaxeFlux": CII}
    )
    assert refused.status_code == 400
    assert (refused.json()["codeRetour"], refused.json()["libelle"]) == (20001, "GDP_MSG_11.022")
    assert client.state()["deposits"] == []


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
        assert (answer.status_code, answer.json()["codeRetour"]) == (200, NOTHING_FOUND)


def test_older_report_is_a_pdf(client):
    number = client.deposit(b"not xml", name="a.xml")
    client.control("advance")
    report = client.call("transverses/v1/consulterCR", numeroFluxDepot=number, syntaxeFlux=CII)
    assert report["etatCourantFlux"] == "IN_REJETE"
    assert report["numeroFluxDepot"] == number
    text = PdfReader(io.BytesIO(base64.b64decode(report["fichierCR"]))).pages[0].extract_text()
    assert number in text
    wrong_day = client.post("transverses/v1/consulterCR", {"numeroFluxDepot": number, "dateDepot": "2020-01-01"})
    assert wrong_day.json()["codeRetour"] == NOTHING_FOUND
