"""The advice of what blocks an invoice, followed by the person it speaks to: it leads to a file that leaves.

``sender`` is an accountant who transfers invoices; ``administrator`` also sets taxes, customers and the company up.
"""

import base64

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ....services.vocabulary.places import LABELS, Place
from ...support import printed
from .test_books import FRANCHISE, BooksCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAdvice(BooksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env, "administrator",
            groups="account.group_account_manager,base.group_partner_manager,l10n_fr_chorus_pro.group_chorus_manager",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    def blocked(self, move, code, place, user=None):
        """The invoice as that person has it, stopped for this and told where to mend it."""
        seen = move.with_user(user or self.sender)
        self.env.invalidate_all()
        found = [finding for finding in seen._chorus_findings() if finding.blocks]
        self.assertEqual([finding.code for finding in found], [code])
        self.assertEqual(found[0].place, place)
        alert = seen.alerts[f"chorus_{code}"]
        if user is None or place not in (Place.SUPPLIER, Place.TAXES):
            self.assertEqual(alert.get("action_text"), LABELS[place].of(seen.env.lang), alert)
        return seen

    def leaves(self, move):
        self.env.invalidate_all()
        self.assertEqual(move._chorus_obstacles(), [])
        self.send(move)
        self.simulator.advance()
        self.follow()
        self.assertEqual((move.chorus_state, move._chorus_line().outcome), ("deposited", "integrated"))

    def again(self, draft, line=0, **values):
        """Back to draft, a line corrected, confirmed again: as an accountant does."""
        draft.button_draft()
        draft.invoice_line_ids[line].write(values)
        draft.action_post()

    def test_a_line_without_tax(self):
        move = self.bill((100, self.vat, {}), (50, self.env["account.tax"], {}))
        self.again(self.blocked(move, "R-22.tax", Place.DRAFT), 1, tax_ids=[Command.set(self.vat.ids)])
        self.leaves(move)

    def test_a_contribution_alone(self):
        eco = self.tax("Éco-participation", 2.5, amount_type="fixed", include_base_amount=True, sequence=0)
        move = self.bill((100, eco, {}))
        self.again(self.blocked(move, "R-22.tax", Place.DRAFT), tax_ids=[Command.set((eco + self.vat).ids)])
        self.leaves(move)

    def test_a_withholding_alone(self):
        withheld = self.tax("Précompte -1,1 %", -1.1, sequence=20)
        move = self.bill((100, withheld, {}))
        self.again(self.blocked(move, "R-22.tax", Place.DRAFT), tax_ids=[Command.set((withheld + self.vat).ids)])
        self.leaves(move)

    def test_a_retention_without_its_name(self):
        move = self.bill((1000, self.vat, {}), (-60, self.env["account.tax"], {"name": "RG"}))
        self.again(self.blocked(move, "R-22.tax", Place.DRAFT), 1, name="Retenue de garantie 5 %")
        self.leaves(move)

    def test_an_exemption_without_mention(self):
        """The accountant is told whom to ask; the administrator writes the mention on the tax, the invoice stays posted."""
        move = self.bill((100, self.tax("0 %"), {}))
        seen = move.with_user(self.sender)
        self.assertIn("administrator", seen.alerts["chorus_R-22.reason"]["message"])
        with self.assertRaises(AccessError):
            seen.invoice_line_ids.tax_ids.invoice_legal_notes = FRANCHISE
        seen = self.blocked(move, "R-22.reason", Place.TAXES, self.administrator)
        self.assertEqual(seen.alerts["chorus_R-22.reason"]["action"]["res_model"], "account.tax")
        seen.invoice_line_ids.tax_ids.invoice_legal_notes = FRANCHISE
        self.assertEqual(move.state, "posted")
        self.leaves(move)

    def test_an_exemption_whose_position_gets_the_mention(self):
        position = self.env["account.fiscal.position"].create({"name": "Franchise", "company_id": self.company.id})
        move = self.bill((100, self.tax("0 %"), {}), fiscal_position_id=position.id)
        self.blocked(move, "R-22.reason", Place.TAXES, self.administrator)
        position.with_user(self.administrator).note = f"<p>{FRANCHISE}</p>"
        self.leaves(move)

    def test_an_overseas_department(self):
        reunion = self.public_body("Commune de Démonville", self.town.company_registry)
        reunion.country_id = self.env.ref("base.re")
        move = self.bill((100, self.tax("0% EX G (biens)", tax_scope="consu"), {}), partner=reunion)
        seen = self.blocked(move, "R-22.reason", Place.TAXES, self.administrator)
        seen.invoice_line_ids.tax_ids.invoice_legal_notes = "Exonération de TVA, art. 294 du CGI"
        self.leaves(move)

    def test_two_taxes_that_could_be_the_vat(self):
        """One of them is an octroi de mer whose name does not say so."""
        odd = self.tax("10 % DD", 10, sequence=1, include_base_amount=True)
        move = self.bill((100, odd + self.vat, {}))
        seen = self.blocked(move, "R-23.several", Place.TAXES, self.administrator)
        odd.with_user(self.administrator).name = "Octroi de mer 10 %"
        self.assertEqual(seen.state, "posted")
        self.leaves(move)
        self.assertEqual([charge.amount for charge in move._chorus_document().charges], [10])

    def test_two_vats_of_which_one_is_too_many(self):
        ten = self.tax("TVA 10", 10)
        move = self.bill((100, ten + self.vat, {}))
        self.again(self.blocked(move, "R-23.several", Place.TAXES, self.administrator), tax_ids=[Command.set(ten.ids)])
        self.leaves(move)

    def test_a_vat_changed_by_hand(self):
        move = self.bill((100, self.vat, {}), post=False)
        tax_line = move.line_ids.filtered("tax_line_id")
        move.write({"line_ids": [Command.update(tax_line.id, {"amount_currency": -23.0, "balance": -23.0})]})
        move.action_post()
        self.assertEqual(move.amount_tax, 23)
        draft = self.blocked(move, "R-24.vat", Place.DRAFT)
        draft.button_draft()
        taxes = draft.invoice_line_ids.tax_ids
        draft.invoice_line_ids.tax_ids = [Command.clear()]
        draft.invoice_line_ids.tax_ids = [Command.set(taxes.ids)]
        draft.action_post()
        self.leaves(move)

    def test_out_of_scope_beside_others(self):
        out = self.tax("Hors champ", ubl_cii_tax_category_code="O")
        move = self.bill((100, self.vat, {}), (50, out, {}))
        exempt = self.tax("Subvention", invoice_legal_notes="Subvention hors du champ de la TVA, art. 256 du CGI")
        seen = self.blocked(move, "BR-O-11.scope", Place.DRAFT, self.administrator)
        self.again(seen, 1, tax_ids=[Command.set(exempt.ids)])
        self.leaves(move)

    def test_an_intra_community_tax_for_a_french_customer(self):
        intra = self.tax("0% UE", ubl_cii_tax_category_code="K")
        move = self.bill((100, intra, {}))
        seen = self.blocked(move, "BR-IC-11.delivery", Place.DRAFT, self.administrator)
        self.again(seen, tax_ids=[Command.set(self.vat.ids)])
        self.leaves(move)

    def test_a_negative_total(self):
        move = self.bill((-100, self.vat, {}), post=False)
        move.action_switch_move_type()
        move.chorus_original_number = "2019-0417"
        move.action_post()
        self.leaves(move)

    def test_a_filler_where_a_number_is_required(self):
        self.town.sudo().write(
            {"chorus_structure_id": "1", "chorus_structure_active": True, "chorus_structure_public": True,
             "chorus_engagement_required": True, "chorus_directory_date": fields.Datetime.now(),
             "chorus_directory_environment": self.company.chorus_environment}
        )  # fmt: skip
        move = self.invoice(purchase_order_reference="néant")
        self.blocked(move, "R-09.filler", Place.REFERENCES).purchase_order_reference = "1300012345"
        self.leaves(move)

    def test_no_account(self):
        self.company_data["default_journal_sale"].bank_account_id = False
        move = self.invoice(partner_bank_id=False)
        bank = self.company.partner_id.bank_ids[:1]
        self.blocked(move, "R-20.iban", Place.BANK).partner_bank_id = bank
        self.leaves(move)

    def test_our_vat_number(self):
        self.company.vat = False
        move = self.invoice()
        seen = self.blocked(move, "BR-S-02.vat", Place.SUPPLIER, self.administrator)
        self.assertIn("administrator", move.with_user(self.sender).alerts["chorus_BR-S-02.vat"]["message"])
        seen.company_id.sudo().vat = "FR11123456782"
        self.leaves(move)

    def test_a_number_too_long(self):
        move = self.invoice(name="FACTURE-2026-0000000042")
        self.blocked(move, "R-04.length", Place.NUMBER).name = "FACTURE-2026-42"
        self.leaves(move)

    def test_an_attachment_that_an_xml_does_not_take(self):
        move = self.invoice()
        self.attach(move, ("plan.docx", b"PK\x03\x04"))
        seen = self.blocked(move, "R-29.inside", Place.ATTACHMENTS)
        # converted, not renamed
        seen.chorus_attachment_ids.write({"name": "plan.pdf", "file": base64.b64encode(printed.pdf())})
        self.leaves(move)

    def test_a_credit_note_of_nothing(self):
        move = self.invoice(move_type="out_refund")
        self.blocked(move, "R-18.missing", Place.ORIGINAL).chorus_original_number = "2019-0417"
        self.leaves(move)
