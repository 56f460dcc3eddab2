import base64
import io
from unittest.mock import patch

from pypdf import PdfReader, PdfWriter

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....models.exchange import chorus_sending
from ...support import printed, simulated
from ...support.formats_case import FormatsCase

ADD = "/cpro/transverses/v1/ajouter/fichier"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFlows(FormatsCase):
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
        self.print_customers_pdf(move, buffer.getvalue())
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
            with self.assertRaisesRegex(UserError, r"no PDF engine.*XML, CII.*XML, UBL"):
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

    def test_characters_that_no_font_has(self):
        """The message says which text it is, and each of its ways out leads to an invoice that leaves."""
        self.company.chorus_format = "facturx"
        move, printed_before = self.invoice(), self.invoice()
        boxes = printed.page_by_wkhtmltopdf(f"<meta charset='utf-8'><p>Salle {printed.NOT_IN_ANY_FONT} du fond</p>")
        for invoice in (move, printed_before):
            with (
                printed.printer(self.env, content=boxes),
                self.assertRaisesRegex(UserError, "Salle □ du fond.*fonts-noto-cjk"),
            ):
                self.send(invoice)
            self.print_customers_pdf(printed_before, boxes)
        self.assertFalse(self.simulator.state()["deposits"])
        # the fonts are there now: printed anew, it is sound
        self.arrive(move)
        self.assertEqual(self.deposit(move).state, "integrated")
        # what the customer got is printed anew once the invoice was reset and confirmed
        printed_before.button_draft()
        printed_before.action_post()
        self.arrive(printed_before)
        self.assertEqual(self.deposit(printed_before).state, "integrated")
        # or without a PDF
        other = self.invoice()
        self.print_customers_pdf(other, boxes)
        self.company.chorus_format = "cii"
        self.arrive(other)
        self.assertEqual(self.deposit(other).state, "integrated")

    def print_customers_pdf(self, move, content):
        """The PDF that Send & Print keeps."""
        self.env["ir.attachment"].create(
            {"name": "FAC.pdf", "raw": content, "res_model": "account.move", "res_id": move.id,
             "res_field": "invoice_pdf_report_file", "mimetype": "application/pdf"}
        )  # fmt: skip
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    def test_too_heavy(self):
        """The printed page alone may be too much; that is said before anything leaves."""
        for form, name in (("pdf", "PDF_SIZE"), ("facturx", "FLOW_SIZE")):
            self.company.chorus_format = form
            with (
                self.subTest(form),
                patch.object(chorus_sending, name, 1_000),
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
