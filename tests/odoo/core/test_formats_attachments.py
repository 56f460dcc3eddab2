import base64

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ...support.formats_case import FormatsCase

DEPOSIT = "/cpro/factures/v1/deposer/flux"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAttachments(FormatsCase):
    """Files added to an invoice before it goes."""

    def test_inside_each_xml(self):
        for form in ("cii", "ubl"):
            with self.subTest(form):
                self.simulator.reset()
                self.company.chorus_format = form
                move = self.invoice()
                self.attach(move, ("bon.pdf", b"%PDF one"), ("bon.pdf", b"%PDF two"), kind="order")
                self.arrive(move)
                (row,) = self.simulator.invoices()
                self.assertEqual(row["attachments"], ["bon.pdf", "bon (2).pdf"])
                xml = etree.fromstring(base64.b64decode(self.deposit(move).file))
                self.assertEqual(
                    [
                        base64.b64decode(node.text)
                        for node in xml.iter("{*}AttachmentBinaryObject", "{*}EmbeddedDocumentBinaryObject")
                    ],
                    [b"%PDF one", b"%PDF two"],
                )
                self.assertIn("Bon de commande", etree.tostring(xml, encoding="unicode"))

    def test_several_files_at_once_and_those_of_the_chatter(self):
        """Dropped together, or picked where they are already; what Chorus Pro would refuse is told before."""
        move = self.invoice().with_user(self.sender)
        files = self.env["ir.attachment"].with_user(self.sender)
        there = files.create({"name": "commande.pdf", "raw": b"%PDF order", "res_model": "account.move", "res_id": move.id})
        two = files.create([{"name": f"{name}.pdf", "raw": b"%PDF " + name.encode()} for name in ("un", "deux")])
        action = move.action_chorus_attach()
        form = Form(self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"]))
        self.assertIn(there, self.env["ir.attachment"].search(safe_eval(
            form._record._fields["chatter_ids"].domain, {"move_id": move.id})))  # fmt: skip
        form.kind = "order"
        for file in two:
            form.file_ids.add(file)
        form.chatter_ids.add(there)
        form.save().action_add()
        self.assertEqual(sorted(move.chorus_attachment_ids.mapped("name")), ["commande.pdf", "deux.pdf", "un.pdf"])
        self.assertEqual(set(move.chorus_attachment_ids.mapped("kind")), {"order"})
        self.assertEqual(there.res_id, move.id, "it stays in the chatter")
        wizard = self.env["chorus.attach"].with_user(self.sender).create({"move_id": move.id})
        with self.assertRaises(UserError):
            wizard.action_add()
        wizard.file_ids = files.create({"name": "virus.exe", "raw": b"x"})
        with self.assertRaises(UserError):
            wizard.action_add()
        self.arrive(move.sudo())
        self.assertEqual(len(self.simulator.invoices()[0]["attachments"]), 3)

    def test_checks(self):
        cases = {
            "R-29.name": ("x" * 50 + ".pdf", b"%PDF"),
            "R-29.kind": ("virus.exe", b"x"),
            "R-29.inside": ("plan.tif", b"x"),
            "R-29.empty": ("vide.pdf", b""),
            "R-29.content": ("plan.pdf", b"PK\x03\x04 renamed"),
            "R-29.size": ("gros.pdf", b"%PDF" + b"x" * 10_000_000),
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
        self.attach(move, ("plan.tif", b"II*\x00"))
        self.arrive(move)
        self.assertEqual(self.simulator.invoices()[0]["attachments"], ["plan.tif"])

    def test_fixed_once_sent(self):
        move = self.invoice()
        file = self.attach(move, ("a.pdf", b"%PDF"))
        file.name = "b.pdf"
        self.send(move)
        for change in (
            lambda: self.attach(move, ("c.pdf", b"%PDF")),
            lambda: file.write({"name": "d.pdf"}),
            file.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(move.chorus_attachment_ids.mapped("name"), ["b.pdf"])

    def test_free_again_after_a_rejection(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="non")
        move = self.invoice()
        self.attach(move, ("a.pdf", b"%PDF"))
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        move.chorus_attachment_ids.unlink()

    def test_not_copied(self):
        move = self.invoice()
        self.attach(move, ("a.pdf", b"%PDF"))
        self.assertFalse(move.copy().chorus_attachment_ids)

    def test_two_companies(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        stranger = new_test_user(self.env, "stranger", groups="account.group_account_invoice", company_id=other.id,
                                 company_ids=[(6, 0, other.ids)])  # fmt: skip
        file = self.attach(self.invoice(), ("a.pdf", b"%PDF"))
        with self.assertRaises(AccessError):
            file.with_user(stranger).read(["name"])

    def test_sizes_are_shown(self):
        small, large = self.attach(self.invoice(), ("a.pdf", b"%PDF"), ("b.pdf", b"%PDF" + b"b" * 2_500_000))
        self.assertEqual((small.size, small.size_label, large.size_label), (4, "1 kB", "2.5 MB"))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestParticulars(FormatsCase):
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
