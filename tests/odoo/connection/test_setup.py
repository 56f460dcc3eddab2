from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ....services.setup.steps import GUIDES, STEPS, steps_for
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSetup(ChorusCommon):
    """The guided way, walked by an administrator of Chorus Pro who is not one of Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.manager = new_test_user(cls.env, "guide", groups="l10n_fr_chorus_pro.group_chorus_manager", **values)
        cls.colleague = new_test_user(cls.env, "colleague", groups="base.group_user", **values)

    def start(self, user=None):
        action = self.env["chorus.setup"].with_user(user or self.manager).action_open()
        return self.env["chorus.setup"].with_user(user or self.manager).browse(action["res_id"])

    def from_nothing(self):
        self.company.sudo().chorus_connection_ids.unlink()
        self.company.write({"chorus_environment": False, "company_registry": False})

    def test_from_nothing(self):
        self.from_nothing()
        way = self.start()
        self.assertEqual(way.step, "company")
        with self.assertRaises(ValidationError):
            way.action_next()
        way.write({"environment": "simulator", "siret": "123 456 782 00077", "simulator_url": self.simulator.url})
        way.action_next()
        self.assertEqual((way.step, self.company.company_registry), ("oauth", simulated.SUPPLIER))
        way.write(
            {
                "client_id": simulated.CLIENT_ID,
                "chorus_client_secret": simulated.CLIENT_SECRET,
                "chorus_client_secret_again": simulated.CLIENT_SECRET,
            }
        )
        way.action_later()
        # resumed, in another session, where it was left
        way = self.start()
        self.assertEqual((way.step, way.client_id), ("oauth", simulated.CLIENT_ID))
        way.action_next()
        way.technical_account = "marie@atelier.example"
        with self.assertRaises(ValidationError):
            way.action_next()
        way.write(
            {
                "technical_account": simulated.ACCOUNT,
                "chorus_technical_password": simulated.PASSWORD,
                "chorus_technical_password_again": simulated.PASSWORD,
            }
        )
        way.action_next()
        self.assertEqual(way.step, "test")
        self.assertTrue(way.established)
        way.action_next()
        way.write({"start_date": "2026-01-01", "referent_email": "r@atelier.example", "user_ids": [(4, self.colleague.id)]})
        way.action_finish()
        self.assertEqual(self.company.chorus_referent_email, "r@atelier.example")
        self.assertFalse(
            self.colleague.has_group("l10n_fr_chorus_pro.group_chorus_user"), "rights are given by those who manage rights"
        )
        self.assertFalse(self.simulator.state()["deposits"])

    def test_a_step_is_clicked_on(self):
        """One goes back to any page, and on to those that lack nothing of what comes first; nothing is skipped."""
        self.from_nothing()
        way = self.start()

        def open_ones():
            return [step["key"] for step in way.steps if step["open"]]

        self.assertEqual(open_ones(), ["company"])
        with self.assertRaisesRegex(ValidationError, "Choose the environment"):
            way.action_step("account")
        way.write({"environment": "simulator", "siret": simulated.SUPPLIER, "simulator_url": self.simulator.url})
        with self.assertRaisesRegex(ValidationError, "Enter the Client ID"):
            way.action_step("technical")
        way.action_step("oauth")
        self.assertEqual((way.step, open_ones()), ("oauth", ["company", "oauth"]))
        secret = {"chorus_client_secret": simulated.CLIENT_SECRET, "chorus_client_secret_again": simulated.CLIENT_SECRET}
        way.write({"client_id": simulated.CLIENT_ID, **secret})
        with self.assertRaisesRegex(ValidationError, "Enter the account"):
            way.action_step("transfer")
        way.action_step("technical")
        password = {"chorus_technical_password": simulated.PASSWORD, "chorus_technical_password_again": simulated.PASSWORD}
        way.write({"technical_account": simulated.ACCOUNT, **password})
        way.action_step("transfer")
        self.assertEqual((way.step, open_ones()), ("transfer", ["company", "oauth", "technical", "test", "transfer"]))
        way.action_step("company")
        self.assertEqual(way.step, "company")
        with self.assertRaisesRegex(ValidationError, "not one of this environment"):
            way.action_step("piste")

    def test_a_wrong_secret_is_told_on_its_page(self):
        self.speak_french()
        self.from_nothing()
        way = self.start()
        way.write({"environment": "simulator", "siret": simulated.SUPPLIER, "simulator_url": self.simulator.url})
        way.action_next()
        wrong = {"chorus_client_secret": "not-the-secret-at-all", "chorus_client_secret_again": "not-the-secret-at-all"}
        way.write({"client_id": simulated.CLIENT_ID, **wrong})
        way.action_next()
        self.assertEqual(way.step, "oauth")
        self.assertIn("does not recognise", way.trouble)
        self.assertIn("step 2 “Client ID and secret”", way.trouble)
        self.assertIn("does not recognise", way.page)
        # another wrong one is tried again, the same one passes
        way.write(wrong)
        self.assertFalse(way.trouble)
        way.with_context(lang="fr_FR").action_next()
        self.assertIn("à l'étape 2 « Identifiant client et secret »", way.trouble)
        way.action_next()
        self.assertEqual((way.step, way.trouble), ("technical", False))
        way.action_back()
        right = simulated.CLIENT_SECRET
        way.write({"chorus_client_secret": right, "chorus_client_secret_again": right})
        way.action_next()
        self.assertEqual((way.step, way.trouble), ("technical", False))
        self.assertEqual(self.company._chorus_connection()._finding("credentials").outcome.value, "ok")

    def test_piste_out_of_reach_stops_nobody(self):
        self.company.chorus_simulator_url = "http://127.0.0.1:9"
        way = self.start()
        way.step = "oauth"
        way.action_next()
        self.assertEqual(way.step, "oauth")
        self.assertTrue(way.trouble)
        way.action_next()
        self.assertEqual(way.step, "technical")

    def test_what_works_is_ticked(self):
        """Invoices left and statuses came, without any test: every step is known to be done, until a secret is replaced."""
        self.company.chorus_start_date = "2026-01-01"
        self.assertEqual(self.start().step, "oauth")
        self.arrive(self.invoice())
        connection = self.company._chorus_connection()
        connection.last_poll = connection.client_secret_at
        self.assertFalse(connection.findings)
        way = self.start()
        self.assertEqual((way.step, sum(step["done"] for step in way.steps)), ("transfer", 5))
        connection.error_code = "credentials"
        self.assertEqual(self.start().step, "oauth")
        connection.error_code = False
        connection.client_secret_at = connection.last_poll.replace(year=2099)
        self.assertEqual(self.start().step, "oauth")

    def test_rights_given_by_those_who_manage_them(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        way = self.env["chorus.setup"].with_user(admin).create({"company_id": self.company.id, "step": "transfer"})
        way.user_ids |= self.colleague
        way.action_finish()
        self.assertTrue(self.colleague.has_group("l10n_fr_chorus_pro.group_chorus_user"))

    def test_for_ones_own_company_only(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        way = self.env["chorus.setup"].with_user(self.manager)
        with self.assertRaises(AccessError):
            way.create({"company_id": other.id})
        with self.assertRaises(AccessError):
            way.with_context(chorus_company_id=other.id).action_open()
        with self.assertRaises(AccessError):
            self.start(self.sender)

    def test_a_crafted_form_shows_nothing_of_another_company(self):
        """What the browser says of the company is not believed: the fields are filled in sudo."""
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        way = self.env["chorus.setup"].with_user(self.manager)
        names = ("siret", "client_id", "technical_account", "start_date", "chorus_client_secret_at", "page")
        own = way.create({"company_id": self.company.id})
        for name in names:
            with self.subTest(name):
                spec = {"company_id": {}, name: {}}
                for record, changed in ((way, []), (own, ["company_id"])):
                    with self.assertRaises(AccessError):
                        record.onchange({"company_id": other.id}, changed, spec)
                with self.assertRaises(AccessError):
                    way.with_context(default_company_id=other.id).onchange({}, [], spec)
                self.assertEqual(way.onchange({}, [], spec)["value"]["company_id"], self.company.id)
        with self.assertRaises(AccessError):
            way.with_context(default_company_id=other.id).create({})
        with self.assertRaises(AccessError):
            own.write({"company_id": other.id})

    def test_a_page_each(self):
        """Every step has its page in French, with its portal; with the simulator nothing is to be done on portals."""
        self.speak_french()
        self.company.chorus_environment = "qualification"
        way = self.start().with_context(lang="fr_FR")
        for step in steps_for("qualification"):
            with self.subTest(step.key):
                way.step = step.key
                self.assertIn(step.title.fr.replace("'", "&#39;"), way.page)
                self.assertEqual("https://" in way.page, step.site.value != "odoo" or step.guide is not None)
                if step.guide:
                    self.assertIn(f"{GUIDES}{step.guide.path}", way.page)
        self.assertEqual(steps_for("production"), STEPS)
        self.assertLess(len(steps_for("simulator")), len(STEPS))

    def test_the_applications_name_is_computed_and_recorded(self):
        """Chorus Pro wants it to the letter: what was typed for PISTE is shown where the connection is declared."""
        self.company.chorus_environment = "qualification"
        way = self.start()
        way.step = "application"
        self.assertEqual(way.application_name, f"ODOO_{simulated.SUPPLIER}")
        way.application_name = "ATELIER_12345678200077"
        way.action_next()
        self.assertEqual(self.company._chorus_connection().application_name, "ATELIER_12345678200077")
        way = self.start()
        way.step = "connection"
        for text in (
            "ATELIER_12345678200077",
            "Utilisateur d&#39;une solution d&#39;un éditeur",
            "raccordement-a-chorus-pro",
            "ClaudIA",
        ):
            self.assertIn(text, way.page)
        way.step = "account"
        self.assertIn(simulated.SUPPLIER, way.page)

    def test_errors_lead_to_it(self):
        self.company._chorus_set_secret("client_secret", "")
        move = self.invoice()
        with self.assertRaises(RedirectWarning) as caught:
            move.with_user(self.manager).action_chorus_send()
        self.assertEqual(caught.exception.args[1], self.env.ref("l10n_fr_chorus_pro.action_chorus_setup").id)
        with self.assertRaises(UserError):
            self.send(move)

    def test_settings_are_for_an_administrator(self):
        """Who may not open the settings is told whom to ask; who may is not."""
        self.company._chorus_set_secret("client_secret", "")
        for user, told in ((self.sender, True), (self.manager, False)):
            with self.subTest(user.login):
                with self.assertRaises(UserError) as caught, self.company.with_user(user)._chorus_client_for_user():
                    self.fail("no client without a secret")
                self.assertIn("is not complete", str(caught.exception))
                self.assertEqual("Your administrator can do it." in str(caught.exception), told)

    def test_the_dashboard_leads_to_it(self):
        journal = self.company_data["default_journal_sale"]
        shown = journal.with_user(self.manager)._get_journal_dashboard_data_batched
        self.assertEqual(shown()[journal.id]["chorus_setup"], "Go to production", "the simulator is set up already")
        self.company.chorus_environment = False
        self.assertEqual(shown()[journal.id]["chorus_setup"], "Connect to Chorus Pro")
        self.company.chorus_environment = "simulator"
        self.company._chorus_diagnose()
        self.assertFalse(shown()[journal.id]["chorus_setup"])
        self.assertFalse(journal.with_user(self.sender)._get_journal_dashboard_data_batched()[journal.id]["chorus_setup"])
