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
        money = [
            text.replace("\xa0", " ").replace("\ufeff", "") for text in shown["Paid directly to Étanchéité Brun, without VAT"]
        ]
        self.assertEqual(money, ["-11,000.00 €", "-8,000.00 €", "-3,000.00 €"], "it lowers what is left")
        left = [text.replace("\xa0", " ").replace("\ufeff", "") for text in shown["Left to pay to us"]]
        self.assertEqual(left, ["28,000.00 €", "16,000.00 €", "12,000.00 €"])
        self.assertIn("Étanchéité Brun", second.chorus_amounts)
        page = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", second.ids)[0].decode()
        self.assertIn("Étanchéité Brun", page)

    def test_the_sheet_for_the_portal_says_who_is_paid_what(self):
        """18 000 of work, 21 600 with VAT, 5 % kept back: of 20 520, 4 200 without VAT go to the subcontractor."""
        self.market.retention_rate = 5
        self.next(p1_1=50)
        move = self.next(post=False, p1_1=90, p1_2=60)
        sheet = self.env["chorus.works.deposit"].new({"move_id": move.id})
        self.assertFalse(sheet.parts or sheet.ours)
        self.share(move, 4200)
        move.action_post()
        sheet = self.env["chorus.works.deposit"].new({"move_id": move.id})
        self.assertEqual((sheet.total, sheet.retention, sheet.net, sheet.ours), ("21600,00", "-1080,00", "20520,00", "16320,00"))
        for text in ("Étanchéité Brun", "90000000300013", ">-4200,00<"):
            self.assertIn(text, sheet.parts)
        # nothing is kept back: who is paid what is still told from the net
        self.market.retention_rate = 0
        third = self.next(post=False, p1_1=100)
        self.share(third, 1000)
        third.invoice_line_ids.filtered(lambda line: line.chorus_line_kind == "retention").unlink()
        third.action_post()
        sheet = self.env["chorus.works.deposit"].new({"move_id": third.id})
        self.assertEqual((sheet.retention, sheet.net, sheet.ours), (False, "3600,00", "2600,00"))

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
        shown = {
            label: [text.replace("\xa0", " ").replace("\ufeff", "") for text in texts]
            for label, texts in self.rows(second).items()
        }
        self.assertEqual(shown["Paid directly to Étanchéité Brun, without VAT"], ["-8,000.00 €", "-8,000.00 €", "0.00 €"])
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

    def test_more_than_the_work_of_the_month_is_said(self):
        """3 000 of work without VAT, 3 600 to pay: the parts are without VAT."""
        move = self.next(post=False, p1_1=10)
        share = self.share(move, 3000)
        self.assertEqual(self.codes(move), set())
        share.amount = 3000.01
        self.assertEqual(self.codes(move), {"works.share_above_work"})
        self.assertFalse([finding for finding in move._chorus_market_findings() if finding.blocks])

    def refund(self, move, price):
        """The draft of a credit note of its first line."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": move.invoice_date})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids[1:].unlink()
        refund.invoice_line_ids.price_unit = price
        return refund

    def test_two_credit_notes_take_back_no_more_than_the_part(self):
        first = self.next(post=False, p1_1=50)
        self.share(first, 8000)
        first.action_post()
        note = self.refund(first, 1000)
        self.share(note, 5000)
        note.action_post()
        other = self.refund(first, 1000)
        with self.assertRaises(UserError):
            self.share(other, 3000.01)
        with self.assertRaises(UserError):
            self.share(other, -1)
        self.share(other, 3000)
        other.action_post()
        party = self.market.party_ids.filtered(lambda party: party.role == "sous_traitant")
        self.assertEqual(party.amount_stated, 0)

    def test_a_credit_note_takes_back_a_part_below_zero(self):
        """8 000, then 500 taken back, which a credit note of the second situation gives again."""
        first = self.next(post=False, p1_1=50)
        self.share(first, 8000)
        first.action_post()
        second = self.next(post=False, p1_1=60)
        self.share(second, -500)
        second.action_post()
        note = self.refund(second, 100)
        for amount in (-500.01, 0.01):
            with self.subTest(amount), self.assertRaises(UserError):
                self.share(note, amount)
        self.share(note, -500)
        note.action_post()
        party = self.market.party_ids.filtered(lambda party: party.role == "sous_traitant")
        self.assertEqual(party.amount_stated, 8000)

    def test_a_partial_credit_note_takes_a_part_back(self):
        first = self.next(post=False, p1_1=50)
        self.share(first, 8000)
        first.action_post()
        refund = self.refund(first, 5000)
        self.assertIn("shares", refund.chorus_offered)
        with self.assertRaises(UserError):
            self.share(refund, 8000.01)
        self.share(refund, 3000)
        refund.action_post()
        party = self.market.party_ids.filtered(lambda party: party.role == "sous_traitant")
        self.assertEqual((party.amount_stated, party.amount_open, party.nearly_spent), (5000, 7000, False))
        second = self.next(post=False, p1_1=75)
        share = self.share(second, 6000)
        self.assertEqual((share.amount_before, share.amount_after, self.codes(second)), (5000, 1000, set()))
        second.action_post()
        self.assertEqual((party.amount_stated, party.nearly_spent, party.amount_settled), (11000, True, 0))
        self.pay(second)
        party.invalidate_recordset()
        self.assertEqual(party.amount_settled, 6000)

    def test_a_member_of_the_group_is_paid_with_vat(self):
        """15 000 of work, 18 000 to pay: 4 000 without VAT are a co-contractor's, 2 000 a subcontractor's."""
        mason = self.party("Maçonnerie Vert", "90000000500019")
        self.market.party_ids = [Command.create({"role": "cotraitant", "partner_id": mason.id, "amount": 4500})]
        move = self.next(post=False, p1_1=50)
        move.action_chorus_shares()
        self.assertNotIn("cotraitant", move.chorus_market_id.party_ids.share_ids.party_id.mapped("role"), "we lead no group")
        self.market.role = "mandataire"
        move.action_chorus_shares()
        shares = {share.party_id.role: share for share in self.market.party_ids.share_ids}
        shares["cotraitant"].amount = 4000
        shares["sous_traitant"].amount = 2000
        self.assertEqual((shares["cotraitant"].amount_paid, shares["cotraitant"].amount_after), (4800, 500))
        self.assertEqual(self.codes(move), set())
        shown = {label: texts[2].replace("\xa0", " ").replace("\ufeff", "") for label, texts in self.rows(move).items()}
        self.assertEqual(shown["Paid to the co-contractor Maçonnerie Vert, with VAT"], "-4,800.00 €")
        self.assertEqual(shown["Paid directly to Étanchéité Brun, without VAT"], "-2,000.00 €")
        self.assertEqual(shown["Left to pay to us"], "11,200.00 €")
        shares["cotraitant"].amount = 4500.01
        self.assertEqual(self.codes(move), {"works.share_above_accepted"})
        self.market.party_ids.filtered(lambda party: party.role == "cotraitant").amount = 0
        self.assertEqual(self.codes(move), set(), "nobody entered its part of the market")

    def test_one_search_serves_all_that_is_shown(self):
        move = self.next(post=False, p1_1=50, p1_2=50)
        self.share(move, 8000)
        move.action_post()
        second = self.next(post=False, p1_1=75)
        self.share(second, 3000)
        self.env.flush_all()
        self.env.invalidate_all()
        read = []
        model = type(self.env["chorus.works.share"])
        search = model._search
        self.patch(model, "_search", lambda self, *args, **kwargs: read.append(args) or search(self, *args, **kwargs))
        second._chorus_statement(second._chorus_columns())
        second._chorus_market_findings()
        self.assertIn("shares", second._chorus_offers())
        self.assertEqual(len([args for args in read if "party_id" in str(args)]), 1, read)
        self.assertLessEqual(len(read), 2, read)

    def request(self, amount, total=None, state="waiting", number="SST-1"):
        return self.env["chorus.validation"].sudo().create({
            "company_id": self.company.id, "environment": self.company.chorus_environment, "identifier": number, "number": number,
            "supplier": "90000000300013", "market_number": self.market.number, "currency_id": self.company.currency_id.id,
            "amount_untaxed": amount, "amount_total": total or amount, "state": state})  # fmt: skip

    def test_a_request_is_judged_by_what_we_stated_and_what_was_accepted(self):
        move = self.next(post=False, p1_1=50)
        self.share(move, 8000)
        move.action_post()
        self.request(5000, state="accepted", number="SST-0")
        self.assertFalse(self.request(3000).remark)
        self.assertIn("situations give it 8,000.00", self.request(3000.01, number="SST-2").remark)
        above = self.request(8000, 9600, number="SST-3")
        self.assertIn("more than the 12,000.00", above.remark)
        self.assertIn("283-2 nonies", above.remark)
        self.market.party_ids.filtered(lambda party: party.role == "sous_traitant").partner_id.company_registry = "90000000700015"
        self.assertIn("no party", self.request(1, number="SST-4").remark)
