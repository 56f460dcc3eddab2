"""The way to Chorus Pro under each kind of fault, over real HTTP. Needs neither Odoo nor a database."""

import json
import logging
import os
import tempfile
from http.server import BaseHTTPRequestHandler
from unittest.mock import patch

from ...services.api.environment import Credentials
from ...services.api.errors import NotAllowed, NotReceived, OutcomeUnknown, Refused, TryLater
from ...services.api.session import TokenStore
from ..support import simulated
from ..support.listening import listening
from ..support.sessions import DEPOSIT, REPORT, SEARCH, TOKEN, SessionCase


class TestDepositUnderFaults(SessionCase):
    """A deposit is never made twice, and the error says whether it may have been made."""

    def test_accepted(self):
        receipt = self.deposit()
        self.assertTrue(receipt.flow_number.startswith("CPP"))
        self.assertEqual(self.deposits(), 1)

    def test_the_gateway_still_holds_the_request(self):
        """A 403 that echoes the request: it was never passed on."""
        self.simulator.fault(DEPOSIT, "http_403", echo=True)
        with self.assertRaises(NotAllowed) as caught:
            self.deposit()
        self.assertEqual(caught.exception.link, "connection")
        self.assertEqual(self.deposits(), 0)

    def test_server_is_down(self):
        client = self.client(retries=0)
        self.simulator.stop()
        with self.assertRaises(NotReceived) as caught:
            self.deposit(client)
        self.assertEqual(caught.exception.code, "not_reachable")

    def test_answer_lost(self):
        """Whatever happened on the other side, we say that we do not know, and send once."""
        expected = {
            "timeout_before": 0, "timeout_after": 1, "reset_before": 0, "reset_after": 1,
            "http_500": 0, "http_502": 0, "http_503": 0, "html_200": 0, "empty_200": 0,
            "http_401": 0, "http_403": 0, "http_429": 0, "swollen": 0,
        }  # fmt: skip
        for kind, done in expected.items():
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault(DEPOSIT, kind, delay=3)
                with self.assertRaises(OutcomeUnknown):
                    self.deposit(self.client(timeout=1.0))
                self.assertEqual(self.deposits(), done)
                self.assertLessEqual(self.simulator.calls(DEPOSIT), 1)

    def test_refused(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="GDP_MSG_11.022")
        with self.assertRaises(Refused) as caught:
            self.deposit()
        self.assertEqual((caught.exception.return_code, caught.exception.detail), (20001, "GDP_MSG_11.022"))
        self.assertEqual(self.deposits(), 0)

    def test_no_right(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="GDP_MSG_11.005")
        with self.assertRaises(NotAllowed) as caught:
            self.deposit()
        self.assertEqual(caught.exception.link, "right")

    def test_expired_token_is_renewed_once(self):
        self.simulator.fault(DEPOSIT, "http_401", challenge=True)
        self.assertTrue(self.deposit().flow_number)
        self.assertEqual(self.deposits(), 1)
        self.assertEqual(self.simulator.calls(TOKEN), 2)

    def test_what_is_no_token(self):
        """Whatever comes in a token's place: the call has not left, and nothing else is raised."""
        for body in (
            "{}", "[]", "null", "", "<html>", '{"access_token": null}', '{"access_token": 7}', '{"access_token": ""}',
            '{"access_token": "a\\r\\nX: y"}', '{"access_token": "é"}', '{"access_token": ["t"]}', "[" * 10_000,
        ):  # fmt: skip
            with self.subTest(body[:40]):
                self.simulator.fault(TOKEN, "answer", body=body)
                with self.assertRaises(NotReceived):
                    self.deposit(self.client(retries=0))
        for life in (None, 0, -1, 10**30, "3600", "x", [], True, 1e300):
            with self.subTest(life=life):
                client = self.client(tokens=TokenStore())
                client.sign_in()
                (token,) = {kept.value for kept in client._session._tokens._tokens.values()}
                self.simulator.fault(TOKEN, "answer", body=json.dumps({"access_token": token, "expires_in": life}))
                self.assertTrue(self.deposit(self.client(tokens=TokenStore())).flow_number)

    def test_too_late_to_leave(self):
        """Who is taken for dead lets nothing leave."""
        client = self.client()
        client.must_leave_within(-1)
        with self.assertRaises(NotReceived):
            self.deposit(client)
        self.assertEqual(self.simulator.calls(DEPOSIT), 0)
        self.assertEqual(list(client.search_invoices(number="F1")), [], "a question may be asked all the same")
        client.must_leave_within(60)
        self.assertTrue(self.deposit(client).flow_number)

    def test_token_out_of_reach(self):
        for kind in ("timeout_before", "reset_before", "http_503", "html_200", "http_429"):
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault(TOKEN, kind, delay=3)
                with self.assertRaises(NotReceived):
                    self.deposit(self.client(timeout=1.0, retries=0))
                self.assertEqual(self.deposits(), 0)


class TestRepeatableCalls(SessionCase):
    """A question is asked again when that is safe, and an outage ends as "try later"."""

    def test_repeated_until_answered(self):
        flow_number = self.deposit().flow_number
        for kind in ("http_500", "http_502", "http_503", "reset_before", "reset_after", "refuse_connection"):
            with self.subTest(kind):
                self.simulator.fault(REPORT, kind)
                self.assertTrue(self.client().flow_report(flow_number).state.startswith("IN_"))

    def test_try_later(self):
        for kind, code in (("http_503", "unavailable"), ("html_200", "unexpected_answer"), ("empty_200", "unexpected_answer")):
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault(SEARCH, kind, times=10)
                with self.assertRaises(TryLater) as caught:
                    list(self.client(retries=1).search_invoices(number="F1"))
                self.assertEqual(caught.exception.code, code)

    def test_time_out(self):
        self.simulator.fault(SEARCH, "timeout_before", times=10, delay=3)
        with self.assertRaises(TryLater):
            list(self.client(timeout=0.5, retries=0).search_invoices(number="F1"))

    def test_limited(self):
        self.simulator.fault(SEARCH, "http_429", times=10)
        with self.assertRaises(TryLater) as caught:
            list(self.client().search_invoices(number="F1"))
        self.assertEqual(caught.exception.code, "rate_limited")
        self.assertEqual(self.simulator.calls(SEARCH), 1, "a limit is not answered by more calls")


class TestTally(SessionCase):
    def test_a_search_that_finds_nothing_is_no_failure(self):
        client = self.client()
        self.assertEqual(list(client.find_structures("28888888800010")), [])
        self.assertEqual(dict(client.tally), {"": 1})

    def test_a_refused_search_is_one(self):
        self.simulator.fault("/cpro/structures/v1/rechercher", "http_403")
        client = self.client()
        with self.assertRaises(NotAllowed) as caught:
            client.find_structures("28888888800010")
        self.assertEqual(dict(client.tally), {"": 1, caught.exception.code: 1})


class TestLinks(SessionCase):
    """Each broken link of the chain is named."""

    def link(self, **credentials):
        with self.assertRaises(NotAllowed) as caught:
            self.client(retries=0, **credentials).own_structures()
        return caught.exception.link

    def test_client(self):
        self.assertEqual(self.link(client_id="nobody"), "credentials")
        self.assertEqual(self.link(client_secret="wrong"), "credentials")

    def test_a_good_client_called_invalid_now_and_then(self):
        """PISTE says so at random: it is asked again, and believed the third time."""
        self.simulator.fault(TOKEN, "invalid_client", times=2)
        self.assertTrue(self.client(retries=0).own_structures())
        self.simulator.fault(TOKEN, "invalid_client", times=3)
        self.assertEqual(self.link(), "credentials")
        self.assertTrue(self.client(retries=0).own_structures())

    def test_technical_account(self):
        self.assertEqual(self.link(technical_password="wrong"), "technical_account")
        self.assertEqual(self.link(technical_account="TECH_9@cpro.fr"), "technical_account")


class TestEconomy(SessionCase):
    def test_one_token_and_kept_connections(self):
        client = self.client()
        flow_number = self.deposit(client).flow_number
        before = self.simulator.state()["connections"]
        for _turn in range(10):
            client.flow_report(flow_number)
        self.assertLessEqual(self.simulator.state()["connections"] - before, 1)
        self.assertEqual(self.simulator.calls(TOKEN), 1)

    def test_token_shared_by_sessions(self):
        tokens = TokenStore()
        for _turn in range(3):
            self.client(tokens=tokens).own_structures()
        self.assertEqual(self.simulator.calls(TOKEN), 1)

    def test_logs_hold_no_secret(self):
        with self.assertLogs("odoo.addons.l10n_fr_chorus_pro.services", logging.DEBUG) as logs:
            self.deposit()
            with self.assertRaises(NotAllowed):
                self.client(client_secret="very-secret-word", retries=0).own_structures()
            self.simulator.fault(SEARCH, "reset_before", times=3)
            with self.assertRaises(TryLater):
                list(self.client(retries=0).search_invoices(number="F1"))
        text = "\n".join(logs.output)
        for secret in (simulated.CLIENT_SECRET, simulated.PASSWORD, "very-secret-word", "not-an-invoice", "Bearer"):
            self.assertNotIn(secret, text)
        self.assertNotIn(simulated.PASSWORD, repr(Credentials("a", "b", "c", simulated.PASSWORD)))


class Heard(BaseHTTPRequestHandler):
    """Gives a token, and a good answer to every call; keeps what stood in ``Authorization``."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(self.headers["Authorization"])
        body = json.dumps({"access_token": "given-token", "expires_in": 60, "codeRetour": 0, "numeroFluxDepot": "1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Silent."""


class TestNetrc(SessionCase):
    def test_passwords_of_the_machine_are_never_sent(self):
        """A ``.netrc`` of whom Odoo runs as may know any host: neither the token request nor a call takes from it."""
        server = listening(self, Heard)
        with tempfile.NamedTemporaryFile("w", suffix=".netrc") as netrc:
            netrc.write("machine 127.0.0.1 login somebody password of-the-machine\ndefault login anybody password of-all\n")
            netrc.flush()
            with patch.dict(os.environ, {"NETRC": netrc.name}):
                address = f"http://127.0.0.1:{server.server_port}"
                with patch.object(self.simulator, "url", address):
                    client = self.client()
                self.deposit(client)
        self.assertEqual(server.heard, [None, "Bearer given-token"])
