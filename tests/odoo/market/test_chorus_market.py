import psycopg2

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMarket(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.market = cls.env["chorus.market"].create(
            {
                "number": "2026-TVX-0042",
                "name": "École Jules-Ferry",
                "partner_id": cls.ministry.id,
                "service_code": "FAC-001",
                "engagement_number": "1300012345",
                "company_id": cls.company.id,
            }
        )

    def test_gives_its_references(self):
        move = self.invoice(self.ministry, chorus_market_id=self.market.id)
        self.assertRecordValues(
            move,
            [
                {
                    "buyer_reference": "FAC-001",
                    "contract_reference": "2026-TVX-0042",
                    "purchase_order_reference": "1300012345",
                }
            ],
        )
        self.arrive(move)
        self.assertEqual(move.chorus_state, "deposited", move.alerts)
        self.assertIn("2026-TVX-0042", str(self.simulator.invoices()))

    def test_what_is_typed_wins(self):
        move = self.invoice(self.ministry, post=False, chorus_market_id=self.market.id, purchase_order_reference="OTHER")
        self.assertEqual((move.purchase_order_reference, move.buyer_reference), ("OTHER", "FAC-001"))
        move.purchase_order_reference = "THIRD"
        self.market.engagement_number = "changed later"
        self.assertEqual(move.purchase_order_reference, "THIRD")

    def test_without_market_nothing_is_touched(self):
        move = self.invoice(post=False, buyer_reference="S1", contract_reference="C1", purchase_order_reference="E1")
        move.chorus_market_id = False
        self.assertEqual((move.buyer_reference, move.contract_reference, move.purchase_order_reference), ("S1", "C1", "E1"))

    def test_in_the_form(self):
        with Form(self.env["account.move"].with_company(self.company).with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.ministry
            form.chorus_market_id = self.market
            self.assertEqual(form.buyer_reference, "FAC-001")

    @mute_logger("odoo.sql_db")
    def test_one_number_a_customer(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.market.copy()
            self.env.flush_all()

    def test_count_and_name(self):
        self.invoice(self.ministry, chorus_market_id=self.market.id)
        self.assertEqual(self.market.invoice_count, 1)
        self.assertIn("2026-TVX-0042", self.market.display_name)
        self.assertEqual(self.market.action_view_invoices()["domain"], [("chorus_market_id", "=", self.market.id)])
