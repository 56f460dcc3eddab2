"""The price schedule of a market: typed, imported with a preview, exported."""

import base64

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...support.markets import MarketCommon

CELLS = (
    "N°\tDésignation\tUnité\tQuantité\tPU HT\tTVA\n"
    "1\tCouverture\n"
    "1.1\tZinc à joint debout\tm²\t210,5\t98,30\t20\n"
    "1.2\tIsolation\tm²\t1 000\t12,345678\t5,5\n"
    "\tTotal HT\t\t\t\t\n"
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMarketLines(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        taxes = cls.env["account.tax"].with_context(active_test=False)
        reduced = taxes.search([("company_id", "=", cls.company.id), ("amount", "=", 5.5), ("type_tax_use", "=", "sale")])
        reduced.filtered(lambda tax: not tax.price_include)[:1].active = True

    def importer(self, **values):
        return self.env["chorus.market.import"].create({"market_id": self.market.id, **values})

    def test_imported_as_shown(self):
        self.market.amount_initial = 0
        wizard = self.importer(file=base64.b64encode(CELLS.encode()), file_name="dpgf.csv")
        self.assertRecordValues(wizard, [{"count": 2, "bad_count": 0, "total": 33037.83, "has_lines": False}])
        self.assertIn("Zinc à joint debout", str(wizard.preview))
        wizard.action_import()
        self.assertRecordValues(
            self.market.line_ids,
            [
                {"display_type": "line_section", "code": "1", "unit": False, "quantity": 0, "price_unit": 0, "amount": 0},
                {"display_type": False, "code": "1.1", "unit": "m²", "quantity": 210.5, "price_unit": 98.3, "amount": 20692.15},
                {
                    "display_type": False,
                    "code": "1.2",
                    "unit": "m²",
                    "quantity": 1000,
                    "price_unit": 12.345678,
                    "amount": 12345.68,
                },
            ],
        )
        self.assertEqual(self.market.line_ids.mapped("tax_id.amount"), [5.5], "20 % is the market's own")
        self.assertEqual((self.market.amount_lines, self.market.amount_initial), (33037.83, 33037.83))
        self.assertFalse(self.market.lines_differ)

    def test_pasted_into_the_dialog(self):
        with Form(self.env["chorus.market.import"].with_context(**self.market.action_import_lines()["context"])) as form:
            form.pasted = CELLS
            self.assertEqual(form.count, 2)
            wizard = form.save()
        wizard.action_import()
        self.assertEqual(len(self.market.line_ids), 3)
        self.assertTrue(self.market.lines_differ, "the market is of 100 000")

    def test_bad_cells_are_named_and_their_lines_left_out_on_demand(self):
        wizard = self.importer(pasted=CELLS.replace("210,5", "beaucoup"))
        self.assertEqual((wizard.count, wizard.bad_count), (1, 1))
        self.assertIn("D3", str(wizard.preview))
        self.assertIn("beaucoup", str(wizard.preview))
        with self.assertRaisesRegex(UserError, "1 cells"):
            wizard.action_import()
        wizard.skip = True
        wizard.action_import()
        self.assertEqual(self.market.line_ids.mapped("code"), ["1", "1.2"])

    def test_what_cannot_be_imported_says_why(self):
        for values, message in (
            ({}, "Choose a file"),
            ({"pasted": "bonjour"}, "No table"),
            ({"file": base64.b64encode(b"%PDF \x00")}, "neither"),
            ({"pasted": CELLS.replace("5,5", "3,7")}, "3.7 %"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self.importer(**values).action_import()
        self.assertFalse(self.market.line_ids)

    def test_an_amendment_adds_its_lines_after_the_others(self):
        self.importer(pasted=CELLS).action_import()
        self.market.amendment_ids = [Command.create({"name": "Avenant n° 1", "amount": 1000})]
        self.importer(
            pasted="Désignation\tQuantité\tPU HT\nDésamiantage\t1\t1000\n", amendment_id=self.market.amendment_ids.id
        ).action_import()
        self.assertEqual(self.market.line_ids.mapped("name")[-1], "Désamiantage")
        self.assertEqual(self.market.line_ids[-1].amendment_id, self.market.amendment_ids)
        with self.assertRaises(ValidationError):
            self.works_market(number="ANOTHER", line_ids=[
                Command.create({"name": "Ailleurs", "amendment_id": self.market.amendment_ids.id})])  # fmt: skip

    def test_replaced_on_demand(self):
        self.importer(pasted=CELLS).action_import()
        self.importer(pasted=CELLS.replace("Zinc", "Cuivre"), replace=True).action_import()
        self.assertEqual(self.market.line_ids.mapped("name"), ["Couverture", "Cuivre à joint debout", "Isolation"])

    def test_exported_and_imported_again(self):
        self.importer(pasted=CELLS).action_import()
        before = [(line.code, line.name, line.quantity, line.price_unit, line.amount) for line in self.market.line_ids]
        for field in ("line_file", "line_text"):
            with self.subTest(field):
                self.importer(file=self.market[field], replace=True).action_import()
                after = [(line.code, line.name, line.quantity, line.price_unit, line.amount) for line in self.market.line_ids]
                self.assertEqual(after, before)
        self.assertIn("/DPGF_2026-TVX-0001.xlsx", self.market.action_export_lines()["url"])
        self.assertIn("/DPGF_2026-TVX-0001.csv", self.market.action_export_text()["url"])

    def test_a_biller_imports_and_a_reader_does_not(self):
        biller = new_test_user(self.env, "import_biller", groups="account.group_account_invoice", company_id=self.company.id,
                               company_ids=[Command.set(self.company.ids)])  # fmt: skip
        wizard = self.env["chorus.market.import"].with_user(biller).create({"market_id": self.market.id, "pasted": CELLS})
        wizard.action_import()
        self.assertEqual(len(self.market.line_ids), 3)
