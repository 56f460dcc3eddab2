from odoo.tests import HttpCase, tagged

from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectoryTour(ChorusCommon, HttpCase):
    """Three kinds of public body in a real browser: found by SIRET, then asked for on an invoice."""

    def test_three_kinds_of_public_body(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.env.flush_all()
        for kind in ("town", "hospital", "ministry"):
            with self.subTest(kind):
                self.start_tour(
                    "/odoo/action-l10n_fr_chorus_pro.action_chorus_find", f"chorus_directory_find_{kind}", login="admin"
                )
                self.start_tour("/odoo/customer-invoices/new", f"chorus_directory_{kind}", login="admin", timeout=180)
        self.env.invalidate_all()
        sirets = ("20000106300011", "20000112100017", "20000101400014")
        bodies = self.env["res.partner"].search([("company_registry", "in", sirets)])
        self.assertEqual(len(bodies), 3)
        self.assertEqual(set(bodies.with_company(self.company).mapped("invoice_sending_method")), {"chorus_pro"})
        move = self.env["account.move"].search([("purchase_order_reference", "=", "1300012345")])
        self.assertEqual(move.buyer_reference, "ESS-FAC")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectoryTourInThePocket(TestDirectoryTour):
    """The same on a telephone."""

    browser_size = "400x800"
    touch_enabled = True
