from odoo.tests import HttpCase, tagged

from .common import OrderCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTour(OrderCase, HttpCase):
    """From the quotation to two invoices at Chorus Pro, in a real browser."""

    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.essays = self.body("20000101400014", "Ministère des Essais")
        self.complete(self.essays)
        self.env.flush_all()

    def run_tour(self, name, references, market=None):
        self.start_tour("/odoo/action-sale.action_quotations_with_onboarding/new", name, login="admin", timeout=180)
        self.env.invalidate_all()
        order = self.env["sale.order"].search([("partner_id", "=", self.essays.id)])
        invoices = order.invoice_ids.sorted("id")
        self.assertEqual(invoices.mapped("amount_untaxed"), [300, 700])
        self.assertEqual(set(invoices.mapped("chorus_state")), {"deposited"})
        self.assertEqual(invoices.chorus_market_id, market or self.env["chorus.market"])
        self.simulator.advance()
        self.follow()
        found = {
            (one["codeServiceExecutant"], one["numeroMarche"], one["numeroBonCommande"]) for one in self.simulator.invoices()
        }
        self.assertEqual(len(self.simulator.invoices()), 2)
        self.assertEqual(found, {references})

    def test_with_references_that_were_entered(self):
        self.run_tour("chorus_sale", ("ESS-FAC", "", "1300012345"))

    def test_with_a_market(self):
        market = self.market(self.essays, service_code="ESS-FAC")
        self.env.flush_all()
        self.run_tour("chorus_sale_market", ("ESS-FAC", "2026-FOU-7", "EJ-700"), market)
