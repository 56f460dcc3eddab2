from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ....models import timing
from ....services.api import recipients as directory
from ...support import simulated
from ...support.directory_case import (
    CONSULT,
    ENGAGEMENTS,
    METROPOLIS,
    PORT,
    RIVEFEINTE,
    SEARCH,
    SERVICE,
    SERVICES,
    UNIVERSITY,
    DirectoryCase,
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectoryQueue(DirectoryCase):
    """What is asked in the background: many customers, what waits through an outage, what is refreshed."""

    def siret(self, number):
        return f"288888{number:08d}"

    def many(self, count):
        """So many structures at Chorus Pro, and a customer each, of whom only the SIRET is known; not flagged."""
        self.simulator.control("directory", structures=[
            {"siret": self.siret(number), "designationStructure": f"Structure {number}", "ville": "Partout"}
            for number in range(count)
        ])  # fmt: skip
        return self.env["res.partner"].create(
            [{"name": f"Client {number}", "is_company": True, "company_registry": self.siret(number)} for number in range(count)]
        )

    def complete_all(self, partners):
        partners.with_user(self.sender).with_company(self.company).action_chorus_complete_all()

    def test_each_customer_has_its_own_result(self):
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        known = self.many(8)
        unknown = self.env["res.partner"].create({"name": "Inconnu", "is_company": True, "company_registry": "99999999900017"})
        several = self.env["res.partner"].create({"name": "Commune de Saint-Exemple", "is_company": True, "zip": "21000"})
        vague = self.env["res.partner"].create({"name": "Commune", "is_company": True, "city": "Saint"})
        nothing = self.env["res.partner"].create({"name": "Sans rien", "is_company": True})
        closed = self.env["res.partner"].create({"name": "Dissous", "is_company": True, "company_registry": "20000006500017"})
        partners = known | unknown | several | vague | nothing | closed
        self.complete_all(partners)
        self.assertFalse(self.calls_of(SEARCH), "the user does not wait")
        self.ask_directory()
        states = {row.partner_id: row.state for row in self.lookups(partners)}
        self.assertEqual({states[partner] for partner in known}, {"found"})
        self.assertEqual(
            [states[one] for one in (unknown, several, vague, nothing, closed)],
            ["unknown", "found", "ambiguous", "missing", "inactive"],
        )
        self.assertEqual(several.company_registry, "20000105500017", "a name that is exactly the only one's is enough")
        self.assertIn("20000106300011", self.lookups(vague).result)
        self.assertEqual(known[3].city, "Partout")
        self.assertTrue(all(partner.chorus_may_flag for partner in known), "proposed for Chorus Pro")
        self.assertFalse(any(partner.invoice_sending_method for partner in known), "but not flagged by itself")

    def test_a_name_is_not_enough_for_who_may_not_change_customers(self):
        partner = self.env["res.partner"].create({"name": "Commune de Saint-Exemple", "is_company": True, "zip": "21000"})
        self.complete_all(partner)
        self.ask_directory()
        self.assertEqual(self.lookups(partner).state, "ambiguous")
        self.assertFalse(partner.company_registry or partner.chorus_structure_id)

    def test_what_was_answered_is_not_asked_again(self):
        partners = self.many(5)
        missing = self.env["res.partner"].create({"name": "Inconnu", "is_company": True, "company_registry": "99999999900017"})
        self.complete_all(partners | missing)
        self.ask_directory()
        before = self.calls_of(SEARCH)
        self.complete_all(partners | missing)
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before)
        missing.company_registry = PORT
        self.complete_all(partners | missing)
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before + 1, "only the one that was corrected")
        self.assertEqual(self.lookups(missing).state, "found")

    def test_what_waits_is_asked_when_the_platform_is_back(self):
        partners = self.many(5)
        self.complete_all(partners)
        self.simulator.fault("*structures*", "http_503", times=None)
        self.ask_directory()
        rows = self.lookups(partners)
        self.assertEqual(set(rows.mapped("state")), {"waiting"})
        self.assertLessEqual(self.calls_of(SEARCH), 3, "a platform that is down is asked once, with its repetitions")
        self.simulator.control("faults", "DELETE")
        rows.sudo().next_try = False
        self.ask_directory()
        self.assertEqual(set(rows.mapped("state")), {"found"})

    def test_a_right_that_is_missing_on_the_directory_does_not_stop_deposits(self):
        self.simulator.control("directory", applications=[
            {"client_id": simulated.CLIENT_ID, "apis": ["factures", "transverses"]}
        ])  # fmt: skip
        partner = self.body(PORT, street="1 rue", zip="35000", city="Rennes")
        self.ask_directory()
        self.assertEqual(self.lookups(partner).state, "waiting")
        self.assertFalse(self.env["chorus.connection"]._of(self.company)._is_paused())
        move = self.invoice()
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited")

    def test_one_that_breaks_keeps_nobody_else(self):
        partners = self.many(3)
        self.ask_directory()
        self.complete_all(partners)
        self.simulator.fault("*structures/v1/consulter", "code_retour", codeRetour=20001, libelle="XXX_MSG_00.001")
        self.ask_directory()
        self.assertEqual(sorted(self.lookups(partners).mapped("state")), ["failed", "found", "found"])

    def test_refresh_is_weekly_incremental_and_of_bodies_in_use(self):
        used, unused = self.body(RIVEFEINTE, "Utile"), self.body(PORT, "Inutile")
        self.ask_directory()
        self.invoice(used)
        for partner in (used, unused):
            self.age(partner, 8)
        before = self.calls_of(SEARCH)
        self.simulator.control("directory", siret=RIVEFEINTE, parametres={"numeroEJDoitEtreRenseigne": True})
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before + 1)
        self.assertTrue(used.chorus_engagement_required)
        self.assertTrue(used._chorus_is_fresh("simulator", 1))
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before + 1, "what is fresh is not asked for")

    def test_a_customer_renamed_while_it_is_asked_about(self):
        partner = self.many(1)
        self.complete_all(partner)
        row = self.lookups(partner).sudo()
        question = partner._chorus_question()
        lookups = self.env["chorus.lookup"].with_company(self.company)
        answer = lookups._ask_now(lambda client: directory.look_up(client, question))
        partner.company_registry = PORT
        row._write_answer(question, answer)
        self.assertEqual(row.state, "waiting")
        self.assertFalse(partner.chorus_directory_date)

    def test_offline_nothing_stops_and_what_could_not_be_checked_is_said(self):
        partner = self.body(PORT, "Ville", street="1 rue", zip="35000", city="Rennes")
        self.simulator.fault("*", "refuse_connection", times=None)
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = partner
            self.assertNotIn("requirements", form.chorus_offered or [])
            with form.invoice_line_ids.new() as line:
                line.name = "Travaux"
                line.price_unit = 100
        move = form.save()
        move.buyer_reference = "PORT-01"
        move.action_post()
        self.assertEqual(move.state, "posted")
        move.with_user(self.sender).button_draft()
        move.narration = "Changée"
        move.action_post()
        alert = move._chorus_alerts()["chorus_unchecked"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn("Ville", alert["message"])
        html, kind = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)
        self.assertEqual(kind, "html")
        self.assertIn("Travaux", str(html))
        with self.assertRaises(UserError):
            self.complete(partner)
        self.ask_directory()
        self.assertEqual(self.lookups(partner).state, "waiting")
        move.invalidate_recordset()
        self.assertIn("cannot be reached", move._chorus_alerts()["chorus_unchecked"]["message"])

    def test_every_failure_is_told_and_leaves_things_as_they_were(self):
        partner = self.body(PORT)
        faults = (
            ("http_401", {"times": 2}, "technical account"),
            ("http_403", {}, "access to this API"),
            ("http_429", {"retry_after": 90}, "limits the number of calls"),
            ("http_503", {}, "not available"),
            ("html_200", {}, "cannot be read"),
            ("code_retour", {"codeRetour": 20001, "libelle": "XXX_MSG_00.001"}, "XXX_MSG_00.001"),
            ("timeout_before", {"delay": 4}, "not available"),
            ("reset_after", {}, "not available"),
        )
        for kind, options, words in faults:
            with self.subTest(kind), patch.object(timing, "WHILE_WAITING", 1):
                self.simulator.fault(SEARCH, kind, **options)
                with self.assertRaisesRegex(UserError, words):
                    self.complete(partner)
                self.assertFalse(partner.chorus_directory_date)
                self.assertEqual(self.lookups(partner).state, "waiting")

    def test_a_busy_platform_is_asked_again_when_it_says(self):
        partner = self.body(PORT)
        self.ask_directory()
        other = self.body(RIVEFEINTE)
        self.simulator.fault(SEARCH, "http_429", retry_after=7200)
        self.ask_directory()
        self.assertGreater(self.lookups(other).next_try, fields.Datetime.now() + timedelta(seconds=7000))
        self.assertEqual(self.lookups(partner).state, "found")

    def test_a_customer_that_chorus_pro_does_not_know_is_told_on_its_invoices(self):
        partner = self.body("99999999900017", "Nulle part", street="1 rue", zip="35000", city="Rennes")
        move = self.invoice(partner)
        self.ask_directory()
        alert = move.with_user(self.sender)._chorus_alerts()["chorus_unchecked"]
        self.assertIn("99999999900017", alert["message"])
        self.assertEqual(alert["action"]["res_model"], "chorus.structure.search")

    def test_two_people_ask_about_the_same_customer_at_once(self):
        first, second = self.many(2)
        lookups = self.env["chorus.lookup"].with_company(self.company)
        rows = [
            {**lookups._ask_values(partner, self.company), "company_id": self.company.id, "partner_id": partner.id}
            for partner in (first, second)
        ]
        lookups._create_where_missing(rows[:1])
        self.assertEqual(lookups._create_where_missing(rows).partner_id, second)
        self.assertEqual(len(self.lookups(first | second)), 2)

    # -- companies -----------------------------------------------------------------------------------------------------

    def test_two_companies_share_the_facts_and_keep_their_own_flag(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.env.user.company_ids |= other
        partner = self.body(PORT, "Ville", street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        self.assertFalse(partner.with_company(other).invoice_sending_method)
        self.assertTrue(partner.with_company(other).chorus_may_flag, "proposed to the other company")
        self.assertFalse(self.invoice(partner, company=other).chorus_state)
        self.ask_directory()
        before = self.calls_of(SEARCH)
        manager = new_test_user(
            self.env, "other", groups="l10n_fr_chorus_pro.group_chorus_manager,base.group_partner_manager",
            company_id=other.id, company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        mine = partner.with_user(manager).with_context(allowed_company_ids=other.ids)
        mine.action_chorus_flag()
        self.assertEqual(mine.invoice_sending_method, "chorus_pro")
        self.assertTrue(mine.chorus_service_required)
        move = self.invoice(partner, company=other)
        self.assertIn("R-08.service", [finding.code for finding in move._chorus_findings()])
        mine.action_chorus_complete_all()
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before, "what one company read is not asked for by the other")
        partner.with_company(self.company).invoice_sending_method = False
        self.assertEqual(mine.invoice_sending_method, "chorus_pro")
        self.assertFalse(mine.env["chorus.lookup"].search([("company_id", "=", self.company.id)]))

    # -- the invoice's references --------------------------------------------------------------------------------------

    def test_service_comes_from_market_then_contact_then_last_choice(self):
        partner = self.body(PORT, "Ville", street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        first, second = self.env["chorus.service"].search(
            [("partner_id", "=", partner.id), ("code", "in", ("PORT-01", "PORT-02"))]
        )
        contact = self.env["res.partner"].create(
            {"name": "Voirie", "parent_id": partner.id, "type": "invoice", "chorus_contact_service_id": second.id}
        )
        market = self.env["chorus.market"].create({"number": "M", "partner_id": partner.id, "service_code": "PORT-01"})
        self.assertEqual(market.chorus_service_id, first)
        self.assertFalse(self.invoice(partner, post=False).buyer_reference)
        self.assertEqual(self.invoice(contact, post=False, chorus_market_id=market.id).buyer_reference, "PORT-01")
        self.assertEqual(self.invoice(contact, post=False).buyer_reference, "PORT-02")
        self.invoice(partner, buyer_reference="PORT-02")
        self.assertEqual(self.invoice(partner, post=False).buyer_reference, "PORT-02")
        second.sudo().enabled = False
        self.assertFalse(self.invoice(partner, post=False).buyer_reference, "an inactive service is not proposed again")

    def test_the_only_service_of_a_body_that_requires_one_is_proposed(self):
        """On new invoices, and on those that wait when the body is heard of; the refusal names it, where somebody emptied it."""
        hospital = self.body(simulated.HOSPITAL, street="1 rue", zip="35000", city="Rennes")
        waiting, draft = self.invoice(hospital), self.invoice(hospital, post=False)
        self.assertFalse(waiting.buyer_reference or draft.buyer_reference, "nothing is known of it yet")
        self.ask_directory()
        new = self.invoice(hospital, post=False)
        self.assertEqual({*(waiting | draft | new).mapped("buyer_reference")}, {"CHU-ACHATS"})
        self.assertFalse(waiting._chorus_obstacles())
        waiting.buyer_reference = False
        (finding,) = waiting._chorus_findings()
        self.assertIn("CHU-ACHATS", finding.remedy.fr)
        self.assertNotIn("Demandez", finding.remedy.fr)
        self.assertFalse(self.invoice(self.body(simulated.TOWN, street="1 rue", zip="35000", city="Rennes")).buyer_reference)

    def test_what_the_only_service_requires_is_read_along_with_its_body(self):
        """Nobody chooses it: no chore is left, and an outage leaves it to the scheduled job."""
        for outage in (False, True):
            with self.subTest(outage=outage):
                hospital = self.body(simulated.HOSPITAL, street="1 rue", zip="35000", city="Rennes")
                waiting = self.invoice(hospital)
                if outage:
                    self.simulator.fault(SERVICE, "reset_after", 5)
                self.complete(hospital)
                self.assertEqual(waiting.buyer_reference, "CHU-ACHATS")
                self.assertEqual(self.calls_of(SERVICE), 1)
                service = waiting.chorus_service_id
                self.assertEqual((bool(service.detail_date), service.detail_wanted), (not outage, outage))
                self.assertEqual("chorus_unchecked_service" in (waiting.with_user(self.sender).alerts or {}), outage)
                self.simulator.reset()

    def test_a_service_is_one_of_several_to_choose(self):
        several = self.body(METROPOLIS, street="1 rue", zip="35000", city="Rennes")
        move = self.invoice(several, purchase_order_reference="1300012345")
        self.ask_directory()
        self.assertFalse(move.buyer_reference)
        (finding,) = move._chorus_findings()
        self.assertIn("Choisissez", finding.remedy.fr)

    def test_what_a_service_requires_is_read_when_it_is_chosen(self):
        """The field asks before it takes the choice over: no chore is left, and an outage leaves it to the scheduled job."""
        partner = self.body(METROPOLIS, "Métropole", street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        services = self.env["chorus.service"].search([("partner_id", "=", partner.id), ("enabled", "=", True)], limit=2)
        first, second = services.with_user(self.sender)
        first.action_read_details()
        self.assertEqual(self.calls_of(SERVICE), 1)
        move = self.invoice(partner, buyer_reference=first.code, purchase_order_reference="1300012345")
        self.assertNotIn("chorus_unchecked_service", move.with_user(self.sender).alerts or {})
        first.action_read_details()
        self.assertEqual(self.calls_of(SERVICE), 1, "what is known is not asked again")
        self.simulator.fault(SERVICE, "reset_after", 5)
        second.action_read_details()
        self.assertFalse(second.detail_date)
        self.assertTrue(second.detail_wanted)

    def test_a_service_is_searched_where_an_invoice_is_corrected_too(self):
        """Re-routed or replaced: among the body's services where Odoo has them, as on the invoice; an odd code is still seen."""
        state = self.body(simulated.STATE, "État", street="1 rue", zip="35000", city="Rennes")
        move = self.invoice(state, buyer_reference="NOWHERE", purchase_order_reference="1300012345")
        self.ask_directory()
        for model, values in (("chorus.action.wizard", {"kind": "recycle"}), ("chorus.reissue", {})):
            with self.subTest(model):
                wizards = self.env[model].with_user(self.sender)
                form = Form(wizards.create({"move_id": move.id, **values}))
                self.assertTrue(form.listed)
                self.assertEqual(form.service_code, "NOWHERE")
                self.assertTrue(form._view["modifiers"]["service_code"]["readonly"])
                domain = wizards.fields_get(["chorus_service_id"], ["domain"])["chorus_service_id"]["domain"]
                found = self.env["chorus.service"].search(safe_eval(domain, {"partner_id": state.id, "body_id": state.id}))
                self.assertEqual(found.mapped("code"), ["FAC-001"])
                form.chorus_service_id = found
                self.assertEqual(form.save().service_code, "FAC-001")

    def test_choosing_a_service_writes_its_code(self):
        partner = self.body(METROPOLIS, "Métropole", street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        service = self.env["chorus.service"].search([("partner_id", "=", partner.id), ("code", "=", "MET-117")])
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = partner
            form.chorus_service_id = service
        move = form.save()
        self.assertEqual(move.buyer_reference, "MET-117")
        self.assertTrue(service.detail_wanted)
        with Form(move) as form:
            form.partner_id = self.town
        self.assertFalse(move.chorus_service_id)
        with Form(self.env["chorus.market"].with_company(self.company)) as form:
            form.number = "M-1"
            form.partner_id = partner
            self.assertIn("service", form.chorus_offered)
            form.chorus_service_id = service
        self.assertEqual(form.save().service_code, "MET-117")

    def test_customers_of_other_channels_are_left_alone(self):
        partner = self.env["res.partner"].create({"name": "Privé", "is_company": True})
        self.invoice(partner, buyer_reference="PEPPOL-1")
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = partner
            self.assertNotIn("requirements", form.chorus_offered or [])
            self.assertFalse(form.buyer_reference)
        self.assertFalse(self.lookups(partner))

    # -- engagement numbers --------------------------------------------------------------------------------------------

    def test_engagement_is_checked_in_the_background_and_only_informs(self):
        self.complete(self.ministry)
        references = {"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"}
        move = self.invoice(self.ministry, **references)
        self.assertFalse(self.calls_of(ENGAGEMENTS))
        self.assertIn("not checked yet", move._chorus_alerts()["chorus_engagement"]["message"])
        self.ask_directory()
        alert = move._chorus_alerts()["chorus_engagement"]
        self.assertEqual(alert["level"], "info")
        self.assertIn("COMMANDE", alert["message"])
        self.assertIn("24,000.00", alert["message"].replace("\N{NARROW NO-BREAK SPACE}", " "))
        self.invoice(self.ministry, **references)
        self.ask_directory()
        self.assertEqual(self.calls_of(ENGAGEMENTS), 1, "it is remembered")
        for number, words in (("1300099999", "SOLDE"), ("42", "no engagement 42")):
            move = self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference=number)
            self.ask_directory()
            alert = move._chorus_alerts()["chorus_engagement"]
            self.assertEqual(alert["level"], "warning")
            self.assertIn(words, alert["message"])
            self.assertFalse(move._chorus_obstacles())

    def test_engagement_without_the_right_to_ask(self):
        self.simulator.control("directory", applications=[
            {"client_id": simulated.CLIENT_ID, "apis": ["factures", "transverses", "structures"]}
        ])  # fmt: skip
        self.complete(self.ministry)
        move = self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345")
        self.ask_directory()
        self.assertEqual(self.env["chorus.engagement"]._of(self.company, "1300012345").state, "unavailable")
        self.assertEqual(move._chorus_alerts()["chorus_engagement"]["level"], "info")
        self.assertFalse(move._chorus_obstacles())

    # -- our own structure ---------------------------------------------------------------------------------------------

    def test_own_structure(self):
        self.ask_directory()
        own = self.company._chorus_connection()
        self.assertEqual((own.structure_name, own.structure_state), ("Atelier Démo", "active"))
        self.assertEqual(own.structure_identifier, self.company.chorus_structure_id)
        self.assertEqual(list(own.bank_accounts.values()), ["Compte principal"])
        self.assertAlmostEqual((own.password_expires_on - fields.Date.today()).days, 365, delta=1)
        before = self.calls_of(SEARCH)
        self.ask_directory()
        self.assertEqual(self.calls_of(SEARCH), before)
        self.simulator.control("directory", siret=simulated.SUPPLIER, statut="INACTIVE")
        own.structure_date -= timedelta(days=8)
        self.ask_directory()
        self.assertEqual(own.structure_state, "inactive")
        findings = self.invoice()._chorus_findings()
        self.assertIn(("R-01.inactive", "warn"), {(finding.code, finding.level.value) for finding in findings})
        self.simulator.control("directory", siret=simulated.SUPPLIER, statut="ACTIVE")
        self.company._chorus_diagnose()
        self.assertEqual(own.structure_state, "active", "what a test of the connection finds counts at once")
        self.company.company_registry = "99999999900017"
        self.assertFalse(self.company.chorus_structure_id or own.structure_name)
        self.ask_directory()
        self.assertEqual(own.structure_state, "absent")

    def test_paused_connection_is_respected(self):
        partner = self.body(UNIVERSITY)
        self.env["chorus.connection"]._of(self.company).paused_until = fields.Datetime.now() + timedelta(hours=1)
        self.ask_directory()
        self.assertFalse(self.calls_of(SEARCH, CONSULT, SERVICES))
        self.assertEqual(self.lookups(partner).state, "waiting")
