from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OrderCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSchedule(OrderCase):
    """A confirmed order's lines become the price schedule of its market."""

    def lines(self, *lines):
        return [
            Command.create({"display_type": kind, "name": name, "product_uom_qty": 0})
            if kind
            else Command.create(
                {
                    "product_id": self.product.id,
                    "name": name,
                    "product_uom_qty": quantity,
                    "price_unit": price,
                    "discount": discount,
                }
            )
            for kind, name, quantity, price, discount in lines
        ]

    def ordered(self, **values):
        order = self.order(
            chorus_market_id=self.market().id,
            order_line=self.lines(
                ("line_section", "Charpente", 0, 0, 0),
                (False, "[TOIT] Dépose\nde la couverture", 12.5, 40, 0),
                (False, "Pannes", 3, 99.99, 10),
                ("line_note", "Hors échafaudage", 0, 0, 0),
                ("line_section", "Couverture", 0, 0, 0),
                (False, "Tuiles", 100, 8.125, 0),
            ),
            **values,
        )
        # prices are the accountant's from here on
        return order.with_env(self.env)

    def take_over(self, order, **values):
        action = order.action_chorus_price_schedule()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create(values)
        self.assertIn("Couverture", wizard.preview)
        wizard.action_import()
        return wizard

    def test_sections_are_chapters(self):
        order = self.ordered()
        self.make(order.with_user(self.seller), "percentage", amount=30)
        wizard = self.take_over(order)
        market = order.chorus_market_id
        found = [(line.display_type, line.code, line.name, line.quantity, line.price_unit) for line in market.line_ids]
        self.assertEqual(
            found,
            [
                ("line_section", "", "Charpente", 0, 0),
                (False, "TOIT", "Dépose de la couverture", 12.5, 40),
                (False, "TOIT", "Pannes", 3, 89.991),
                ("line_section", "", "Couverture", 0, 0),
                (False, "TOIT", "Tuiles", 100, 8.125),
            ],
        )
        self.assertEqual((wizard.count, wizard.bad_count), (3, 0))
        self.assertEqual(
            market.amount_lines, sum(order.order_line.filtered(lambda line: not line.is_downpayment).mapped("price_subtotal"))
        )
        self.assertEqual(market.amount_initial, market.amount_lines)
        self.assertEqual(set(market.line_ids.filtered("quantity").mapped("unit")), {self.product.uom_id.name})

    def test_again_in_the_place_of_the_former_lines(self):
        order = self.ordered()
        self.take_over(order)
        self.take_over(order, replace=True)
        self.assertEqual(len(order.chorus_market_id.line_ids), 5)

    def test_prices_with_vat_inside(self):
        inside = self.tax.copy({"price_include_override": "tax_included", "name": "20 % inside"})
        order = self.ordered()
        order.order_line[1:2].tax_ids = inside
        order.order_line[1:2].price_unit = 48
        self.take_over(order)
        self.assertEqual(order.chorus_market_id.line_ids[1].price_unit, 40)

    def test_another_currency_is_refused_in_words(self):
        order = self.ordered()
        self.foreign_currency("USD", 1.1)
        order.currency_id = self.env.ref("base.USD")
        wizard = self.env["chorus.market.import"].create({"market_id": order.chorus_market_id.id, "order_id": order.id})
        with self.assertRaisesRegex(UserError, "another currency"):
            wizard.action_import()
