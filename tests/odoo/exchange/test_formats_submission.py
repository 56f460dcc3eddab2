import base64
import json
from hashlib import sha256

from odoo.exceptions import UserError
from odoo.tests import tagged

from ....services.api.answers import SubmittedInvoice
from ...support import printed
from ...support.formats_case import FormatsCase

ADD = "/cpro/transverses/v1/ajouter/fichier"
SUBMIT = "/cpro/factures/v1/soumettre"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSubmissions(FormatsCase):
    """The PDF with its data: the promises of a flow, an identifier at once."""

    def test_in_chorus_pro_at_once(self):
        self.company.chorus_format = "pdf"
        move = self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345")
        self.attach(move, ("métré.xlsx", b"PK\x03\x04m"), ("métré.xlsx", b"PK\x03\x04n"), kind="order")
        notification = self.send(move)
        self.assertEqual(notification["params"]["type"], "success")
        deposit = self.deposit(move)
        (row,) = self.simulator.invoices()
        self.assertEqual((deposit.state, move.chorus_state, move.chorus_status), ("integrated", "deposited", "DEPOSEE"))
        self.assertEqual((row["numeroFacture"], str(row["identifiantFactureCPP"])), (move.name, move.chorus_identifier))
        self.assertEqual((row["codeServiceExecutant"], row["montantTTC"]), ("FAC-001", 2400))
        self.assertEqual(row["attachments"], ["métré.xlsx", "métré (2).xlsx"])
        self.assertEqual(deposit.sha256, sha256(base64.b64decode(deposit.file)).hexdigest())
        self.assertEqual(deposit.data_sha256, sha256(deposit.data.encode()).hexdigest())
        self.assertEqual(json.loads(deposit.data)["modeDepot"], "DEPOT_PDF_API")
        self.assertEqual(self.simulator.calls(ADD), 3)
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.run_cron("follow")
        self.assertEqual(move.chorus_state, "paid", "followed like any other")

    def test_a_lost_attachment_does_not_leave(self):
        """Nor does the invoice without it."""
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.attach(move, ("a.xlsx", b"PK\x03\x04a"), ("b.xlsx", b"PK\x03\x04b"), kind="order")
        self.simulator.fault(ADD, "http_429", times=9)
        self.send(move)
        deposit = self.deposit(move)
        self.assertEqual(deposit.state, "ready")
        self.simulator.http.delete(f"{self.simulator.url}/_simulator/faults")
        before = self.simulator.calls(ADD)
        attachment = deposit.attachment_ids.sorted("id")[-1]
        self.env.cr.execute("UPDATE ir_attachment SET db_datas = NULL, store_fname = NULL WHERE id = %s", [attachment.id])
        self.env.invalidate_all()
        deposit.next_try = self.env["chorus.connection"]._of(self.company).paused_until = False
        self.run_cron("deposit")
        self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("spoilt", "file_changed", "rejected"))
        self.assertEqual((self.simulator.calls(ADD) - before, self.simulator.calls(SUBMIT)), (0, 0))

    def test_kinds_of_files(self):
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.attach(move, ("a.pdf", b"%PDF a"), kind="order")
        self.attach(move, ("b.pdf", b"%PDF b"), kind="measurement")
        self.send(move)
        body = next(entry["body"] for entry in self.simulator.control("journal", "GET") if entry["path"] == SUBMIT)
        kinds = [file["pieceJointeComplementaireType"] for file in body["pieceJointeComplementaire"]]
        self.assertEqual(kinds, ["BDC", "AUT"], "its own kind where Chorus Pro has it, else “Autre”")

    def test_refused(self):
        self.company.chorus_format = "pdf"
        self.simulator.fault(SUBMIT, "code_retour", codeRetour=20013, libelle="Montants incoherents")
        move = self.invoice()
        self.send(move)
        self.assertEqual((move.chorus_state, self.deposit(move).state), ("rejected", "rejected"))
        self.assertIn("Montants incoherents", str(move.alerts))
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.invoices()), 1)

    def test_refused_by_the_platform_for_its_recipient(self):
        self.company.chorus_format = "pdf"
        move = self.invoice(self.public_body("Nulle part", "20000009900017"))
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        self.assertFalse(self.simulator.invoices())

    def test_a_file_that_does_not_go_through_is_not_a_deposit(self):
        self.company.chorus_format = "pdf"
        for kind in ("http_503", "http_429", "reset_after", "refuse_connection"):
            with self.subTest(kind):
                self.simulator.reset()
                self.simulator.fault(ADD, kind, times=9)
                move = self.invoice()
                self.send(move)
                deposit = self.deposit(move)
                self.assertEqual((move.chorus_state, deposit.state), ("sending", "ready"))
                self.simulator.fault(ADD, "slow", times=0)
                self.simulator.reset()
                connection = self.env["chorus.connection"]._of(self.company)
                connection.paused_until = deposit.next_try = False
                self.run_cron("deposit")
                self.assertEqual((move.chorus_state, deposit.state), ("deposited", "integrated"))
                self.assertEqual(len(self.simulator.invoices()), 1)

    def test_answer_lost_but_received(self):
        self.company.chorus_format = "pdf"
        for kind in ("reset_after", "http_500", "html_200", "empty_200"):
            with self.subTest(kind):
                self.simulator.reset()
                move = self.invoice()
                self.simulator.fault(SUBMIT, kind)
                self.send(move)
                deposit = self.deposit(move)
                self.assertEqual((move.chorus_state, deposit.state), ("checking", "unknown"))
                arrived = len(self.simulator.invoices())
                deposit.next_try = False
                if not arrived:
                    # nothing arrived: only after the time in which it would show is it sent again
                    deposit.unknown_at = "2020-01-01"
                self.run_cron("deposit")
                if not arrived:
                    deposit.next_try = False
                    self.run_cron("deposit")
                self.assertEqual((deposit.state, move.chorus_state), ("integrated", "deposited"))
                (row,) = self.simulator.invoices()
                self.assertEqual(move.chorus_identifier, str(row["identifiantFactureCPP"]))
                self.assertEqual(self.simulator.calls(SUBMIT), 1 if arrived else 2)

    def test_duplicate_is_healed(self):
        """Refused as being there already, and it is this very invoice: adopted."""
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.simulator.fault(SUBMIT, "reset_after")
        self.send(move)
        deposit = self.deposit(move)
        deposit.write({"state": "ready", "next_try": False})  # as if it had been judged too early
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "unknown")
        deposit.next_try = False
        self.run_cron("deposit")
        self.assertEqual((deposit.state, move.chorus_state), ("integrated", "deposited"))
        self.assertEqual(len(self.simulator.invoices()), 1)

    def test_second_click(self):
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "already"):
            self.send(move)
        self.assertEqual(self.simulator.calls(SUBMIT), 1)

    def test_another_number_is_followed(self):
        """Were Chorus Pro to renumber it, the invoice would be followed under that number."""
        self.company.chorus_format = "pdf"
        move = self.invoice()
        move._chorus_enqueue(printed={move: printed.pdf()})
        deposit = self.deposit(move)
        deposit.write({"state": "sending"})
        deposit._chorus_write_answer(SubmittedInvoice("4000000000", "20260000000000000001", "DEPOSEE"))
        self.assertEqual((deposit.state, deposit.line_ids.number), ("integrated", "20260000000000000001"))
        self.assertIn("20260000000000000001", deposit.line_ids.message)

    def test_connection_never_tested(self):
        self.company.chorus_format = "pdf"
        self.company.chorus_structure_id = False
        with self.assertRaisesRegex(UserError, "Test the connection"):
            self.send(self.invoice())

    def test_credit_note(self):
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.send(move)
        credit_note = move._reverse_moves([{"invoice_date": move.invoice_date}])
        credit_note.action_post()
        self.send(credit_note)
        self.assertEqual(credit_note.chorus_state, "deposited", credit_note.alerts)
        (row,) = (row for row in self.simulator.invoices() if row["typeFacture"] == "AVOIR")
        self.assertEqual((row["numeroFacture"], row["numeroFactureOrigine"]), (credit_note.name, move.name))
