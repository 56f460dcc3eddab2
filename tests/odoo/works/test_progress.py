"""A situation is progress: what is typed of each line makes the invoice, month after month."""

from datetime import date

from lxml import etree

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...support.works import ProgressCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestProgress(ProgressCommon):
    def test_the_month_is_all_that_is_typed(self):
        first = self.next(p1_1=50, p2_1=10)
        self.assertEqual(self.made(first), [("1 Couverture", 15000), ("2 Charpente", 4000)])
        self.assertEqual((first.amount_untaxed, first.amount_total, first.chorus_works_total), (19000, 22800, 19000))
        second = self.next(post=False)
        row = second.chorus_progress_ids.filtered(lambda row: row.code == "1.1")
        self.assertRecordValues(
            row,
            [
                {
                    "percent": 50,
                    "percent_before": 50,
                    "quantity_done": 50,
                    "amount_total": 15000,
                    "amount_before": 15000,
                    "amount_month": 0,
                }
            ],
        )
        self.assertFalse(second.invoice_line_ids, "nothing is done yet")
        self.state(second, p1_1=60, p1_2=25)
        second.action_post()
        self.assertEqual(self.made(second), [("1 Couverture", 5500)])
        self.assertRecordValues(second, [{"chorus_works_now": 5500, "chorus_works_total": 24500, "chorus_situation": 2}])

    def test_typed_in_the_form_in_any_way(self):
        move = self.next(post=False)
        with Form(move) as form:
            with form.chorus_progress_ids.edit(1) as row:
                row.percent = 33
                self.assertEqual((row.quantity_done, row.amount_total, row.amount_month), (33, 9900, 9900))
                row.quantity_done = 40
                self.assertEqual((row.percent, row.amount_total, row.month_percent), (40, 12000, 40))
                row.amount_total = 15000
                self.assertEqual((row.percent, row.quantity_done), (50, 50))
                row.month_percent = 20
                self.assertEqual((row.percent, row.amount_total), (20, 6000))
                row.amount_month = 3000
                self.assertEqual((row.percent, row.amount_total), (10, 3000))
                row.month_quantity = 7
            with form.chorus_progress_ids.edit(5) as row:
                row.percent = 5
        self.assertEqual(self.made(move), [("1 Couverture", 2100), ("2 Charpente", 1000)])
        self.assertEqual(
            move.chorus_progress_ids.mapped("basis"), ["percent", "quantity", "percent", "percent", "percent", "percent"]
        )

    def test_written_by_a_program_in_any_way(self):
        move = self.next(post=False)
        row = move.chorus_progress_ids[1]
        for values, expected in (
            ({"percent": 10}, 3000),
            ({"quantity_done": 20.5}, 6150),
            ({"amount_total": 7000}, 7000),
            ({"amount_month": 8000}, 8000),
            ({"month_percent": 30}, 9000),
            ({"month_quantity": 1}, 300),
        ):
            with self.subTest(values):
                row.write(values)
                self.assertEqual((row.amount_total, row.amount_month), (expected, expected))

    def test_lines_falling_or_passing_are_said_and_not_refused(self):
        self.next(p1_1=50, p2_2=100)
        move = self.next(post=False, p1_1=40, p1_2=120, p2_2=110)
        remarks = {row.code: row.remark for row in move.chorus_progress_ids}
        self.assertIn("Lower than last month", remarks["1.1"])
        self.assertIn("more than the market", remarks["1.2"])
        self.assertIn("lump sum", remarks["2.2"])
        self.assertFalse(remarks["2.1"])
        move.action_post()
        self.assertEqual(self.made(move), [("1 Couverture", 9000), ("2 Charpente", 2000)])

    def test_what_a_person_added_stays(self):
        move = self.next(post=False, p1_1=10)
        move.invoice_line_ids = [
            Command.create({"name": "Frais de gardiennage", "price_unit": 150, "chorus_line_kind": "other"}),
            Command.update(move.invoice_line_ids[0].id, {"name": "Couverture, versant nord"}),
        ]
        self.state(move, p1_1=20, p2_1=5)
        self.assertEqual(
            dict(self.made(move)),
            {"Couverture, versant nord": 6000, "2 Charpente": 2000, "Frais de gardiennage": 150},
        )
        self.state(move, p2_1=0)
        self.assertNotIn("2 Charpente", dict(self.made(move)))

    def test_one_line_for_each_of_the_schedule_where_the_market_says_so(self):
        self.market.works_lines = "line"
        self.next(p1_1=10, p1_2=10)
        self.market.works_lines = "chapter"
        second = self.next(p1_1=20, p1_2=20)
        self.assertEqual(self.made(second), [("1 Couverture", 4000)])
        self.market.works_lines = "line"
        third = self.next(p1_1=30, p1_2=20)
        self.assertEqual(self.made(third), [("1.1 Zinc", 3000)])

    def test_the_situation_that_is_being_typed_is_opened_again(self):
        action = self.market.action_new_invoice()
        self.assertEqual(self.market.action_new_invoice()["res_id"], action["res_id"])
        ordinary = self.works_market(number="WITHOUT", line_ids=[])
        self.assertNotIn("res_id", ordinary.action_new_invoice())

    def test_a_market_of_before_begins_its_schedule_in_the_middle(self):
        """What was invoiced without a schedule is taken off the first situation that has one."""
        self.situation([("works", 15000, True)])
        second = self.next(p1_1=60, p2_1=10)
        self.assertEqual(
            dict(self.made(second)), {"1 Couverture": 18000, "2 Charpente": 4000, "Situations stated otherwise": -15000}
        )
        self.assertEqual((second.chorus_works_now, second.chorus_works_total), (7000, 22000))
        third = self.next(p1_1=70)
        self.assertEqual(self.made(third), [("1 Couverture", 3000)])

    def test_a_month_below_zero_is_told_and_stated_with_a_credit_note(self):
        """15 000 of 30 000 are taken back: no invoice is negative, a credit note of 15 000 leaves nothing to state."""
        first = self.next(p1_1=100)
        second = self.next(post=False, p1_1=50)
        self.assertEqual(second.amount_untaxed, -15000)
        self.assertIn("works.cumulative_negative", self.codes(second))
        with self.assertRaises(UserError):
            second.action_post()
        self.credit(first, part=15000)
        second.action_chorus_progress()
        self.assertEqual(second.amount_total, 0)
        self.assertNotIn("works.cumulative_negative", self.codes(second))
        second.action_post()
        third = self.next(p1_1=60)
        self.assertEqual((self.made(third), third.chorus_works_total), ([("1 Couverture", 3000)], 18000))

    def test_a_credited_situation_is_stated_anew(self):
        first = self.next(p1_1=50)
        self.credit(first)
        again = self.next(p1_1=40)
        self.assertEqual((again.chorus_situation, self.made(again)), (1, [("1 Couverture", 12000)]))
        self.assertEqual(again.chorus_progress_ids[1].amount_before, 0)

    def test_what_was_credited_in_part_comes_back_unless_it_is_stated_lower(self):
        first = self.next(p1_1=50)
        self.credit(first, part=5000)
        second = self.next(post=False, p1_1=60)
        self.assertEqual(dict(self.made(second)), {"1 Couverture": 3000, "Situations stated otherwise": 5000})
        self.assertEqual(second.chorus_works_total, 18000)

    def test_a_former_situation_that_changed_is_said_and_taken_up_again(self):
        first = self.next(p1_1=50)
        second = self.next(post=False, p1_1=60)
        self.assertNotIn("works.number_stale", self.codes(second))
        self.credit(first)
        again = self.market._chorus_next_situation()
        self.assertEqual(again, second)
        self.assertIn("works.number_stale", self.codes(second))
        second.action_chorus_progress()
        self.assertNotIn("works.number_stale", self.codes(second))
        self.assertEqual(self.made(second), [("1 Couverture", 18000)])
        second.chorus_situation = 1
        second.action_post()
        with self.assertRaises(UserError):
            second.action_chorus_progress()

    def test_an_amendment_changes_the_percentage_and_not_what_was_invoiced(self):
        self.next(p2_2=50)
        self.market.amendment_ids = [Command.create({"name": "Avenant n° 1", "amount": 10000})]
        self.market.line_ids.filtered(lambda line: line.code == "2.2").price_unit = 30000
        self.market.line_ids = [Command.create({
            "sequence": 9, "code": "A1", "name": "Désamiantage", "unit": "Ft", "quantity": 1, "price_unit": 8000,
            "amendment_id": self.market.amendment_ids.id})]  # fmt: skip
        second = self.next(post=False)
        row = second.chorus_progress_ids.filtered(lambda row: row.code == "2.2")
        self.assertEqual((row.amount_total, row.amount_before, row.percent), (10000, 10000, 33.333333))
        self.assertIn("A1", second.chorus_progress_ids.mapped("code"))
        self.state(second, p2_2=100, pA1=25)
        self.assertEqual(self.made(second), [("2 Charpente", 22000)])

    def test_lines_in_use_are_kept(self):
        self.next(p1_1=50)
        wizard = self.env["chorus.market.import"].create({
            "market_id": self.market.id, "replace": True, "pasted": "Désignation\tQté\tPU\nAutre\t1\t10\n"})  # fmt: skip
        wizard.action_import()
        self.assertEqual(self.market.line_ids.mapped("name"), [name for _c, name, *_rest in self.SCHEDULE] + ["Autre"])

    def test_a_period_that_has_not_begun_is_said(self):
        move = self.next(post=False, p1_1=10, day=date(2025, 12, 28))
        self.assertIn("works.period_future", self.codes(move))
        move.invoice_date = date(2026, 1, 28)
        self.assertNotIn("works.period_future", self.codes(move))

    def test_several_rates_of_vat(self):
        reduced = self.env["account.tax"].with_context(active_test=False).search(
            [("company_id", "=", self.company.id), ("amount", "=", 10), ("type_tax_use", "=", "sale"),
             ("price_include", "=", False)], limit=1)  # fmt: skip
        reduced.active = True
        self.market.line_ids.filtered(lambda line: line.code == "1.2").tax_id = reduced
        move = self.next(p1_1=10, p1_2=10)
        self.assertEqual(self.made(move), [("1 Couverture", 3000), ("1 Couverture", 1000)])
        self.assertEqual(move.amount_tax, 700)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestClauses(ProgressCommon):
    def test_the_retention_follows_the_work_with_vat_and_stops_at_its_ceiling(self):
        self.market.retention_rate = 5
        first = self.next(p1_1=50)
        self.assertEqual(self.made(first), [("1 Couverture", 15000), ("Retention of guarantee", -900)])
        self.assertEqual((first.amount_untaxed, first.amount_tax, first.amount_total), (14100, 3000, 17100))
        self.assertEqual(first._chorus_columns().month.net, 17100)
        last = self.next(p1_1=100, p1_2=100, p2_1=120, p2_2=100)
        self.assertEqual(self.market.amount_retention, 6000, "5 % of 120 000, though more was done")
        self.assertEqual(dict(self.made(last))["Retention of guarantee"], -5100)
        self.market.retention_released = True
        given_back = self.next()
        self.assertEqual(self.made(given_back), [("Retention of guarantee", 6000)])
        self.assertEqual(self.market.amount_retention, 0)

    def test_a_guarantee_gives_back_what_was_kept(self):
        self.market.retention_rate = 5
        self.next(p1_1=50)
        self.market.retention_guarantee = "all"
        second = self.next(p1_1=60)
        self.assertEqual(dict(self.made(second)), {"1 Couverture": 3000, "Retention of guarantee": 900})

    def test_a_guarantee_of_the_initial_market_leaves_it_on_amendments(self):
        self.market.write({"retention_rate": 5, "retention_guarantee": "initial"})
        self.market.amendment_ids = [Command.create({"name": "Avenant", "amount": 8000})]
        self.market.line_ids = [Command.create({
            "sequence": 9, "code": "A1", "name": "Désamiantage", "unit": "Ft", "quantity": 1, "price_unit": 8000,
            "amendment_id": self.market.amendment_ids.id})]  # fmt: skip
        move = self.next(p1_1=50, pA1=50)
        self.assertEqual(dict(self.made(move))["Retention of guarantee"], -240)

    def test_the_advance_is_paid_once_and_repaid_between_its_marks(self):
        self.market.write({"advance_rate": 5, "date_end": date(2026, 10, 1)})
        self.assertEqual((self.market.advance_amount, self.market.advance_start, self.market.advance_end), (5000, 65, 100))
        self.market.date_consulted = date(2024, 3, 1)
        self.assertEqual(self.market.advance_end, 80)
        found = [dict(self.made(self.next(**dict.fromkeys(("p1_1", "p1_2", "p2_1", "p2_2"), percent))))
                 for percent in (50, 65, 72.5, 90)]  # fmt: skip
        self.assertEqual([one.get("Advance") for one in found], [5000, None, None, None])
        self.assertEqual([one.get("Repayment of the advance") for one in found], [None, None, -2500, -2500])
        self.assertEqual(self.market.amount_advance, 0)

    def test_beyond_a_year_the_advance_is_that_of_twelve_months(self):
        self.market.write({"advance_rate": 30, "date_notified": date(2026, 1, 1), "date_end": date(2027, 12, 31)})
        self.assertEqual(self.market.advance_amount, 15000)

    def test_a_provisional_revision_is_put_right_when_the_index_is_published(self):
        index = self.env["chorus.works.index"]
        index.create([{"name": "bt 01", "month": date(2025, 11, 15), "value": 110}])
        self.market.write(
            {"revision_fixed": 0.15, "term_ids": [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})]}
        )
        first = self.next(p1_1=100)
        # 0.15 + 0.85 × 1.10 = 1.085
        self.assertEqual(self.made(first)[1], ("Price revision: coefficient 1.085, provisional (BT01 110.0)", 2550))
        index.create([{"name": "BT01", "month": date(2026, 1, 1), "value": 120}])
        second = self.next(p1_2=100)
        # 1.170 for both months: 30 000 × 0.170 − 2 550, and 10 000 × 0.170
        self.assertEqual(self.made(second)[1][1], 5100 - 2550 + 1700)
        self.assertIn("provisional", self.made(second)[1][0])
        self.market.line_ids.filtered(lambda line: line.code == "2.1").revised = False
        third = self.next(p2_1=50)
        self.assertEqual(self.made(third), [("2 Charpente", 20000)])

    def test_a_lot_and_a_line_have_their_own_formula(self):
        """Roofing by BT01 at 1.085, which is the market's own, the frame by TP01 at 1.170, cleaning not at all."""
        self.env["chorus.works.index"].create(
            [{"name": name, "month": date(2026, 1, 1), "value": value} for name, value in (("BT01", 110), ("TP01", 120))]
        )
        self.market.write(
            {
                "revision_fixed": 0.15,
                "term_ids": [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})],
                "formula_ids": [
                    Command.create({"name": "Charpente", "lot": "2", "fixed": 0.15, "term_ids": [Command.create(
                        {"name": "TP01", "weight": 0.85, "initial": 100, "market_id": self.market.id})]})
                ],
            }
        )  # fmt: skip
        lines = {line.code: line for line in self.market.line_ids}
        lines["2.1"].lot = "2"
        lines["2.2"].revised = False
        first = self.next(p1_1=50, p2_1=50, p2_2=50)
        made = dict(self.made(first))
        self.assertEqual(made["Price revision: coefficient 1.085 (BT01 110.0)"], 1275)
        self.assertEqual(made["Price revision, Charpente: coefficient 1.170 (TP01 120.0)"], 3400)
        self.assertEqual(first._chorus_columns().month.revision, 4675)
        self.assertFalse(self.made(self.next(post=False)), "nothing is revised twice")
        lines["1.2"].formula_id = self.market.formula_ids
        third = self.next(post=False, p1_2=100)
        self.env["chorus.works.index"].create({"name": "TP01", "month": date(2026, 2, 1), "value": 130})
        third.action_chorus_progress()
        names = [name for name, _amount in self.made(third)]
        self.assertIn("Price revision, Charpente: coefficient 1.255 (TP01 130.0)", names)
        with self.assertRaises(ValidationError):
            self.market.formula_ids.fixed = 0.2

    def test_a_market_without_vat_is_revised_month_after_month(self):
        """15 000, then 9 000 more, at 1.085 and 1.170: no VAT is a VAT of its own, written 0, and “False” by lines of before."""
        self.company.account_sale_tax_id = False
        self.market.write({"retention_rate": 5, "term_ids": [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})]})
        self.env["chorus.works.index"].create(
            [{"name": "BT01", "month": date(2026, month, 1), "value": 100 + 10 * month} for month in (1, 2, 3)]
        )
        first = self.next(p1_1=50)
        self.assertEqual([line.price_subtotal for line in first.invoice_line_ids.sorted("sequence")], [15000, 1275, -750])
        self.assertFalse(first.amount_tax)
        line = first.invoice_line_ids.filtered(lambda line: line.chorus_line_kind == "revision")
        self.assertEqual(line.chorus_part, "revision:0")
        second = self.next(p1_1=80)
        self.assertIn(("Price revision: coefficient 1.170 (BT01 120.0)", 1530), self.made(second))
        line.sudo().chorus_part = "revision:False"
        third = self.next(p1_1=90)
        self.assertIn(("Price revision: coefficient 1.255 (BT01 130.0)", 765), self.made(third))

    def test_a_position_that_gives_two_taxes(self):
        """20 % and 2 % on each line: 12 200 with both, of which 5 % are kept back."""
        usual = self.tax()
        other = usual.copy({"name": "Éco-contribution", "amount": 2})
        self.market.write({"retention_rate": 5, "term_ids": [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})]})
        self.env["chorus.works.index"].create({"name": "BT01", "month": date(2026, 1, 1), "value": 110})
        model = type(self.env["account.fiscal.position"])
        self.patch(model, "map_tax", lambda position, taxes: taxes | other)
        self.next(p1_2=50)
        move = self.next(p1_2=100)
        made = {line.chorus_line_kind: (line.price_subtotal, line.tax_ids) for line in move.invoice_line_ids}
        self.assertEqual(made["works"], (5000, usual | other))
        self.assertEqual(made["revision"], (425, usual | other), "no revision is lost or doubled")
        self.assertEqual(made["retention"][0], -305)

    def lot(self, lot):
        """The frame is of “Lot 2”, revised by TP01 at 1.170, the roofing by BT01 at 1.085."""
        self.env["chorus.works.index"].create(
            [{"name": name, "month": date(2026, 1, 1), "value": value} for name, value in (("BT01", 110), ("TP01", 120))]
        )
        term = {"weight": 0.85, "initial": 100}
        self.market.write({
            "term_ids": [Command.create({"name": "BT01", **term})],
            "formula_ids": [
                Command.create({"name": "Charpente", "lot": lot, "term_ids": [Command.create({"name": "TP01", **term})]})
            ],
        })  # fmt: skip
        self.market.line_ids.filtered(lambda line: line.code.startswith("2.")).lot = "Lot 2"

    def test_a_lot_is_the_same_however_it_is_spelt(self):
        self.lot(" lot  2 ")
        made = dict(self.made(self.next(p1_1=50, p2_1=50)))
        self.assertEqual(made["Price revision: coefficient 1.085 (BT01 110.0)"], 1275)
        self.assertEqual(made["Price revision, Charpente: coefficient 1.170 (TP01 120.0)"], 3400)
        self.assertFalse(self.made(self.next(post=False)), "nor is it revised twice")

    def test_a_copied_market_has_its_formulas(self):
        self.lot("Lot 2")
        self.market.line_ids.filtered(lambda line: line.code == "1.2").formula_id = self.market.formula_ids
        copied = self.market.copy({"number": "OTHER"})
        self.assertEqual(copied.term_ids.mapped("name"), ["BT01"])
        self.assertRecordValues(copied.formula_ids, [{"name": "Charpente", "lot": "Lot 2", "fixed": 0.15}])
        self.assertNotEqual(copied.formula_ids, self.market.formula_ids)
        self.assertRecordValues(
            copied.formula_ids.term_ids, [{"name": "TP01", "weight": 0.85, "initial": 100, "market_id": copied.id}]
        )
        lines = {line.code: line.formula_id for line in copied.line_ids}
        self.assertEqual((lines["1.2"], lines["1.1"]), (copied.formula_ids, self.env["chorus.works.formula"]))
        self.assertEqual(len(self.market.formula_ids.term_ids), 1)

    def test_a_copied_market_has_its_schedule_without_what_amendments_brought(self):
        self.lot("Lot 2")
        self.market.amendment_ids = [Command.create({"name": "Avenant n° 1", "amount": 8000})]
        line = {"code": "1.0", "name": "Désamiantage", "unit": "Ft", "quantity": 1, "price_unit": 8000, "sequence": 0}
        self.market.line_ids = [Command.create({**line, "amendment_id": self.market.amendment_ids.id})]
        self.market.line_ids.filtered(lambda line: line.code == "2.2").formula_id = self.market.formula_ids
        copied = self.market.copy({"number": "OTHER"})
        self.assertEqual(copied.line_ids.mapped("code"), [code for code, *_rest in self.SCHEDULE])
        self.assertFalse(copied.amendment_ids)
        self.assertEqual(copied.amount_total, 100000)
        self.assertEqual(copied.line_ids.filtered("formula_id").mapped("code"), ["2.2"])
        self.assertEqual(copied.line_ids.formula_id, copied.formula_ids)

    def test_a_formula_by_which_something_was_revised_stays(self):
        self.lot("Lot 2")
        formula = self.market.formula_ids
        draft = self.next(post=False, p1_1=50, p2_1=50)
        first = self.next()
        self.assertEqual(first, draft)
        with self.assertRaisesRegex(UserError, f"“Charpente” has revised {first.name}"):
            self.market.formula_ids = [Command.unlink(formula.id)]
        other = self.env["chorus.works.formula"].create({"market_id": self.market.id, "name": "Zinc", "lot": "9", "fixed": 1})
        other.unlink()
        formula.lot = False
        second = self.next(post=False)
        self.assertEqual(
            sorted(amount for _name, amount in self.made(second)),
            [-3400, 1700],
            "from 1.170 to 1.085, and nothing else",
        )

    def test_a_draft_follows_its_market(self):
        """Clauses, rates, penalties, prices and indices change while the month is typed; what a person added stays."""
        self.market.write({"retention_rate": 5, "penalty_exempt": 0})
        move = self.next(post=False, p1_1=50, p2_2=10)
        move.invoice_line_ids = [
            Command.create({"name": "Prime", "price_unit": 100, "chorus_line_kind": "other", "tax_ids": [Command.clear()]})
        ]
        work = [("1 Couverture", 15000), ("2 Charpente", 2000), ("Prime", 100)]

        def follows(*more, changed=work):
            self.assertCountEqual(self.made(move), [*changed, *more])
            self.assertNotIn("works.number_unmade", self.codes(move))

        follows(("Retention of guarantee", -1020))
        self.market.retention_rate = 3
        follows(("Retention of guarantee", -612))
        self.market.write({"retention_rate": 0, "penalty_ids": [Command.create({"date": date(2026, 1, 5), "amount": 700})]})
        follows(("Penalties", -700))
        self.market.penalty_ids = [Command.update(self.market.penalty_ids.id, {"amount": 650})]
        follows(("Penalties", -650))
        self.market.penalty_ids = [Command.clear()]
        follows()
        self.market.term_ids = [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})]
        index = self.env["chorus.works.index"].create({"name": "BT01", "month": date(2026, 1, 1), "value": 110})
        follows(("Price revision: coefficient 1.085 (BT01 110.0)", 1445))
        index.value = 120
        follows(("Price revision: coefficient 1.170 (BT01 120.0)", 2890))
        self.market.term_ids = [Command.clear()]
        zinc = self.market.line_ids.filtered(lambda line: line.code == "1.1")
        self.market.line_ids = [Command.update(zinc.id, {"price_unit": 400})]
        follows(changed=[("1 Couverture", 20000), *work[1:]])
        self.market.line_ids = [
            Command.create({"code": "3", "name": "Divers", "unit": "U", "quantity": 1, "price_unit": 5, "sequence": 99})
        ]
        self.assertIn("3", move.chorus_progress_ids.mapped("code"))
        self.market.works_lines = "line"
        follows(changed=[("1.1 Zinc", 20000), ("2.2 Nettoyage", 2000), work[2]])

    def test_a_draft_that_does_not_follow_says_so_and_is_made_anew(self):
        self.market.penalty_exempt = 0
        move = self.next(post=False, p1_1=50)
        self.penalty(date(2026, 1, 5), amount=700)
        alert = move.with_context(lang="fr_FR").alerts["chorus_works.number_unmade"]
        self.assertIn("ne correspondent plus", alert["message"])
        self.assertEqual((alert["action_text"], alert["action_call"][1]), ("Refaire les lignes", "action_chorus_progress"))
        getattr(self.env[alert["action_call"][0]].browse(alert["action_call"][2]), alert["action_call"][1])()
        self.assertEqual(dict(self.made(move))["Penalties"], -700)
        self.assertNotIn("works.number_unmade", self.codes(move))
        move.invoice_line_ids.filtered(lambda line: line.chorus_line_kind == "works").price_unit = 20000
        self.assertIn("works.number_unmade", self.codes(move))
        move.action_post()
        self.assertNotIn("works.number_unmade", self.codes(move), "what is posted stays")

    def test_a_retention_that_is_computed_is_never_missing(self):
        self.market.retention_rate = 5
        self.next(p1_1=50)
        second = self.next(post=False)
        self.assertFalse(second.invoice_line_ids)
        typed = self.situation([("works", 500, True)], post=False)
        for move, told in ((second, False), (typed, True)):
            with self.subTest(told, why="nobody computes that of a typed one"):
                codes = {finding.code for finding in move._chorus_market_findings()}
                self.assertEqual("works.retention_missing" in codes, told)

    def test_a_firm_price_is_updated_once(self):
        """An offer of September 2025, started in January 2026: the index of October, whatever the month."""
        self.env["chorus.works.index"].create(
            [
                {"name": "BT01", "month": date(2025, 10, 1), "value": 110},
                {"name": "BT01", "month": date(2026, 2, 1), "value": 150},
            ]
        )
        self.market.write({
            "price_kind": "updated", "date_priced": date(2025, 9, 1), "date_started": date(2026, 1, 5),
            "term_ids": [Command.create({"name": "BT01", "weight": 0.85, "initial": 100})]})  # fmt: skip
        self.assertEqual(self.made(self.next(p1_1=50))[1], ("Price revision: coefficient 1.100 (BT01 110.0)", 1500))
        self.assertEqual(self.made(self.next(p1_1=100))[1][1], 1500)
        self.market.date_priced = date(2025, 12, 1)
        self.assertEqual(dict(self.made(self.next(p1_2=100))), {"1 Couverture": 10000}, "what the books say stays")

    def test_the_highest_rate_of_the_retention_is_told(self):
        self.assertEqual(self.market.retention_highest, 5)
        self.market.write({"small_firm": True, "large_buyer": True})
        self.assertEqual(self.market.retention_highest, 3)

    def penalty(self, day, days=0, **values):
        return self.env["chorus.works.penalty"].create({"market_id": self.market.id, "date": day, "days": days, **values})

    def test_a_penalty_is_taken_off_below_the_total_with_vat(self):
        """Sixty days of 100 000 / 3000 in January, of which twenty are remitted in February."""
        self.market.retention_rate = 5
        late = self.penalty(date(2026, 1, 31), 60)
        self.assertEqual(late.amount, 2000)
        self.penalty(date(2026, 3, 1), 30)
        first = self.next(p1_1=50)
        self.assertEqual(self.made(first), [("1 Couverture", 15000), ("Retention of guarantee", -900), ("Penalties", -2000)])
        self.assertEqual((first.amount_tax, first.amount_total), (3000, 15100))
        month = first._chorus_columns().month
        found = (month.untaxed, month.taxed, month.retention, month.deductions, month.net)
        self.assertEqual(found, (15000, 18000, 900, 2000, 15100))
        totals = first.tax_totals
        self.assertEqual([one["base_amount_currency"] for one in totals["subtotals"]], [15000, 18000])
        self.assertEqual(
            [(group["group_name"], group["tax_amount_currency"]) for group in totals["subtotals"][1]["tax_groups"]],
            [("Retention of guarantee", -900), ("Penalties", -2000)],
        )
        sheet = self.env["chorus.works.deposit"].new({"move_id": first.id})
        self.assertEqual(
            (sheet.untaxed, sheet.total, sheet.retention, sheet.penalty, sheet.net),
            ("15000,00", "18000,00", "-900,00", "-2000,00", "15100,00"),
        )
        document = first._chorus_document()
        self.assertEqual((document.totals.grand_total, document.retained, document.deducted), (18000, 900, 2000))
        page = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", first.ids)[0].decode()
        for text in ("Penalties", "18,000.00", "15,100.00", "2,000.00"):
            self.assertIn(text, page)
        self.assertEqual(self.market.amount_penalty, 2000)
        late.days = 40
        second = self.next(p1_1=60)
        self.assertEqual(dict(self.made(second))["Penalties"], 666.67, "what was remitted comes back")
        third = self.next(p1_1=60, p2_1=10)
        self.assertEqual(dict(self.made(third))["Penalties"], -1000)

    def test_no_penalty_up_to_a_thousand_and_none_beyond_what_is_due(self):
        self.penalty(date(2026, 1, 10), 30)
        first = self.next(p1_1=1)
        self.assertNotIn("Penalties", dict(self.made(first)), "1 000 in all")
        self.penalty(date(2026, 2, 10), amount=500)
        second = self.next(p1_1=2)
        self.assertEqual(dict(self.made(second)), {"1 Couverture": 300, "Penalties": -360})
        self.assertEqual(second.amount_total, 0)
        self.assertEqual(self.told(second), {"Penalties carried over to the next situation": "1,140.00"})
        third = self.next(p1_1=20)
        self.assertEqual(dict(self.made(third))["Penalties"], -1140, "the rest is carried over")
        self.assertEqual(self.told(third), {"Penalties carried over from the situation before": "1,140.00"})
        self.assertEqual(self.told(second), {"Penalties carried over to the next situation": "1,140.00"}, "as it was filed")
        self.penalty(date(2026, 4, 10), amount=50000)
        fourth = self.next(p1_1=100, p1_2=100)
        self.assertEqual(dict(self.made(fourth))["Penalties"], -8500, "10 000 in all")

    def test_penalties_take_what_is_paid_of_the_month_and_no_more(self):
        """Of 1 003.39 with VAT at two rates, less 5 % kept back and 40 of one's own: whatever way the VAT is rounded."""
        reduced = (
            self.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.company.id),
                    ("amount", "=", 10),
                    ("type_tax_use", "=", "sale"),
                    ("price_include", "=", False),
                ],
                limit=1,
            )
        )
        reduced.active = True
        self.market.line_ids.filtered(lambda line: line.code == "1.2").tax_id = reduced
        self.market.write({"retention_rate": 5, "works_lines": "line", "penalty_exempt": 0})
        self.penalty(date(2026, 1, 10), amount=5000)
        for rounding in ("round_per_line", "round_globally"):
            with self.subTest(rounding):
                self.company.tax_calculation_rounding_method = rounding
                move = self.market._chorus_next_situation()
                move.invoice_line_ids = [
                    Command.create({"name": "Repas", "price_unit": -40.03, "chorus_line_kind": "other", "tax_ids": []})
                ]
                self.state(move, p1_1=1.1111, p1_2=2.3333, p2_1=0.5557, p2_2=0.3333)
                self.assertEqual(move.amount_total, 0)
                kept = -dict(self.made(move))["Retention of guarantee"]
                self.assertEqual(kept, 50.17)
                self.assertAlmostEqual(-dict(self.made(move))["Penalties"], 1003.39 - 40.03 - kept, delta=0.03)
                move.button_cancel()

    def test_what_is_kept_back_is_no_more_than_what_is_paid(self):
        """An advance of which all is paid back at once leaves nothing of the month: its retention comes with the next."""
        self.market.write({"retention_rate": 5, "advance_rate": 30, "advance_start": 50, "advance_end": 51})
        self.next(p1_1=100, p2_2=90)
        second = self.next(p1_2=100)
        self.assertEqual(
            dict(self.made(second)),
            {"1 Couverture": 10000, "Repayment of the advance": -10000, "Retention of guarantee": 0},
        )
        self.assertEqual(second.amount_total, 0)
        self.assertEqual(self.told(second), {"Retention carried over to the next situation": "600.00"})
        third = self.next(p2_1=60)
        self.assertEqual(self.market.amount_retention, third.chorus_works_total * 0.06)
        self.assertEqual(self.told(third), {"Retention carried over from the situation before": "600.00"})

    def told(self, move):
        """What its recapitulation says of what is carried over, which is what the tab and the paper have."""
        rows = {label: texts[2] for label, texts, _out in move._chorus_statement(move._chorus_columns()) if "carried" in label}
        paper = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()
        for shown in (paper, move.chorus_amounts):
            self.assertEqual({label for label in rows if label in shown}, set(rows))
            self.assertEqual(shown.count("carried over"), len(rows))
        return {label: "".join(sign for sign in text if sign in "0123456789.,") for label, text in rows.items()}

    def test_a_penalty_of_ones_own_comes_on_top_and_bears_no_vat(self):
        move = self.next(post=False, p1_1=50)
        move.invoice_line_ids = [
            Command.create({"name": "Absence en réunion", "price_unit": -150, "chorus_line_kind": "penalty", "tax_ids": []})
        ]
        self.assertEqual(move._chorus_columns().month.deductions, 150)
        self.assertNotIn("works.penalty_taxed", {finding.code for finding in move._chorus_market_findings()})
        move.action_post()
        self.assertNotIn("Penalties", dict(self.made(self.next(p1_1=60))), "it is not given back")
        taxed = self.situation([("works", 1000, True), ("penalty", -10, True)], post=False)
        self.assertIn("works.penalty_taxed", {finding.code for finding in taxed._chorus_market_findings()})

    def test_clauses_that_cannot_be_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "make 0.95"):
            self.market.write({"term_ids": [Command.create({"name": "BT01", "weight": 0.80, "initial": 100})]})
        with self.assertRaises(ValidationError):
            self.market.retention_rate = 500
        with self.assertRaises(ValidationError):
            self.env["chorus.works.index"].create({"name": "BT01", "month": date(2026, 1, 1), "value": 0})

    def test_the_day_when_the_retention_is_due_back_calls_a_person(self):
        self.market.write({"retention_rate": 5, "date_accepted": date(2026, 6, 15)})
        self.assertEqual(self.market.date_release, date(2027, 7, 15))

        def calls():
            of_retention = self.market.activity_ids.filtered(lambda activity: "retention" in activity.summary)
            return of_retention.mapped("date_deadline")

        self.assertEqual(calls(), [date(2027, 7, 15)])
        self.market.date_reserves_lifted = date(2027, 9, 1)
        self.assertEqual(calls(), [date(2027, 10, 1)])
        self.market.retention_released = True
        self.assertFalse(calls())

    def test_a_market_without_clauses_is_as_before(self):
        move = self.situation([("works", 1000, True)])
        self.assertFalse(move.chorus_progress_ids)
        self.assertEqual(self.made(move), [("works", 1000)])

    def test_an_amendment_with_an_engagement_of_its_own(self):
        """Its work alone carries its number, other work that of the market; one document with both is told."""
        first, own = self.market.engagement_ids
        self.market.amendment_ids = [Command.create({"name": "Avenant n° 1", "amount": 20000, "engagement_id": own.id})]
        self.market.line_ids.filtered(lambda line: line.code == "2.2").amendment_id = self.market.amendment_ids
        told = "market.engagement_amended"
        move = self.next(post=False)
        self.assertEqual(move.purchase_order_reference, first.number)
        self.state(move, p2_2=50)
        self.assertEqual((move.purchase_order_reference, move.chorus_engagement_id), (own.number, own))
        self.assertNotIn(told, {finding.code for finding in move._chorus_market_findings()})
        self.state(move, p2_2=0, p1_1=10)
        self.assertEqual(move.purchase_order_reference, first.number)
        self.state(move, p2_2=50)
        self.assertEqual(move.purchase_order_reference, first.number, "of both: a person decides")
        found = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertIn("10\u00a0000,00 € HT de travaux de « Avenant n° 1 », dont l'engagement est EJ-2", found[told].message.fr)
        self.assertFalse(found[told].blocks)
        move.purchase_order_reference = "EJ-9"
        self.state(move, p1_1=0)
        self.assertEqual(move.purchase_order_reference, "EJ-9", "what a person typed stays")
        self.assertIn(told, {finding.code for finding in move._chorus_market_findings()})
        move.purchase_order_reference = own.number
        move.action_post()
        self.assertEqual(self.market.engagement_ids.mapped("amount_invoiced"), [0, 12000])
        self.assertEqual(self.next(post=False).purchase_order_reference, first.number)
        with self.assertRaises(ValidationError):
            self.works_market(number="AUTRE").amendment_ids = [Command.create({"name": "A", "engagement_id": own.id})]

    def test_a_situation_that_is_begun_opens_on_its_progress(self):
        action = self.market.action_new_invoice()
        (view, kind), *_more = action["views"]
        self.assertEqual(kind, "form")
        arch = etree.fromstring(self.env["account.move"].get_view(view, "form")["arch"])
        self.assertEqual(arch.xpath("//page[@autofocus]/@name"), ["chorus_progress"])
        usual = etree.fromstring(self.env["account.move"].get_view(False, "form")["arch"])
        self.assertFalse(usual.xpath("//page[@autofocus]"))
