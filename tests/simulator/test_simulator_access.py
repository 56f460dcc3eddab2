"""The simulator's door: tokens, technical accounts, headers, and what is refused before a call is looked at."""

import datetime

import pytest
import requests

from ..support import fixtures
from ..support.simulated import SUPPLIER
from ..support.simulator_case import FIRST, OTHER, SEARCH, STRUCTURE, STRUCTURES, Client

client, process = fixtures.client, fixtures.process


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
    answer = client.call(STRUCTURE, idStructureCPP=client.structure_id(SUPPLIER))
    expiry = datetime.datetime.fromisoformat(answer["informationGenerales"]["dateExpirationMotPasseCompteTech"])
    client.control("options", token_lifetime=10**9)
    client.bearer = None
    for minutes, status in ((-1, 200), (1, 401)):
        client.control("clock", now=(expiry + datetime.timedelta(minutes=minutes)).isoformat())
        assert client.post(SEARCH).status_code == status


def test_unsubscribed_api_is_403_with_an_empty_object(client):
    client.control("directory", applications=[{"client_id": FIRST[0], "apis": ["factures"]}])
    refused = client.post(STRUCTURES)
    assert (refused.status_code, refused.json()) == (403, {})


def test_no_active_connection_is_403_with_an_echo(client):
    client.control("directory", applications=[{"client_id": FIRST[0], "raccordementActif": False}])
    refused = client.post(SEARCH, {"numeroFacture": "FA-1"})
    assert (refused.status_code, refused.json()) == (403, {"numeroFacture": "FA-1"})


def test_account_of_another_application_is_403(client):
    refused = Client(client.url, FIRST[:2] + OTHER[2:]).post(SEARCH, {"numeroFacture": "X"})
    assert (refused.status_code, refused.json()) == (403, {"numeroFacture": "X"})


@pytest.mark.parametrize(
    "path",
    ["facturesTravaux/v1/soumettre", "factures/v1/nothing", "nothing/v1/rechercher", "factures/v1/rechercher/fournisseur/"],
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
