"""Situations on invoices: proposed, cumulated, printed, and what is odd about them."""

from datetime import date

from lxml import html

from odoo import Command
from odoo.tests import Form, tagged

from ...support.markets import MarketCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSituations(MarketCommon):
    def codes(self, move):
        return {finding.code for finding in move._chorus_market_findings()}

    def test_proposed_one_after_the_other(self):
        first = self.situation([("works", 1000, True), ("retention", -60, False)])
        second = self.situation([("works", 500, True), ("revision", 20, True), ("advance_repayment", -100, True)])
        self.assertRecordValues(
            first | second,
            [
                {
                    "chorus_situation": 1,
                    "chorus_period_start": date(2026, 1, 1),
                    "chorus_period_end": date(2026, 1, 31),
                    "chorus_works_now": 1000,
                    "chorus_works_total": 1000,
                    "chorus_framework": "A4",
                },
                {
                    "chorus_situation": 2,
                    "chorus_period_start": date(2026, 2, 1),
                    "chorus_period_end": date(2026, 2, 28),
                    "chorus_works_now": 500,
                    "chorus_works_total": 1500,
                    "chorus_framework": "A4",
                },
            ],
        )
        amounts = second._chorus_amounts()
        self.assertEqual((amounts["before"], amounts["revision"], amounts["advance"]), (1000, 20, -100))
        self.assertEqual((first._chorus_amounts()["before"], first._chorus_amounts()["retention"]), (0, -60))
        shown = " ".join(
            " ".join(html.fromstring(second.chorus_amounts).itertext()).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split()
        )
        for row in (
            "To date Previous situations This situation",
            "Work, without VAT 1,500.00 € 1,000.00 € 500.00 €",
            "Price revision 20.00 € 0.00 € 20.00 €",
            "Repayment of the advance -100.00 € 0.00 € -100.00 €",
            "Total without VAT 1,420.00 € 1,000.00 € 420.00 €",
            "VAT 284.00 € 200.00 € 84.00 €",
            "Total with VAT 1,704.00 € 1,200.00 € 504.00 €",
            "Retention of guarantee -60.00 € -60.00 € 0.00 €",
            "Net to pay 1,644.00 € 1,140.00 € 504.00 €",
        ):
            self.assertIn(row, shown)
        self.assertEqual(self.codes(second), {"works.previous_waiting", "works.retention_missing"})
        self.assertEqual(self.market.situation_ids, second | first)

    def test_an_ordinary_market_has_none(self):
        self.market.write({"works": False, "framework": "A1"})
        move = self.situation([("works", 10, True)])
        self.assertRecordValues(move, [{"chorus_situation": 0, "chorus_period_start": False, "chorus_framework": "A1"}])
        self.assertFalse(move.chorus_amounts)

    def test_a_credited_situation_is_made_again(self):
        first = self.situation([("works", 1000, True)])
        refund = self.credit(first)
        self.assertEqual((refund.chorus_situation, refund.chorus_framework), (1, "A4"))
        self.assertEqual(refund.chorus_period_end, date(2026, 1, 31))
        again = self.situation([("works", 900, True)])
        self.assertEqual((again.chorus_situation, again._chorus_amounts()["before"]), (1, 0))
        self.assertFalse(self.codes(again))

    def test_a_credit_note_of_its_own_opens(self):
        refund = self.invoice(move_type="out_refund", post=False, partner=self.town, chorus_market_id=self.market.id)
        self.assertNotIn("shares", refund.chorus_offered)

    def test_a_credit_in_part_counts(self):
        first = self.situation([("works", 1000, True)])
        self.credit(first, part=200)
        second = self.situation([("works", 50, True)])
        self.assertEqual((second.chorus_situation, second._chorus_amounts()["before"], second.chorus_works_total), (2, 800, 850))

    def test_findings(self):
        self.situation([("works", 1000, True)])
        for values, lines, expected in (
            ({"chorus_situation": 1}, [("works", 1, True)], {"works.number_used"}),
            ({"chorus_situation": 3}, [("works", 1, True)], {"works.number_gap"}),
            ({"chorus_period_start": date(2026, 1, 20)}, [("works", 1, True)], {"works.period_overlap"}),
            ({"chorus_period_start": date(2026, 3, 1)}, [("works", 1, True)], {"works.period_gap"}),
            ({}, [("works", -5, True)], {"works.cumulative_lower"}),
            ({"chorus_period_start": False}, [("works", 1, True)], {"works.period_missing"}),
            ({"invoice_date": date(2025, 11, 28)}, [("works", 1, True)], {"works.period_future"}),
            (
                {"chorus_period_start": date(2026, 3, 1), "chorus_period_end": date(2026, 2, 1)},
                [("works", 1, True)],
                {"works.period_order"},
            ),
        ):
            with self.subTest(expected):
                move = self.situation(lines, post=False)
                move.write(values)
                self.assertTrue(expected <= self.codes(move), self.codes(move))

    def empty(self):
        """What the button “New situation” of the market opens, as its form shows it before anything is entered."""
        action = self.market.action_new_invoice()
        return Form(self.env[action["res_model"]].with_context(**action["context"]).with_company(self.company))

    def test_a_new_one_tells_at_once_which_former_one_is_not_filed(self):
        self.assertNotIn("chorus_works.previous_waiting", self.empty().alerts or {})
        first = self.situation([("works", 1000, True)])
        alert = self.empty().alerts["chorus_works.previous_waiting"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn(f"1 ({first.name})", alert["message"])
        self.assertNotIn("works.previous_waiting", self.codes(first), "nothing comes before it")
        for state, told in (("rejected", True), ("checking", False), ("deposited", False)):
            with self.subTest(state):
                first.sudo().chorus_state = state
                self.assertEqual("chorus_works.previous_waiting" in (self.empty().alerts or {}), told)
        draft = self.situation([("works", 500, True)], post=False)
        self.assertNotIn("works.previous_waiting", self.codes(draft))
        self.assertIn("2 (draft)", self.empty().alerts["chorus_works.previous_waiting"]["message"])
        self.market.works = False
        self.assertFalse([key for key in self.empty().alerts or {} if key.startswith("chorus_works")])

    def test_several_that_are_not_filed_are_told_and_opened_together(self):
        first, second = (self.situation([("works", 1000, True)]) for _ in range(2))
        third = self.situation([("works", 10, True)], post=False)
        found = {finding.code: finding for finding in third._chorus_market_findings()}
        told = found["works.previous_waiting"]
        self.assertEqual(
            told.message.fr,
            f"Pas encore déposées dans ce marché : situation n° 1 ({first.name}), situation n° 2 ({second.name}).",
        )
        self.assertIn("Déposez-les d'abord", told.remedy.fr)
        action = third.alerts["chorus_works.previous_waiting"]["action"]
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), first | second)
        first.sudo().chorus_state = "deposited"
        found = {finding.code: finding for finding in third._chorus_market_findings()}
        self.assertIn("Déposez-la d'abord", found["works.previous_waiting"].remedy.fr)
        third.invalidate_recordset(["alerts"])
        self.assertEqual(third.alerts["chorus_works.previous_waiting"]["action"]["res_id"], second.id)
        third.chorus_situation = 6
        found = {finding.code: finding for finding in third._chorus_market_findings()}
        self.assertEqual(found["works.number_gap"].message.fr, "Les situations n° 3, 4, 5 de ce marché ne sont pas dans Odoo.")

    def test_amounts_in_its_sentences_are_written_as_people_do(self):
        self.situation([("works", 216555.44, True)])
        move = self.situation([("works", -5, True)], post=False)
        found = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertIn("(216\u00a0550,44 €) est inférieur", found["works.cumulative_lower"].message.fr)
        self.assertIn("216\u00a0550,44 € facturés pour 100\u00a0000,00 € HT", found["market.exceeded"].message.fr)

    def test_a_retention_forgotten_since_the_former_one(self):
        self.situation([("works", 1000, True), ("retention", -60.5, False)])
        alert = self.empty().alerts["chorus_works.retention_missing"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn("(60.50 € so far)", alert["message"])
        self.assertIn("works.retention_missing", self.codes(self.situation([("works", 500, True)], post=False)))
        second = self.situation([("works", 500, True), ("retention", -30, False)])
        self.assertNotIn("works.retention_missing", self.codes(second))
        given_back = self.situation([("retention", 90.5, False)])
        self.assertNotIn("works.retention_missing", self.codes(given_back))
        self.assertNotIn("works.retention_missing", self.codes(self.situation([("works", 10, True)], post=False)))

    def test_no_number(self):
        move = self.situation([("works", 1, True)], post=False)
        move.chorus_situation = 0
        self.assertIn("works.number_missing", self.codes(move))

    def test_parties_are_needed(self):
        self.market.party_ids.unlink()
        codes = self.codes(self.situation([("works", 1, True)]))
        self.assertTrue({"market.moe_missing", "market.moa_missing"} <= codes)
        nameless = self.env["res.partner"].create({"name": "Sans SIRET", "is_company": True})
        self.market.party_ids = [Command.create({"role": "moe", "partner_id": nameless.id})]
        self.assertIn("market.moe_siret", self.codes(self.situation([("works", 1, True)])))

    def test_printed(self):
        self.situation([("works", 1000, True)])
        second = self.situation([("works", 500, True), ("retention", -36, False)])
        html = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", second.ids)[0].decode()
        for text in ("Situation no.", "2026-TVX-0001", "1,500.00", "Retention", "Previous situations"):
            self.assertIn(text, html)
        self.assertIn("Done: 1.50 %", html)
        other = self.invoice()
        self.assertNotIn(
            "Previous situations",
            self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", other.ids)[0].decode(),
        )

    def test_the_totals_are_those_of_the_portal_and_of_the_paper(self):
        """20 000 of work, 400 of revision, an advance of 5 000, 1 000 kept back."""
        move = self.situation(
            [("works", 20000, True), ("revision", 400, True), ("advance", 5000, True), ("retention", -1000, False)]
        )
        shown, kept = move.tax_totals["subtotals"]
        self.assertEqual((shown["base_amount_currency"], shown["tax_groups"][0]["tax_amount_currency"]), (25400, 5080))
        self.assertEqual((kept["base_amount_currency"], kept["tax_groups"][0]["tax_amount_currency"]), (30480, -1000))
        self.assertEqual(move.tax_totals["total_amount_currency"], 29480)
        self.assertTrue(move.tax_totals["same_tax_base"])
        month = move._chorus_columns().month
        sheet = move._chorus_document()
        self.assertEqual((month.untaxed, month.vat, month.taxed), (25400, 5080, 30480))
        self.assertEqual(
            (month.untaxed, month.vat, month.taxed, month.retention),
            (sheet.totals.tax_basis, sheet.totals.tax, sheet.totals.grand_total, sheet.retained),
        )
        self.assertEqual(float(month.net), move.amount_total)
        page = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()
        for amount in ("25,400.00", "30,480.00", "29,480.00"):
            self.assertIn(amount, page)
        self.assertNotIn("24,400.00", page)

    def test_a_credit_note_of_a_situation_shows_its_totals_likewise(self):
        move = self.situation([("works", 1000, True), ("retention", -60, False)])
        refund = self.credit(move)
        self.assertEqual([one["base_amount_currency"] for one in refund.tax_totals["subtotals"]], [1000, 1200])
        self.assertEqual(refund.tax_totals["total_amount_currency"], 1140)
        again = self.situation([("works", 1, True)])
        self.assertEqual(again._chorus_columns().previous.net, 0)

    def test_an_ordinary_invoice_keeps_odoos_totals(self):
        move = self.invoice()
        self.assertEqual(len(move.tax_totals["subtotals"]), 1)

    def test_identity_sheet(self):
        move = self.situation([("works", 1000, True)])
        self.situation([("works", 500, True)])
        html = self.env["ir.actions.report"]._render_qweb_html("l10n_fr_chorus_pro.report_chorus_market", self.market.ids)[0]
        for text in ("2026-TVX-0001", "Cabinet Moreau architectes", "90000000200015", "EJ-2", "98,500.00", move.name, "1,500.00"):
            self.assertIn(text, html.decode())
