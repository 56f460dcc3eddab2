from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....services.api.session import shared_tokens
from ...common import ChorusCommon
from ...support import simulated

QUIET = "odoo.addons.l10n_fr_chorus_pro.services.api.session"
OTHER_SECRET, OTHER_PASSWORD = "the-next-secret-1", "The-next-password-2"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReplacing(ChorusCommon):
    """What works is replaced only by what Chorus Pro has accepted: a typing error costs nothing."""

    def setUp(self):
        super().setUp()
        self.assertTrue(self.company._chorus_diagnose().established)

    def page(self, step):
        return self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(self.company, step)["res_id"])

    def both(self, name, value):
        return {f"chorus_{name}": value, f"chorus_{name}_again": value}

    def assert_it_sends(self):
        """With a token of today, as the access data are recorded."""
        shared_tokens._tokens.clear()
        move = self.arrive(self.invoice())
        self.assertTrue(move.chorus_identifier)

    def test_a_wrong_secret_the_old_one_still_sends(self):
        for step, name, value, cause in (
            ("oauth", "client_secret", "a wrong secret".replace(" ", "-"), "does not recognise the client identifier"),
            ("technical", "technical_password", "A-wrong-password-9", "refuses the technical account"),
        ):
            with self.subTest(name):
                before = self.company._chorus_secret(name)
                page = self.page(step)
                with self.assertRaises(ValidationError) as caught, mute_logger(QUIET), self.env.cr.savepoint():
                    page.write(self.both(name, value))
                self.assertIn(cause, str(caught.exception))
                self.assertIn("are kept and go on working", str(caught.exception))
                self.env.invalidate_all()
                self.assertEqual(self.company._chorus_secret(name), before)
                self.assertTrue(self.company._chorus_works())
                self.assert_it_sends()

    def test_so_from_the_settings(self):
        settings = self.env["res.config.settings"].with_company(self.company)
        with self.assertRaises(ValidationError), mute_logger(QUIET), self.env.cr.savepoint():
            settings.create({"company_id": self.company.id, **self.both("client_secret", "a-wrong-secret-3")})
        self.env.invalidate_all()
        self.assertEqual(self.company._chorus_secret("client_secret"), simulated.CLIENT_SECRET)

    def test_out_of_reach_is_no_yes(self):
        self.simulator.fault("/api/oauth/token", "http_503", None)
        with self.assertRaises(ValidationError), mute_logger(QUIET), self.env.cr.savepoint():
            self.page("oauth").write(self.both("client_secret", OTHER_SECRET))
        self.env.invalidate_all()
        self.assertEqual(self.company._chorus_secret("client_secret"), simulated.CLIENT_SECRET)

    def test_a_good_one_replaces_at_once(self):
        """A new secret of PISTE, then a new password; and a whole new application, client and secret together."""
        self.simulator.control("directory", applications=[{"client_id": simulated.CLIENT_ID, "client_secret": OTHER_SECRET}])
        self.page("oauth").write(self.both("client_secret", OTHER_SECRET))
        self.assertEqual(self.company._chorus_secret("client_secret"), OTHER_SECRET)
        self.assertTrue(self.company._chorus_works())
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "password": OTHER_PASSWORD}])
        self.page("technical").write(self.both("technical_password", OTHER_PASSWORD))
        self.assertEqual(self.company._chorus_secret("technical_password"), OTHER_PASSWORD)
        known = {"structures": [simulated.SUPPLIER], "raccordementActif": True}
        self.simulator.control(
            "directory", applications=[{"client_id": "a-new-application", "client_secret": "its-secret-7", **known}]
        )
        self.page("oauth").write({"client_id": "a-new-application", **self.both("client_secret", "its-secret-7")})
        self.assertEqual(self.company.sudo().chorus_client_id, "a-new-application")
        self.assertTrue(self.company._chorus_works())
        self.assert_it_sends()

    def test_a_login_alone(self):
        page = self.page("technical")
        page.technical_account = "TECH_9_12345678200077@cpro.fr"
        with self.assertRaises(ValidationError), mute_logger(QUIET):
            page.action_next()
        self.assertEqual(self.company.sudo().chorus_technical_account, simulated.ACCOUNT)
        page = self.page("oauth")
        page.client_id = "mistyped"
        with self.assertRaises(ValidationError), mute_logger(QUIET):
            page.action_next()
        self.assertEqual(self.company.sudo().chorus_client_id, simulated.CLIENT_ID)
        self.assert_it_sends()

    def test_another_siret(self):
        page = self.page("company")
        page.siret = "99999999900015"
        with self.assertRaises(ValidationError) as caught:
            page.action_next()
        self.assertIn("knows no structure", str(caught.exception))
        self.assertEqual(self.company.company_registry, simulated.SUPPLIER)
        self.assertTrue(self.company._chorus_connection().structure_identifier)

    def test_what_changes_is_shown_first(self):
        page = self.page("oauth")
        self.assertFalse(page.changes)
        page.client_id = "another"
        self.assertEqual(page.changes, f"Client ID : {simulated.CLIENT_ID} → another")
        shown = page.onchange(
            self.both("client_secret", OTHER_SECRET), ["chorus_client_secret"], {"changes": {}, "chorus_client_secret": {}}
        )
        self.assertIn("PISTE client secret : recorded on", shown["value"]["changes"])
        self.assertNotIn(OTHER_SECRET, shown["value"]["changes"])
        page = self.page("company")
        page.write({"environment": "qualification", "siret": "123 456 782 00077"})
        self.assertEqual(page.changes, "Environment : Simulator (demonstration) → Qualification (tests)")

    def test_what_does_not_work_is_replaced_freely(self):
        """A secret that PISTE refuses protects nothing."""
        self.simulator.control("directory", applications=[{"client_id": simulated.CLIENT_ID, "client_secret": OTHER_SECRET}])
        with mute_logger(QUIET):
            self.company._chorus_diagnose()
        self.assertFalse(self.company._chorus_works())
        page = self.page("oauth")
        page.write(self.both("client_secret", "still-a-wrong-one"))
        self.assertFalse(page.changes)
        self.assertEqual(self.company._chorus_secret("client_secret"), "still-a-wrong-one")
