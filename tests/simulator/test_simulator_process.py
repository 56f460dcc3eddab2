"""The simulator as a process: start, end, memory across restarts, what it listens to, many callers at once."""

import base64
import contextlib
import http.client
import json
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from ..support import fixtures
from ..support.simulated import SUPPLIER, TOWN
from ..support.simulator_case import (
    COMMAND,
    DEPOSIT,
    ENVIRONMENT,
    FACTURX,
    HISTORY,
    Client,
    Process,
    attachment,
    blank_pdf,
    invoice,
    wait_for,
    xml,
)

client, process = fixtures.client, fixtures.process


def test_without_control():
    with Process("--processing-time", "0") as running:
        stranger = Client(running.url)
        assert stranger.ask("state", "GET").status_code == 403
        assert stranger.page("/").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clean_end_even_with_a_connection_on_hold(number):
    with Process("--control") as running:
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
        assert wait_for(lambda: Client(running.url).state()["calls"])
        started = time.monotonic()
        assert running.stop(number) == 0
        assert time.monotonic() - started < 5
        assert running.err == ""
        assert "TECH_1_" in running.out
        thread.join(10)
        assert errors


def test_memory_keeps_submitted_invoices_and_files(tmp_path):
    arguments = ("--control", "--state", str(tmp_path / "state.json"))
    with Process(*arguments) as first:
        client = Client(first.url)
        encoded = base64.b64encode(blank_pdf()).decode()
        file = {"pieceJointeNom": "a.pdf", "pieceJointeExtension": "PDF", "pieceJointeFichier": encoded}
        used, unused = (client.call("transverses/v1/ajouter/fichier", **file)["pieceJointeId"] for _index in range(2))
        body = {
            "modeDepot": "DEPOT_PDF_API",
            "numeroFactureSaisi": "FA-1",
            "dateFacture": "2025-06-17",
            "destinataire": {"codeDestinataire": TOWN},
            "fournisseur": {"idFournisseur": client.structure_id(SUPPLIER)},
            "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
            "references": {"deviseFacture": "EUR", "typeFacture": "FACTURE", "modePaiement": "VIREMENT"},
            "montantTotal": {"montantHtTotal": 0.1, "montantTVA": 0, "montantTtcTotal": 0.1, "montantAPayer": 0.1},
            "pieceJointePrincipale": {"pieceJointePrincipaleId": used},
        }
        identifier = client.call("factures/v1/soumettre", **body)["identifiantFactureCPP"]
        before = client.state()["invoices"]
        assert first.stop() == 0
    with Process(*arguments) as second:
        client = Client(second.url)
        assert client.state()["invoices"] == before
        assert client.page(f"/factures/{identifier}/pdf").content == blank_pdf()
        assert "dépôt du PDF" in client.page(f"/factures/{identifier}").text
        assert client.page(f"/factures/{identifier}/xml").json()["numeroFactureSaisi"] == "FA-1"
        again = {**body, "numeroFactureSaisi": "FA-2", "pieceJointePrincipale": {"pieceJointePrincipaleId": unused}}
        assert client.call("factures/v1/soumettre", **again)["numeroFacture"] == "FA-2"


def test_memory_survives_a_restart(tmp_path):
    file = tmp_path / "state.json"
    arguments = ("--control", "--processing-time", "never", "--state", str(file))
    with Process(*arguments) as first:
        client = Client(first.url)
        identifier = client.integrated(invoice(BG_24=[attachment()]), FACTURX)["identifiantFactureCPP"]
        client.integrate(xml(invoice("BAD", BT_23="S1")))
        waiting = client.deposit(xml(invoice("LATER")))
        client.control("directory", siret=TOWN, designationStructure="Mairie renommée")
        client.act(identifier, "SUSPENDUE", motif="JUSTIF_ABS")
        before = client.state()
        history = client.call(HISTORY, idFacture=identifier)
        assert first.stop() == 0

    with Process(*arguments) as second:
        client = Client(second.url)
        after = client.state()
        assert (after["invoices"], after["deposits"]) == (before["invoices"], before["deposits"])
        assert client.call(HISTORY, idFacture=identifier) == history
        assert client.page(f"/factures/{identifier}/pieces/1").content == b"hello"
        assert "Mairie renommée" in client.page("/").text
        client.control("advance")
        assert client.report(waiting)["etatCourantDepotFlux"] == "IN_INTEGRE"
        assert client.integrate(xml(invoice("LATER")))["etatCourantDepotFlux"] == "IN_REJETE"
    assert json.loads(file.read_text("utf-8"))["version"] == 1


def test_a_file_that_is_no_memory(tmp_path):
    file = tmp_path / "state.json"
    file.write_text("[]")
    done = subprocess.run(
        [*COMMAND, "--state", str(file)], env=ENVIRONMENT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "not a memory" in done.stderr
    assert file.read_text() == "[]"


def test_only_the_loopback_listens(process):
    port = int(process.url.rpartition(":")[2])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_too_long_a_body_is_413(process):
    with contextlib.closing(http.client.HTTPConnection(process.url.removeprefix("http://"), timeout=10)) as connection:
        connection.putrequest("POST", f"/cpro/{DEPOSIT}")
        connection.putheader("Content-Length", str(500 * 1024 * 1024))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_many_at_once(client):
    """Parallel deposits and searches: nothing is lost, nothing is counted twice."""
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
    assert wait_for(lambda: len(client.state()["invoices"]) == 80, 20)
    identifiers = {row["identifiantFactureCPP"] for row in client.state()["invoices"]}
    assert len(identifiers) == 80
    assert client.search(paging={"nbResultatsParPage": 100})["parametresRetour"]["total"] == 80
