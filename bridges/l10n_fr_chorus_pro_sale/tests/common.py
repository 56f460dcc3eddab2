from odoo import Command
from odoo.addons.l10n_fr_chorus_pro.tests.support.directory_case import DirectoryCase
from odoo.tests import new_test_user

METROPOLIS, UNIVERSITY = "20000117000014", "20000004000010"


class OrderCase(DirectoryCase):
    """A company connected to a simulator, with products to sell and a salesperson who has no right on Chorus Pro."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("amount", "=", 20), ("company_id", "=", cls.company.id)]
        ).filtered(lambda tax: not tax.price_include)[:1]  # fmt: skip
        cls.product = cls.env["product.product"].create(
            {
                "name": "Réfection de la toiture",
                "default_code": "TOIT",
                "type": "service",
                "invoice_policy": "order",
                "list_price": 1000,
                "taxes_id": [Command.set(cls.tax.ids)],
            }
        )
        cls.seller = new_test_user(
            cls.env, "seller", groups="sales_team.group_sale_salesman", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    def order(self, partner=None, quantity=1, price=1000, confirm=True, user=None, **values):
        """An order of one line, made by the salesperson unless ``user`` says another."""
        order = (
            self.env["sale.order"]
            .with_user(user or self.seller)
            .with_company(self.company)
            .create(
                {
                    "partner_id": (partner or self.town).id,
                    "order_line": [
                        Command.create({"product_id": self.product.id, "product_uom_qty": quantity, "price_unit": price})
                    ],
                    **values,
                }
            )
        )
        if confirm:
            order.action_confirm()
        return order

    def make(self, orders, method="delivered", **values):
        """The dialog that makes invoices of orders."""
        wizard = (
            orders.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({"advance_payment_method": method, **values})
        )
        return wizard._create_invoices(orders).with_env(self.env)

    def market(self, partner=None, **values):
        return self.env["chorus.market"].create(
            {
                "number": "2026-FOU-7",
                "name": "Entretien des toitures",
                "partner_id": (partner or self.town).id,
                "company_id": self.company.id,
                "engagement_ids": [Command.create({"number": "EJ-700"}), Command.create({"number": "EJ-701"})],
                **values,
            }
        )
