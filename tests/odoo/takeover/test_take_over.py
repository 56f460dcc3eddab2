from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import sql

from ....hooks import set_aside
from ....services.vocabulary import oca, statuses
from ...common import ChorusCommon
from ...support import simulated
from ...support.oca import BEFORE, Leftovers

EACH = 100


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTakeOver(ChorusCommon):
    """What the OCA connector left in a database is taken over once, followed on, and never sent again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("l10n_fr_chorus_pro.group_chorus_manager")
        cls.other = cls.setup_other_company(name="Seconde Entreprise")["company"]
        cls.connect(cls.other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        cls.env.user.company_ids |= cls.other

    def setUp(self):
        super().setUp()
        # what the simulator holds here was sent to it by the connector
        model = type(self.env["chorus.take.over"])
        self.place_of = model._environment
        self.patch(model, "_environment", lambda record: "simulator")
        self.town.with_company(self.other).invoice_sending_method = "chorus_pro"

    def take_over(self, company=None):
        record = self.env["chorus.take.over"].with_company(company or self.company)._begin()
        record.action_take_over()
        self.env.invalidate_all()
        return record

    def many(self, company, count=EACH):
        return self.env["account.move"].union(*(self.invoice(company=company) for _index in range(count)))

    def books(self, old, company, first):
        """A hundred invoices in every state there is, in flows of every end; what each is to be afterwards."""
        moves, expected = [*self.many(company)], {}
        codes = [code for code, status in statuses.STATUSES.items() if status.state][:40]
        number = iter(range(first, first + EACH))

        def take(count):
            return [moves.pop() for _index in range(count)]

        for code in codes:
            (move,) = take(1)
            old.flow(company, f"CPP{next(number)}", {move: (next(number) + 1000, code)}, "IN_INTEGRE")
            expected[move] = statuses.get(code).state
        shared = take(20)
        old.flow(company, f"CPP{next(number)}", {move: (move.id + 5000, "MISE_EN_PAIEMENT") for move in shared}, "IN_INTEGRE")
        expected |= dict.fromkeys(shared, "paid")
        kept, let_go = take(5), take(5)
        old.flow(company, f"CPP{next(number)}", dict.fromkeys(kept, (None, None)), "IN_INTEGRE_PARTIEL", refused=let_go)
        # the report is read again: whether these entered, it alone tells
        expected |= {**dict.fromkeys(kept, "deposited"), **dict.fromkeys(let_go, "rejected")}
        rejected = take(5)
        old.flow(company, f"CPP{next(number)}", {}, "IN_REJETE", refused=rejected, content=b"")
        expected |= dict.fromkeys(rejected, "rejected")
        waiting = take(5)
        old.flow(company, f"CPP{next(number)}", dict.fromkeys(waiting, (None, None)), None)
        expected |= dict.fromkeys(waiting, "deposited")
        alone = take(5)
        for move in alone:
            old.update(move, oca_chorus_identifier=move.id + 9000, oca_chorus_status="MISE_A_DISPOSITION")
        expected |= dict.fromkeys(alone, "received")
        return expected | dict.fromkeys(moves, "to_send")

    def test_two_hundred_invoices_in_every_state(self):
        old = Leftovers(self.env)
        expected = {}
        for place, company in enumerate((self.company, self.other)):
            expected[company] = self.books(old, company, (place + 1) * 10_000)
            record = self.take_over(company)
            self.assertTrue(record.done_at and record.report)
            for move, state in expected[company].items():
                self.assertEqual(move.chorus_state, state, (move.name, move.chorus_status))
        deposits = self.env["chorus.deposit"].search([("company_id", "in", (self.company | self.other).ids)])
        self.assertEqual(len(expected[self.company]) + len(expected[self.other]), 2 * EACH)
        self.assertEqual({deposit.environment for deposit in deposits}, {"simulator"})
        whole = deposits.filtered(lambda deposit: deposit.size)
        self.assertTrue(all(deposit.sha256 and deposit.file for deposit in whole))
        self.assertTrue(all(line.total == line.move_id.amount_total for line in deposits.line_ids))
        before = len(deposits), len(deposits.line_ids)
        again = self.take_over()
        self.assertIn("0 ", again.report)
        deposits = self.env["chorus.deposit"].search([("company_id", "in", (self.company | self.other).ids)])
        self.assertEqual((len(deposits), len(deposits.line_ids)), before, "taken over once")
        self.assertEqual(self.simulator.state()["deposits"], [], "nothing was sent")

    def test_what_was_sent_is_followed_and_not_sent_again(self):
        """Two invoices reached Chorus Pro by other hands; their public body goes on with them."""
        moves = self.arrive(self.invoice()) | self.arrive(self.invoice())
        lines = [(move, move.chorus_identifier, move.chorus_deposit_ids.flow_number) for move in moves]
        # as if another software had sent them
        self.env["chorus.status.entry"].sudo().search([("move_id", "in", moves.ids)]).unlink()
        self.env.cr.execute("DELETE FROM chorus_deposit WHERE company_id = %s", [self.company.id])
        self.env.invalidate_all()
        moves._chorus_note(chorus_identifier=False, chorus_status=False, chorus_status_at=False)
        self.env.add_to_compute(moves._fields["chorus_state"], moves)
        self.assertEqual(set(moves.mapped("chorus_state")), {"to_send"})
        old = Leftovers(self.env)
        for move, identifier, number in lines:
            # a 64-bit identifier did not fit into the connector's column
            known = int(identifier) if int(identifier) < 2**31 else None
            old.flow(self.company, number, {move: (known, "DEPOSEE")}, "IN_INTEGRE")
        self.take_over()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        with self.assertRaises(UserError):
            moves.with_user(self.sender).action_chorus_send()
        self.assertEqual(len(self.simulator.state()["deposits"]), 2, "those that came before")
        self.simulator.act(lines[0][1], "MISE_A_DISPOSITION")
        self.simulator.act(lines[0][1], "MISE_EN_PAIEMENT")
        self.follow()
        self.assertEqual(lines[0][0].chorus_state, "paid")
        self.assertEqual(lines[0][0].chorus_identifier, lines[0][1])

    def sent_to(self, place):
        """Let the connector have worked in that environment."""
        self.patch(type(self.env["chorus.take.over"]), "_environment", lambda record: place)

    def test_what_was_sent_elsewhere_is_not_taken_for_ours(self):
        """Real invoices taken for tests could be released and sent again; tests taken for real ones never."""
        old = Leftovers(self.env)
        move = self.invoice()
        old.flow(self.company, "CPP-OLD", {move: (4711, "DEPOSEE")}, "IN_INTEGRE")
        self.sent_to("production")
        with self.assertRaises(UserError):
            self.take_over()
        self.assertFalse(move.chorus_deposit_ids)

    def test_where_the_connector_worked(self):
        record = self.env["chorus.take.over"].sudo().create({"company_id": self.company.id})
        place = self.place_of(record)
        self.assertEqual(place, "simulator", "its column is gone: where the company works")
        old = Leftovers(self.env)
        self.assertEqual(self.place_of(record), "production")
        old.update(self.company, fr_chorus_qualif=True)
        self.assertEqual(self.place_of(record), "qualification")

    def test_an_identifier_proves_that_it_entered(self):
        """The connector lets go of an invoice that a later report names, such as its duplicate's refusal."""
        old = Leftovers(self.env)
        move, both = self.invoice(), self.invoice()
        old.flow(self.company, "CPP-1", {}, "IN_INTEGRE", refused=[move])
        old.flow(self.company, "CPP-2", {}, "IN_REJETE", refused=[move])
        old.update(move, oca_chorus_identifier=4711, oca_chorus_status="MISE_A_DISPOSITION")
        old.flow(self.company, "CPP-3", {}, "IN_INTEGRE_PARTIEL", refused=[both])
        old.flow(self.company, "CPP-4", {both: (4712, "DEPOSEE")}, "IN_INTEGRE")
        self.take_over()
        self.assertEqual((move.chorus_state, both.chorus_state), ("received", "deposited"))
        live = (move | both).sudo().chorus_deposit_line_ids.filtered("live").deposit_id
        self.assertEqual(set(live.mapped("flow_number")), {"CPP-1", "CPP-4"})

    def test_what_a_report_did_not_name_is_asked_again(self):
        old = Leftovers(self.env)
        known, unknown = self.invoice(), self.invoice()
        old.flow(self.company, "CPP-1", {known: (12, "DEPOSEE"), unknown: (None, None)}, "IN_INTEGRE_PARTIEL")
        self.take_over()
        lines = known.sudo().chorus_deposit_line_ids | unknown.sudo().chorus_deposit_line_ids
        self.assertEqual(lines.mapped("outcome"), ["integrated", "pending"])
        self.assertEqual(lines.deposit_id.state, "deposited", "its report is read")

    def test_two_with_one_number_wait_for_their_reports(self):
        """Two journals may give one number, and the connector did not mind: Chorus Pro refuses one of them."""
        old = Leftovers(self.env)
        journal = self.env["account.journal"].create({"name": "Ventes 2", "code": "V2", "type": "sale"})
        moves = self.invoice(name="F00001") | self.invoice(name="F00001", journal_id=journal.id)
        for number, move in enumerate(moves):
            old.flow(self.company, f"CPP-{number}", {move: (None, None)}, None)
        self.take_over()
        self.assertEqual(moves.mapped("chorus_state"), ["deposited", "deposited"])

    def test_settings_customers_and_services(self):
        self.sent_to("qualification")
        old = Leftovers(self.env)
        fresh = self.setup_other_company(name="Troisième Entreprise")["company"]
        fresh.company_registry = "90000000200015"
        body = self.env["res.partner"].create({"name": "Ville d'Essai", "is_company": True})
        without = self.env["res.partner"].create({"name": "Sans SIRET", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Service technique", "parent_id": body.id})
        reminded = new_test_user(self.env, "rappel", groups="base.group_user", email="rappel@atelier.example")
        service = old.insert(
            "chorus_partner_service", partner_id=body.id, code="TECH", name="Services techniques", active=True,
            chorus_identifier=77001, engagement_required=True,
        )  # fmt: skip
        old.insert("chorus_partner_service", partner_id=body.id, code="VIEUX", name="Sans numéro", active=True)
        old.insert("chorus_partner_service", partner_id=body.id, name="Sans code", active=True, chorus_identifier=5)
        for partner in (body, without):
            old.update(partner, customer_invoice_transmit_method_id={str(fresh.id): 2})
        old.update(body, siren="200000008", nic="00017", fr_chorus_required="service_or_engagement", fr_chorus_identifier=4242)
        old.update(contact, fr_chorus_service_id=service)
        old.update(
            fresh, fr_chorus_qualif=True, fr_chorus_api_login="TECH_1_90000000200015@cpro.fr", fr_chorus_api_password="secret",
            fr_chorus_invoice_format="pdf_factur-x", fr_chorus_pwd_expiry_date="2027-02-03",
        )  # fmt: skip
        old.insert("fr_chorus_api_expiry_remind_user_rel", company_id=fresh.id, user_id=reminded.id)
        old.flow(fresh, "CPP-1", {self.invoice(company=fresh): (12, "MISE_EN_PAIEMENT")}, "IN_INTEGRE")
        self.env.invalidate_all()
        self.env.user.company_ids |= fresh
        record = self.take_over(fresh)
        self.assertEqual((fresh.chorus_environment, fresh.chorus_format), ("qualification", "facturx"))
        self.assertEqual(fresh.sudo().chorus_technical_account, "TECH_1_90000000200015@cpro.fr")
        connection = fresh.sudo()._chorus_connection()
        self.assertEqual(connection.password_expires_on, fields.Date.to_date("2027-02-03"))
        self.assertTrue(connection.technical_password_sealed)
        self.assertNotIn("secret", f"{record.report}{record.left}")
        self.assertEqual((fresh.chorus_referent_email, fresh.chorus_start_date),
                         ("rappel@atelier.example", fields.Date.to_date("2026-03-02")))  # fmt: skip
        self.assertEqual(body.with_company(fresh).invoice_sending_method, "chorus_pro")
        self.assertEqual(body.company_registry, "20000000800017")
        self.assertTrue(body.chorus_either_required and not body.chorus_service_required)
        self.assertEqual(body.chorus_structure_id, "4242")
        self.assertEqual((body.chorus_service_ids.code, body.chorus_service_ids.identifier), ("TECH", "77001"))
        self.assertEqual(contact.chorus_contact_service_id, body.chorus_service_ids)
        self.assertFalse(without.with_company(fresh).invoice_sending_method)
        self.assertIn("Sans SIRET", record.left)
        self.assertIn("VIEUX", record.left)
        self.assertIn("Sans code", record.left)
        self.assertFalse(body.with_company(self.company).invoice_sending_method, "each company's own choice")

    def test_files_of_what_was_not_sent(self):
        old = Leftovers(self.env)
        move = self.invoice(post=False)
        file = self.env["ir.attachment"].create({"name": "bon.pdf", "raw": b"%PDF-1.4 bon"})
        old.insert("account_move_chorus_ir_attachment_rel", account_move_id=move.id, ir_attachment_id=file.id)
        self.take_over()
        self.take_over()
        self.assertEqual(move.chorus_attachment_ids.mapped("name"), ["bon.pdf"])

    def test_sent_by_both(self):
        """An invoice that this add-on sent too keeps its own deposit; the report says so."""
        move = self.arrive(self.invoice())
        mine = move.chorus_deposit_ids
        Leftovers(self.env).flow(self.company, "CPP-OLD", {move: (99, "DEPOSEE")}, "IN_INTEGRE")
        record = self.take_over()
        self.assertEqual(move.chorus_deposit_ids, mine)
        self.assertIn(move.name, record.left)

    def test_who_may(self):
        with self.assertRaises(UserError):
            self.take_over()
        self.assertFalse(self.env["res.config.settings"].create({}).chorus_take_over_offered)
        Leftovers(self.env)
        self.assertTrue(self.env["res.config.settings"].create({}).chorus_take_over_offered)
        record = self.env["chorus.take.over"]._begin()
        with self.assertRaises(AccessError):
            record.with_user(self.sender).action_take_over()
        with self.assertRaises(AccessError):
            self.env["chorus.take.over"].with_user(self.sender)._begin()

    def test_what_would_be_taken_for_ours_is_set_aside(self):
        self.env.cr.execute(BEFORE)
        set_aside(self.env.cr, "old_move")
        set_aside(self.env.cr, "old_move")
        self.assertFalse(sql.column_exists(self.env.cr, "old_move", "chorus_identifier"))
        self.env.cr.execute("SELECT oca_chorus_identifier, oca_chorus_status FROM old_move")
        self.assertEqual(self.env.cr.fetchall(), [(4711, "MISE_EN_PAIEMENT")])
        set_aside(self.env.cr, "res_partner")

    def test_each_end_of_a_flow(self):
        for state, (kept, identified), outcome in (
            ("integrated", (True, False), "integrated"),
            ("integrated", (False, False), "refused"),
            ("integrated", (False, True), "integrated"),
            ("partial", (True, True), "integrated"),
            ("partial", (True, False), "pending"),
            ("partial", (False, False), "refused"),
            ("rejected", (True, False), "refused"),
            ("rejected", (False, True), "refused"),
            ("rejected", (True, True), "integrated"),
            ("deposited", (True, False), "pending"),
            ("deposited", (True, True), "integrated"),
        ):
            self.assertEqual(oca.line_outcome(state, kept, identified), outcome, (state, kept, identified))
        self.assertEqual(oca.settled_state({"integrated", "pending"}), "deposited")
        self.assertEqual(oca.settled_state({"integrated", "refused"}), "partial")
        self.assertEqual(oca.settled_state({"refused"}), "rejected")
