from odoo.tests import tagged

from . import simulated
from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestConnection(ChorusCommon):
    """ "Test the connection" says what works, or which link is broken."""

    def check(self):
        return self.company.with_context(lang="fr_FR")._chorus_check_connection()

    def test_established(self):
        ok, _title, message = self.check()
        self.assertTrue(ok)
        self.assertIn(simulated.SUPPLIER, message)
        self.assertTrue(int(self.company.chorus_structure_id))
        self.assertFalse(self.simulator.state()["deposits"], "testing deposits nothing")

    def test_broken_links(self):
        cases = {
            "credentials": lambda: self.company._chorus_set_secret("client_secret", "wrong"),
            "technical_account": lambda: self.company._chorus_set_secret("technical_password", "wrong"),
            "not_configured": lambda: self.company._chorus_set_secret("technical_password", ""),
        }
        from ..services.errors import FAILURES

        for code, breaking in cases.items():
            with self.subTest(code):
                breaking()
                ok, _title, message = self.check()
                self.assertFalse(ok)
                self.assertIn(FAILURES[code].cause.fr, message)
                self.assertIn(FAILURES[code].remedy.fr, message)
                self.company._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
                self.company._chorus_set_secret("technical_password", simulated.PASSWORD)

    def test_platform_faults(self):
        from ..services.errors import FAILURES

        for kind, code in (("http_403", None), ("http_503", "unavailable"), ("html_200", "unexpected_answer"),
                           ("http_429", "rate_limited")):  # fmt: skip
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault("/cpro/transverses/v1/health-check", kind)
                ok, _title, message = self.check()
                self.assertFalse(ok)
                if code:
                    self.assertIn(FAILURES[code].cause.fr, message)

    def test_unknown_structure(self):
        self.company.company_registry = "99999999900015"
        ok, _title, message = self.check()
        self.assertFalse(ok)
        self.assertIn("99999999900015", message)
