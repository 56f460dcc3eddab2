"""The faults that the simulator makes on demand, as a client sees them, and what had arrived before them."""

import base64
import time

import pytest
import requests

from ..support import fixtures
from ..support.simulator_case import CII, DEPOSIT, SEARCH, Client, invoice, xml

client, process = fixtures.client, fixtures.process


@pytest.fixture(autouse=True)
def token(client):
    """Taken before any fault, so that the call under test is the next one."""
    client.headers()


def deposits(client):
    return len(client.state()["deposits"])


def try_deposit(client, timeout=20):
    body = {"fichierFlux": base64.b64encode(xml(invoice())).decode(), "nomFichier": "a.xml", "syntaxeFlux": CII}
    return client.post(DEPOSIT, body, timeout=timeout)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_http_faults(client, status):
    client.control("faults", path=f"/cpro/{DEPOSIT}", kind=f"http_{status}", times=2, after=1)
    assert [try_deposit(client).status_code for _ in range(4)] == [200, status, status, 200]
    assert deposits(client) == 2


def test_http_fault_after_the_work_and_with_details(client):
    client.control("faults", path=DEPOSIT, kind="http_502", done=True)
    client.control("faults", path=DEPOSIT, kind="http_429", retry_after=7)
    client.control("faults", path=DEPOSIT, kind="http_403", echo=True)
    assert try_deposit(client).status_code == 502
    assert deposits(client) == 1
    assert try_deposit(client).headers["Retry-After"] == "7"
    assert try_deposit(client).json()["nomFichier"] == "a.xml"
    assert deposits(client) == 1


def test_answers_that_are_no_json(client):
    client.control("faults", path="*", kind="html_200")
    client.control("faults", path="*", kind="empty_200")
    html, empty = try_deposit(client), try_deposit(client)
    assert (html.status_code, html.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")
    assert deposits(client) == 0


@pytest.mark.parametrize("status", [200, 400])
def test_code_retour(client, status):
    client.control("faults", path=DEPOSIT, kind="code_retour", codeRetour=20001, libelle="GDP_MSG_11.022", http=status)
    refused = try_deposit(client)
    assert (refused.status_code, refused.json()) == (status, {"codeRetour": 20001, "libelle": "GDP_MSG_11.022"})


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", 0), ("reset_after", 1), ("refuse_connection", 0)])
def test_lost_connections(client, kind, arrived):
    client.control("faults", path=DEPOSIT, kind=kind)
    with pytest.raises(requests.ConnectionError, match="aborted"):
        try_deposit(client)
    assert deposits(client) == arrived
    assert try_deposit(client).status_code == 200


def test_refused_connection_on_a_fresh_one_and_control_calls_still_pass(client):
    client.control("faults", path="*", kind="refuse_connection", times=1)
    assert Client(client.url).control("faults", "GET")["faults"][0]["kind"] == "refuse_connection"
    with pytest.raises(requests.ConnectionError):
        Client(client.url).token()
    assert Client(client.url).token().status_code == 200


@pytest.mark.parametrize(("kind", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
def test_time_outs_hold_only_their_own_connection(client, kind, arrived):
    client.control("faults", path=DEPOSIT, kind=kind)
    with pytest.raises(requests.ReadTimeout):
        try_deposit(client, timeout=0.3)
    assert deposits(client) == arrived
    started = time.monotonic()
    assert try_deposit(client).status_code == 200
    assert time.monotonic() - started < 2


def test_time_out_ends_with_a_cut_after_its_delay(client):
    client.control("faults", path=DEPOSIT, kind="timeout_before", delay=0.2)
    started = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        try_deposit(client)
    assert time.monotonic() - started >= 0.2


def test_slow(client):
    client.control("faults", path=DEPOSIT, kind="slow", delay=0.4)
    started = time.monotonic()
    assert try_deposit(client).json()["codeRetour"] == 0
    assert time.monotonic() - started >= 0.4


def test_faults_by_chance(client):
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
    client.control("faults", path="/api/oauth/token", kind="http_500")
    assert client.post(SEARCH).status_code == 200
    assert client.token().status_code == 500
    assert client.token().status_code == 200


@pytest.mark.parametrize(
    "body",
    [{"path": "*"}, {"kind": "slow"}, {"path": "*", "kind": "storm"}, {"path": "*", "kind": "slow", "x": 1}],
)
def test_wrong_faults_are_refused(client, body):
    assert client.ask("faults", **body).status_code == 400
