"""The simulator's control calls: what they show, change and forget."""

import json
import time

import pytest
import requests

from ..support import fixtures
from ..support.simulated import TOWN
from ..support.simulator_case import CII, DEPOSIT, FIRST, SEARCH, SERVICES, STRUCTURE, Client, invoice, xml

client, process = fixtures.client, fixtures.process


def test_state_counts_calls_and_connections(client):
    for _ in range(3):
        client.post(SEARCH)
    state = client.state()
    assert state["calls"] == {"/api/oauth/token": 1, f"/cpro/{SEARCH}": 3}
    assert state["connections"] == 0, "kept alive since before the reset"
    Client(client.url).token()
    assert client.state()["connections"] == 1


def test_journal_has_no_secrets_and_short_strings(client):
    client.deposit(xml(invoice()))
    client.control("faults", path=SEARCH, kind="reset_before")
    with pytest.raises(requests.ConnectionError):
        client.post(SEARCH)
    token, deposit, lost = client.control("journal", "GET")
    assert (token["path"], token["status"]) == ("/api/oauth/token", 200)
    assert FIRST[1] not in json.dumps([token, deposit, lost])
    assert (deposit["method"], deposit["path"], deposit["status"]) == ("POST", f"/cpro/{DEPOSIT}", 200)
    assert len(deposit["body"]["fichierFlux"]) == 300
    assert deposit["body"]["syntaxeFlux"] == CII
    assert lost["status"] is None


def test_reset_forgets_everything(client):
    options = client.control("options", "GET")
    client.integrate(xml(invoice()))
    client.control("faults", path="*", kind="slow", times=None)
    client.control("directory", siret=TOWN, statut="INACTIVE")
    client.control("options", token_lifetime=5, error_list="object")
    client.control("clock", now="2030-01-01")
    client.control("reset")
    state = client.state()
    assert (state["deposits"], state["invoices"], state["calls"], state["connections"]) == ([], [], {}, 0)
    assert not state["now"].startswith("2030")
    assert client.control("faults", "GET")["faults"] == []
    assert client.control("journal", "GET") == []
    assert client.control("options", "GET") == options
    assert options["token_lifetime"] == 3600
    assert client.post(SEARCH).status_code == 401, "tokens are forgotten too"
    client.bearer = None
    assert client.integrate(xml(invoice()))["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_identifiers_are_never_given_twice(client):
    seen = set()
    for _ in range(2):
        row = client.integrated(invoice())
        seen |= {row["numeroFluxDepot"], row["identifiantFactureCPP"]}
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
    identifier = client.structure_id(new)
    assert client.call(STRUCTURE, idStructureCPP=identifier)["parametres"]["codeServiceDoitEtreRenseigne"]
    client.control("directory", identifiantStructure=new, services=[{"codeService": "A", "estActif": False}])
    (service,) = client.call(SERVICES, idStructure=identifier)["listeServices"]
    assert (service["libelleService"], service["estActif"]) == ("Achats", False)
    assert client.ask("directory", siret=new, nom="x").status_code == 400


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
    assert client.ask(name, **body).status_code == 400


def test_control_calls_for_nothing_known(client):
    for path in ("nothing", "invoices/1/status", "invoices/x/status"):
        assert client.ask(path, statut="DEPOSEE").status_code == 404


def test_other_web_pages_cannot_reach_in(client):
    url = f"{client.url}/_simulator/reset"
    assert requests.post(url, headers={"Origin": "https://example.org"}, timeout=20).status_code == 403
    assert requests.post(url, headers={"Host": "example.org"}, timeout=20).status_code == 403


def test_latency(client):
    client.control("options", latency=0.3)
    started = time.monotonic()
    client.token()
    assert time.monotonic() - started >= 0.3
