import hashlib
import hmac
import json
import time
import unittest
from http.server import BaseHTTPRequestHandler
from unittest import mock

from odoo.addons.l10n_fr_chorus_pro.services.setup import webhook
from odoo.addons.l10n_fr_chorus_pro.tests.support.listening import listening

SECRET, CONTENT = "a secret of the other software", json.dumps({"id": "é"}).encode()


class Receiver(BaseHTTPRequestHandler):
    """Answers with the status that its path names."""

    def do_POST(self):
        self.server.heard.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(int(self.path[1:]))
        if self.path.startswith("/30"):
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_args):
        pass


class TestWebhook(unittest.TestCase):
    def test_addresses(self):
        for url in ("https://erp.example.fr/chorus", "https://erp.example.fr:8443/a?b=c", "https://10.0.0.7/x"):
            self.assertIsNone(webhook.address_problem(url), url)
        local = "http://127.0.0.1:8070/x", "http://localhost/x", "http://[::1]:80/x"
        for url in ("http://erp.example.fr/chorus", "ftp://erp.example.fr", "erp.example.fr", "https://",
                    "https://a:b@erp.example.fr/", "https://er p.example.fr",
                    "https://erp.example.fr:port/", "//erp.example.fr", "file:///etc/passwd", *local):  # fmt: skip
            self.assertIsNotNone(webhook.address_problem(url), url)
        for url in local:
            self.assertIsNone(webhook.address_problem(url, simulated=True), url)
        for url in ("http://erp.example.fr/chorus", "http://127.0.0.1.example.fr/"):
            self.assertIsNotNone(webhook.address_problem(url, simulated=True), url)

    def test_what_arrives_is_signed_over_its_moment_and_its_bytes(self):
        server = listening(self, Receiver)
        self.assertEqual(webhook.deliver(f"http://127.0.0.1:{server.server_port}/204", SECRET, CONTENT), "")
        ((headers, heard),) = server.heard
        moment, told = (part.partition("=")[2] for part in headers[webhook.HEADER].split(","))
        self.assertEqual(heard, CONTENT)
        self.assertEqual(told, hmac.new(SECRET.encode(), moment.encode() + b"." + heard, hashlib.sha256).hexdigest())
        self.assertNotIn(SECRET, str(headers))
        signed = {
            webhook.signature(*changed)
            for changed in ((SECRET, 1, b"a"), (SECRET, 2, b"a"), (SECRET, 1, b"b"), ("other", 1, b"a"))
        }
        self.assertEqual(len(signed), 4)

    def test_each_answer_has_its_consequence(self):
        server = listening(self, Receiver)
        for status, fault in ((200, ""), (202, ""), (301, "redirected"), (307, "redirected"), (304, "redirected"),
                              (400, "refused"), (401, "refused"), (404, "refused"), (429, "busy"),
                              (500, "busy"), (503, "busy")):  # fmt: skip
            with self.subTest(status):
                server.heard.clear()
                self.assertEqual(webhook.deliver(f"http://127.0.0.1:{server.server_port}/{status}", SECRET, CONTENT), fault)
                self.assertEqual(len(server.heard), 1, "a redirection is not followed")

    def test_nobody_there(self):
        server = listening(self, Receiver)
        self.assertEqual(
            webhook.deliver(f"https://127.0.0.1:{server.server_port}/200", SECRET, CONTENT), "certificate", "no TLS there"
        )
        self.assertEqual(webhook.deliver("http://127.0.0.1:1/", SECRET, CONTENT), "unreachable")
        with mock.patch.object(webhook, "ANSWER", 0.2), mock.patch.object(webhook, "CONNECT", 0.2):
            slow = listening(self, type("Slow", (Receiver,), {"send_response": lambda *_args: time.sleep(0.6)}))
            self.assertEqual(webhook.deliver(f"http://127.0.0.1:{slow.server_port}/200", SECRET, CONTENT), "unreachable")

    def test_each_fault_has_a_cause_and_a_remedy_in_both_languages(self):
        for code, fault in webhook.FAULTS.items():
            for text in (fault.cause, fault.remedy):
                self.assertTrue(text.en.endswith(".") and text.fr.endswith(".") and text.en != text.fr, code)
