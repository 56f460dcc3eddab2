"""What an answer means: the table of outcomes, tested whole. Needs neither Odoo nor a database."""

import contextlib
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from unittest.mock import patch

from ...services.api.answers import AddedFile
from ...services.api.client import ChorusClient
from ...services.api.environment import Credentials, simulator
from ...services.api.errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused, TryLater
from ...services.api.session import PisteSession, TokenStore
from ...services.api.verdict import LONGEST_PATIENCE, Outcome, Shape, found, limited, outcome, read
from ...services.api.wire import Answer, Wire

JSON, HTML = "application/json;charset=utf-8", "text/html; charset=utf-8"
TOKEN = b'{"access_token": "t", "expires_in": 3600}'
REFUSAL = {"codeRetour": 20002, "libelle": "GDP_MSG_11.033"}
#: Bodies by name: content type and bytes.
BODIES = {
    "empty": (JSON, b""),
    "HTML": (HTML, b"<html><title>Service indisponible</title></html>"),
    "JSON of another shape": (JSON, b'{"httpCode": "4xx", "httpMessage": "Forbidden"}'),
    "the platform's own refusal": (JSON, json.dumps(REFUSAL).encode()),
}
FILES = [AddedFile("12", "bon.pdf")]
#: The calls done once: what is done, and the answer that says so.
CALLS = {
    "/cpro/factures/v1/deposer/flux": (
        lambda client: client.deposit_flow(b"<x/>", "x.xml", "IN_DP_E1_CII_16B"),
        {"numeroFluxDepot": "CPP0011117000000000425903"},
    ),
    "/cpro/factures/v1/soumettre": (
        lambda client: client.submit_invoice({"modeDepot": "DEPOT_PDF_API"}, AddedFile("7", "F1.pdf")),
        {"identifiantFactureCPP": 8420532, "statutFacture": "DEPOSEE"},
    ),
    "/cpro/factures/v1/completer": (lambda client: client.complete_invoice("8420532", FILES, "Voici"), {}),
    "/cpro/factures/v1/recycler": (
        lambda client: client.reroute_invoice("8420532", recipient="20000000800017", service="FAC", engagement="", comment=""),
        {},
    ),
    "/cpro/factures/v1/traiterRejet": (lambda client: client.acknowledge_rejection("8420532"), {}),
    "/cpro/factures/v1/corriger/valideur/facture": (
        lambda client: client.correct_validator("8420532", "12", "12345678200077"),
        {},
    ),
    "/cpro/factures/v1/traiter/factureAValider": (
        lambda client: client.decide("8420532", accept=True),
        {"statutFacture": "VALIDEE_1"},
    ),
}


class Platform(ThreadingHTTPServer):
    """Answers what it is told to; ``done`` counts the calls that it carried out before it answered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.carries_out, self.done, self.calls = (200, JSON, b"", {}), True, 0, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take(self, request):
        """A call: it is carried out or not, and so answered; a body that is None echoes the request."""
        self.calls += 1
        self.done += self.carries_out
        status, kind, body, headers = self.answer
        return status, kind, request if body is None else body, headers


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        is_token = self.path == "/api/oauth/token"
        status, kind, body, headers = (200, JSON, TOKEN, {}) if is_token else self.server.take(content)
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class VerdictCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.platform = Platform()
        cls.addClassCleanup(cls.platform.server_close)
        cls.addClassCleanup(cls.platform.shutdown)

    def setUp(self):
        super().setUp()
        credentials = Credentials("client", "secret", "account", "password")
        session = PisteSession(simulator(self.platform.url), credentials, timeout=5, retries=0, tokens=TokenStore())
        self.addCleanup(session.close)
        self.client = ChorusClient(session)

    def call(self, call, status, kind, body, headers=None, carries_out=True):
        """Make a call that is so answered.

        :return: what it gave or the error that it raised, how often it was made, how often it was carried out.
        """
        platform = self.platform
        platform.answer, platform.carries_out, platform.done, platform.calls = (
            (status, kind, body, headers or {}),
            carries_out,
            0,
            0,
        )
        try:
            result = call(self.client)
        except ChorusError as error:
            result = error
        return result, platform.calls, platform.done


class TestOnce(VerdictCase):
    """A call done once frees an invoice by the platform's own word alone."""

    def test_every_status_and_body(self):
        """Statuses 400–599 × bodies × before and after processing × each call: the table beside the code, read as a whole.

        The first call goes over real HTTP, the others take the same answers from its stand-in.
        """
        for path, (call, _receipt) in CALLS.items():
            real = path.endswith("deposer/flux")
            with contextlib.nullcontext() if real else patch.object(Wire, "post", self.stand_in):
                for status, (name, (kind, body)), carries_out in product(range(400, 600), BODIES.items(), (False, True)):
                    error, calls, done = self.call(call, status, kind, body, carries_out=carries_out)
                    refused = name == "the platform's own refusal" and status < 500
                    told = (path, status, name, "after processing" if carries_out else "before processing", error)
                    self.assertIs(type(error), Refused if refused else OutcomeUnknown, told)
                    self.assertEqual((calls, done), (1, int(carries_out)), told)

    def stand_in(self, url, data, **options):
        if url.endswith("/token"):
            return Answer(200, {}, TOKEN)
        status, kind, body, headers = self.platform.take(data)
        return Answer(status, {"Content-Type": kind, **headers}, body)

    def test_what_counts_as_done(self):
        for path, (call, receipt) in CALLS.items():
            for status in (200, 202):
                with self.subTest(path, status=status):
                    body = json.dumps({"codeRetour": 0, "libelle": "GCU_MSG_01_000", **receipt}).encode()
                    result, _calls, _done = self.call(call, status, JSON, body)
                    self.assertNotIsInstance(result, ChorusError)

    def test_a_success_that_is_none(self):
        """A yes of another form, without what it must give, or beside a no."""
        for path, (call, receipt) in CALLS.items():
            whole = {"codeRetour": 0, "libelle": "GCU_MSG_01_000", **receipt}
            wrong = [{}, [], [whole], "oui", None, {**whole, "codeRetour": None}, {**whole, "codeRetour": "0"}]
            wrong += [{**whole, "codeRetour": code} for code in (False, 0.0, -1, [0], {}, "", "20001")]
            wrong += [{name: value for name, value in whole.items() if name != "codeRetour"}]
            wrong += [{"codeRetour": 20001, "libelle": label} for label in (None, "", 7, ["GDP_MSG_11.022"])]
            wrong += [{"codeRetour": True, "libelle": "GDP_MSG_11.022"}, {"libelle": "GDP_MSG_11.022"}]
            if receipt:
                first = next(iter(receipt))
                wrong += [{**whole, first: value} for value in (None, "", [], {}, True, ["x"], 1.5e300, "x" * 200)]
                wrong += [{**whole, "codeRetour": code, "libelle": "GDP_MSG_11.022"} for code in (20001, None)]
            for value in wrong:
                with self.subTest(path, value=value):
                    result, calls, _done = self.call(call, 200, JSON, json.dumps(value).encode())
                    self.assertIs(type(result), OutcomeUnknown, result)
                    self.assertEqual(calls, 1)
            for body in (b"null", b"\xff\xfe", b'{"codeRetour": 0', b"[" * 100_000, b'{"codeRetour": NaN}'):
                with self.subTest(path, body=body[:20]):
                    self.assertIs(type(self.call(call, 200, JSON, body)[0]), OutcomeUnknown)

    def test_other_statuses(self):
        for path, (call, receipt) in CALLS.items():
            yes = json.dumps({"codeRetour": 0, "libelle": "GCU_MSG_01_000", **receipt}).encode()
            for status in (201, 204, 206, 226, 300, 301, 302, 304, 307, 308, 600, 999):
                for body in (yes, json.dumps(REFUSAL).encode(), b""):
                    with self.subTest(path, status=status, body=body[:20]):
                        body = b"" if status in (204, 304) else body
                        self.assertIs(type(self.call(call, status, JSON, body)[0]), OutcomeUnknown)

    def test_what_proves_that_the_application_never_got_it(self):
        """The request echoed under 403, the token refused under 401: by their form, not by their status."""
        challenge = {"WWW-Authenticate": 'Bearer realm="PISTE", error="invalid_token"'}
        for path, (call, _receipt) in CALLS.items():
            with self.subTest(path):
                echoed, calls, _done = self.call(call, 403, JSON, None)
                self.assertIsInstance(echoed, NotAllowed)
                self.assertEqual((echoed.link, calls), ("connection", 1))
                refused, calls, _done = self.call(call, 401, JSON, b"{}", challenge)
                self.assertIsInstance(refused, NotAllowed)
                self.assertEqual((refused.link, calls), ("technical_account", 2), "with a fresh token, once more")
                for header in ('Basic realm="Chorus Pro"', 'Bearer realm="PISTE"', 'Bearer error="insufficient_scope"'):
                    unclear, calls, _done = self.call(call, 401, JSON, b"{}", {"WWW-Authenticate": header})
                    self.assertIs(type(unclear), OutcomeUnknown)
                    self.assertEqual((unclear.code, calls), ("technical_account", 1))
                for status, code in ((403, "subscription"), (429, "rate_limited")):
                    self.assertEqual(self.call(call, status, JSON, b"{}")[0].code, code)

    def test_the_right_to_act(self):
        for path, (call, _receipt) in CALLS.items():
            with self.subTest(path):
                body = json.dumps({"codeRetour": 20001, "libelle": "GDP_MSG_11.005"}).encode()
                error = self.call(call, 200, JSON, body)[0]
                self.assertIsInstance(error, NotAllowed)
                self.assertEqual(error.link, "right")

    def test_what_no_row_speaks_of_is_unknown(self):
        """Also a combination that nobody thought of."""
        for shape in Shape:
            for status in range(100, 1000):
                reply = read(Answer(status, {}, b""), {})._replace(shape=shape)
                free = outcome(reply) is not Outcome.UNKNOWN
                expected = (
                    (shape is Shape.SUCCESS and status in (200, 202))
                    or (shape is Shape.REFUSAL and (status in (200, 202) or 400 <= status < 500))
                    or (shape is Shape.ECHO and status == 403)
                )
                self.assertEqual(free, expected, (shape, status))


class TestAbsence(VerdictCase):
    """A search found nothing only where the platform says so."""

    ROW = {"identifiantFactureCPP": 1, "numeroFacture": "F1", "statut": "DEPOSEE"}

    def search(self, status, value, kind=JSON):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.call(lambda client: list(client.search_invoices(number="F1")), status, kind, body)[0]

    def test_said(self):
        for value in (
            {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"},
            {"codeRetour": 20007, "libelle": "GFT_MSG_01.075"},
            {"codeRetour": 0, "libelle": "GCU_MSG_01_000", "listeFactures": []},
            {"codeRetour": 0, "libelle": "x", "listeFactures": [], "parametresRetour": {"pages": 0, "total": 0}},
        ):
            for status in (200, 400) if value["codeRetour"] else (200,):
                with self.subTest(value, status=status):
                    self.assertEqual(self.search(status, value), [])

    def test_not_said(self):
        yes = {"codeRetour": 0, "libelle": "GCU_MSG_01_000"}
        unclear = [{}, [], None, "", 0, yes, {"listeFactures": []}, {**yes, "codeRetour": None, "listeFactures": []}]
        unclear += [{**yes, "listeFactures": value} for value in (None, {}, "aucune", 0, False, [None], [[]], [{}], ["F1"])]
        unclear += [{**yes, "codeRetour": code, "listeFactures": []} for code in ("0", False, 0.0, [0])]
        unclear += [{**yes, "listeFactures": [], "parametresRetour": value} for value in ({"total": 3}, "", [], 7)]
        unclear += [{**yes, "listeFactures": [], "parametresRetour": {"total": value}} for value in (-1, "1", 1.5, [])]
        unclear += [{"codeRetour": code, "libelle": "TRA_MSG_00.015"} for code in ("20000", None, True, 20000.0, -20000)]
        unclear += [{"codeRetour": 20000, "libelle": value} for value in (None, "", 7, [])]
        unclear += [{**yes, "listeFactures": [{**self.ROW, "numeroFacture": value}]} for value in (None, "", [], {}, True)]
        unclear += [{**yes, "listeFactures": [self.ROW], "parametresRetour": {"pages": 1, "total": 2}}]
        for value in unclear:
            with self.subTest(value):
                self.assertIsInstance(self.search(200, value), TryLater)

    def test_other_refusals_are_no_absence(self):
        for value in ({"codeRetour": 20000, "libelle": "GDP_MSG_11.008"}, {"codeRetour": 20001, "libelle": "TRA_MSG_00.015"}):
            self.assertIsInstance(self.search(200, value), Refused)

    def test_every_status_and_body(self):
        nothing = json.dumps({"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}).encode()
        for status in range(400, 600):
            for kind, body in BODIES.values():
                self.assertIsInstance(self.search(status, body, kind), ChorusError)
            if status >= 500 or status in (401, 429):
                self.assertIsInstance(self.search(status, nothing), ChorusError)

    def test_a_page_that_is_not_there(self):
        reply = read(Answer(200, {}, b'{"codeRetour": 0, "libelle": "x", "listeFactures": [], "parametresRetour": null}'), {})
        self.assertEqual(found(reply, "", "listeFactures").rows, [])


class TestPatience(unittest.TestCase):
    def test_retry_after(self):
        for value, expected in {
            "7": 7, "0": 0, "99999999999999999999": LONGEST_PATIENCE, "-5": None, "1e9": None, "²": None, "": None,
            "Wed, 21 Oct 2015 07:28:00 GMT": 0, "Fri, 31 Dec 9999 23:59:59 GMT": LONGEST_PATIENCE,
            "Fri, 31 Dec 99999 23:59:59 GMT": None, "soon": None,
        }.items():  # fmt: skip
            with self.subTest(value):
                self.assertEqual(limited(Answer(429, {"Retry-After": value}, b"")).retry_after, expected)

    def test_not_received(self):
        self.assertIsInstance(limited(Answer(429, {}, b"")), NotReceived)
