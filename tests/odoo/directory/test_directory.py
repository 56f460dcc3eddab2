from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ...support import simulated
from ...support.directory_case import (
    CONSULT,
    INACTIVE,
    METROPOLIS,
    PORT,
    PREFECTURE,
    RIVEFEINTE,
    SEARCH,
    SERVICE,
    SERVICES,
    SIMULATION,
    UNIVERSITY,
    WORKS_ONLY,
    DirectoryCase,
)

#: Every kind of body: SIRET, what it asks for (service, engagement), and whether it has services to choose from.
KINDS = {
    "town, nothing": (simulated.TOWN, "", "", False),
    "town with optional services": (RIVEFEINTE, "", "", True),
    "State, both": (simulated.STATE, "required", "required", True),
    "hospital, service": (simulated.HOSPITAL, "required", "", True),
    "department, engagement": (simulated.DEPARTMENT, "", "required", False),
    "ministry, engagement": (SIMULATION, "", "required", False),
    "university, either": (UNIVERSITY, "either", "either", True),
    "either before the others": ("20000120400011", "either", "either", True),
    "218 services": (METROPOLIS, "required", "", True),
    "works only": (WORKS_ONLY, "", "", False),
    "inactive": (INACTIVE, "", "", False),
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectory(DirectoryCase):
    def test_each_kind_fills_the_customer_and_asks_for_what_it_requires(self):
        for kind, (siret, service, engagement, has_services) in KINDS.items():
            with self.subTest(kind):
                partner = self.body(siret)
                self.complete(partner)
                self.assertTrue(partner.chorus_structure_id)
                self.assertEqual(partner.chorus_directory_environment, "simulator")
                self.assertEqual(partner.chorus_structure_active, kind != "inactive")
                self.assertEqual(partner.chorus_works_owner_only, kind == "works only")
                with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
                    form.partner_id = partner
                    wanted = {"requirements": True, "services": has_services, "service": service, "engagement": engagement}
                    self.assertEqual(
                        {word: word in form.chorus_offered for word in wanted}, {word: bool(it) for word, it in wanted.items()}
                    )
                    self.assertTrue(form.chorus_needs)

    def test_every_public_body_of_the_directory(self):
        """By its SIRET alone each becomes a customer, and an invoice asks for what the directory says, read here on its own."""
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        search = self.env["chorus.structure.search"].with_user(self.sender).with_company(self.company)
        structures = [
            structure
            for structure in self.simulator.control("directory", "GET")["structures"]
            if structure["typeStructure"] == "PUBLIQUE"
        ]
        self.assertGreaterEqual(len(structures), 38)
        self.town.company_registry, self.ministry.company_registry = "28888888800010", "28888888800028"
        for structure in structures:
            asked = structure["parametres"]
            with self.subTest(structure["designationStructure"]):
                wizard = search.create({"identifier": structure["identifiantStructure"]})
                wizard.action_search()
                partner = self.env["res.partner"].browse(wizard.line_ids.action_choose()["res_id"]).with_company(self.company)
                self.assertEqual(
                    (partner.name, partner.street, partner.zip, partner.city, partner.country_id.code),
                    tuple(structure[name] for name in ("designationStructure", "adresse", "codePostal", "ville", "pays")),
                )
                self.assertEqual(partner.chorus_structure_id, str(structure["idStructureCPP"]))
                self.assertEqual(partner.chorus_service_count, len(structure["services"]))
                self.assertEqual(partner.invoice_sending_method == "chorus_pro", structure["statut"] == "ACTIVE")
                partner.invoice_sending_method = "chorus_pro"
                move = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": partner.id})
                either = asked["gestionNumeroEJOuCodeService"] and "either"
                expected = (
                    either or (asked["codeServiceDoitEtreRenseigne"] and "required"),
                    either or (asked["numeroEJDoitEtreRenseigne"] and "required"),
                )
                told = move._chorus_asked()
                self.assertEqual((told.service or False, told.engagement or False), expected)

    def test_what_is_missing_blocks_and_what_is_given_does_not(self):
        expected = {
            simulated.TOWN: set(), simulated.HOSPITAL: {"R-08.service"}, simulated.DEPARTMENT: {"R-09.engagement"},
            simulated.STATE: {"R-08.service", "R-09.engagement"}, UNIVERSITY: {"R-10.either"}, WORKS_ONLY: {"R-13.moa"},
            INACTIVE: {"R-02.inactive"},
        }  # fmt: skip
        for siret, codes in expected.items():
            with self.subTest(siret):
                partner = self.body(siret, "Client public", street="1 rue", zip="35000", city="Rennes")
                self.complete(partner)
                move = self.invoice(partner, buyer_reference=False)  # not even the only one, which is proposed
                self.assertEqual({finding.code for finding in move._chorus_findings() if finding.blocks}, codes)
                self.assertEqual(bool(move._chorus_obstacles()), bool(codes))
        university = self.env["res.partner"].search([("company_registry", "=", UNIVERSITY)])
        move = self.invoice(university, buyer_reference="UNIV-COMPTA")
        self.assertFalse(move._chorus_obstacles())

    def test_completing_fills_in_what_is_empty_and_keeps_what_was_typed(self):
        partner = self.body(simulated.HOSPITAL, "Notre hôpital", city="Rennes")
        self.complete(partner)
        self.assertEqual(partner.name, "Notre hôpital")
        self.assertEqual((partner.street, partner.zip, partner.city), ("1 boulevard de l'Hôpital", "69001", "Rennes"))

    def test_two_hundred_and_eighteen_services_in_three_calls(self):
        partner = self.body(METROPOLIS)
        self.simulator.reset()
        self.complete(partner)
        self.assertEqual(partner.chorus_service_count, 218)
        self.assertEqual(self.calls_of(SEARCH, CONSULT, SERVICES, SERVICE), 3)
        self.assertEqual(len(partner.chorus_service_ids.filtered("enabled")), 208)

    def test_services_come_change_and_go(self):
        partner = self.body(PORT)
        self.complete(partner)
        services = {service.code: service for service in partner.chorus_service_ids}
        self.simulator.control("directory", siret=PORT, services=[
            {"codeService": "PORT-01", "libelleService": "Direction des finances"}, {"codeService": "PORT-02", "gone": True},
            {"codeService": "PORT-03", "estActif": True}, {"codeService": "PORT-06", "libelleService": "Nouveau"},
        ])  # fmt: skip
        self.complete(partner)
        self.assertEqual(services["PORT-01"].name, "Direction des finances")
        self.assertFalse(services["PORT-02"].active)
        self.assertTrue(services["PORT-03"].enabled)
        self.assertIn("PORT-06", partner.chorus_service_ids.mapped("code"))
        self.simulator.reset()
        self.complete(partner)
        self.assertTrue(services["PORT-02"].active, "a service that comes back is the same one")

    def test_what_a_service_requires_is_asked_once_it_is_chosen(self):
        partner = self.body(PREFECTURE, street="1 rue", zip="35000", city="Rennes")
        self.ask_directory()  # of the other customers some have one service only, which is asked about along with them
        before = self.calls_of(SERVICE)
        self.complete(partner)
        self.assertEqual(self.calls_of(SERVICE), before)
        territory = partner.chorus_service_ids.filtered(lambda service: service.code == "PREF-DDT")
        self.invoice(partner, post=False, buyer_reference="PREF-DDT", purchase_order_reference="1")
        self.assertFalse(territory.detail_date)
        self.ask_directory()
        self.assertEqual(self.calls_of(SERVICE), before + 1)
        self.assertTrue(territory.engagement_required)
        self.ask_directory()
        self.assertEqual(self.calls_of(SERVICE), before + 1)
        self.simulator.control("directory", siret=PREFECTURE, services=[{"codeService": "PREF-DDT", "numeroEngagement": False}])
        self.complete(partner)
        self.ask_directory()
        self.assertFalse(territory.engagement_required, "it can go back to no")

    def test_a_service_of_its_own_demands(self):
        """A body that asks for nothing but a service; the chosen service asks for an engagement number."""
        partner = self.body("20000112100017", street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        move = self.invoice(partner, buyer_reference="CH-PHARMA")
        self.assertFalse(move._chorus_obstacles())
        self.assertIn("chorus_unchecked_service", move._chorus_alerts())
        self.ask_directory()
        self.assertEqual([finding.code for finding in move._chorus_findings() if finding.blocks], ["R-11.engagement"])
        self.assertEqual(move._chorus_asked().engagement, "required")

    def test_inactive_expired_unknown_and_forbidden_services_block(self):
        partner = self.body(PORT, street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        state = self.ministry
        self.complete(state)
        for owner, code, finding in (
            (partner, "PORT-03", "R-11.inactive"),
            (partner, "PORT-04", "R-11.inactive"),
            (partner, "PORT-05", "R-11.inactive"),
            (partner, "NOWHERE", "R-11.unknown"),
            (state, "FACTURES_PUBLIQUES", "R-12.public"),
        ):
            with self.subTest(code):
                move = self.invoice(owner, buyer_reference=code, purchase_order_reference="1300012345")
                self.ask_directory()
                self.assertEqual([one.code for one in move._chorus_findings() if one.blocks], [finding])
                alert = move._chorus_alerts()[f"chorus_{finding}"]
                self.assertEqual(alert["level"], "danger")
                self.assertTrue(alert["action_text"], "a link to where it is mended")

    def test_forbidden_and_inactive_services_are_not_proposed(self):
        for siret, hidden in ((simulated.STATE, {"FAC-OLD", "FACTURES_PUBLIQUES"}), (PORT, {"PORT-03"})):
            partner = self.body(siret)
            self.complete(partner)
            services = self.env["chorus.service"]
            for model, recipient in (("account.move", "commercial_partner_id"), ("chorus.market", "partner_id")):
                domain = self.env[model].fields_get(["chorus_service_id"], ["domain"])["chorus_service_id"]["domain"]
                domain = safe_eval(domain, {recipient: partner.id})
                proposed = {services.browse(found[0]).code for found in services.name_search("", domain)}
                self.assertTrue(proposed)
                self.assertFalse(proposed & hidden)

    def test_services_are_searched_by_code_and_by_name(self):
        partner = self.body(PORT)
        self.complete(partner)
        services, domain = self.env["chorus.service"], [("partner_id", "=", partner.id)]
        self.assertEqual([name for _id, name in services.name_search("voir", domain)], ["PORT-02 — Voirie"])
        self.assertEqual([name for _id, name in services.name_search("PORT-02", domain)], ["PORT-02 — Voirie"])
        self.assertEqual([name for _id, name in services.name_search("régie", domain)], ["PORT-03 — Ancienne régie (inactive)"])

    def test_another_siret_is_another_body(self):
        partner = self.body(PORT)
        self.complete(partner)
        services = partner.chorus_service_ids
        partner.company_registry = "200 001 097 00019"
        self.assertTrue(partner.chorus_structure_id, "blanks mean nothing")
        partner.company_registry = simulated.DEPARTMENT
        self.assertFalse(partner.chorus_structure_id or partner.chorus_service_required or partner.chorus_directory_date)
        self.assertFalse(any(services.mapped("active")))
        self.ask_directory()
        self.assertTrue(partner.chorus_engagement_required)

    def test_a_flagged_customer_is_read_by_itself(self):
        partner = self.body(simulated.HOSPITAL)
        self.assertFalse(self.calls_of(SEARCH), "nothing is called while the customer is saved")
        self.ask_directory()
        self.assertTrue(partner.chorus_service_required)

    def test_what_no_eye_sees_does_not_make_another_service(self):
        """A code that was copied from a mail, say."""
        partner = self.body(PORT, street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        for typed in ("PORT-01\u200b", "\ufeffPORT-01", "\u00a0PORT-01 \t"):
            with self.subTest(ascii(typed)):
                move = self.invoice(partner, buyer_reference=typed)
                self.assertEqual((move.chorus_service_id.code, move._chorus_document().service_code), ("PORT-01", "PORT-01"))
                self.assertFalse(move._chorus_obstacles())

    def test_unknown_siret(self):
        partner = self.body("99999999900017")
        with self.assertRaisesRegex(UserError, "99999999900017"):
            self.complete(partner)
        self.assertFalse(partner.chorus_directory_date)

    def test_facts_of_another_environment_count_for_nothing(self):
        partner = self.body(simulated.HOSPITAL, street="1 rue", zip="35000", city="Rennes")
        self.complete(partner)
        move = self.invoice(partner, buyer_reference=False)
        self.assertTrue(move._chorus_obstacles())
        partner.sudo().chorus_directory_environment = "qualification"
        move.invalidate_recordset()
        self.assertFalse(move._chorus_obstacles())
        self.assertIn("chorus_unchecked", move._chorus_alerts())

    def test_payment_never_reported_is_told(self):
        partner = self.body("20000110500010")
        self.complete(partner)
        self.assertTrue(partner.chorus_payment_not_reported)

    def test_search_and_choose(self):
        search = self.env["chorus.structure.search"].with_user(self.sender).with_company(self.company)
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        wizard = search.create({"name": "commune de saint-exemple"})
        wizard.action_search()
        self.assertEqual(len(wizard.line_ids), 3)
        self.assertEqual(len({*wizard.line_ids.mapped("town")} - {False}), 3, "namesakes are told apart by their town")
        wizard.town = "Saint-Exemple-sur-Mer"
        wizard.action_search()
        self.assertEqual(wizard.line_ids.mapped("registry"), ["20000107100014"])
        action = wizard.line_ids.action_choose()
        partner = self.env["res.partner"].with_company(self.company).browse(action["res_id"])
        self.assertEqual((partner.name, partner.zip), ("Commune de Saint-Exemple-sur-Mer", "44500"))
        self.assertEqual(partner.invoice_sending_method, "chorus_pro")
        again = search.create({"identifier": "20000107100014"})
        again.action_search()
        self.assertEqual(again.line_ids.partner_id, partner, "it says that this is a customer already")
        self.assertEqual(again.line_ids.action_choose()["res_id"], partner.id, "a customer that is known is not made twice")

    def test_who_may_not_create_contacts_is_told(self):
        search = self.env["chorus.structure.search"].with_user(self.sender).with_company(self.company)
        self.sender.group_ids -= self.env.ref("base.group_partner_manager")
        wizard = search.create({"name": "commune de saint-exemple"})
        wizard.action_search()
        self.assertTrue(wizard.line_ids, "looking is allowed")
        self.assertFalse(wizard.may_choose)
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        wizard.invalidate_recordset(["may_choose"])
        self.assertTrue(wizard.may_choose)
        arch = etree.fromstring(wizard.get_view(view_type="form")["arch"])
        for view, hidden in (("list", "column_invisible"), ("kanban", "invisible")):
            (button,) = arch.iterfind(f".//{view}//button[@name='action_choose']")
            self.assertEqual(button.get(hidden), "not parent.may_choose")

    def test_many_results_come_in_pages(self):
        self.simulator.control("directory", structures=[
            {"siret": f"299999{number:08d}", "designationStructure": f"École {number:03d}"} for number in range(60)
        ])  # fmt: skip
        search = self.env["chorus.structure.search"].with_user(self.sender).with_company(self.company)
        wizard = search.create({"name": "École"})
        wizard.action_search()
        self.assertEqual((len(wizard.line_ids), wizard.total, wizard.pages), (40, 60, 2))
        wizard.action_more()
        self.assertEqual(len(wizard.line_ids), 60)

    def test_structures_without_siret_carry_their_kind_of_identifier(self):
        own = [("UE_HORS_FRANCE", "DE123456788"), ("HORS_UE", "GB-EXAMPLE-01"), ("RIDET", "0123456001"), ("TAHITI", "A12345"),
               ("PARTICULIER", "EXEMPLE-19700101-SAM")]  # fmt: skip
        search = self.env["chorus.structure.search"].with_user(self.sender).with_company(self.company)
        for kind, identifier in own:
            with self.subTest(kind):
                wizard = search.create({"identifier": identifier, "identifier_type": kind})
                wizard.action_search()
                self.assertEqual(wizard.line_ids.mapped("registry_type"), [kind])
                partner = self.body(identifier, "Étranger", chorus_identifier_type=kind)
                self.assertEqual(partner._chorus_question().key, f"{kind} {identifier}")
                codes = [finding.code for finding in self.invoice(partner)._chorus_findings()]
                self.assertIn("R-02.type", codes)
