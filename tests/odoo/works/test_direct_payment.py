"""What the public body pays a subcontractor directly of a situation: typed, checked against what was accepted, on paper."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...support.works import ProgressCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDirectPayment(ProgressCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roofer = cls.party("Étanchéité Brun", "90000000300013")
        cls.market.party_ids = [
            Command.create(
                {"role": "sous_traitant", "partner_id": cls.roofer.id, "amount": 12000, "accepted_on": date(2026, 1, 15)}
            )
        ]

    def share(self, move, amount):
        action = move.action_chorus_shares()
        share = self.env["chorus.works.share"].search(action["domain"])
        share.amount = amount
        return share

    def codes(self, move):
        return {finding.code for finding in move._chorus_market_findings() if finding.code.startswith("works.share")}

    def rows(self, move):
        return {label: texts for label, texts, _out in move._chorus_statement(move._chorus_columns())}

    def test_who_is_paid_what(self):
        """20 000 of work with 24 000 to pay, of which 8 000 without VAT go to the subcontractor, then 3 000 of 12 000."""
        first = self.next(post=False, p1_1=50, p1_2=50)
        self.share(first, 8000)
        self.assertEqual(first.amount_total, 24000, "the amounts stay whole")
        self.assertEqual(self.codes(first), set())
        first.action_post()
        second = self.next(post=False, p1_1=75, p1_2=100)
        share = self.share(second, 3000)
        self.assertEqual((share.amount_before, self.codes(second)), (8000, set()))
        shown = self.rows(second)
        money = [text.replace("\xa0", " ") for text in shown["Paid directly to Étanchéité Brun, without VAT"]]
        self.assertEqual(money, ["11,000.00 €", "8,000.00 €", "3,000.00 €"])
        left = [text.replace("\xa0", " ") for text in shown["Left to pay to us"]]
        self.assertEqual(left, ["28,000.00 €", "16,000.00 €", "12,000.00 €"])
        self.assertIn("Étanchéité Brun", second.chorus_amounts)
        page = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", second.ids)[0].decode()
        self.assertIn("Étanchéité Brun", page)

    def test_nothing_is_shown_without_a_part(self):
        move = self.next(post=False, p1_1=50)
        self.share(move, 0)
        self.assertNotIn("Left to pay to us", self.rows(move))
        self.assertIn("shares", move.chorus_offered)
        move.action_post()
        self.assertNotIn("shares", move.chorus_offered)

    def test_more_than_was_accepted(self):
        first = self.next(post=False, p1_1=50)
        self.share(first, 11000)
        first.action_post()
        second = self.next(post=False, p1_1=100)
        share = self.share(second, 1000)
        self.assertEqual(self.codes(second), set(), "up to what was accepted")
        share.amount = 1000.01
        self.assertEqual(self.codes(second), {"works.share_above_accepted"})

    def test_not_accepted_at_the_end_of_the_period(self):
        party = self.market.party_ids.filtered(lambda party: party.role == "sous_traitant")
        move = self.next(post=False, p1_1=50)
        self.share(move, 1000)
        for day, codes in ((date(2026, 2, 1), {"works.share_not_accepted"}), (False, {"works.share_not_accepted"}),
                           (date(2026, 1, 31), set())):  # fmt: skip
            with self.subTest(day):
                party.accepted_on = day
                self.assertEqual(self.codes(move), codes)

    def test_more_than_the_situation(self):
        move = self.next(post=False, p1_1=10)
        self.assertEqual(move.amount_total, 3600)
        self.share(move, 3600.01)
        self.assertEqual(self.codes(move), {"works.share_above_statement"})

    def test_a_posted_situation_keeps_its_parts(self):
        move = self.next(post=False, p1_1=50)
        share = self.share(move, 1000)
        move.action_post()
        with self.assertRaises(UserError):
            share.amount = 2000
        self.assertEqual(move.action_chorus_shares()["domain"], [("id", "in", share.ids)])

    def test_a_credited_situation_gives_its_parts_back(self):
        move = self.next(post=False, p1_1=50)
        self.share(move, 12000)
        move.action_post()
        self.credit(move)
        again = self.next(post=False, p1_1=50)
        share = self.share(again, 5000)
        self.assertEqual((share.amount_before, self.codes(again)), (0, set()))
        again.action_post()
        self.assertEqual(self.share(self.next(post=False, p1_1=60), 100).amount_before, 5000)

    def test_who_has_no_part_this_month_is_told_to_date(self):
        """What the first situation paid the subcontractor stays in the columns to date and before."""
        first = self.next(post=False, p1_1=50, p1_2=50)
        self.share(first, 8000)
        first.action_post()
        second = self.next(post=False, p1_1=75, p1_2=100)
        shown = {label: [text.replace("\xa0", " ") for text in texts] for label, texts in self.rows(second).items()}
        self.assertEqual(shown["Paid directly to Étanchéité Brun, without VAT"], ["8,000.00 €", "8,000.00 €", "0.00 €"])
        self.assertEqual(shown["Left to pay to us"], ["31,000.00 €", "16,000.00 €", "15,000.00 €"])

    def test_the_parts_of_another_market_are_none(self):
        move = self.next(post=False, p1_1=50)
        self.share(move, 12001)
        move.chorus_market_id = self.works_market(number="OTHER")
        self.assertEqual((self.codes(move), move._chorus_shares()), (set(), self.env["chorus.works.share"]))
        self.assertNotIn("Left to pay to us", self.rows(move))

    def test_a_posted_situation_loses_no_part(self):
        move = self.next(post=False, p1_1=50)
        share = self.share(move, 1000)
        other = share.copy({"move_id": self.next(post=False, p1_1=60).copy().id})
        move.action_post()
        with self.assertRaises(UserError):
            share.unlink()
        with self.assertRaises(UserError):
            share.party_id = self.market.party_ids[0]
        with self.assertRaises(UserError):
            share.move_id = other.move_id.copy()
        other.unlink()

    def test_a_subcontractor_without_a_part_leaves_the_market(self):
        """To look at the parts of a situation binds nobody."""
        party = self.share(self.next(post=False, p1_1=50), 0).party_id
        party.unlink()
        self.assertFalse(party.exists())

    def test_the_invoice_that_replaces_a_refused_one_has_its_parts(self):
        move = self.next(post=False, p1_1=50)
        self.share(move, 1000)
        move.action_post()
        new = move.copy()
        self.env["chorus.reissue"].new({"move_id": move.id})._take_along(new)
        self.assertEqual(new._chorus_shares().mapped("amount"), [1000])
        self.assertIn("Left to pay to us", self.rows(new))
