from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ....models import transactions
from ...common import ChorusCommon
from ...support import simulated

SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
JOB = "l10n_fr_chorus_pro.ir_cron_chorus_look_back"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLookBack(ChorusCommon):
    """What was filed by other means before the add-on was there is found, followed, and never sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("l10n_fr_chorus_pro.group_chorus_manager")

    def begin(self, since=None):
        record = self.env["chorus.look.back"]._open()
        record.date_from = since or fields.Date.today() - timedelta(days=200)
        record.action_begin()
        return record

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref(JOB).method_direct_trigger()
        self.env.invalidate_all()

    def searches(self):
        return self.simulator.calls(SEARCH)

    def test_all_is_found_month_by_month_and_nothing_is_sent(self):
        moves, fresh = self.elsewhere(7), self.invoice()
        flows, before = len(self.simulator.state()["deposits"]), self.searches()
        record = self.begin()
        self.assertEqual((record.state, record.progress), ("running", 0))
        self.run_job()
        self.assertEqual((record.state, record.progress, record.found_count), ("done", 100, 7), record.left)
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertTrue(all(moves.mapped("chorus_identifier")))
        self.assertEqual(fresh.chorus_state, "to_send")
        self.assertEqual(len(self.simulator.state()["deposits"]), flows, "nothing is sent")
        self.assertEqual(self.searches() - before, 7, "two hundred days are seven months")
        with self.assertRaises(UserError):
            moves.with_user(self.sender).action_chorus_send()
        record.action_begin()
        self.run_job()
        self.assertEqual((record.found_count, record.known_count), (0, 7), "taken over once")
        self.assertEqual(len(moves.chorus_deposit_line_ids), 7)

    def test_an_invoice_of_before_the_first_day_is_taken_too(self):
        """It is not proposed for transfer; what became of it is shown all the same."""
        move = self.elsewhere()
        self.company.chorus_start_date = move.invoice_date + timedelta(days=1)
        self.assertFalse(move.chorus_state)
        record = self.begin()
        self.run_job()
        self.assertEqual((record.found_count, move.chorus_state), (1, "deposited"))

    def test_nobody_is_called_for_what_is_over(self):
        over, open_one = self.elsewhere(2)
        numbers = {row["numeroFacture"]: row["identifiantFactureCPP"] for row in self.simulator.invoices()}
        for move, status in ((over, "REJETEE"), (open_one, "SUSPENDUE")):
            self.simulator.act(numbers[move.name], "MISE_A_DISPOSITION")
            self.simulator.act(numbers[move.name], status, commentaire="Pièce manquante")
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=over.ids).create(
            {}
        ).action_create_payments()
        self.begin()
        self.run_job()
        self.assertEqual(over.chorus_status, "REJETEE")
        self.assertFalse(over.activity_ids)
        self.follow()
        self.assertFalse(over.activity_ids)
        self.assertEqual(open_one.chorus_state, "to_complete")
        self.assertTrue(open_one.activity_ids)

    def test_what_is_another_or_unknown_is_told_and_left(self):
        other, gone = self.elsewhere(2)
        number = gone.name
        self.env.cr.execute("UPDATE account_move SET invoice_date = invoice_date - 1 WHERE id = %s", [other.id])
        self.env.cr.execute("UPDATE account_move SET name = 'AUTRE/1' WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        record = self.begin()
        self.run_job()
        self.assertEqual((record.state, record.found_count, record.seen_count), ("done", 0, 2))
        self.assertIn(other.name, record.left)
        self.assertIn(number, record.left)
        self.assertEqual({other.chorus_state, gone.chorus_state}, {"to_send"})

    def test_one_that_was_cancelled_in_odoo_is_not_called_unknown(self):
        move = self.elsewhere()
        move.button_draft()
        move.button_cancel()
        record = self.begin()
        self.run_job()
        self.assertEqual((record.state, record.found_count), ("done", 0))
        self.assertIn(f"{move.name}: at Chorus Pro, but “Cancelled” in Odoo", record.left)
        self.assertNotIn("not in Odoo", record.left)

    def test_invoices_of_a_company_with_the_same_siren_are_counted_and_not_named(self):
        """Without a structure of ours, Chorus Pro shows what the sister company filed: it is in Odoo, and not to be told of."""
        own, theirs, unknown = self.elsewhere(3)
        sister = self.setup_other_company(name="Établissement de Lyon")["company"]
        sister.company_registry = f"{simulated.SUPPLIER[:9]}00085"
        self.env.cr.execute("UPDATE account_move SET company_id = %s WHERE id = %s", [sister.id, theirs.id])
        number = unknown.name
        self.env.cr.execute("UPDATE account_move SET name = 'AUTRE/1' WHERE id = %s", [unknown.id])
        self.env.invalidate_all()
        record = self.begin()
        self.run_job()
        self.assertEqual((record.found_count, record.seen_count), (1, 3))
        self.assertTrue(own._chorus_is_live())
        self.assertFalse(theirs._chorus_is_live(), "its company looks back itself")
        self.assertIn("1 of another company with the same SIREN", record.left)
        self.assertIn(f"1 not in Odoo: {number}", record.left)
        self.assertNotIn(theirs.name, record.left)

    def test_of_several_with_one_number_one_is_there(self):
        """Two are quite alike, a third has another amount: Chorus Pro takes a number once."""
        journals = self.env["account.journal"].create(
            [{"name": f"Ventes {code}", "code": code, "type": "sale"} for code in ("V2", "V3")]
        )
        moves = self.elsewhere(name="F00001")
        moves |= self.invoice(name="F00001", journal_id=journals[0].id)
        moves |= self.invoice(name="F00001", journal_id=journals[1].id, price=7)
        record = self.begin()
        self.run_job()
        self.assertEqual((record.found_count, record.known_count, record.left), (1, 0, False))
        self.assertEqual(sorted(moves[:2].mapped("chorus_state")), ["deposited", "to_send"])
        self.assertEqual(moves[2].chorus_state, "to_send")

    def test_one_that_was_abandoned_is_replaced_as_any_abandoned_one(self):
        """Its number has served at Chorus Pro: a credit note and a new invoice take its place, and nobody is called for it."""
        move = self.elsewhere()
        (number,) = (row["identifiantFactureCPP"] for row in self.simulator.invoices())
        self.simulator.act(number, "MISE_A_DISPOSITION")
        self.simulator.act(number, "ABANDONNEE", commentaire="Doublon")
        self.begin()
        self.run_job()
        self.assertEqual((move.chorus_state, move._chorus_possible()), ("abandoned", ("reissue",)))
        self.assertFalse(move.activity_ids)
        action = move.with_user(self.sender).action_chorus_reissue()
        wizard = self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        self.assertEqual((new.chorus_replaces_id, new.state, new.chorus_state), (move, "posted", "to_send"))
        self.assertNotEqual(new.name, move.name)
        self.arrive(new)
        self.assertEqual(new.chorus_state, "deposited")

    def test_goes_on_where_chorus_pro_fell_silent(self):
        moves = self.elsewhere(2)
        record = self.begin()
        self.simulator.fault(SEARCH, "http_503", times=3, after=3)
        self.run_job()
        self.assertEqual((record.state, record.found_count), ("running", 0))
        self.assertTrue(record.error_cause and record.error_remedy)
        self.assertTrue(record.date_from < record.reached < fields.Date.today())
        read = record.reached
        self.env["chorus.connection"]._of(self.company)._resume()
        before = self.searches()
        self.run_job()
        self.assertEqual((record.state, record.found_count, record.error_code), ("done", 2, False))
        self.assertLess(self.searches() - before, 7, f"what was read before {read} is not asked again")
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_stopped_it_goes_on_from_there(self):
        self.elsewhere()
        record = self.begin()
        record.action_stop()
        self.run_job()
        self.assertEqual((record.state, record.found_count), ("idle", 0))
        record.action_begin()
        self.run_job()
        self.assertEqual((record.state, record.found_count), ("done", 1))

    def test_an_invoice_that_somebody_has_in_hand_is_not_passed_over(self):
        """The month is read again until it could be taken whole: what is passed over would never be found again."""
        moves = self.elsewhere(2)
        record = self.begin(fields.Date.today() - timedelta(days=10))
        model = type(self.env["account.move"])

        def in_hand(locked, *args, **kwargs):
            if moves[0] in locked:
                raise LockError("in hand")

        with (
            patch.object(model, "try_lock_for_update", lambda locked, *args, **kwargs: locked - moves[0]),
            patch.object(model, "lock_for_update", in_hand),
            patch.object(transactions, "ATTEMPTS", 1),
            mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions"),
        ):
            self.run_job()
        self.assertEqual(record.state, "running")
        self.assertTrue(record.error_cause and record.error_remedy)
        self.run_job()
        self.assertEqual((record.state, record.found_count, record.error_code), ("done", 2, False), record.left)
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_what_breaks_is_told_and_keeps_no_other_company_from_its_turn(self):
        self.elsewhere()
        record = self.begin(fields.Date.today() - timedelta(days=10))
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.env.user.company_ids |= other
        second = self.env["chorus.look.back"].with_company(other)._open()
        second.date_from = fields.Date.today() - timedelta(days=10)
        second.action_begin()
        adopt = "_chorus_adopt_elsewhere"
        with (
            patch.object(type(self.env["account.move"]), adopt, side_effect=ValueError("another add-on")),
            mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions"),
        ):
            self.run_job()
        self.assertEqual((record.state, record.error_code, second.state), ("running", "internal", "done"))
        self.run_job()
        self.assertEqual((record.state, record.error_code, record.found_count), ("done", False, 1))

    def test_each_company_looks_back_for_itself(self):
        mine = self.elsewhere()
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.env.user.company_ids |= other
        record = self.env["chorus.look.back"].with_company(other)._open()
        record.date_from = fields.Date.today() - timedelta(days=40)
        record.action_begin()
        self.run_job()
        self.assertEqual((record.state, record.seen_count), ("done", 0))
        self.assertEqual(mine.chorus_state, "to_send")
        stranger = new_test_user(self.env, "stranger_back", "l10n_fr_chorus_pro.group_chorus_manager",
                                 company_id=other.id, company_ids=[other.id])  # fmt: skip
        own = self.env["chorus.look.back"]._open()
        with self.assertRaises(AccessError):
            own.with_user(stranger).action_begin()

    def test_who_may(self):
        record = self.env["chorus.look.back"]._open()
        with self.assertRaises(AccessError):
            self.env["chorus.look.back"].with_user(self.sender)._open()
        with self.assertRaises(AccessError):
            record.with_user(self.sender).action_begin()
        manager = new_test_user(self.env, "manager_back", "l10n_fr_chorus_pro.group_chorus_manager")
        for name, value in (("state", "done"), ("found_count", 9), ("reached", fields.Date.today())):
            with self.assertRaises(AccessError, msg=name):
                record.with_user(manager).write({name: value})
        record.with_user(manager).date_from = fields.Date.today() + timedelta(days=1)
        with self.assertRaises(UserError):
            record.with_user(manager).action_begin()
        record.with_user(manager).date_from = fields.Date.today()
        record.with_user(manager).action_begin()
        with self.assertRaises(UserError):
            record.with_user(manager).date_from = fields.Date.today() - timedelta(days=1)
