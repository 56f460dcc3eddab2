"""Works documents: filed by hand with the assistant, recognised by their number, followed through their billing file."""

import base64
import io
from datetime import timedelta

import requests
from pypdf import PdfReader

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter

from ...support import printed, simulated
from ...support.works import FILES, HISTORY, WORKS, WorksCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWorksDeposit(WorksCommon):
    def test_not_sent_by_the_button(self):
        move = self.works_invoice()
        self.assertIn("by_hand", move.chorus_offered)
        self.assertEqual(move.chorus_state, "to_file")
        with self.assertRaisesRegex(UserError, "portal"):
            self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])

    def test_assistant_prepares_what_the_portal_asks(self):
        move = self.works_invoice()
        action = move.with_user(self.sender).action_chorus_by_hand()
        assistant = self.env[action["res_model"]].with_user(self.sender).create({"move_id": move.id})
        self.assertRecordValues(
            assistant,
            [
                {
                    "first_piece": True,
                    "recipient": simulated.TOWN,
                    "moe": simulated.SECOND_SUPPLIER,
                    "moa": simulated.TOWN,
                    "validator": False,
                    "supplier": simulated.SUPPLIER,
                    "number": move.name,
                    "date": move.invoice_date.strftime("%d/%m/%Y"),
                    "market_number": "2026-TVX-0001",
                    "engagement_number": "EJ-1",
                    "untaxed": "1000,00",
                    "tax": "200,00",
                    "total": "1200,00",
                }
            ],
        )
        self.assertTrue(assistant.framework.startswith("A4 – Projet de décompte mensuel"))
        self.assertTrue(base64.b64decode(assistant.pdf).startswith(b"%PDF-"))

    def test_the_pdf_carries_no_xml(self):
        """Odoo puts its Factur-X in the PDF that the customer gets; the portal would take it for a batch."""
        move = self.works_invoice()
        writer, buffer = OdooPdfFileWriter(), io.BytesIO()
        writer.cloneReaderDocumentRoot(OdooPdfFileReader(io.BytesIO(printed.pdf()), strict=False))
        writer.addAttachment("factur-x.xml", self.env["account.edi.xml.cii"]._export_invoice(move)[0], subtype="text/xml")
        writer.write(buffer)
        mixed = buffer.getvalue()
        move.invoice_pdf_report_file = base64.b64encode(mixed)
        self.assertIn("factur-x.xml", PdfReader(io.BytesIO(mixed)).attachments)
        with self.assertRaisesRegex(requests.HTTPError, "400"):
            self.simulator.file_works(move, pdf=base64.b64encode(mixed).decode())
        assistant = self.env["chorus.works.deposit"].with_user(self.sender).create({"move_id": move.id})
        handed = PdfReader(io.BytesIO(base64.b64decode(assistant.pdf)))
        self.assertEqual((dict(handed.attachments), len(handed.pages)), ({}, 1))
        self.assertNotIn("/AF", handed.root_object)
        self.assertNotIn("/Metadata", handed.root_object)
        self.filed(move)
        self.assertEqual(move.chorus_deposit_ids.sudo().file, assistant.pdf)

    def test_without_a_pdf_engine(self):
        """The portal takes a PDF: on a server that prints none, the reason and the remedy come before the form is filled in."""
        move = self.works_invoice()
        assistant = self.env["chorus.works.deposit"].with_user(self.sender).create({"move_id": move.id, "filed": True})
        with printed.engine(self.env, "install"):
            for stopped in (move.with_user(self.sender).action_chorus_by_hand, assistant.action_pdf, assistant.action_filed):
                with self.assertRaisesRegex(UserError, "no PDF engine"):
                    stopped()
            self.assertEqual(move.chorus_state, "to_file")
            move.invoice_pdf_report_id = self.env["ir.attachment"].create(
                {"name": "FAC.pdf", "raw": printed.pdf(), "res_model": "account.move", "res_id": move.id}
            )
            self.assertTrue(move.with_user(self.sender).action_chorus_by_hand(), "its PDF was made already")

    def test_a_retention_without_vat_is_no_obstacle(self):
        move = self.situation([("works", 1000, True), ("retention", -60, False)])
        self.assertFalse(move._chorus_by_hand_obstacles())

    def test_a_line_without_tax_stops_it_as_any_invoice(self):
        """A forgotten tax: warned on the draft, stopped before it is filed, whether or not a retention has none either."""
        for lines in ([("works", 1000, False)], [("retention", -60, False), ("works", 1000, True), ("revision", 20, False)]):
            with self.subTest(lines):
                move = self.situation(lines, post=False, invoice_user_id=self.sender.id)
                self.assertEqual(move.alerts["chorus_R-22.tax"]["level"], "warning")
                move.action_post()
                move.invalidate_recordset()
                self.assertEqual(move.alerts["chorus_R-22.tax"]["level"], "danger")
                assistant = self.env["chorus.works.deposit"].with_user(self.sender).create({"move_id": move.id, "filed": True})
                for stopped in (move.with_user(self.sender).action_chorus_by_hand, assistant.action_filed):
                    with self.assertRaisesRegex(UserError, "No VAT stands on these lines"):
                        stopped()
                self.assertEqual(move.chorus_state, "to_file")

    def test_an_exempt_line_with_its_legal_mention_is_filed(self):
        move = self.situation([("works", 1000, True)], post=False)
        exempt = self.tax().copy({"name": "Exonéré", "amount": 0, "invoice_legal_notes": "TVA non applicable, art. 293 B du CGI"})
        move.invoice_line_ids.tax_ids = exempt
        move.action_post()
        self.assertFalse(move._chorus_by_hand_obstacles())

    def test_the_rules_on_lines_concern_it_and_those_on_the_file_do_not(self):
        move = self.situation([("works", 1000, True)], partner_bank_id=False)
        move.invoice_line_ids.name = False
        self.company_data["default_journal_bank"].bank_account_id = False
        move.journal_id.bank_account_id = False
        codes = {finding.code for finding in move._chorus_findings()}
        self.assertIn("BR-25.name", codes)
        self.assertFalse(codes & {"R-20.iban", "R-33.framework", "R-33.missing"})

    def amounts(self, *lines):
        assistant = self.env["chorus.works.deposit"].with_user(self.sender).create({"move_id": self.situation(lines).id})
        return [assistant[name] for name in ("untaxed", "tax", "total", "retention", "net")]

    def test_amounts_are_before_a_retention_without_vat(self):
        """The MOE finds the rate again: 24,541.00 at 20 % is 4,908.20."""
        lines = ("works", 24250, True), ("revision", 291, True), ("retention", -1212.5, False)
        self.assertEqual(self.amounts(*lines), ["24541,00", "4908,20", "29449,20", "-1212,50", "28236,70"])

    def test_a_retention_with_vat_lowers_the_amounts_and_a_release_reads_as_on_paper(self):
        self.assertEqual(
            self.amounts(("works", 1000, True), ("retention", -50, True)), ["950,00", "190,00", "1140,00", False, False]
        )
        self.assertEqual(
            self.amounts(("works", 1000, True), ("retention", 50, False)), ["1000,00", "200,00", "1200,00", "50,00", "1250,00"]
        )

    def test_recognised_with_its_retention_by_either_total(self):
        """The person copied the amount before the retention, or typed what is to be paid; no other amount will do."""
        for total, state in ((None, "at_moe"), ("1140", "at_moe"), ("1141", "checking")):
            with self.subTest(total):
                move = self.situation([("works", 1000, True), ("retention", -60, False)], invoice_user_id=self.sender.id)
                self.filed(move, **({"montantTTC": total} if total else {}))
                self.assertEqual(move.chorus_state, state)

    def test_in_a_selection_it_is_told_apart_and_the_others_are_sent(self):
        works, other = self.works_invoice(), self.invoice() | self.invoice()
        action = (works | other).with_user(self.sender).action_chorus_send_selected()
        wizard = self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])
        counts = wizard.selected_count, wizard.ready_count, wizard.blocked_count, wizard.skipped_count, wizard.by_hand_count
        self.assertEqual(counts, (3, 2, 0, 0, 1))
        group = wizard.group_ids.filtered(lambda group: group.urgency == "by_hand")
        self.assertEqual(group.move_ids, works)
        self.assertIn("File on the portal", group.remedy)
        self.assertEqual(group.action_open()["res_id"], works.id)
        wizard.action_send()
        self.assertEqual((works.chorus_state, set(other.mapped("chorus_state"))), ("to_file", {"deposited"}))

    def test_incomplete_works_in_a_selection_are_mended_first(self):
        works = self.works_invoice()
        self.market.party_ids.unlink()
        action = (works | self.invoice()).with_user(self.sender).action_chorus_send_selected()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.ready_count, wizard.blocked_count, wizard.by_hand_count), (1, 1, 0))
        self.assertLessEqual({"mend", "by_hand"}, set(wizard.group_ids.mapped("urgency")))

    def test_posting_says_nothing_of_what_is_ready_to_be_filed(self):
        move = self.situation([("works", 1000, True)], post=False)
        move.action_post()
        self.assertFalse(move._chorus_posted_notification())
        self.market.party_ids.unlink()
        self.assertIn("MOE", move._chorus_posted_notification()["params"]["message"])

    def test_incomplete_parties_stop_the_assistant(self):
        self.market.party_ids.unlink()
        move = self.works_invoice()
        with self.assertRaisesRegex(UserError, "MOE"):
            move.with_user(self.sender).action_chorus_by_hand()

    def test_recognised_by_its_number(self):
        move = self.works_invoice()
        piece = self.filed(move)
        self.assertRecordValues(
            move,
            [
                {
                    "chorus_state": "at_moe",
                    "chorus_identifier": str(piece["idFactureTravaux"]),
                    "chorus_dossier": piece["dossier"],
                    "chorus_status": "MISE_A_DISPOSITION_MOE",
                }
            ],
        )
        deposit = move.chorus_deposit_ids
        self.assertEqual((deposit.state, deposit.syntax), ("integrated", "DEPOT_PDF_PORTAIL"))
        self.assertEqual(deposit.line_ids.outcome, "integrated")
        self.assertTrue(deposit.sha256)
        with self.assertRaises(UserError):
            move.button_draft()

    def test_looked_for_until_it_shows(self):
        move = self.works_invoice()
        self.tell(move)
        deposit = move.chorus_deposit_ids
        self.assertEqual((move.chorus_state, deposit.state, deposit.attempts), ("checking", "by_hand", 1))
        self.assertTrue(deposit.next_try)
        self.simulator.file_works(move)
        deposit.sudo().next_try = False
        self.poll()
        self.assertEqual((move.chorus_state, deposit.state), ("at_moe", "integrated"))

    def test_never_filed_calls_a_person_and_may_be_forgotten(self):
        move = self.works_invoice()
        self.tell(move)
        deposit = move.chorus_deposit_ids
        deposit.sudo().write({"unknown_at": fields.Datetime.now() - timedelta(days=2), "next_try": False})
        self.poll()
        self.assertEqual(move.activity_ids.user_id, self.sender)
        deposit.with_user(self.sender).action_not_filed()
        self.assertEqual((deposit.state, move.chorus_state), ("cancelled", "to_file"))
        with self.assertRaises(UserError):
            deposit.with_user(self.sender).action_not_filed()

    def test_another_document_under_that_number(self):
        move = self.works_invoice()
        self.simulator.file_works(move, montantTTC="99.00")
        self.tell(move)
        self.assertEqual((move.chorus_state, move.chorus_deposit_ids.error_code), ("checking", "found_different"))
        self.assertFalse(move.chorus_identifier)

    def test_by_the_payment_requests_when_the_works_api_is_closed(self):
        move = self.works_invoice()
        self.simulator.file_works(move)
        self.simulator.fault(WORKS, "http_403", times=5)
        self.tell(move)
        self.assertEqual(move.chorus_state, "at_moe")
        self.assertTrue(move.chorus_dossier)

    def test_by_the_works_api_where_payment_requests_do_not_work(self):
        move = self.works_invoice()
        self.simulator.file_works(move)
        self.simulator.fault(FILES, "http_500", times=5)
        self.tell(move)
        self.assertEqual((move.chorus_state, move.chorus_dossier), ("at_moe", False))

    def test_a_right_that_sending_does_not_need_stops_nothing(self):
        """No consent to the searches for works: told on the document; invoices go on leaving."""
        for path in (WORKS, FILES):
            self.simulator.fault(path, "http_403", times=50)
        for _index in range(3):
            self.tell(move := self.works_invoice())
        self.poll()
        connection = self.env["chorus.connection"]._known(self.company)
        self.assertEqual((connection._is_paused(), connection.failures), (False, 0))
        self.assertTrue(move.chorus_deposit_ids.error_cause)
        self.assertIn(move.chorus_deposit_ids.error_cause, str(move.alerts))
        other = self.arrive(self.invoice())
        self.assertEqual(other.chorus_state, "deposited")

    def test_a_search_that_fails_for_many_is_made_once(self):
        for _index in range(3):
            move = self.works_invoice()
            self.env["chorus.deposit"]._chorus_make_by_hand(move, b"%PDF-", "S.pdf")
        self.simulator.fault(WORKS, "http_503", times=None)
        self.simulator.fault(FILES, "http_503", times=None)
        before = self.simulator.calls(WORKS)
        self.poll()
        self.assertTrue(self.env["chorus.connection"]._known(self.company)._is_paused())
        calls = self.simulator.calls(WORKS) - before
        self.assertTrue(0 < calls <= 3, "not one search, with its repetitions, for each document")

    def test_faults_while_looking(self):
        for kind in ("timeout_before", "http_401", "http_429", "http_500", "html_200"):
            with self.subTest(kind):
                self.simulator.reset()
                move = self.works_invoice()
                for path in (WORKS, FILES):
                    self.simulator.fault(path, kind, times=20, delay=0.1)
                self.simulator.file_works(move)
                self.tell(move)
                self.assertEqual((move.chorus_state, move.chorus_deposit_ids.state), ("checking", "by_hand"), kind)
                self.env["chorus.connection"]._of(self.company)._note_success()

    def test_rights(self):
        move = self.works_invoice()
        billing = new_test_user(self.env, "billing", groups="account.group_account_invoice", company_id=self.company.id,
                                company_ids=[Command.set(self.company.ids)])  # fmt: skip
        with self.assertRaises(AccessError):
            move.with_user(billing).action_chorus_by_hand()
        with self.assertRaises(AccessError):
            self.env["chorus.works.deposit"].with_user(billing).create({"move_id": move.id})


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWorksFollowed(WorksCommon):
    def test_from_the_moe_to_the_payment(self):
        move = self.works_invoice()
        draft = self.filed(move)
        self.assertIn("MOE", move.chorus_waiting_for)
        self.assertFalse(move._chorus_piece())
        interim = self.simulator.answer_works(draft, "moe")
        self.poll()
        self.assertEqual((move._chorus_piece(), move.chorus_status), ("A15", "MISE_A_DISPOSITION_MOA"))
        self.assertEqual(move.chorus_state, "at_moa")
        self.assertIn("MOA", move.chorus_waiting_for)
        approved = self.simulator.answer_works(interim, "moa")
        self.poll()
        self.assertEqual((move._chorus_piece(), move.chorus_status, move.chorus_state), ("A19", "MISE_A_DISPOSITION", "received"))
        self.simulator.answer_works(approved, "finance", "pay")
        self.poll()
        self.assertEqual((move.chorus_state, move.chorus_waiting_for), ("paid", False))
        self.assertEqual(move.chorus_identifier, str(draft["idFactureTravaux"]))

    def test_a_refusal_shows_its_reason(self):
        move = self.works_invoice()
        self.simulator.answer_works(self.filed(move), "moe", "refuse", commentaire="Métré à revoir")
        self.poll()
        self.assertEqual((move.chorus_state, move.chorus_status_comment), ("declined", "Métré à revoir"))

    def test_silence_of_the_moe(self):
        move = self.works_invoice()
        draft = self.filed(move)
        self.assertEqual(move.chorus_deadline, move.chorus_waiting_since + timedelta(days=7))
        self.assertIn("chorus_clock", move.alerts)
        self.assertEqual(move.alerts["chorus_clock"]["level"], "info")
        self.poll()
        self.assertFalse(move.activity_ids)
        move.sudo().chorus_waiting_since -= timedelta(days=8)
        move.invalidate_recordset()
        self.assertEqual(move.alerts["chorus_clock"]["level"], "warning")
        self.assertIn("7 days", move.chorus_advice)
        self.poll()
        self.poll()
        self.assertEqual(len(move.activity_ids), 1, "once only")
        self.assertEqual(move.activity_ids.user_id, self.sender)
        # another status of the same party does not start its delay anew
        since = move.chorus_waiting_since
        self.simulator.control(f"works/{draft['idFactureTravaux']}/status", statut="PRISE_EN_COMPTE_MOE")
        self.poll()
        self.assertEqual((move.chorus_status, move.chorus_waiting_since), ("PRISE_EN_COMPTE_MOE", since))
        self.simulator.answer_works(draft, "moe")
        self.poll()
        self.assertFalse(move.activity_ids, "it has answered")
        self.assertGreater(move.chorus_waiting_since, since)

    def test_a_reminder_done_does_not_come_back(self):
        move = self.works_invoice()
        self.filed(move)
        move.sudo().chorus_waiting_since -= timedelta(days=8)
        self.poll()
        move.activity_ids.action_done()
        self.poll()
        self.assertFalse(move.activity_ids)
        move.sudo().chorus_waiting_since -= timedelta(days=1)
        self.poll()
        self.assertEqual(len(move.activity_ids), 1, "another delay has passed")

    def test_final_statement_then_the_general_one(self):
        final = self.works_invoice(chorus_framework="A7")
        self.market.date_accepted = final.invoice_date
        self.assertFalse(final._chorus_market_findings())
        draft = self.filed(final)
        self.assertEqual(self.market.stage, "general")
        self.assertIn("A8", final.chorus_next)
        general = self.simulator.answer_works(self.simulator.answer_works(draft, "moe"), "moa")
        self.poll()
        self.assertEqual((final._chorus_piece(), final.chorus_state), (general["cadre"], "to_handle"))
        self.assertEqual(final.chorus_status, "A_ASSOCIER_FOURNISSEUR")
        signed = self.works_invoice(price=10)
        self.assertEqual(signed.chorus_framework, "A8")
        self.filed(signed)
        self.assertEqual((signed.chorus_dossier, signed.chorus_state), (final.chorus_dossier, "received"))
        self.assertEqual(self.market.stage, "closed")
        late = self.works_invoice(price=1)
        self.assertFalse(late.chorus_framework)
        self.assertIn("market.framework", {finding.code for finding in late._chorus_market_findings()})

    def test_tacit_procedure(self):
        final = self.works_invoice(chorus_framework="A7")
        self.filed(final)
        tacit = self.works_invoice(price=10, chorus_framework="A22")
        # A22 takes the place of the draft final statement in its file
        piece = self.simulator.file_works(tacit, dossier=final.chorus_dossier)
        self.tell(tacit)
        self.assertEqual(piece["dossier"], tacit.chorus_dossier)
        self.assertEqual(tacit.chorus_deadline, tacit.chorus_waiting_since + timedelta(days=10))
        tacit.sudo().chorus_waiting_since -= timedelta(days=11)
        self.poll()
        self.assertIn("A23", tacit.activity_ids.summary)
        self.assertEqual(self.works_invoice(price=1).chorus_framework, "A23")

    def test_two_companies(self):
        """What another company's poll finds does not touch our documents."""
        move = self.works_invoice()
        draft = self.filed(move)
        self.simulator.answer_works(draft, "moe")
        second = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(second, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        deposits = self.env["chorus.deposit"].sudo()
        with second._chorus_client() as client:
            deposits._chorus_read_statuses(second._chorus_connection(), client)
        self.assertEqual(move.chorus_status, "MISE_A_DISPOSITION_MOE")

    def test_a_poll_asks_few_questions(self):
        moves = [self.works_invoice(number) for number in (100, 200, 300)]
        for move in moves:
            self.filed(move)
        before = self.simulator.calls(WORKS), self.simulator.calls(FILES)
        self.poll()
        self.assertEqual((self.simulator.calls(WORKS), self.simulator.calls(FILES)), (before[0] + 1, before[1] + 1))

    def test_the_history_of_a_document_filed_by_hand_is_never_asked_for(self):
        move = self.works_invoice()
        draft = self.filed(move)
        self.poll()
        self.simulator.answer_works(draft, "moe")
        self.poll()
        self.assertEqual(move.chorus_status, "MISE_A_DISPOSITION_MOA")
        self.assertFalse(move.chorus_deposit_line_ids.history_due, "no change asks for it")
        move.sudo().chorus_deposit_line_ids.history_due = fields.Datetime.now()  # as finding it at Chorus Pro does
        deposits = self.env["chorus.deposit"].sudo()
        with self.company._chorus_client() as client:
            deposits._chorus_read_histories(self.env["account.move"]._chorus_untold(self.company), client)
        self.assertEqual(self.simulator.calls(HISTORY), 0)
        self.assertFalse(move.chorus_deposit_line_ids.history_due, "it is not looked at again every hour")

    def test_an_ordinary_invoice_asks_none(self):
        self.arrive(self.invoice())
        self.poll()
        self.assertEqual((self.simulator.calls(WORKS), self.simulator.calls(FILES)), (0, 0))
