"""The final account and the general one: made of the same lines, with the balance that the monthly statements leave."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...support.works import ProgressCommon, WorksCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccounts(WorksCommon, ProgressCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.market.write({"retention_rate": 5, "advance_rate": 5, "date_end": date(2026, 10, 1)})

    def sheet(self, move):
        sheet = self.env["chorus.works.deposit"].new({"move_id": move.id})
        return {name: sheet[name] for name in ("untaxed", "tax", "total", "retention", "net")}

    def page(self, move):
        return self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()

    def final(self):
        """Two months, then the draft of the final account: 97 000 of work in all, the advance of 5 000 paid back."""
        self.next(p1_1=50, p2_1=50)
        self.next(p1_1=100, p1_2=100)
        move = self.drafted(p2_1=100, p2_2=85)
        move.invoice_user_id = self.sender
        return move

    def drafted(self, day=date(2026, 4, 15), **typed):
        """The draft of the final account, dated, with what is stated in it."""
        move = self.env["account.move"].browse(self.market.action_final_account()["res_id"])
        if typed:
            self.state(move, **typed)
        move.invoice_date = day
        return move

    def test_the_final_account_is_the_balance(self):
        move = self.final()
        self.assertEqual((move.chorus_framework, move.chorus_period_start), ("A7", date(2026, 1, 1)))
        self.assertEqual(
            dict(self.made(move)), {"2 Charpente": 37000, "Repayment of the advance": -5000, "Retention of guarantee": -2220}
        )
        found = move._chorus_columns()
        self.assertEqual((found.cumulative.works, found.previous.works, found.month.works), (97000, 60000, 37000))
        self.assertEqual((found.cumulative.advance, found.cumulative.repaid), (5000, 5000))
        self.assertEqual(float(found.month.net), move.amount_total)
        move.action_post()
        self.assertEqual(self.sheet(move)["total"], "38400,00")
        page = self.page(move)
        for text in (
            "Payment Communication",
            "Draft final statement",
            "Monthly statements",
            "Balance",
            "1 Couverture",
            "2 Charpente",
            "60,000.00",
        ):
            self.assertIn(text, page)
        self.assertNotIn("This situation", page)

    def test_of_a_draft_whose_period_was_cleared(self):
        self.next(p1_1=50)
        self.market.date_notified = False
        draft = self.next(post=False, p1_1=80)
        draft.chorus_period_start = False
        move = self.env["account.move"].browse(self.market.action_final_account()["res_id"])
        self.assertEqual(move, draft)
        self.assertEqual((move.chorus_period_start, move.chorus_period_end), (date(2026, 1, 1), date(2026, 2, 28)))

    def test_what_no_work_is_left_for_is_owed(self):
        """An advance of 5 000 to be paid back and 9 000 of penalties: without any work left, 15 000 are owed by us."""
        self.market.write({"retention_rate": 0, "advance_start": 99, "advance_end": 100})
        self.next(p1_1=50, p2_1=50)
        self.market.penalty_ids = [Command.create({"name": "Delay", "date": date(2026, 2, 1), "amount": 9000})]
        move = self.drafted(date(2026, 4, 1))
        self.assertEqual(dict(self.made(move)), {"Repayment of the advance": -5000, "Penalties": -9000})
        told = {finding.code: finding for finding in move._chorus_market_findings()}
        self.assertIn("15,000.00 €", told["works.account_below"].message.en)
        self.assertIn("nous devons 15\u00a0000,00 €", told["works.account_owed"].message.fr)
        self.assertFalse(any(finding.blocks for finding in told.values()))
        self.state(move, p1_2=30)
        self.assertEqual(dict(self.made(move)), {"1 Couverture": 3000, "Repayment of the advance": -5000, "Penalties": -9000})
        self.assertEqual(move._chorus_columns().month.net, -11400)
        self.state(move, p1_2=100, p2_2=100)
        self.assertEqual(
            dict(self.made(move)),
            {"1 Couverture": 10000, "2 Charpente": 20000, "Repayment of the advance": -5000, "Penalties": -9000},
        )
        self.assertTrue(self.codes(move).isdisjoint({"works.account_below", "works.account_owed"}))

    def credited(self, account):
        """The credit note of what an account takes off, made by its button and confirmed."""
        note = self.env["account.move"].browse(account.action_chorus_account_credit()["res_id"])
        self.assertEqual(account.action_chorus_account_credit()["res_id"], note.id, "the draft is opened again")
        note.action_post()
        return note

    def test_a_final_account_below_zero_is_confirmed_with_its_balance(self):
        """The monthly statements billed 5 000 too much: we owe it, less the retention that was kept on it."""
        self.market.advance_rate = 0
        last = self.next(p1_1=100, p1_2=50)
        move = self.drafted(p1_2=0)
        self.assertEqual(move.amount_total, -5700)
        with self.assertRaisesRegex(UserError, "Prepare the credit note"):
            move.action_post()
        codes = self.codes(move)
        self.assertLessEqual({"works.account_below", "works.account_owed"}, codes)
        self.assertTrue(codes.isdisjoint({"works.cumulative_lower", "works.cumulative_negative"}), "nothing contradicts it")
        self.assertIn("chorus_works.account_below", move.alerts)
        self.assertNotIn("chorus_R-17.sign", move.alerts, "its figures stay, the credit note stands beside")
        before = move._chorus_columns()
        note = self.credited(move)
        self.assertEqual((note.move_type, note.amount_total, note.reversed_entry_id), ("out_refund", 5700, last))
        self.assertFalse(note.chorus_state, "the account says it: it is not filed")
        self.assertEqual((move.amount_total, move._chorus_columns()), (0, before), "the figures stay")
        self.assertEqual(self.made(move), [(f"Draft final statement: balance as in {note.name}", 0)])
        self.assertEqual(self.codes(move) & {"works.account_below", "works.account_owed"}, {"works.account_owed"})
        move.action_post()
        self.assertEqual(self.sheet(move)["net"], "-5700,00")
        self.assertEqual((move.chorus_works_now, move.chorus_works_total), (-5000, 30000))
        self.assertEqual((self.market.amount_works, self.market.amount_retention), (30000, 1800))
        page = self.page(move)
        self.assertIn("we owe the public body", page)
        self.assertIn("-5,700.00", page.replace("\ufeff", ""))
        self.assertNotIn("Payment Communication", page, "it asks for no payment")
        with self.assertRaises(UserError):
            note.button_draft()

    def test_a_general_account_that_lowers_the_balance(self):
        """The project owner takes 1 000 of work off: 1 140 with VAT and the retention; then more than the whole balance."""
        final = self.final()
        final.action_post()
        final.sudo().chorus_state = "deposited"
        general = self.next(post=False, p2_2=80, day=date(2026, 6, 1))
        self.assertEqual((general.chorus_framework, general.amount_total), ("A8", -1140))
        self.assertEqual(general._chorus_columns().month.net, final.amount_total - 1140)
        general.invoice_line_ids = [
            Command.create(
                {"name": "Réfaction", "price_unit": -100, "chorus_line_kind": "works", "tax_ids": [Command.set(self.tax().ids)]}
            )
        ]
        columns = general._chorus_columns()
        self.assertEqual(float(columns.month.net), final.amount_total - 1260)
        note = self.credited(general)
        self.assertEqual((note.amount_total, note.reversed_entry_id, general.amount_total), (1260, final, 0))
        self.assertEqual(self.made(general), [(f"{general._chorus_title()}: balance as in {final.name}, {note.name}", 0)])
        self.assertEqual(general._chorus_columns(), columns)
        self.assertNotIn("works.account_owed", self.codes(general))
        general.action_post()
        self.assertEqual(general._chorus_columns(), columns)
        self.assertEqual(self.market.amount_works, 95900)
        # paid in full by bank and credit note: what was credited to the account does not make the final account vanish
        (final | note).line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.assertEqual(general._chorus_columns(), columns)

    def test_a_general_account_that_leaves_nothing_of_the_balance(self):
        self.market.write({"retention_rate": 0, "advance_rate": 0})
        self.next(p1_1=100)
        final = self.drafted(p1_2=50)
        final.action_post()
        final.sudo().chorus_state = "deposited"
        general = self.next(post=False, p1_2=0, p1_1=90, day=date(2026, 6, 1))
        self.assertEqual((general.amount_untaxed, float(general._chorus_columns().month.net)), (-8000, -3600))
        note = self.credited(general)
        (final | note).line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.assertNotIn("works.number_stale", self.codes(general))
        general.action_post()
        self.assertEqual(float(general._chorus_columns().month.net), -3600)
        self.assertEqual((general.chorus_works_total, self.market.amount_works), (27000, 27000))

    def test_what_was_credited_of_the_final_account_is_not_billed_again(self):
        self.market.write({"retention_rate": 0, "advance_rate": 0})
        self.next(p1_1=100)
        final = self.drafted(p1_2=50)
        final.action_post()
        self.credit(final, part=1000)
        final.sudo().chorus_state = "deposited"
        general = self.next(post=False, day=date(2026, 6, 1))
        self.assertEqual((general.chorus_framework, general.amount_total), ("A8", 0))
        self.assertEqual(float(general._chorus_columns().month.net), 4800)
        self.state(general, p1_2=40)
        self.assertEqual((general.amount_total, float(general._chorus_columns().month.net)), (0, 4800), "the same 1 000")
        self.state(general, p1_2=35)
        self.assertEqual((general.amount_untaxed, float(general._chorus_columns().month.net)), (-500, 4200))
        self.state(general, p1_2=60)
        self.assertEqual((general.amount_untaxed, float(general._chorus_columns().month.net)), (1000, 6000))

    def test_a_month_carries_over_without_a_word(self):
        self.market.penalty_ids = [Command.create({"name": "Delay", "date": date(2026, 1, 2), "amount": 9000})]
        self.assertTrue(self.codes(self.next(post=False)).isdisjoint({"works.account_below", "works.account_owed"}))

    def test_a_month_that_penalties_use_up_is_not_paid_before_it_is_answered(self):
        """Odoo calls paid what has nothing to be paid: the parties of the market still have to answer it."""
        self.market.penalty_ids = [Command.create({"name": "Delay", "date": date(2026, 1, 2), "amount": 9000})]
        move = self.env["account.move"].browse(self.next(post=False, p1_1=5).id)
        move.invoice_user_id = self.sender
        move.action_post()
        self.assertEqual((move.amount_total, move.payment_state), (0, "paid"))
        self.assertIn("nothing_due", move.chorus_offered)
        self.assertTrue(move._chorus_tells_totals(), "its totals are not printed twice")
        self.assertNotIn("Payment Communication", self.page(move))
        draft = self.filed(move)
        self.assertEqual((move.chorus_state, move.status_in_payment), ("at_moe", "sent"))
        self.assertNotIn("paid in your books", move.chorus_advice)
        self.assertNotIn("paid in your books", " ".join(alert["message"] for alert in move.alerts.values()))
        validated = self.simulator.answer_works(self.simulator.answer_works(draft, "moe"), "moa")
        self.simulator.answer_works(validated, "finance", "pay")
        self.poll()
        self.assertEqual((move.chorus_state, move.status_in_payment), ("paid", "paid"))
        self.assertNotIn("nothing_due", move.chorus_offered)

    def test_what_comes_next_of_the_accounts_is_shown_with_its_day(self):
        self.assertFalse(self.market.account_due)
        self.market.date_accepted = date(2026, 4, 15)
        self.assertIn("by 05/15/2026", self.market.account_due)
        french = self.market.with_context(lang="fr_FR")
        self.assertIn("pour le 15/05/2026, trente jours après la réception", french.account_due)
        self.assertIn("à vos frais", french.account_due)
        final = self.final()
        self.assertIn("by 05/15/2026", final.chorus_amounts)
        final.action_post()
        self.filed(final)
        filed = final._chorus_line().deposit_id.deposited_at
        self.market.invalidate_recordset()
        self.assertIn(f"by {filed + timedelta(days=30):%m/%d/%Y}", self.market.account_due)
        self.assertIn("(A22)", self.market.account_due)

    def reminders(self):
        return self.market.activity_ids.filtered(lambda activity: "(A7)" in activity.summary)

    def test_whoever_follows_the_market_is_reminded_of_the_final_account(self):
        """Accepted on 15 April: to be filed by 15 May, then nothing of it is left to be done."""
        final = self.final()
        self.assertFalse(self.reminders(), "not accepted yet")
        self.market.date_accepted = date(2026, 4, 10)
        self.market.date_accepted = date(2026, 4, 15)
        reminder = self.reminders()
        self.assertEqual((reminder.date_deadline, reminder.user_id), (date(2026, 5, 15), self.sender))
        self.assertIn("by 05/15/2026", reminder.note)
        final.action_post()
        self.assertTrue(self.reminders(), "confirmed is not filed")
        self.tell(final)
        self.assertFalse(self.reminders(), "filed")
        final.with_user(self.sender).action_chorus_not_filed()
        self.assertEqual(self.reminders().date_deadline, date(2026, 5, 15), "it was not filed after all")
        self.market.date_accepted = False
        self.assertFalse(self.reminders())

    def test_a_final_account_that_was_filed_as_a_test_is_still_to_be_filed(self):
        """Released where the company works from now on, it calls a person by the day by which the real one is due."""
        self.market.date_accepted = date(2026, 4, 15)
        final = self.final()
        final.action_post()
        self.tell(final)
        self.assertFalse(self.reminders())
        self.env.user.group_ids |= self.env.ref("l10n_fr_chorus_pro.group_chorus_manager")
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.env.invalidate_all()
        final.chorus_deposit_ids.action_release()
        self.assertEqual(final.chorus_state, "to_file")
        self.assertEqual(self.reminders().date_deadline, date(2026, 5, 15))

    def test_who_may_not_file_it_is_not_reminded(self):
        self.market.role = "sous_traitant"
        self.market.date_accepted = date(2026, 4, 15)
        self.assertFalse(self.reminders())

    def test_the_general_statement_is_to_be_signed_by_its_day(self):
        final = self.final()
        final.action_post()
        draft = self.filed(final)
        self.simulator.answer_works(self.simulator.answer_works(draft, "moe"), "moa")
        self.poll()
        self.assertEqual(final.activity_ids.date_deadline, (final.chorus_waiting_since + timedelta(days=30)).date())
        general = self.env["account.move"].browse(final.action_chorus_next_document()["res_id"])
        general.write({"invoice_date": date(2026, 6, 1), "invoice_user_id": self.sender.id})
        general.action_post()
        self.filed(general)
        self.poll()
        self.assertFalse(final.activity_ids, "answered")

    def test_the_accounts_have_their_own_names(self):
        move = self.final()
        shown = move.with_context(lang="fr_FR")
        self.assertEqual(shown._chorus_title(), "Projet de décompte final")
        self.assertEqual(self.market.situation_ids[-1].with_context(lang="fr_FR")._chorus_title(), "Situation n° 1")
        titles = {
            "A8": "Décompte général et définitif (signé)",
            "A22": "Projet de décompte général signé (procédure tacite)",
            "A23": "Décompte général et définitif tacite",
        }
        for code, title in titles.items():
            move.chorus_framework = code
            self.assertEqual(shown._chorus_title(), title)
        move.chorus_framework = "A7"
        last = self.situation([("works", 1000, True)], post=False)
        alert = last.with_context(lang="fr_FR").alerts["chorus_works.previous_waiting"]["message"]
        self.assertIn("Projet de décompte final (brouillon)", alert)

    def test_its_time(self):
        move = self.final()
        self.assertIn("works.final_early", self.codes(move), "before the acceptance")
        for accepted, codes in ((date(2026, 4, 15), set()), (date(2026, 3, 16), set()), (date(2026, 3, 15), {"works.final_late"}),
                                (date(2026, 4, 16), {"works.final_early"})):  # fmt: skip
            with self.subTest(accepted):
                self.market.date_accepted = accepted
                self.assertEqual({code for code in self.codes(move) if code.startswith("works.final")}, codes)
        self.assertIn("tacite", self.env["chorus.works.deposit"].with_context(lang="fr_FR").new({"move_id": move.id}).counsel)
        self.assertFalse(self.env["chorus.works.deposit"].new({"move_id": self.market.situation_ids[-1].id}).counsel)

    def test_the_general_account_repeats_the_balance_and_the_books_have_it_once(self):
        final = self.final()
        final.action_post()
        draft = self.filed(final)
        with self.assertRaises(UserError):
            self.market.action_final_account()
        self.assertEqual(final.chorus_deadline, final._chorus_line().deposit_id.deposited_at + timedelta(days=30))
        self.simulator.answer_works(self.simulator.answer_works(draft, "moe"), "moa")
        self.poll()
        self.assertEqual(final.chorus_status, "A_ASSOCIER_FOURNISSEUR")
        self.assertFalse(self.market.amount_suspended, "it waits for our signature, nobody suspended it")
        self.assertEqual(final.chorus_deadline, final.chorus_waiting_since + timedelta(days=30), "to sign it")
        told = " ".join(alert["message"] for alert in final.alerts.values())
        self.assertEqual(told.count("The next document is ours to file"), 1, "said once")
        self.assertIn("to sign the general statement (A8)", told)
        self.pay(final)
        final.invalidate_recordset()
        self.assertIn("The next document is ours to file", final.chorus_advice, "whatever was paid")
        final.line_ids.remove_move_reconcile()
        self.assertIn("to be signed and filed (A8) by", self.market.account_due)
        invoiced = self.market.amount_works, self.market.amount_invoiced
        general = self.env["account.move"].browse(final.action_chorus_next_document()["res_id"])
        self.assertEqual(general.chorus_framework, "A8")
        general.invoice_date = date(2026, 6, 1)
        general.invoice_user_id = self.sender
        general.action_post()
        self.assertEqual((general.amount_total, (self.market.amount_works, self.market.amount_invoiced)), (0, invoiced))
        self.assertEqual(
            general.invoice_line_ids.mapped("name"), [f"Signed general statement (final): balance as in {final.name}"]
        )
        self.assertEqual(self.sheet(general), self.sheet(final))
        self.assertEqual(general._chorus_columns().month, final._chorus_columns().month)
        self.assertEqual(general._chorus_columns().cumulative, final._chorus_columns().cumulative)
        page = self.page(general)
        self.assertIn("38,400.00", page)
        self.assertIn("Signed general statement", page)
        self.assertNotIn("invoice_line_table", page)
        self.assertFalse([code for code in self.codes(general) if not code.endswith(("_waiting", "_exceeded"))])
        self.filed(general)
        self.assertNotIn("Nothing to do: it is paid", general.chorus_advice)
        final.invalidate_recordset()
        self.assertNotIn("A8", final.chorus_next, "it is filed")
        self.assertFalse(self.market.account_due)
        self.assertEqual((general.chorus_dossier, general.chorus_state), (final.chorus_dossier, "received"))
        self.assertEqual(self.market.stage, "closed")

    def test_what_the_general_account_corrects_is_all_that_it_adds(self):
        final = self.final()
        final.action_post()
        final.sudo().chorus_state = "deposited"
        general = self.next(post=False, p2_2=90)
        self.assertEqual((general.chorus_framework, dict(self.made(general))["2 Charpente"]), ("A8", 1000))
        self.assertEqual(general._chorus_columns().month.works, 38000)
        self.assertIn("invoice_line_table", self.page(general))

    def test_the_general_account_without_a_price_schedule_bills_no_balance_again(self):
        """38 400 are in the books: the draft begins at zero, and the balance typed once more is told at once."""
        self.market.write({"retention_rate": 0, "advance_rate": 0})
        self.market.line_ids.unlink()
        final = self.situation([("works", 32000, True)], post=False)
        final.chorus_framework = "A7"
        self.assertNotIn("works.account_again", self.codes(final), "nothing has its balance yet")
        final.action_post()
        final.sudo().chorus_state = "deposited"
        general = self.env["account.move"].browse(self.market.action_new_invoice()["res_id"])
        self.assertEqual(self.market.action_new_invoice()["res_id"], general.id, "the draft, not another one")
        self.assertEqual((general.chorus_framework, general.amount_total), ("A8", 0))
        self.assertEqual(general.invoice_line_ids.name, f"{general._chorus_title()}: balance as in {final.name}")
        self.assertEqual(float(general._chorus_columns().month.net), 38400)
        self.assertNotIn("works.account_again", self.codes(general))
        general.invoice_line_ids = [
            Command.create({"name": "Solde", "price_unit": 32000, "tax_ids": [Command.set(self.tax().ids)]})
        ]
        told = {finding.code: finding for finding in general._chorus_market_findings()}["works.account_again"]
        self.assertIn("ajoute 38\u00a0400,00 €", told.message.fr)
        self.assertIn("76,800.00 € would be left", told.message.en)
        general.invoice_line_ids.filtered("price_unit").price_unit = -500
        self.assertNotIn("works.account_again", self.codes(general))
        self.assertEqual(float(general._chorus_columns().month.net), 37800)

    def test_the_tacit_procedure_waits_for_its_days(self):
        final = self.final()
        final.action_post()
        self.filed(final)
        tacit = self.next(post=False)
        tacit.chorus_framework = "A22"
        filed = final._chorus_line().deposit_id.deposited_at.date()
        for days, told in ((30, True), (32, False)):
            with self.subTest(days):
                tacit.invoice_date = filed + timedelta(days=days)
                self.assertEqual("works.tacit_early" in self.codes(tacit), told)
        tacit.invoice_user_id = self.sender
        tacit.action_post()
        line = tacit.invoice_line_ids.with_context(lang="en_US").name
        self.assertEqual(line, f"Signed draft general statement (tacit procedure): balance as in {final.name}")
        sheet = self.env["chorus.works.deposit"].new({"move_id": tacit.id})
        self.assertEqual((sheet.previous_number, sheet.dossier, bool(sheet.counsel)), (final.name, final.chorus_dossier, True))
        final.sudo().chorus_waiting_since -= timedelta(days=40)
        final._chorus_line().deposit_id.sudo().deposited_at -= timedelta(days=40)
        self.assertIn("A22", final.with_context(lang="fr_FR").chorus_advice or "")
        tacit.sudo().chorus_state = "deposited"
        last = self.env["account.move"].browse(self.market.action_new_invoice()["res_id"])
        self.assertEqual(last.chorus_framework, "A23")
        self.assertTrue(last.invoice_line_ids.name.endswith(f": balance as in {final.name}"), "not as in A22, which has none")

    def test_the_retention_is_asked_back_once_the_account_is_closed(self):
        """97 000 of work with 5 820 kept back: a year after the acceptance, one click makes what asks for it."""
        final = self.final()
        final.action_post()
        kept = self.market.amount_retention
        self.assertEqual(kept, 5820)
        with self.assertRaises(UserError):
            self.market.action_release_retention()
        self.market.date_accepted = date(2026, 3, 20)
        self.assertEqual(self.market.date_release, date(2027, 4, 19))
        reminder = self.market.activity_ids - self.reminders()
        self.assertEqual(reminder.date_deadline, self.market.date_release)
        self.assertIn("Ask for the retention back", reminder.note)
        for day, offered, told in ((date(2027, 3, 19), "early", "5,820.00\u00a0€: to be asked back from 03/20/2027"),
                                   (date(2027, 3, 20), "now", "")):  # fmt: skip
            with self.subTest(day), freeze_time(day):
                self.market.invalidate_recordset()
                self.assertEqual(self.market.release_asked, offered)
                self.assertIn(told, (self.market.release_told or "").replace("$\u00a0", ""))
        self.market.retention_guarantee = "all"
        self.assertEqual(self.market.release_asked, "now", "a guarantee takes its place at any time")
        self.market.retention_guarantee = "none"
        final.sudo().chorus_state = "deposited"
        self.assertEqual(self.market.stage, "general")
        move = self.env["account.move"].browse(self.market.action_release_retention()["res_id"])
        self.assertEqual(self.market.action_release_retention()["res_id"], move.id, "the draft, not another one")
        self.assertFalse(self.market.activity_ids - self.reminders(), "it is asked for")
        self.assertFalse(move.chorus_framework or move.chorus_period_start)
        self.assertEqual((move.amount_total, move.amount_tax, move.invoice_line_ids.chorus_line_kind), (5820, 0, "retention"))
        self.assertFalse(self.codes(move))
        self.assertNotIn("start_progress", move.chorus_offered, "no work is stated in it")
        move.invoice_date = date(2027, 3, 20)
        move.invoice_user_id = self.sender
        move.action_post()
        self.assertEqual(self.market.amount_retention, 0)
        self.assertFalse(self.market.release_asked or self.market.release_told, "it was asked for")
        found = move._chorus_columns()
        self.assertEqual((found.cumulative.retention, found.previous.retention, found.month.net), (0, 5820, 5820))
        self.assertFalse(move._chorus_is_expected(), "nothing is filed that Chorus Pro is not known to take")
        self.assertIn("no document of Chorus Pro", move._chorus_apart_remark().message)
        page = self.page(move)
        self.assertIn("Request for the retention of guarantee back", page)
        self.assertNotIn("Situation no.", page)
        with self.assertRaises(UserError):
            self.market.action_release_retention()

    def test_the_retention_is_asked_back_with_the_next_situation(self):
        self.market.write({"advance_rate": 0, "date_accepted": date(2026, 3, 20), "retention_guarantee": "initial"})
        self.assertIn("surety", (self.market.activity_ids - self.reminders()).note)
        self.market.retention_guarantee = "none"
        self.next(p1_1=50)
        move = self.env["account.move"].browse(self.market.action_release_retention()["res_id"])
        self.assertEqual((move.chorus_framework, dict(self.made(move))), ("A4", {"Retention of guarantee": 900}))
