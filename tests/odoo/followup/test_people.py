from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon
from ...support import simulated

MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPeople(ChorusCommon):
    """Who is called, for what, and when it is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.seller = new_test_user(cls.env, "seller", groups="account.group_account_invoice", **values)
        cls.referent = new_test_user(cls.env, "referent", groups=f"{MODULE}.group_chorus_user", **values)
        cls.clerk = new_test_user(cls.env, "clerk", groups="base.group_user", **values)

    def came_back(self, status="SUSPENDUE", **values):
        move = self.arrive(self.invoice(**values))
        self.act(move, status)
        return move

    def act(self, move, status, comment="Motif en clair"):
        self.simulator.act(move.chorus_identifier, status, commentaire=comment)
        self.follow()

    def test_salesperson_or_referent(self):
        self.company.chorus_referent_id = self.referent
        self.assertEqual(self.came_back(invoice_user_id=self.seller.id).activity_ids.user_id, self.seller)
        self.company.chorus_activity_for = "referent"
        self.assertEqual(self.came_back(invoice_user_id=self.seller.id).activity_ids.user_id, self.referent)

    def test_somebody_who_can_open_it(self):
        """A salesperson without accounting, or who left, is not called: the referent is, else who sent it."""
        for seller in (self.clerk, self.seller):
            if seller == self.seller:
                seller.active = False
            self.company.chorus_referent_id = self.referent
            self.assertEqual(self.came_back(invoice_user_id=seller.id).activity_ids.user_id, self.referent)
            self.company.chorus_referent_id = False
            self.assertEqual(self.came_back(invoice_user_id=seller.id).activity_ids.user_id, self.sender)

    def test_once_and_over(self):
        move = self.came_back(invoice_user_id=self.seller.id)
        activity = move.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("Motif en clair", activity.note)
        for _turn in range(2):
            self.follow()
        self.act(move, "SUSPENDUE", "Il manque une page")
        self.assertEqual(move.activity_ids, activity, "one for each event, not one for each poll")
        self.assertIn("Il manque une page", activity.note)
        self.act(move, "MANDATEE")
        self.assertFalse(move.activity_ids)
        self.act(move, "SUSPENDUE")
        self.assertEqual(len(move.activity_ids), 1)

    def test_own_activities_are_left_alone(self):
        move = self.came_back()
        mine = move.activity_schedule("mail.mail_activity_data_todo", user_id=self.sender.id)
        self.act(move, "MANDATEE")
        self.assertEqual(move.activity_ids, mine)

    def test_done_is_done(self):
        """What a person dealt with, by "Done" or "Cancel", is not told again; what happens next is."""
        for way in ("action_done", "unlink"):
            with self.subTest(way):
                move = self.came_back(invoice_user_id=self.seller.id)
                getattr(move.activity_ids.with_user(self.seller), way)()
                for _turn in range(2):
                    self.follow()
                    move._chorus_call_people()
                self.assertFalse(move.activity_ids)
                earlier = move.chorus_status_at - timedelta(hours=2)
                move._chorus_set_status({"chorus_status_at": earlier, "chorus_status_comment": "Il manque une page"})
                self.assertIn("Il manque une page", move.activity_ids.note, "suspended again")
                move.activity_ids.action_done()
                self.act(move, "MANDATEE")
                self.act(move, "SUSPENDUE")
                self.assertEqual(len(move.activity_ids), 1, "what was over has begun again")

    def test_done_by_somebody_who_left(self):
        """Odoo deletes the activities of a user who is archived: somebody else is called."""
        self.company.chorus_referent_id = self.referent
        move = self.came_back(invoice_user_id=self.seller.id)
        self.seller.action_archive()
        self.assertFalse(move.activity_ids)
        move._chorus_call_people()
        self.assertEqual(move.activity_ids.user_id, self.referent)

    def late(self, days=31, **values):
        """An invoice that was made available so many days ago."""
        move = self.arrive(self.invoice(**values))
        then = fields.Datetime.now() - timedelta(days=days)
        self.env["chorus.status.entry"].sudo().create({"move_id": move.id, "status": "MISE_A_DISPOSITION", "at": then})
        return move

    def run_people(self):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_chorus_expiry").method_direct_trigger()
        self.env.invalidate_all()

    def test_late_payment(self):
        move = self.late()
        self.assertTrue(move.chorus_expected_date)
        self.run_people()
        self.assertEqual(move.activity_ids.activity_type_id, self.env.ref(f"{MODULE}.mail_activity_chorus_late"))
        self.assertEqual(move.chorus_days_late, 1)
        # 2400 € at (2.15 + 8) % for a day
        self.assertEqual(float(move._chorus_late_interest()), 0.67)
        self.assertIn("chorus_late", move.alerts)
        self.run_people()
        self.assertEqual(len(move.activity_ids), 1)
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        )._create_payments()
        self.run_people()
        self.assertFalse(move.activity_ids)
        self.assertFalse(move.chorus_days_late)

    def test_late_and_done(self):
        """A reminder marked as done does not come back the next day, but does for another day of payment."""
        move = self.late(days=70)
        self.run_people()
        move.activity_ids.action_done()
        self.run_people()
        self.assertFalse(move.activity_ids)
        self.town.chorus_body_kind = "hospital"
        self.run_people()
        self.assertEqual(len(move.activity_ids), 1)

    def two_late(self):
        """Two late invoices, of two companies."""
        second = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(second, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.sender.company_ids |= second
        self.town.with_company(second).invoice_sending_method = "chorus_pro"
        return (self.late() | self.late(company=second)).sudo()

    def test_two_companies_the_first_broken(self):
        first, second = self.two_late()
        calls = type(first)._chorus_calls

        def breaking(move):
            if move == first:
                raise ValueError("broken")
            return calls(move)

        with (
            patch.object(type(first), "_chorus_calls", breaking),
            mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions"),
        ):
            self.run_people()
        self.assertEqual((len(first.activity_ids), len(second.activity_ids)), (0, 1))

    def test_cut_short_the_next_run_goes_on(self):
        late = self.two_late()
        crons = type(self.env["ir.cron"])
        for told in (1, 2):
            with patch.object(crons, "_commit_progress", lambda cron, processed=0, **options: 0 if processed else 60):
                self.run_people()
            self.assertEqual(len(late.activity_ids), told)

    def test_kind_of_public_body(self):
        move = self.late()
        first = move.chorus_expected_date
        for kind, days in (("authority", 30), ("hospital", 50), ("enterprise", 60)):
            self.town.chorus_body_kind = kind
            self.assertEqual((move.chorus_expected_date - first).days, days - 30)
        self.assertFalse(move.chorus_days_late)

    def test_announced_payment_registers_nothing(self):
        move = self.came_back("MISE_EN_PAIEMENT")
        self.assertTrue(move.chorus_payment_at)
        self.assertEqual((move.payment_state, move.amount_residual), ("not_paid", move.amount_total))
        self.assertIn("chorus_payment", move.alerts)
        line = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual(line.chorus_payment_at, move.chorus_payment_at)
        self.assertIn(move, self.env["account.move"].search([("chorus_payment_at", "!=", False)]))

    def test_outcome_unknown(self):
        move = self.invoice()
        deposit = move._chorus_enqueue().sudo()
        deposit.write({"state": "unknown", "unknown_at": fields.Datetime.now()})
        self.assertFalse(move.activity_ids, "a doubt settles by itself most of the time")
        deposit.write({"state": "unknown", "unknown_at": fields.Datetime.now() - timedelta(days=2)})
        self.assertEqual(move.activity_ids.activity_type_id, self.env.ref(f"{MODULE}.mail_activity_chorus_unknown"))
        deposit.write({"state": "deposited"})
        self.assertFalse(move.activity_ids)

    def test_answer_of_unknown_outcome(self):
        """An answer to the public body of which nobody knows for a day whether it arrived."""
        move = self.came_back()
        action = self.env["chorus.action"].sudo()._chorus_ask(move, "complete", comment="Voici")
        action.write({"state": "unknown", "unknown_at": fields.Datetime.now()})
        move._chorus_call_people()
        self.assertEqual(len(move.activity_ids), 1)
        action.unknown_at = fields.Datetime.now() - timedelta(days=2)
        action._chorus_look_again()
        kinds = move.activity_ids.activity_type_id
        self.assertIn(self.env.ref(f"{MODULE}.mail_activity_chorus_unknown"), kinds)
        self.assertEqual(len(kinds), 2)
        action._chorus_done()
        move._chorus_call_people()
        self.assertEqual(len(move.activity_ids), 1, "still suspended as far as we know")
