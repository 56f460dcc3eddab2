import base64
import io
import json
from hashlib import sha256
from unittest.mock import patch

from lxml import etree
from pypdf import PdfReader, PdfWriter

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import account_move_format
from ..services.answers import SubmittedInvoice
from . import printed, simulated
from .common import ChorusCommon

DEPOSIT = "/cpro/factures/v1/deposer/flux"
ADD = "/cpro/transverses/v1/ajouter/fichier"
SUBMIT = "/cpro/factures/v1/soumettre"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"


@tagged("post_install_l10n", "post_install", "-at_install")
class Flows:
    """XML and Factur-X, deposited as files."""

    def test_each_flow_arrives(self):
        for form, code, suffix in (
            ("cii", "IN_DP_E1_CII_16B", ".xml"),
            ("ubl", "IN_DP_E1_UBL_INVOICE", ".xml"),
            ("facturx", "IN_DP_E2_CII_FACTURX", ".pdf"),
        ):
            with self.subTest(form):
                self.simulator.reset()
                self.company.chorus_format = form
                move = self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345")
                self.arrive(move)
                deposit = self.deposit(move)
                self.assertEqual((deposit.state, deposit.syntax), ("integrated", code), move.alerts)
                self.assertTrue(deposit.file_name.endswith(suffix))
                (row,) = self.simulator.invoices()
                self.assertEqual((row["numeroFacture"], row["montantTTC"]), (move.name, 2400))
                self.assertEqual((row["codeServiceExecutant"], row["numeroBonCommande"]), ("FAC-001", "1300012345"))
                self.assertEqual(move.chorus_identifier, str(row["identifiantFactureCPP"]))

    def test_factur_x_carries_the_printed_invoice(self):
        self.company.chorus_format = "facturx"
        move = self.invoice()
        self.attach(move, ("plan.pdf", printed.pdf("plan")), ("Plan.pdf", printed.pdf("other plan")), ("notes.txt", b"n"))
        self.arrive(move)
        reader = PdfReader(io.BytesIO(base64.b64decode(self.deposit(move).file)))
        self.assertIn("1 200,00 €", reader.pages[0].extract_text())
        self.assertEqual(sorted(reader.attachments), ["Plan (2).pdf", "factur-x.xml", "notes.txt", "plan.pdf"])
        self.assertIn(move.name.encode(), reader.attachments["factur-x.xml"][0])
        (row,) = self.simulator.invoices()
        self.assertEqual(sorted(row["attachments"]), ["Plan (2).pdf", "notes.txt", "plan.pdf"])

    def test_pdf_of_the_customer_is_taken_without_odoos_own_xml(self):
        """The PDF that Send & Print made is used as it is, but not the data that Odoo put into it."""
        self.company.chorus_format = "facturx"
        move = self.invoice()
        content = printed.pdf("le PDF du client")
        writer = PdfWriter(clone_from=io.BytesIO(content))
        writer.add_attachment("factur-x.xml", b"<other/>")
        buffer = io.BytesIO()
        writer.write(buffer)
        self.env["ir.attachment"].create(
            {"name": "FAC.pdf", "raw": buffer.getvalue(), "res_model": "account.move", "res_id": move.id,
             "res_field": "invoice_pdf_report_file", "mimetype": "application/pdf"}
        )  # fmt: skip
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        self.arrive(move)
        reader = PdfReader(io.BytesIO(base64.b64decode(self.deposit(move).file)))
        self.assertIn("le PDF du client", reader.pages[0].extract_text())
        self.assertEqual(len(reader.attachments["factur-x.xml"]), 1)
        self.assertIn(b"CrossIndustryInvoice", reader.attachments["factur-x.xml"][0])

    def test_many_xml_share_flows_many_pdf_are_printed_by_odoos_job(self):
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(11)))
        self.company.chorus_format = "ubl"
        self.arrive(moves)
        self.assertEqual(len(moves.chorus_deposit_ids), 1)
        self.assertTrue(self.deposit(moves).file_name.endswith("_11.tar.gz"))
        self.assertEqual(len(self.simulator.invoices()), 11)
        self.company.chorus_format = "facturx"
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(11)))
        notification = self.send(moves)
        self.assertIn("11", notification["params"]["message"])
        self.assertFalse(moves.chorus_deposit_ids)
        self.assertTrue(all(moves.mapped("is_being_sent")))
        job = self.env["account.move"].with_env(self.print_env)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **options: 60):
            job.sudo()._cron_account_move_send(job_count=20)
        self.env.invalidate_all()
        self.assertEqual(len(moves.chorus_deposit_ids), 11, "one by one")
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_send_and_print_uses_its_pdf(self):
        self.company.chorus_format = "facturx"
        move = self.invoice()
        wizard = (
            self.env["account.move.send.wizard"]
            .with_env(self.print_env)
            .with_user(self.sender)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        with mute_logger("odoo.addons.account_edi_ubl_cii.models.account_move_send"):
            wizard.action_send_and_print()
        self.assertEqual(move.chorus_state, "deposited")
        self.assertTrue(base64.b64decode(self.deposit(move).file).startswith(b"%PDF-1.7"))

    def test_without_printer(self):
        move = self.invoice()
        with printed.printer(self.env, state="install"):
            self.company.chorus_format = "facturx"
            with self.assertRaisesRegex(UserError, r"no PDF engine.*XML, CII, XML, UBL"):
                self.send(move)
            self.company.chorus_format = "ubl"
            self.send(move)
        self.assertEqual(move.chorus_state, "deposited")

    def test_printing_fails(self):
        """One invoice that cannot be printed stays as it was, with its reason; the others go."""
        self.company.chorus_format = "facturx"
        first, second = self.invoice(), self.invoice()
        with printed.printer(self.env, fails=[UserError("wkhtmltopdf failed"), printed.pdf()]):
            notification = self.send(first | second)
        self.assertIn("wkhtmltopdf failed", notification["params"]["message"])
        self.assertEqual((first.chorus_state, second.chorus_state), ("to_send", "deposited"))

    def test_no_pdf_was_printed(self):
        self.company.chorus_format = "facturx"
        move = self.invoice()
        with (
            printed.printer(self.env, content=b"<html/>"),
            self.assertRaisesRegex(UserError, "no readable PDF"),
            mute_logger("pypdf._reader"),
        ):
            self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])

    def test_too_heavy(self):
        """The printed page alone may be too much; that is said before anything leaves."""
        for form, name in (("pdf", "PDF_SIZE"), ("facturx", "FLOW_SIZE")):
            self.company.chorus_format = form
            with (
                self.subTest(form),
                patch.object(account_move_format, name, 1_000),
                self.assertRaisesRegex(UserError, "lighten the pictures"),
            ):
                self.send(self.invoice())
        self.assertFalse(self.simulator.state()["deposits"])
        self.assertFalse(self.simulator.calls(ADD))

    def test_format_of_each_company(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.company.chorus_format = "ubl"
        self.assertEqual(other.chorus_format, "cii")
        move = self.invoice(self.public_body("Commune", simulated.TOWN, other), company=other)
        move._chorus_enqueue()
        self.assertEqual(self.deposit(move).syntax, "IN_DP_E1_CII_16B")


@tagged("post_install_l10n", "post_install", "-at_install")
class Submissions:
    """The PDF with its data: the promises of a flow, an identifier at once."""

    def test_in_chorus_pro_at_once(self):
        self.company.chorus_format = "pdf"
        move = self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345")
        self.attach(move, ("métré.xlsx", b"m"), ("métré.xlsx", b"n"), kind="order")
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

    def test_kinds_of_files(self):
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.attach(move, ("a.pdf", b"a"), kind="order")
        self.attach(move, ("b.pdf", b"b"), kind="measurement")
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


@tagged("post_install_l10n", "post_install", "-at_install")
class Attachments:
    """Files added to an invoice before it goes."""

    def test_inside_each_xml(self):
        for form in ("cii", "ubl"):
            with self.subTest(form):
                self.simulator.reset()
                self.company.chorus_format = form
                move = self.invoice()
                self.attach(move, ("bon.pdf", b"one"), ("bon.pdf", b"two"), kind="order")
                self.arrive(move)
                (row,) = self.simulator.invoices()
                self.assertEqual(row["attachments"], ["bon.pdf", "bon (2).pdf"])
                xml = etree.fromstring(base64.b64decode(self.deposit(move).file))
                self.assertEqual(
                    [
                        base64.b64decode(node.text)
                        for node in xml.iter("{*}AttachmentBinaryObject", "{*}EmbeddedDocumentBinaryObject")
                    ],
                    [b"one", b"two"],
                )
                self.assertIn("Bon de commande", etree.tostring(xml, encoding="unicode"))

    def test_checks(self):
        cases = {
            "R-29.name": ("x" * 50 + ".pdf", b"x"),
            "R-29.kind": ("virus.exe", b"x"),
            "R-29.inside": ("plan.tif", b"x"),
            "R-29.empty": ("vide.pdf", b""),
            "R-29.size": ("gros.pdf", b"x" * 10_000_001),
        }
        for code, file in cases.items():
            with self.subTest(code):
                move = self.invoice()
                attachment = self.env["chorus.attachment"].create(
                    {"move_id": move.id, "name": file[0], "file": base64.b64encode(file[1] or b"x")}
                )
                if not file[1]:
                    attachment.file = False if not attachment._fields["file"].required else base64.b64encode(b"")
                self.assertIn(code, {finding.code for finding in move._chorus_findings()})
                with self.assertRaises(UserError):
                    self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])

    def test_format_decides_what_may_be_attached(self):
        self.company.chorus_format = "facturx"
        move = self.invoice()
        self.attach(move, ("plan.tif", b"x"))
        self.arrive(move)
        self.assertEqual(self.simulator.invoices()[0]["attachments"], ["plan.tif"])

    def test_fixed_once_sent(self):
        move = self.invoice()
        file = self.attach(move, ("a.pdf", b"a"))
        file.name = "b.pdf"
        self.send(move)
        for change in (
            lambda: self.attach(move, ("c.pdf", b"c")),
            lambda: file.write({"name": "d.pdf"}),
            file.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(move.chorus_attachment_ids.mapped("name"), ["b.pdf"])

    def test_free_again_after_a_rejection(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="non")
        move = self.invoice()
        self.attach(move, ("a.pdf", b"a"))
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        move.chorus_attachment_ids.unlink()

    def test_not_copied(self):
        move = self.invoice()
        self.attach(move, ("a.pdf", b"a"))
        self.assertFalse(move.copy().chorus_attachment_ids)

    def test_two_companies(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        stranger = new_test_user(self.env, "stranger", groups="account.group_account_invoice", company_id=other.id,
                                 company_ids=[(6, 0, other.ids)])  # fmt: skip
        file = self.attach(self.invoice(), ("a.pdf", b"a"))
        with self.assertRaises(AccessError):
            file.with_user(stranger).read(["name"])

    def test_sizes_are_shown(self):
        small, large = self.attach(self.invoice(), ("a.pdf", b"a"), ("b.pdf", b"b" * 2_500_000))
        self.assertEqual((small.size, small.size_label, large.size_label), (1, "1 kB", "2.5 MB"))


@tagged("post_install_l10n", "post_install", "-at_install")
class Particulars:
    """What a person may say on an invoice besides its lines."""

    def test_original_is_suggested_and_may_be_corrected(self):
        invoice = self.invoice()
        credit_note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        self.assertEqual(
            (credit_note.chorus_original_number, credit_note.chorus_original_date), (invoice.name, invoice.invoice_date)
        )
        credit_note.chorus_original_number = "2019-0417"
        credit_note.action_post()
        self.assertEqual(credit_note.chorus_original_number, "2019-0417")
        self.send(credit_note)
        for change in ({"chorus_original_number": "X"}, {"chorus_original_date": "2020-01-01"}):
            with self.assertRaises(UserError):
                credit_note.write(change)

    def test_credit_note_without_original_is_stopped(self):
        credit_note = self.invoice(move_type="out_refund")
        with self.assertRaisesRegex(UserError, "original"):
            self.send(credit_note)
        credit_note.chorus_original_number = "2019-0417"
        self.send(credit_note)
        self.assertEqual(credit_note.chorus_state, "deposited")

    def test_already_paid(self):
        move = self.invoice()
        move.chorus_already_paid = True
        self.arrive(move)
        (row,) = self.simulator.invoices()
        self.assertEqual((row["cadreFacturation"], row["montantAPayer"]), ("A2_FACTURE_FOURNISSEUR_DEJA_PAYEE", 0))
        with self.assertRaises(UserError):
            move.chorus_already_paid = False


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFormats(ChorusCommon, Flows, Submissions, Attachments, Particulars):
    """A company that has tested its connection, and a printer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.chorus_structure_id = cls.structure()

    @classmethod
    def structure(cls):
        with cls.company._chorus_client() as client:
            return client.find_structures(simulated.SUPPLIER)[0].identifier

    def setUp(self):
        super().setUp()
        context = printed.printer(self.env)
        self.print_env = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def send(self, moves):
        return super().send(moves.with_env(self.print_env))

    def deposit(self, move):
        return move.sudo().chorus_deposit_line_ids.deposit_id

    def attach(self, move, *files, kind="other"):
        return self.env["chorus.attachment"].create(
            [{"move_id": move.id, "name": name, "file": base64.b64encode(content), "kind": kind} for name, content in files]
        )

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
        self.env.invalidate_all()
