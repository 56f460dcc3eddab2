"""What a document says of the books where a description of the corpus cannot show it: who asks, when, from which company."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import Form, new_test_user, tagged

from ....services.document.en16931 import to_cii
from ....services.document.invoice import Contact, Party
from ....services.document.ubl import to_ubl
from ...support.formats_case import FormatsCase

FRANCHISE = "TVA non applicable, art. 293 B du CGI"


class BooksCase(FormatsCase):
    """Invoices with taxes of their own, and payments."""

    @classmethod
    def tax(cls, name, amount=0, **values):
        group = cls.env["account.tax.group"].search([("company_id", "=", cls.company.id)], limit=1)
        return cls.env["account.tax"].create(
            {"name": name, "amount": amount, "amount_type": "percent", "type_tax_use": "sale", "company_id": cls.company.id,
             "country_id": cls.env.ref("base.fr").id, "tax_group_id": group.id, **values}
        )  # fmt: skip

    def bill(self, *lines, post=True, **values):
        """An invoice of these lines: price, taxes, and values of their own."""
        commands = [
            Command.create(
                {"name": "Prestation", "quantity": 1, "price_unit": price, "tax_ids": [Command.set(taxes.ids)], **more}
            )
            for price, taxes, more in lines
        ]
        return self.invoice(post=post, invoice_line_ids=commands, **values)

    @property
    def vat(self):
        domain = [("type_tax_use", "=", "sale"), ("amount", "=", 20), ("company_id", "=", self.company.id)]
        return self.env["account.tax"].search(domain).filtered(lambda tax: not tax.price_include)[:1]

    def pay(self, move, amount=None, day=None):
        context = {"active_model": "account.move", "active_ids": move.ids}
        values = {"payment_date": day or fields.Date.today(), **({"amount": amount} if amount else {})}
        return self.env["account.payment.register"].with_context(**context).create(values)._create_payments()

    def codes(self, move):
        return {finding.code for finding in move._chorus_findings()}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLanguage(BooksCase):
    """Every text is French, whoever asks: the customer's own French where it speaks one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("fr_FR", "fr_BE", "en_US"):
            cls.env["res.lang"]._activate_lang(code)
        cls.term = cls.env["account.payment.term"].create(
            {"name": "30 days", "note": "<p>30 days end of month</p>", "early_discount": True, "discount_percentage": 2,
             "discount_days": 10, "early_pay_discount_computation": "mixed",
             "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]}
        )  # fmt: skip
        cls.exempt = cls.tax("Exempt", invoice_legal_notes="<p>VAT exempt (training)</p>")
        cls.levy = cls.tax("Eco fee", 1, amount_type="fixed", include_base_amount=True, sequence=0)
        cls.position = cls.env["account.fiscal.position"].create({"name": "P", "note": "<p>Approved body, VAT exempt</p>"})
        for lang, mark in (("fr_FR", ""), ("fr_BE", " (BE)")):
            cls.translate(cls.term, "note", lang, {"30 days end of month": f"30 jours fin de mois{mark}"})
            cls.translate(cls.exempt, "invoice_legal_notes", lang, {"VAT exempt (training)": f"Exonéré, art. 261-4-4°{mark}"})
            cls.translate(cls.levy, "name", lang, f"Éco-participation{mark}")
            cls.translate(cls.position, "note", lang, {"Approved body, VAT exempt": f"Organisme agréé, exonéré{mark}"})

    @classmethod
    def translate(cls, record, field, lang, text):
        record.update_field_translations(field, {lang: text})

    def texts(self, move):
        document = move._chorus_document()
        exempt = next(subtotal for subtotal in document.vat_breakdown if subtotal.vat.category.value == "E")
        return {
            document.payment.terms, *document.exemption(exempt)[0].split(" ; "),
            *(item.reason for item in (*document.charges, *document.allowances)),
        }  # fmt: skip

    def move(self, lang):
        self.town.lang = lang
        return self.bill(
            (100, self.exempt, {}), (10, self.levy + self.vat, {}),
            invoice_payment_term_id=self.term.id, fiscal_position_id=self.position.id,
        )  # fmt: skip

    def check(self, move, mark):
        expected = {
            f"30 jours fin de mois{mark}", f"Exonéré, art. 261-4-4°{mark}", f"Éco-participation{mark}",
            f"Organisme agréé, exonéré{mark}", "Escompte pour paiement anticipé",
            "Escompte conditionnel, déduit de la seule assiette de la TVA",
        }  # fmt: skip
        files = set()
        for lang in ("fr_FR", "en_US", None):
            asked = move.with_context(lang=lang)
            self.assertEqual(self.texts(asked), expected, lang)
            document = asked._chorus_document()
            files.add((to_cii(document), to_ubl(document)))
        self.assertEqual(len(files), 1)

    def test_french_for_all(self):
        for lang in ("fr_FR", "en_US", False):
            with self.subTest(lang):
                self.check(self.move(lang), "")

    def test_the_french_of_the_customer(self):
        self.check(self.move("fr_BE"), " (BE)")

    def test_posted_by_an_english_user(self):
        self.town.lang = "fr_FR"
        draft = self.bill((100, self.vat, {}), (5, self.exempt, {}), post=False, invoice_payment_term_id=self.term.id)
        draft.with_context(lang="en_US").action_post()
        self.assertIn("Escompte pour paiement anticipé", self.texts(draft))
        self.assertNotIn("Early", str(draft._chorus_document()))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPayments(BooksCase):
    """What was paid by the invoice's date is in the file; what was paid since is told to a person."""

    def test_paid_since(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        move = self.invoice(invoice_date=yesterday)
        self.pay(move, 500)
        document = move._chorus_document()
        self.assertEqual((document.framework, document.totals.prepaid, document.totals.payable), ("A1", 0, Decimal("2400.00")))
        (notice,) = move._chorus_notices()
        self.assertEqual((notice.blocks, notice.asks), (False, True))
        self.assertIn("500.00", notice.message)
        self.assertFalse(move._chorus_obstacles())
        self.assertTrue(move._chorus_obstacles(by_itself=True))
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited", "a person has seen it")

    def test_paid_in_full_by_its_day(self):
        move = self.invoice()
        self.pay(move)
        document = move._chorus_document()
        self.assertEqual((document.framework, document.totals.prepaid, document.totals.payable), ("A2", Decimal("2400.00"), 0))
        self.assertEqual(self.codes(move), set())

    def test_a_credit_note_that_does_not_go(self):
        """Its original was refused, say: nobody but us takes it off."""
        move = self.invoice()
        credit_note = move._reverse_moves([{"invoice_date": move.invoice_date}])
        credit_note.invoice_line_ids.write({"quantity": 1, "price_unit": 100})
        credit_note.action_post()
        due = credit_note.line_ids.filtered(lambda line: line.display_type == "payment_term")
        move.js_assign_outstanding_line(due.id)
        self.assertEqual(move._chorus_document().totals.prepaid, 0)
        with patch.object(type(move), "_chorus_goes_itself", lambda _move: False):
            self.assertEqual(move._chorus_document().totals.prepaid, Decimal("120.00"))

    def test_a_draft_has_no_payment(self):
        self.assertEqual(self.invoice(post=False)._chorus_document().totals.prepaid, 0)

    def test_what_was_paid_is_read_by_who_may_transfer(self):
        move = self.invoice()
        self.pay(move, 300)
        sender = move.with_user(self.sender)
        self.env.invalidate_all()
        self.assertEqual(sender._chorus_document().totals.prepaid, Decimal("300.00"))

    def test_the_total_that_recognises_it(self):
        """What a deposit remembers is what the file says, where the books take something off."""
        ten, withheld = self.tax("10 %", 10), self.tax("Précompte -1,1 %", -1.1, sequence=20)
        kept = self.bill((1000, self.vat, {}), (-60, self.env["account.tax"], {"name": "Retenue de garantie 5 %"}))
        for move, total in ((self.bill((1000, ten + withheld, {})), 1100), (kept, 1200), (self.invoice(), 2400)):
            self.assertEqual(move._chorus_grand_total(), total)
            self.assertEqual(move._chorus_grand_total(), float(move._chorus_document().totals.grand_total))
            self.send(move)
            self.simulator.advance()
            self.follow()
            self.assertEqual((move.chorus_state, bool(move.chorus_identifier)), ("deposited", True))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestParties(BooksCase):
    def test_a_branch_has_the_vat_number_of_its_company(self):
        branch = self.env["res.company"].create({"name": "Atelier Démo – Lyon", "parent_id": self.company.id})
        self.assertFalse(branch.vat)
        self.assertEqual(branch._chorus_vat_number(), self.company.vat)
        alone = new_test_user(self.env, "lyon", company_id=branch.id, company_ids=[Command.set(branch.ids)])
        self.assertEqual(branch.with_user(alone)._chorus_vat_number(), self.company.vat)
        branch.vat = "FR68900000001"
        self.assertEqual(branch._chorus_vat_number(), "FR68900000001")

    def test_the_contact_is_a_person_or_the_company(self):
        self.company.write({"email": "compta@atelier.example, direction@atelier.example", "phone": "+33 1 99 00 12 34"})
        ours = Contact("Atelier Démo", "+33 1 99 00 12 34", "compta@atelier.example")
        for user in (self.env.ref("base.user_root"), self.env.ref("base.public_user"), self.env["res.users"]):
            move = self.invoice(invoice_user_id=user.id)
            self.assertEqual(move.with_user(self.sender)._chorus_document().supplier.contact, ours, user.name)
        self.sender.write({"name": "Ana", "email": "ana@atelier.example"})
        contact = self.invoice(invoice_user_id=self.sender.id)._chorus_document().supplier.contact
        self.assertEqual((contact.name, contact.email), ("Ana", "ana@atelier.example"))

    def holder(self, name, **values):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "FR8420041010050500013M02607", "partner_id": self.company.partner_id.id, "acc_holder_name": name,
             "allow_out_payment": True}
        )  # fmt: skip
        return self.invoice(partner_bank_id=bank.id, **values)

    def test_a_holder_that_is_no_factor(self):
        """A trader's own name, a former name of ours, another establishment of ours."""
        self.env["res.partner"].create({"name": "Ancienne raison", "is_company": True, "company_registry": "12345678200085"})
        move = self.holder("Jeanne Dupont")
        for name in ("Jeanne Dupont", "ATELIER DEMO", "Ancienne raison"):
            with self.subTest(name):
                move.partner_bank_id.acc_holder_name = name
                self.assertIsNone(move._chorus_document().payee)
                self.assertEqual(self.codes(move), set())

    def test_a_factor_that_nobody_knows(self):
        move = self.holder("Factor SA", narration="Créance cédée : règlement à Factor SA par subrogation.")
        self.assertEqual(move._chorus_document().payee, Party("Factor SA"))
        self.assertIn("R-20.payee", self.codes(move))
        self.env["res.partner"].create([{"name": "FACTOR SA", "company_registry": "55203253400646"}] * 2)
        self.assertEqual(move._chorus_document().payee, Party("FACTOR SA", "55203253400646"))
        self.assertNotIn("R-20.payee", self.codes(move))

    def test_a_delivery_address_without_any_country(self):
        place = self.env["res.partner"].create({"name": "Gymnase", "street": "1 rue du Port"})
        move = self.invoice(partner_shipping_id=place.id)
        self.assertEqual(move._chorus_document().delivery_address.country, "FR", "our town's")
        self.town.country_id = False
        self.company.partner_id.country_id = False
        codes = self.codes(move)
        self.assertIn("BR-57.country", codes)
        self.assertLessEqual({"BR-09.country", "BR-11.country"}, codes)

    def test_the_mandate_where_a_module_has_one(self):
        bank = self.company_data["default_journal_bank"]
        method = bank.inbound_payment_method_line_ids[:1].copy({"name": "Prélèvement SEPA"})
        move = self.invoice(preferred_payment_method_line_id=method.id)
        self.assertEqual(self.codes(move), {"R-20.mandate"})
        with patch.object(type(move), "_chorus_mandate", lambda _move: ("RUM-1", "FR12ZZZ123456")):
            payment = move._chorus_document().payment
            self.assertEqual((payment.means, payment.mandate, payment.creditor), ("49", "RUM-1", "FR12ZZZ123456"))
            self.assertFalse(payment.iban)
            self.assertEqual(self.codes(move), set())

    def test_the_reference_of_an_order_is_asked_about(self):
        for ref, code in (("EJ 1300 012 345", "R-09.order"), ("EJ 1300 012 345, EJ2", "R-09.orders"), ("votre appel", None)):
            move = self.invoice(ref=ref)
            self.assertEqual(self.codes(move), {code} - {None}, ref)
            move.purchase_order_reference = "1300012345"
            self.assertEqual(self.codes(move), set())

    def test_a_retention_on_a_draft_is_told_at_once(self):
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.town
            with form.invoice_line_ids.new() as line:
                line.name, line.price_unit = "Travaux", 1000
                line.tax_ids.clear()
                line.tax_ids.add(self.vat)
            with form.invoice_line_ids.new() as line:
                line.name, line.price_unit = "Retenue de garantie 5 %", -60
                line.tax_ids.clear()
        move = form.record
        self.assertIn("chorus_R-24.retained", move.alerts)
        self.assertNotIn("chorus_R-22.tax", move.alerts)
