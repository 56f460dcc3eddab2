"""The scheduled jobs: how many there are, and that what stands in one together does not stand in each other's way."""

import time
from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....services.api.errors import NotAllowed
from ...common import ChorusCommon
from ...support import simulated

MODULE = "l10n_fr_chorus_pro"
GUARDED = f"odoo.addons.{MODULE}.models.transactions"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestJobs(ChorusCommon):
    def job(self, name):
        return self.env.ref(f"{MODULE}.ir_cron_chorus_{name}")

    def run_job(self, name):
        with self.enter_registry_test_mode():
            self.job(name).method_direct_trigger()
        self.env.invalidate_all()

    def progress(self, name):
        """What the last run said of itself."""
        return self.env["ir.cron.progress"].sudo().search([("cron_id", "=", self.job(name).id)], order="id desc", limit=1)

    def test_there_are_four_one_for_what_was_filed_before_and_one_for_other_software(self):
        own = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        names = {"ir_cron_chorus_deposit", "ir_cron_chorus_follow", "ir_cron_chorus_directory", "ir_cron_chorus_expiry"}
        others = {"ir_cron_chorus_look_back", "ir_cron_chorus_events"}
        self.assertEqual(set(own.mapped("name")), names | others)
        self.assertEqual({name for name in names if self.env.ref(f"{MODULE}.{name}").active}, names)
        self.assertFalse(self.env.ref(f"{MODULE}.ir_cron_chorus_events").active, "until a company gives an address")

    def test_answers_that_break_do_not_keep_invoices(self):
        deposit = self.invoice().with_user(self.sender)._chorus_enqueue()
        with patch.object(self.registry["chorus.action"], "_chorus_run_queue", side_effect=ValueError), mute_logger(GUARDED):
            self.run_job("deposit")
        self.assertEqual(deposit.state, "deposited")
        self.assertEqual(self.progress("deposit").remaining, 0)

    def test_a_part_that_breaks_half_way_does_not_begin_again_at_once(self):
        def breaking(connections):
            connections.env["ir.cron"]._commit_progress(remaining=7)
            raise ValueError("broken")

        told = []
        with (
            patch.object(self.registry["chorus.connection"], "_remind_all", breaking),
            patch.object(self.registry["res.company"], "_chorus_tell_digests", lambda companies: told.append("digest")),
            patch.object(self.registry["account.move"], "_chorus_call_late", lambda moves: told.append("late")),
            mute_logger(GUARDED),
        ):
            self.run_job("expiry")
        self.assertEqual(told, ["digest", "late"])
        self.assertEqual(self.progress("expiry").remaining, 0)

    def test_when_the_time_is_over_the_rest_has_the_next_run(self):
        told = []
        with (
            patch.object(self.registry["chorus.connection"], "_remind_all", lambda connections: told.append("end")),
            patch.object(self.registry["res.company"], "_chorus_tell_digests", lambda companies: told.append("digest")),
            patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", -1),
            patch("odoo.addons.base.models.ir_cron.MIN_RUNS_PER_JOB", 1),
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            self.run_job("expiry")
        self.assertEqual(told, ["end"])
        self.assertEqual(self.progress("expiry").remaining, 1)

    def test_of_many_that_are_late_those_of_which_nobody_knows_come_first(self):
        """When the time is over, the run that follows goes on with what is left of them, not with all again."""
        told, late = [], self.arrive(self.invoice() | self.invoice() | self.invoice())
        domain = [("id", "in", late.ids)]

        def call(moves):
            told.append(moves.name)
            moves._chorus_note_call("late", str(moves.chorus_expected_date), self.env.user)

        with (
            patch.object(self.registry["account.move"], "_chorus_late_domain", lambda moves: domain),
            patch.object(self.registry["account.move"], "_chorus_call_people", call),
            patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", -1),
            patch("odoo.addons.base.models.ir_cron.MIN_RUNS_PER_JOB", 1),
        ):
            for left in (2, 1, 0):
                with self.enter_registry_test_mode():
                    job = self.job("expiry")
                    job.code = "model.env['account.move']._chorus_call_late()"
                    job.method_direct_trigger()
                self.env.invalidate_all()
                self.assertEqual(self.progress("expiry").remaining, left)
        self.assertEqual(sorted(told), sorted(late.mapped("name")))

    def hurried(self):
        """A run of a scheduled job that has half a second."""
        stack = ExitStack()
        stack.enter_context(patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0.5))
        stack.enter_context(patch("odoo.addons.base.models.ir_cron.MIN_RUNS_PER_JOB", 1))
        return stack

    def second_company(self):
        company = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(company, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        return company

    def test_each_company_has_its_turn(self):
        """However slow the platform is: who was not heard of for the longest time comes first, those left have the next run."""
        other = self.second_company()
        told = []

        def slow(deposits, connection, client):
            told.append(connection.company_id)
            connection._note_polled(fields.Datetime.now() + timedelta(seconds=len(told)))
            time.sleep(0.6)

        with patch.object(self.registry["chorus.deposit"], "_chorus_read_news", slow), self.hurried():
            for _run in range(4):
                self.run_job("follow")
                self.assertEqual(self.progress("follow").remaining, 1)
        self.assertEqual(told[:2], told[2:])
        self.assertEqual(set(told), {self.company, other})

    def test_a_company_whose_turn_did_not_come_is_not_forgotten(self):
        """Nor are those behind it, of which nothing is due yet: the run that follows begins at once."""
        self.second_company()
        # without one that waits there is nothing to forget
        self.invoice()._chorus_enqueue().sudo().next_try = fields.Datetime.now() + timedelta(hours=1)
        for name, model, slow in (("deposit", "chorus.deposit", "_chorus_due"), ("directory", "chorus.lookup", "_jobs")):
            original = getattr(self.registry[model], slow)

            def slowly(records, *args, original=original):
                time.sleep(0.6)
                return original(records, *args)

            with patch.object(self.registry[model], slow, slowly), self.hurried():
                self.run_job(name)
            self.assertTrue(self.progress(name).remaining, name)

    def test_histories_end_with_the_time(self):
        moves = self.arrive(self.invoice() | self.invoice())
        moves.chorus_deposit_line_ids.sudo().history_due = fields.Datetime.now()
        self.simulator.fault("/cpro/factures/v1/consulter/historique", "slow", times=None, delay=0.6)
        with self.hurried():
            for left in (1, 0):
                self.run_job("follow")
                self.assertEqual(len(moves.chorus_deposit_line_ids.filtered("history_due")), left)
                self.assertEqual(self.progress("follow").remaining, left)

    def test_unreadable_secrets_do_not_begin_again_at_once(self):
        """Odoo starts a job again at once that has something left: what may not be asked now is not left."""
        self.town.sudo().chorus_directory_date = False
        with patch.object(self.registry["res.company"], "_chorus_way_in", side_effect=NotAllowed("secrets")):
            self.run_job("directory")
        self.assertEqual(self.progress("directory").remaining, 0)
