from lxml import etree

from odoo.addons.l10n_fr_chorus_pro.tests.support import simulated
from odoo.tests import Form, tagged

from .common import OrderCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOrders(OrderCase):
    """What a public body asks for is on the order, and goes onto each of its invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # requires a service code and an engagement number
        cls.ministry_of_essays = cls.body("20000101400014", "Ministère des Essais")

    def known(self, body):
        self.complete(body)
        return body

    def messages(self, order):
        return "\n".join(alert["message"] for alert in (order.with_user(self.seller).chorus_alerts or {}).values())

    # -- the form --------------------------------------------------------------------------------------------------

    def test_a_quotation_asks_for_what_the_body_requires(self):
        body = self.known(self.ministry_of_essays)
        form = Form(self.env["sale.order"].with_user(self.seller))
        form.partner_id = body
        self.assertIn("engagement", form.chorus_offered)
        self.assertIn("code service", form.chorus_alerts["chorus_references"]["message"].replace("service code", "code service"))
        form.chorus_service_id = body.chorus_service_ids.filtered(lambda service: service.code == "ESS-FAC")
        form.chorus_engagement_number = "1300012345"
        self.assertNotIn("chorus_references", form.chorus_alerts or {})
        order = form.save()
        self.assertEqual(order.chorus_service_code, "ESS-FAC")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_is_missing_keeps_nobody_from_confirming(self):
        order = self.order(self.known(self.ministry_of_essays))
        self.assertEqual(order.state, "sale")
        self.assertIn("engagement number is missing", self.messages(order))

    def test_another_customer_is_asked_for_nothing(self):
        order = self.order(self.env["res.partner"].create({"name": "Menuiserie Durand", "is_company": True}))
        self.assertFalse(order.chorus_offered)
        self.assertFalse(order.chorus_alerts)
        self.assertFalse(order.chorus_service_code)
        invoice = self.make(order)
        self.assertFalse(invoice.buyer_reference or invoice.purchase_order_reference or invoice.contract_reference)

    def test_what_could_not_be_checked_yet_is_said_and_asked_in_the_background(self):
        order = self.order(self.ministry_of_essays, confirm=False)
        self.assertIn("could not be checked yet", self.messages(order))
        self.assertEqual(self.lookups(self.ministry_of_essays).state, "waiting")
        self.ask_directory()
        self.assertNotIn("could not be checked yet", self.messages(order))
        self.assertIn("engagement number is missing", self.messages(order))

    def test_the_directory_proposes_the_only_service(self):
        body = self.body(simulated.HOSPITAL, "Hôpital")
        order = self.order(body)
        self.assertFalse(order.chorus_service_code)
        self.ask_directory()
        only = body._chorus_only_service("simulator")
        self.assertTrue(only, "else this shows nothing")
        self.assertEqual(order.chorus_service_code, only)

    def test_the_service_invoiced_last_is_proposed_whoever_made_that_invoice(self):
        body = self.known(self.ministry_of_essays)
        self.invoice(body, buyer_reference="ESS-FAC", purchase_order_reference="1300012345")
        self.assertEqual(self.order(body, confirm=False).chorus_service_code, "ESS-FAC")

    # -- the customer's reference --------------------------------------------------------------------------------------

    def test_the_customers_order_is_its_engagement_where_one_is_required(self):
        order = self.order(
            self.known(self.ministry_of_essays), client_order_ref="EJ n° 1300012345", chorus_service_code="ESS-FAC"
        )
        self.assertFalse(order.chorus_engagement_number)
        self.assertIn("taken as the engagement number, 1300012345", self.messages(order))
        self.assertNotIn("missing", self.messages(order))
        self.assertEqual(self.make(order).purchase_order_reference, "1300012345")

    def test_what_was_entered_goes_before_the_customers_reference(self):
        order = self.order(
            self.known(self.ministry_of_essays), client_order_ref="1300012345", chorus_engagement_number="1300099999"
        )
        self.assertEqual(self.make(order).purchase_order_reference, "1300099999")

    def test_a_sentence_is_no_engagement(self):
        order = self.order(self.known(self.ministry_of_essays), client_order_ref="Votre courriel du 12/03/2026")
        self.assertIn("engagement number is missing", self.messages(order))
        self.assertFalse(self.make(order).purchase_order_reference)

    def test_nothing_is_taken_for_an_engagement_where_none_is_required(self):
        order = self.order(self.known(self.town), client_order_ref="1300012345")
        self.assertFalse(order.chorus_alerts)
        self.assertFalse(self.make(order).purchase_order_reference)

    # -- the market ----------------------------------------------------------------------------------------------------

    def test_a_market_gives_its_references(self):
        market = self.market(service_code="SVC-1")
        order = self.order(chorus_market_id=market.id)
        references = (order.chorus_service_code, order.chorus_market_number, order.chorus_engagement_number)
        self.assertEqual(references, ("SVC-1", "2026-FOU-7", "EJ-700"))
        order.chorus_engagement_id = market.engagement_ids[1]
        self.assertEqual(order.chorus_engagement_number, "EJ-701")
        invoice = self.make(order)
        self.assertEqual(invoice.chorus_market_id, market)
        self.assertEqual((invoice.buyer_reference, invoice.contract_reference, invoice.purchase_order_reference),
                         ("SVC-1", "2026-FOU-7", "EJ-701"))  # fmt: skip
        self.assertEqual(invoice.chorus_engagement_id, market.engagement_ids[1])

    def test_a_market_of_somebody_else_and_one_that_is_used_up_are_told(self):
        other = self.order(chorus_market_id=self.market(self.ministry).id, confirm=False)
        self.assertIn("one of Services de l'État", self.messages(other))
        large = self.order(chorus_market_id=self.market(number="2026-FOU-8", amount_initial=500).id, confirm=False)
        self.assertIn("exceeds what is left", self.messages(large))
        large.action_confirm()
        self.assertEqual(large.state, "sale")

    def test_a_copy_keeps_the_market_and_no_engagement_of_its_own(self):
        order = self.order(chorus_engagement_number="EJ-1")
        self.assertFalse(order.copy().chorus_engagement_number)
        in_market = self.order(chorus_market_id=self.market().id)
        self.assertEqual(in_market.copy().chorus_engagement_number, "EJ-700")

    # -- every invoice -------------------------------------------------------------------------------------------------

    def test_down_payment_and_final_invoice_carry_the_same(self):
        order = self.order(chorus_service_code="SVC", chorus_engagement_number="EJ-1", chorus_market_number="M-1")
        first = self.make(order, "percentage", amount=30)
        first.action_post()
        last = self.make(order)
        last.action_post()
        for invoice in (first, last):
            self.assertEqual((invoice.buyer_reference, invoice.contract_reference, invoice.purchase_order_reference),
                             ("SVC", "M-1", "EJ-1"))  # fmt: skip
        self.assertEqual((first.amount_untaxed, last.amount_untaxed), (300, 700))

    def test_orders_with_the_same_references_make_one_invoice_others_their_own(self):
        same = self.order(chorus_engagement_number="EJ-1") | self.order(chorus_engagement_number="EJ-1", price=50)
        other, none = self.order(chorus_engagement_number="EJ-2"), self.order()
        orders = (same | other | none).with_user(self.seller)
        wizard = orders.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=orders.ids).create({})
        self.assertTrue(wizard.chorus_apart)
        invoices = wizard._create_invoices(orders).with_env(self.env)
        found = {invoice.purchase_order_reference: invoice.amount_untaxed for invoice in invoices}
        self.assertEqual(found, {"EJ-1": 1050, "EJ-2": 1000, False: 1000})
        self.assertEqual(same.invoice_ids, invoices.filtered(lambda invoice: invoice.purchase_order_reference == "EJ-1"))

    def test_what_has_nothing_to_invoice_keeps_no_other_order_from_it(self):
        done, waits = self.order(chorus_engagement_number="EJ-1"), self.order(chorus_engagement_number="EJ-2")
        self.make(done)
        self.assertEqual(self.make(done | waits).purchase_order_reference, "EJ-2")
        with self.assertRaisesRegex(Exception, "No items are available"):
            self.make(done | waits)

    def test_alike_orders_go_together_as_ever(self):
        orders = self.order() | self.order(price=50)
        wizard = orders.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=orders.ids).create({})
        self.assertFalse(wizard.chorus_apart)
        self.assertEqual(len(self.make(orders)), 1)

    # -- who may -------------------------------------------------------------------------------------------------------

    def test_a_salesperson_without_rights_reads_the_whole_form(self):
        order = self.order(chorus_market_id=self.market().id, chorus_service_code="SVC").with_user(self.seller)
        self.env.invalidate_all()
        view = order.get_views([(False, "form")])["views"]["form"]
        self.assertIn("chorus_market_id", view["arch"])
        self.assertNotIn("action_chorus_price_schedule", view["arch"])
        fields_of_ours = [name for name in order._fields if name.startswith("chorus_")]
        order.web_read({name: {} for name in fields_of_ours})
        form = Form(order)
        form.client_order_ref = "1234"
        form.save()
        # Odoo itself shows salespeople the list of an order's invoices, and not their form
        invoices = self.make(order).with_user(self.seller)
        self.env.invalidate_all()
        shown = etree.fromstring(
            invoices.get_views([(self.env.ref("account.view_out_invoice_tree").id, "list")])["views"]["list"]["arch"]
        ).xpath("//field/@name")
        self.assertIn("chorus_state", shown)
        invoices.web_read({name: {} for name in shown})
        found = self.env["chorus.market"].with_user(self.seller).name_search("FOU-7")
        self.assertEqual(len(found), 1)

    def test_each_company_has_its_own_markets_and_references(self):
        other = self._create_company(name="Seconde")
        self.connect(other, *(simulated.SECOND_SUPPLIER, *simulated.SECOND))
        theirs = self.env["chorus.market"].create({"number": "M-2", "partner_id": self.town.id, "company_id": other.id})
        self.assertNotIn("M-2", str(self.env["chorus.market"].with_user(self.seller).name_search("M-2")))
        with self.assertRaisesRegex(Exception, "compan"):
            self.order(chorus_market_id=theirs.id)
        self.town.with_company(other).invoice_sending_method = "manual"
        order = self.env["sale.order"].sudo().with_company(other).create({"partner_id": self.town.id, "company_id": other.id})
        self.assertFalse(order.chorus_offered, "the sending method is each company's own")

    def test_the_last_service_is_not_another_companys(self):
        other = self._create_company(name="Seconde")
        self.connect(other, *(simulated.SECOND_SUPPLIER, *simulated.SECOND))
        self.assertFalse(self.order(confirm=False).chorus_service_code)
        self.invoice(buyer_reference="ELSEWHERE", company=other)
        self.assertFalse(self.order(confirm=False).chorus_service_code)
        self.invoice(buyer_reference="HERE")
        self.assertEqual(self.order(confirm=False).chorus_service_code, "HERE")
