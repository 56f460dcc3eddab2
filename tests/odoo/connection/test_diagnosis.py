from unittest.mock import patch

from odoo.tests import tagged

from ....services.api.errors import FAILURES
from ....services.setup.diagnosis import LINKS, OPTIONAL, Outcome
from ....services.text import unbroken
from ...common import ChorusCommon
from ...support import simulated

CLIENT = simulated.CLIENT_ID
FIND = "/cpro/structures/v1/rechercher"
TOKEN = "/api/oauth/token"
APIS = ("factures", "structures", "transverses", "engagementsJuridiques", "facturesTravaux", "utilisateurs")
SPACES = ("FACTURES_EMISES", "FACTURES_A_VALIDER", "FACTURES_TRAVAUX", "ENGAGEMENTS", "SUIVI_FLUX")
USED = {"engagements", "works", "validation"}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDiagnosis(ChorusCommon):
    """ "Test the connection" walks the chain and names the link that is broken, and no other."""

    def directory(self, **changes):
        self.simulator.control("directory", **changes)

    def application(self, **changes):
        self.directory(applications=[{"client_id": CLIENT, **changes}])

    def account(self, **changes):
        self.directory(accounts=[{"login": simulated.ACCOUNT, **changes}])

    def structure(self, **changes):
        self.directory(structures=[{"siret": simulated.SUPPLIER, **changes}])

    def restore(self):
        """As set up at first, on both sides."""
        self.simulator.reset()
        self.company.write(
            {
                "company_registry": simulated.SUPPLIER,
                "chorus_simulator_url": self.simulator.url,
                "chorus_client_id": CLIENT,
                "chorus_technical_account": simulated.ACCOUNT,
            }
        )
        self.company._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
        self.company._chorus_set_secret("technical_password", simulated.PASSWORD)

    def without(self, api):
        self.application(apis=[name for name in APIS if name != api])

    #: Link, how it is broken, the code of its cause.
    BROKEN = [
        ("settings", lambda self: self.company._chorus_set_secret("technical_password", ""), "not_configured"),
        ("network", lambda self: self.company.write({"chorus_simulator_url": "http://127.0.0.1:9"}), "not_reachable"),
        ("network", lambda self: self.simulator.fault(TOKEN, "http_503", None), "unavailable"),
        ("network", lambda self: self.simulator.fault("*", "html_200", None, after=1), "unexpected_answer"),
        ("network", lambda self: self.simulator.fault(FIND, "http_503", None), "unavailable"),
        ("network", lambda self: self.simulator.fault(FIND, "http_429", None), "rate_limited"),
        ("network", lambda self: self.simulator.fault(FIND, "reset_before", None), "unavailable"),
        ("credentials", lambda self: self.company._chorus_set_secret("client_secret", "not the secret"), "credentials"),
        ("credentials", lambda self: self.company.write({"chorus_client_id": "nobody"}), "credentials"),
        ("consent_factures", lambda self: self.without("factures"), "subscription"),
        ("consent_structures", lambda self: self.without("structures"), "subscription"),
        ("consent_transverses", lambda self: self.without("transverses"), "subscription"),
        ("technical_account", lambda self: self.company._chorus_set_secret("technical_password", "wrong"), "technical_account"),
        ("technical_account", lambda self: self.company.write({"chorus_technical_account": "TECH_9@cpro.fr"}),
         "technical_account"),
        ("technical_account", lambda self: self.account(joursAvantExpiration=-1), "technical_account"),
        ("connection", lambda self: self.application(raccordementActif=False), "connection"),
        ("connection", lambda self: self.application(structures=[simulated.SECOND_SUPPLIER]), "connection"),
        ("structure", lambda self: self.company.write({"company_registry": "99999999900015"}), "structure_unknown"),
        ("structure", lambda self: self.structure(statut="INACTIVE"), "structure_inactive"),
        ("right", lambda self: self.account(espaces=[name for name in SPACES if name != "FACTURES_EMISES"]), "right"),
        ("right", lambda self: self.account(consultation=["FACTURES_EMISES"]), "space"),
        ("right", lambda self: self.company.write({"company_registry": simulated.SECOND_SUPPLIER}), "right"),
    ]  # fmt: skip

    def test_names_the_broken_link_and_no_other(self):
        tried = set()
        for link, breaking, code in self.BROKEN:
            with self.subTest(link=link, code=code):
                self.restore()
                breaking(self)
                found = self.company._chorus_diagnose()
                failed = [finding for finding in found.findings if finding.outcome is Outcome.FAILED]
                self.assertEqual([(finding.link, finding.code) for finding in failed], [(link, code)], found.findings)
                self.assertFalse([finding for finding in found.findings if finding.outcome is Outcome.WARN])
                self.assertFalse(found.established)
                self.assertIn(code, FAILURES)
                self.assertFalse(self.simulator.state()["deposits"])
                page = self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(self.company, "test")["res_id"])
                stopped = {row.link: row.serves for row in page.link_ids if row.serves}
                self.assertEqual(stopped, {link: LINKS[link].serves.of(self.env.lang)}, "what it stops, and nothing else")
                self.assertEqual(found.findings[0].outcome, Outcome.FAILED if link == "settings" else Outcome.OK)
                tried.add(link)
        self.assertEqual(tried, set(LINKS) - OPTIONAL, "a link that no case breaks")

    #: For a company that uses everything: the link that is broken, how, the code of its cause, a word of what it stops.
    BROKEN_WHERE_USED = [
        ("consent_engagements", lambda self: self.without("engagementsJuridiques"), "subscription", "engagement"),
        ("consent_works", lambda self: self.without("facturesTravaux"), "subscription", "works"),
        ("consent_works", lambda self: self.simulator.fault("/cpro/facturesTravaux/*", "http_503", None), "unavailable", "works"),
        ("consent_engagements", lambda self: self.simulator.fault("/cpro/engagementsJuridiques/*", "reset_before", None),
         "unavailable", "engagement"),
        ("space_flows", lambda self: self.lacking("SUIVI_FLUX"), "space", "what became"),
        ("space_validation", lambda self: self.lacking("FACTURES_A_VALIDER"), "space", "validating"),
        ("space_validation", lambda self: self.account(consultation=["FACTURES_A_VALIDER"]), "space", "validating"),
        ("space_engagements", lambda self: self.lacking("ENGAGEMENTS"), "space", "engagement"),
        ("space_works", lambda self: self.lacking("FACTURES_TRAVAUX"), "space", "works"),
        ("consent_factures", lambda self: self.without("factures"), "subscription", "sending"),
        ("consent_structures", lambda self: self.without("structures"), "subscription", "looking up"),
        ("consent_transverses", lambda self: self.without("transverses"), "subscription", "reports"),
    ]  # fmt: skip

    def lacking(self, space):
        self.account(espaces=[name for name in SPACES if name != space])

    def test_each_api_and_space_that_is_used(self):
        """The link, what it stops, and no other; the connection is not established while a used one is broken."""
        uses = patch.object(type(self.company), "_chorus_uses", lambda _company: USED)
        for link, breaking, code, word in self.BROKEN_WHERE_USED:
            with self.subTest(link=link, code=code), uses:
                self.restore()
                breaking(self)
                page = self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(self.company, "test")["res_id"])
                page = page.with_context(lang="en_US")
                bad = page.link_ids.filtered(lambda row: row.outcome in ("failed", "warn"))
                self.assertEqual([(row.link, row.outcome, row.code) for row in bad], [(link, "failed", code)])
                self.assertIn(word, bad.serves)
                self.assertFalse(page.established)
        with uses:
            self.restore()
            found = self.company._chorus_diagnose()
        self.assertTrue(found.established)
        self.assertEqual({finding.link for finding in found.findings}, set(LINKS), "all of them, and all well")
        self.assertEqual({finding.outcome for finding in found.findings}, {Outcome.OK})

    def test_what_is_not_used_is_not_asked(self):
        """A company without works documents, validations and engagements is bothered with none of their links."""
        self.account(espaces=["FACTURES_EMISES", "SUIVI_FLUX"])
        self.without("facturesTravaux")
        self.assertEqual(self.company._chorus_uses(), set())
        found = self.company._chorus_diagnose()
        self.assertTrue(found.established)
        self.assertNotIn("consent_works", {finding.link for finding in found.findings})
        self.assertFalse(self.simulator.calls("/cpro/facturesTravaux/v1/rechercher"))

    def test_what_a_company_uses_is_read_from_its_data(self):
        self.env["chorus.engagement"].sudo()._ask(self.company, "1300012345")
        self.env["chorus.market"].sudo().create(
            {"name": "Toiture", "company_id": self.company.id, "partner_id": self.town.id, "number": "2026-01"}
        )
        self.assertLessEqual({"engagements", "works"}, self.company._chorus_uses())

    def test_the_state_of_the_account(self):
        """Told by *Utilisateurs*, which serves nothing else: a warning."""
        for breaking, link in (
            (lambda: self.account(statut="BLOQUÉ"), "account_state"),
            (lambda: self.without("utilisateurs"), "consent_users"),
            (lambda: self.simulator.fault("/cpro/utilisateurs/*", "http_503", None), "consent_users"),
        ):
            with self.subTest(link):
                self.restore()
                breaking()
                found = self.company._chorus_diagnose()
                warned = [item.link for item in found.findings if item.outcome is Outcome.WARN]
                self.assertEqual((warned, found.established), ([link], True))

    def test_engagements(self):
        """Only the check of the State's commitments needs it."""
        self.without("engagementsJuridiques")
        found = self.company._chorus_diagnose()
        notable = [finding for finding in found.findings if finding.outcome is not Outcome.OK]
        self.assertEqual([(item.link, item.outcome) for item in notable], [("consent_engagements", Outcome.WARN)])
        self.assertTrue(found.established)

    def test_bank_account(self):
        """Its absence deserves a look, and stops nothing: a flow carries the IBAN (doc/RULES.md R-20)."""
        self.structure(coordonneesBancaires=[])
        found = self.company._chorus_diagnose()
        self.assertEqual([finding.link for finding in found.findings if finding.outcome is not Outcome.OK], ["bank_account"])
        self.assertEqual(found.findings[-1].outcome, Outcome.WARN)
        self.assertTrue(found.established)

    def test_all_well(self):
        found = self.company._chorus_diagnose()
        self.assertTrue(found.established)
        self.assertEqual({finding.outcome for finding in found.findings}, {Outcome.OK})
        self.assertTrue(int(self.company.chorus_structure_id))
        self.assertTrue(found.password_expires_at)
        self.assertFalse(self.simulator.state()["deposits"], "testing deposits nothing")

    def test_a_revoked_secret_is_found_out(self):
        """A token that is still good would hide it."""
        self.assertTrue(self.company._chorus_diagnose().established)
        self.application(client_secret="another one")
        self.assertEqual(self.company._chorus_diagnose().broken.link, "credentials")

    def test_each_link_has_its_words(self):
        for link, words in LINKS.items():
            with self.subTest(link):
                self.assertTrue(words.label.en and words.label.fr and words.path.en and words.path.fr)

    def test_shown_with_remedy_and_portal(self):
        self.speak_french()
        self.application(raccordementActif=False)
        setup = self.env["chorus.setup"].with_context(lang="fr_FR").browse(
            self.env["chorus.setup"]._open(self.company, "test")["res_id"]
        )  # fmt: skip
        row = setup.link_ids.filtered(lambda row: row.outcome == "failed")
        self.assertEqual(row.link, "connection")
        self.assertIn(FAILURES["connection"].cause.fr, row.cause)
        self.assertEqual(row.remedy, unbroken(FAILURES["connection"].remedy.fr))
        self.assertIn("Raccordements", row.place)
        self.assertTrue(row.address)
        self.assertFalse(setup.established)

    def test_what_the_platform_serves_is_kept(self):
        """What this account may use, for the health page; in the simulator nothing of it is new."""
        self.company._chorus_diagnose()
        connection = self.company._chorus_connection()
        self.assertTrue(connection.served_at)
        self.assertEqual(list(connection.served), ["formats", "syntaxes", "frameworks", "works_types", "exemptions"])
        self.assertIn("IN_DP_E2_CII_FACTURX", connection.with_context(lang="en_US").served_text)
        self.assertIn("EXPT (Exportation)", connection.served_text)
        self.assertFalse(connection.served_news)
        connection.served = {"syntaxes": {"IN_DP_E4_TVX": ""}, "frameworks": {"A99_NOUVEAU": ""}}
        self.assertEqual(connection.with_context(lang="en_US").served_news.splitlines(), [
            "Syntaxes of a flow : IN_DP_E4_TVX", "Frameworks of works documents : A99_NOUVEAU",
        ])  # fmt: skip

    def test_lists_that_cannot_be_read_spoil_nothing(self):
        for kind in ("code_retour", "http_403", "http_503", "reset_after"):
            self.restore()
            connection = self.company._chorus_connection()
            connection.write({"served": False, "served_at": False})
            self.simulator.fault("/cpro/transverses/v1/recuperer/formatflux", kind, times=5)
            self.assertTrue(self.company._chorus_diagnose().established, kind)
            self.assertFalse((connection.served or {}).get("formats"), kind)
