"""The scheduled jobs: how many there are, and that what stands in one together does not stand in each other's way."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon

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

    def test_there_are_four(self):
        own = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        names = {"ir_cron_chorus_deposit", "ir_cron_chorus_follow", "ir_cron_chorus_directory", "ir_cron_chorus_expiry"}
        self.assertEqual(set(own.mapped("name")), names)

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
