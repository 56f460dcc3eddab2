import random
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...support.markets import MarketCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMarketAmounts(MarketCommon):
    def test_one_situation(self):
        move = self.situation([("works", 10000, True), ("revision", 300, True), ("retention", -618, False)])
        self.assertRecordValues(
            self.market,
            [
                {
                    "amount_total": 100000,
                    "amount_works": 10000,
                    "amount_left": 90000,
                    "amount_revision": 300,
                    "amount_retention": 618,
                    "amount_invoiced": 12360,
                    "amount_net": 11742,
                    "amount_paid": 0,
                    "amount_due": 11742,
                    "progress": 10,
                    "exceeded": False,
                }
            ],
        )
        self.assertRecordValues(self.market.engagement_ids, [
            {"amount_invoiced": 12360, "amount_left": 47640}, {"amount_invoiced": 0, "amount_left": 60000}])  # fmt: skip
        self.pay(move, 5000)
        self.assertRecordValues(self.market, [{"amount_paid": 5000, "amount_due": 6742}])

    def test_another_engagement(self):
        move = self.situation([("works", 1000, True)], post=False)
        self.assertEqual(move.chorus_engagement_id.number, "EJ-1")
        move.chorus_engagement_id = self.market.engagement_ids[1]
        self.assertEqual(move.purchase_order_reference, "EJ-2")
        move.action_post()
        self.assertEqual(self.market.engagement_ids.mapped("amount_invoiced"), [0, 1200])
        other = self.situation([("works", 1000, True)], purchase_order_reference="elsewhere")
        self.assertFalse(other.chorus_engagement_id)
        self.assertEqual(self.market.amount_invoiced, 2400)

    def test_amendments_change_the_amount(self):
        self.market.amendment_ids = [
            Command.create({"name": "Avenant n° 1", "amount": 5000}),
            Command.create({"name": "Avenant n° 2", "amount": -2000.5}),
        ]
        self.assertRecordValues(self.market, [{"amount_amendments": 2999.5, "amount_total": 102999.5, "amount_left": 102999.5}])

    def test_refused_and_suspended(self):
        refused = self.situation([("works", 1000, True)])
        suspended = self.situation([("works", 2000, True)])
        for move, state in ((refused, "refused"), (suspended, "to_complete")):
            move.sudo().chorus_state = state
        self.env.flush_all()
        self.assertRecordValues(self.market, [{"amount_refused": 1200, "amount_suspended": 2400, "amount_invoiced": 3600}])
        self.assertEqual(self.market.engagement_ids[0].amount_refused, 1200)

    def test_warned_before_it_is_exceeded(self):
        move = self.situation([("works", 100001, True)], post=False)
        codes = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertIn("market.exceeded", codes)
        self.assertIn("market.engagement_exceeded", codes)
        self.assertFalse(codes["market.exceeded"].blocks)
        self.assertIn("chorus_market.exceeded", move.alerts)
        self.assertFalse(self.market.exceeded)
        move.action_post()
        self.assertTrue(self.market.exceeded)
        self.market.amendment_ids = [Command.create({"name": "Avenant", "amount": 1})]
        self.market.engagement_ids[0].amount = 200000
        self.assertFalse(self.market.exceeded)

    def test_an_engagement_is_counted_with_vat_before_the_retention(self):
        """The public body engages what it keeps back, too: 50 000 of work are 60 000 with VAT, of which 57 000 are paid."""
        move = self.situation([("works", 50000, True), ("retention", -3000, False), ("penalty", -100, False)], post=False)
        self.assertEqual((move.amount_total, move._chorus_taxed_signed()), (56900, 60000))
        self.assertNotIn("market.engagement_exceeded", {finding.code for finding in move._chorus_market_findings()})
        self.market.engagement_ids[0].amount = 59999.99
        codes = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertEqual(
            codes["market.engagement_exceeded"].message.fr,
            "Avec cette facture, l'engagement est dépassé : 60\u00a0000,00 € facturés pour 59\u00a0999,99 € TTC.",
        )
        move.action_post()
        engagement = self.market.engagement_ids[0]
        self.assertRecordValues(engagement, [{"amount_invoiced": 60000, "amount_left": -0.01, "exceeded": True}])
        remark = self.market.exceeded_remark
        self.assertIn("on the engagement EJ-1, which is of", remark)
        self.assertNotIn("Record the amendment", remark, "the market itself has room")
        # what was kept back is engaged already: giving it back takes nothing more
        self.situation([("retention", 3000, False)])
        self.env.invalidate_all()
        self.assertRecordValues(engagement, [{"amount_invoiced": 60000}])
        self.assertRecordValues(self.market, [{"amount_net": 59900, "amount_invoiced": 60000, "amount_retention": 0}])

    def test_the_banner_says_which_amount_is_exceeded_and_what_to_do(self):
        self.situation([("works", 100001, True)])
        self.market.engagement_ids[0].amount = 0
        self.assertIn("Record the amendment.", self.market.exceeded_remark)
        self.market.amendment_ids = [Command.create({"name": "Avenant", "amount": 0.5})]
        self.assertIn("the amounts of the amendments", self.market.exceeded_remark)
        self.assertNotIn("Record the amendment.", self.market.exceeded_remark)
        self.market.amendment_ids.amount = 1
        self.assertFalse(self.market.exceeded_remark)

    def test_the_list_and_the_messages_have_the_papers_amount_without_vat(self):
        move = self.situation([("works", 1000, True), ("retention", -60, False)])
        self.assertEqual((move.amount_untaxed_in_currency_signed, move.amount_untaxed), (1000, 940))
        self.assertEqual(self.credit(move).amount_untaxed_in_currency_signed, -1000)
        self.env.flush_all()
        tracked = self.env["mail.tracking.value"].sudo().search([("mail_message_id.res_id", "=", move.id)])
        self.assertNotIn("amount_untaxed", tracked.field_id.mapped("name"))
        self.market.works = False
        self.assertEqual(self.situation([("works", 1000, True)]).amount_untaxed_in_currency_signed, 1000)

    def test_the_vat_of_works_is_that_of_services(self):
        goods = self.company.account_sale_tax_id
        self.assertEqual(goods.tax_scope, "consu")
        services = self.tax()
        self.assertEqual(self.market._chorus_tax(), services)
        self.assertIn(services.name, self.market.tax_placeholder)
        zinc = self.env["product.product"].create({"name": "Zinc", "type": "consu", "taxes_id": [Command.set(goods.ids)]})
        values = {"name": "Zinc", "price_unit": 100, "product_id": zinc.id}
        move = self.invoice(self.town, post=False, chorus_market_id=self.market.id, invoice_line_ids=[Command.create(values)])
        self.assertEqual(move.invoice_line_ids.tax_ids, services)
        page = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()
        self.assertIn("Service Delivery", page)
        self.assertNotIn("Goods Delivery", page)
        codes = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertNotIn("works.amount_goods", codes)
        move.invoice_line_ids.tax_ids = goods
        codes = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertIn(goods.name, codes["works.amount_goods"].message.en)
        self.assertFalse(codes["works.amount_goods"].blocks)
        self.assertIn("chorus_works.amount_goods", move.alerts)
        # a person's choice stays; where the company has no other, the usual one
        self.market.tax_id = goods
        self.assertEqual(self.market._chorus_tax(), goods)
        self.market.tax_id = False
        services.active = False
        self.env.invalidate_all()
        self.assertEqual(self.market._chorus_tax(), goods)
        ordinary = self.works_market(number="AC-1", works=False, framework="A1")
        services.active = True
        self.assertEqual(ordinary._chorus_tax(), goods)

    def test_two_companies(self):
        second = self.setup_other_company(name="Second")["company"]
        with self.assertRaises(UserError):
            self.invoice(self.town, company=second, chorus_market_id=self.market.id)

    def test_amounts_equal_the_books(self):
        for seed in range(4):
            with self.subTest(seed):
                self._check_random_market(random.Random(seed))

    def _check_random_market(self, rng):
        """Twelve random situations with amendments, retention, advances, payments and credit notes, to the cent."""
        self.market = self.works_market(number=f"ALEA-{rng.random()}", amount_initial=rng.randrange(10**6, 10**8) / 100)
        self.market.amendment_ids = [
            Command.create({"name": f"Avenant {index}", "amount": rng.randrange(-(10**5), 10**6) / 100}) for index in range(3)
        ]
        moves = self.env["account.move"]
        for index in range(12):
            works = rng.randrange(1, 10**6) / 100
            lines = [("works", works, True), ("retention", -round(works * 0.06, 2), rng.random() < 0.5)]
            if index < 2:
                lines.append(("advance" if index == 0 else "advance_repayment", (-1) ** index * 500.55, True))
            if rng.random() < 0.4:
                lines.append(("revision", rng.randrange(-5000, 5000) / 100, True))
            move = self.situation(lines, purchase_order_reference=rng.choice(["EJ-1", "EJ-2"]))
            moves |= move
            if rng.random() < 0.3:
                moves |= self.credit(move, part=round(works / 3, 2))
            if rng.random() < 0.6 and move.amount_residual > 0:
                self.pay(move, round(move.amount_residual * rng.choice([1, 0.5]), 2))
        moves |= self.credit(move)
        self.env.flush_all()
        self.env.invalidate_all()
        self._check_books(self.market, moves)

    def _check_books(self, market, moves):
        """Every amount again, from the journal items by plain SQL."""

        self.env.cr.execute(
            """SELECT SUM(l.balance) FILTER (WHERE a.account_type = 'asset_receivable'),
                      SUM(l.amount_residual) FILTER (WHERE a.account_type = 'asset_receivable'),
                      -SUM(l.balance) FILTER (WHERE l.display_type = 'product' AND l.chorus_line_kind = 'works'),
                      SUM(l.balance) FILTER (WHERE l.display_type = 'product' AND l.chorus_line_kind = 'retention'),
                      COALESCE(SUM(l.balance) FILTER (WHERE l.display_type = 'product' AND l.chorus_line_kind = 'retention'
                          AND NOT EXISTS (SELECT FROM account_move_line_account_tax_rel r
                                           WHERE r.account_move_line_id = l.id)), 0)
                 FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                WHERE l.move_id IN %s""",
            [tuple(moves.ids)],
        )
        invoiced, due, done, kept, untaxed = self.env.cr.fetchone()
        cent = self.cents
        self.assertEqual(cent(market.amount_net), cent(invoiced))
        self.assertEqual(cent(market.amount_invoiced), cent(invoiced + untaxed))
        self.assertEqual(cent(market.amount_due), cent(due))
        self.assertEqual(cent(market.amount_paid), cent(invoiced - due))
        self.assertEqual(cent(market.amount_works), cent(done))
        self.assertEqual(cent(market.amount_retention), cent(kept))
        amount = Decimal(str(market.amount_initial)) + sum(Decimal(str(one.amount)) for one in market.amendment_ids)
        self.assertEqual(cent(market.amount_left), cent(amount - Decimal(str(done))))
        self.assertEqual(cent(sum(market.engagement_ids.mapped("amount_invoiced"))), cent(invoiced + untaxed))
        self.assertEqual(cent(sum(market.engagement_ids.mapped("amount_paid"))), cent(invoiced - due))

    @staticmethod
    def cents(amount):
        return Decimal(str(amount)).quantize(Decimal("0.01"))
