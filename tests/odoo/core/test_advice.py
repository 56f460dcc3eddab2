"""The advice of what blocks an invoice, followed by the person it speaks to: it leads to a file that leaves.

``sender`` is an accountant who transfers invoices; ``administrator`` also sets taxes, customers and the company up.
"""

import base64
import inspect
import sys
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ....services import rules
from ....services.vocabulary.places import LABELS, Place
from ...support import printed, simulated
from .test_books import FRANCHISE, BooksCase

ELSEWHERE = {
    "R-06.taken": "test_review",
    "R-34.missing": "test_subcontracting",
}
"""Blocking rules whose advice other files follow."""

NOT_OF_BOOKS = {
    "R-04.missing": "Odoo numbers what it confirms",
    "R-16.missing": "Odoo dates what it confirms",
    "R-15.currency": "Odoo's currencies are those of ISO 4217",
    "R-17.sign": "Odoo confirms no negative total, see test_a_negative_total",
    "R-33.missing": "A1, A2 or the market's own",
    "R-33.framework": "A1, A2 or the market's own",
    "R-27.lines": "a million lines",
    "BR-16.lines": "Odoo confirms no invoice without lines",
    "BR-23.unit": "a unit without code is a piece",
    "BR-29.period": "of works documents, filed by hand",
    "BR-30.period": "of works documents, filed by hand",
    "R-26.number": "Odoo's own digits are fewer",
    **dict.fromkeys(
        ("R-24.lines", "R-24.allowances", "R-24.charges", "R-24.basis", "R-24.tax", "R-24.total", "R-24.payable", "R-24.twice"),
        "a total that the document takes from the same books",
    ),
    "R-24.bases": "the summary is of the lines",
    "R-23.category": "the category follows from the rate",
    "R-23.discounts": "the category follows from the rate",
    "R-20.missing": "30 where nothing is said",
    "R-21.means": "from a fixed list",
    "R-03.length": "of suppliers from abroad",
    "BR-06.name": "Odoo's companies have names",
    "BR-07.name": "Odoo's companies have names",
    "R-28.validator": "as R-34.missing, the same field",
    "R-34.format": "as R-34.missing, the same field",
    "R-34.key": "as R-34.missing, the same field",
    "R-34.carried": "a market's documents go in a format that names the validator",
    "R-29.total": "the file is too heavy before",
}
"""Blocking rules that no invoice confirmed in Odoo breaks, or that another's advice mends."""


class AdviceCase(BooksCase):
    """Follows the advice as the person to whom it is given."""

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
        said = move._chorus_line_errors()
        self.assertEqual((move.chorus_state, move._chorus_line().outcome), ("deposited", "integrated"), said)

    def again(self, draft, line=0, **values):
        """Back to draft, a line corrected, confirmed again: as an accountant does."""
        draft.button_draft()
        draft.invoice_line_ids[line].write(values)
        draft.action_post()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAdvice(AdviceCase):
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


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAdviceElsewhere(AdviceCase):
    """What is mended on other records than lines and taxes: numbers, dates, parties, references, files."""

    def test_each_rule_that_blocks_is_followed(self):
        followed = inspect.getsource(sys.modules[__name__]).partition("class AdviceCase")[2]
        left = {rule.code for rule in rules.RULES if rule.level is rules.Level.BLOCK and f'"{rule.code}"' not in followed}
        self.assertEqual(left, ELSEWHERE.keys() | NOT_OF_BOOKS.keys())

    # -- the document --------------------------------------------------------------------------------------------------

    def test_a_number_with_forbidden_characters(self):
        move = self.invoice(name="FAC n°42")
        self.blocked(move, "R-05.characters", Place.NUMBER).name = "FAC-42"
        self.leaves(move)

    def test_a_date_to_come(self):
        move = self.invoice(invoice_date=fields.Date.today() + timedelta(days=5))
        draft = self.blocked(move, "R-16.future", Place.DRAFT)
        draft.button_draft()
        draft.invoice_date = fields.Date.today()
        draft.action_post()
        self.leaves(move)

    def test_a_line_that_says_nothing(self):
        move = self.bill((100, self.vat, {"name": ""}))
        self.again(self.blocked(move, "BR-25.name", Place.DRAFT), name="Curage du fossé")
        self.leaves(move)

    def test_the_number_of_an_original_that_cannot_be_one(self):
        move = self.invoice(move_type="out_refund", chorus_original_number="n°2019/0417 du 17 avril")
        self.blocked(move, "R-18.format", Place.ORIGINAL).chorus_original_number = "2019-0417"
        self.leaves(move)

    def test_a_wrong_account(self):
        bank = self.env["res.partner.bank"].create({"acc_number": "FR7630001007941234567890186", "allow_out_payment": True,
                                                    "partner_id": self.company.partner_id.id})  # fmt: skip
        move = self.invoice(partner_bank_id=bank.id)
        self.blocked(move, "R-20.key", Place.BANK).partner_bank_id = self.company.partner_id.bank_ids - bank
        self.leaves(move)

    # -- who invoices whom ---------------------------------------------------------------------------------------------

    def imported(self, partner, field, value):
        """A partner as it came from elsewhere: no form has checked it."""
        partner.flush_recordset()
        self.env.cr.execute(f"UPDATE res_partner SET {field} = %s WHERE id = %s", [value or None, partner.id])  # noqa: S608
        self.env.invalidate_all()

    def test_our_own_identity(self):
        """Each on the company's record, by who may change it; the accountant is told whom to ask."""
        owner = new_test_user(
            self.env, "owner", groups="base.group_system,l10n_fr_chorus_pro.group_chorus_manager", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        ours = self.company.partner_id
        for code, field, wrong in (
            ("R-01.missing", "company_registry", None),
            ("R-28.supplier", "company_registry", "123456782"),
            ("R-01.format", "company_registry", "1234567820007"),
            ("BR-CO-09.supplier", "vat", "11123456782"),
            ("BR-09.country", "country_id", None),
        ):
            with self.subTest(code):
                move, right = self.invoice(), ours[field]
                self.imported(ours, field, wrong)
                self.assertIn("administrator", move.with_user(self.sender).alerts[f"chorus_{code}"]["message"])
                seen = self.blocked(move, code, Place.SUPPLIER, owner)
                self.assertEqual(seen.alerts[f"chorus_{code}"]["action"]["res_model"], "res.company")
                seen.company_id[field] = right
                self.leaves(move)

    def in_production(self, move, state=False):
        """What blocks the invoice there, where Chorus Pro said that of our structure."""
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.company._chorus_connection().sudo().structure_state = state
        try:
            return [(finding.code, finding.place) for finding in move._chorus_findings() if finding.blocks]
        finally:
            self.company.chorus_environment = "simulator"

    def test_our_structure_at_chorus_pro(self):
        """Activated or created there, the connection is tested: the advice's last step clears what was known."""
        for state, code in (("inactive", "R-01.inactive"), ("absent", "R-01.absent")):
            with self.subTest(state):
                move = self.invoice()
                self.company._chorus_connection().sudo().structure_state = state
                self.assertIn(code, self.codes(move))
                self.assertEqual(self.in_production(move, state), [(code, Place.SETTINGS)])
                self.company._chorus_diagnose()
                self.assertNotIn(code, self.codes(move))
                self.leaves(move)

    def test_the_customer(self):
        """Each on the customer's record, by who may change customers."""
        siret = self.town.company_registry
        for code, field, wrong in (
            ("R-02.missing", "company_registry", None),
            ("R-28.recipient", "company_registry", siret[:9]),
            ("R-02.format", "company_registry", siret[:13]),
            ("R-02.type", "chorus_identifier_type", "UE_HORS_FRANCE"),
            ("BR-11.country", "country_id", None),
            ("BR-CO-09.recipient", "vat", "123"),
        ):
            with self.subTest(code):
                move, right = self.invoice(), self.town[field]
                self.imported(self.town, field, wrong)
                seen = self.blocked(move, code, Place.RECIPIENT, self.administrator)
                self.assertEqual(seen.alerts[f"chorus_{code}"]["action"]["res_model"], "res.partner")
                seen.commercial_partner_id[field] = right
                self.leaves(move)

    def test_identifiers_that_cannot_exist(self):
        """In production alone: the SIRETs of the other environments are fictitious."""
        for party, code, place in (
            (self.company.partner_id, "R-01.key", Place.SUPPLIER), (self.town, "R-02.key", Place.RECIPIENT),
        ):  # fmt: skip
            with self.subTest(code):
                move, right = self.invoice(), party.company_registry
                self.imported(party, "company_registry", "73282932000075")
                self.assertIn((code, place), self.in_production(move))
                party.company_registry = "73282932000074"
                self.assertNotIn((code, place), self.in_production(move))
                party.company_registry = right
                self.leaves(move)

    # -- what the public body asks for ---------------------------------------------------------------------------------

    def body(self, siret):
        """A customer that Chorus Pro's directory was asked about."""
        body = self.public_body("Client public", siret)
        body.with_user(self.administrator).action_chorus_complete()
        self.env.invalidate_all()
        return body

    def test_a_customer_that_is_no_longer_active(self):
        """Its SIRET is changed for the one that the public body tells; what was known of the other is forgotten."""
        move = self.invoice(self.body("20000006500017"))
        seen = self.blocked(move, "R-02.inactive", Place.RECIPIENT, self.administrator)
        seen.commercial_partner_id.company_registry = "20000007300011"
        self.leaves(move)

    def test_a_customer_for_works_documents_alone(self):
        """The structure that pays ordinary invoices is invoiced in its place."""
        move = self.invoice(self.body("20000005700014"))
        draft = self.blocked(move, "R-13.moa", Place.RECIPIENT)
        draft.button_draft()
        draft.partner_id = self.town
        draft.action_post()
        self.leaves(move)

    def test_references(self):
        """Each in the dialog of the references, by the accountant, the invoice staying posted."""
        for code, siret, given, mended in (
            ("R-08.service", simulated.HOSPITAL, {}, {"buyer_reference": "CHU-ACHATS"}),
            ("R-09.engagement", simulated.DEPARTMENT, {}, {"purchase_order_reference": "1300012345"}),
            ("R-10.either", "20000004000010", {}, {"buyer_reference": "UNIV-COMPTA"}),
            ("R-11.unknown", simulated.HOSPITAL, {"buyer_reference": "ACHATS"}, {"buyer_reference": "CHU-ACHATS"}),
            ("R-11.inactive", "20000109700019", {"buyer_reference": "PORT-03"}, {"buyer_reference": "PORT-01"}),
            ("R-11.engagement", "20000112100017", {"buyer_reference": "CH-PHARMA"}, {"purchase_order_reference": "1300012345"}),
            ("R-12.public", "20000101400014", {"buyer_reference": "FACTURES_PUBLIQUES", "purchase_order_reference": "1300012345"},
             {"buyer_reference": "ESS-FAC"}),
        ):  # fmt: skip
            with self.subTest(code):
                move = self.invoice(self.body(siret), **given)
                self.run_cron("directory")  # what the service itself requires is asked for once it is chosen
                if not given:
                    move.buyer_reference = False  # the only one is proposed
                self.blocked(move, code, Place.REFERENCES).write(mended)
                self.leaves(move)

    def test_references_that_are_too_long(self):
        for code, field, limit, right in (
            ("R-14.service", "buyer_reference", 100, "RIV-TECH"), ("R-14.market", "contract_reference", 50, "M2026-14"),
            ("R-14.engagement", "purchase_order_reference", 50, "1300012345"),
        ):  # fmt: skip
            with self.subTest(code):
                move = self.invoice(self.public_body("Commune de Rivefeinte", "20000108900016"), **{field: "2" * (limit + 1)})
                self.blocked(move, code, Place.REFERENCES)[field] = right
                self.leaves(move)

    # -- its files -----------------------------------------------------------------------------------------------------

    def test_attachments(self):
        """Each in the dialog of the attachments, by the accountant."""
        pdf = b"%PDF-1.4\n"
        for code, name, content, right in (
            ("R-29.name", f"{'plan ' * 11}.pdf", pdf, "plan.pdf"),
            ("R-29.kind", "plan.dwg", pdf, "plan.pdf"),
            ("R-29.empty", "plan.pdf", b"", None),
            ("R-29.content", "plan.pdf", b"PK\x03\x04", None),
            ("R-29.size", "plan.pdf", pdf + bytes(10_000_000), None),
        ):
            with self.subTest(code):
                move = self.invoice()
                self.attach(move, (name, content))
                seen = self.blocked(move, code, Place.ATTACHMENTS)
                if right:
                    seen.chorus_attachment_ids.name = right
                else:
                    seen.chorus_attachment_ids.unlink()
                self.leaves(move)

    def test_attachments_that_are_too_heavy_together(self):
        move = self.invoice()
        self.attach(move, *((f"plan-{rank}.pdf", b"%PDF-1.4\n" + bytes(9_000_000)) for rank in range(3)))
        self.blocked(move, "R-31.flow", Place.ATTACHMENTS).chorus_attachment_ids[:2].unlink()
        self.leaves(move)
