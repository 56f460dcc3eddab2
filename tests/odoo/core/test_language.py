from odoo.tests import tagged

from ....services.vocabulary import exemptions
from ...common import ChorusCommon
from ...support import printed


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWithoutFrench(ChorusCommon):
    """A database as ``odoo -i`` makes it: in English, and French is not among its languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"].search([("code", "=", "fr_FR")]).active = False
        cls.company.chorus_structure_id = cls.structure()

    @classmethod
    def structure(cls):
        with cls.company._chorus_client() as client:
            return client.find_structures(cls.company.company_registry)[0].identifier

    def test_there_is_none(self):
        self.assertNotIn("fr_FR", dict(self.env["res.lang"].get_installed()))

    def test_sent_and_followed_in_each_format(self):
        self.env = self.enterContext(printed.printer(self.env))
        for form in ("cii", "ubl", "facturx", "pdf"):
            with self.subTest(form):
                self.company.chorus_format = form
                move = self.arrive(self.invoice().with_env(self.env))
                self.assertEqual(move.chorus_state, "deposited")
                self.simulator.act(move.chorus_identifier, "SUSPENDUE", commentaire="Pièce manquante")
                self.follow()
                self.assertEqual(move.chorus_state, "to_complete")
                self.assertTrue(move.chorus_advice)

    def test_the_words_of_the_document_are_french_all_the_same(self):
        field = self.env["account.tax"]._fields["ubl_cii_tax_exemption_reason_code"]
        codes = {code for code, _label in field._description_selection(self.env)}
        self.assertFalse(codes - set(exemptions.REASONS), "codes of Odoo's taxes without French words")
        exempt = (
            self.env["account.chart.template"].with_company(self.company).ref("tva_normale").copy({"name": "0 %", "amount": 0})
        )
        exempt.write({"ubl_cii_tax_category_code": "E", "ubl_cii_tax_exemption_reason_code": "VATEX-EU-132-1I"})
        move = self.invoice(post=False)
        move.invoice_line_ids.tax_ids = exempt
        (subtotal,) = move._chorus_document().vat_breakdown
        self.assertEqual(subtotal.vat.reason, "Exonération de TVA, art. 132, § 1, point i), de la directive 2006/112/CE")
