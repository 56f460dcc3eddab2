from odoo import SUPERUSER_ID, fields
from odoo.addons.l10n_fr_chorus_pro.models import timing
from odoo.addons.l10n_fr_chorus_pro.services.api.session import shared_tokens
from odoo.addons.l10n_fr_chorus_pro.tests.support.directory_case import DirectoryCase, simulated
from odoo.addons.queue_job.job import Job
from odoo.tests import tagged

TOKEN = "/api/oauth/token"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestJobs(DirectoryCase):
    """The scheduled jobs enqueue, workers do it."""

    def jobs(self, state="pending"):
        return self.env["queue.job"].sudo().search([("state", "=", state)], order="id")

    def cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def work(self):
        """What a worker does with each job that waits; how many there were."""
        jobs = self.jobs()
        for row in jobs:
            job = Job.load(self.env(user=SUPERUSER_ID), row.uuid)
            with self.enter_registry_test_mode():
                job.perform()
            job.set_done()
            job.store()
        self.env.invalidate_all()
        return len(jobs)

    def waiting(self, count=1):
        """Invoices of which a deposit is ready, with nobody at it: Chorus Pro could not be reached."""
        moves = self.env["account.move"].union(*(self.invoice() for _number in range(count)))
        for move in moves:
            shared_tokens._tokens.clear()
            self.simulator.fault(TOKEN, "http_429")
            self.send(move)
        deposits = moves.chorus_deposit_ids
        self.assertEqual(set(deposits.mapped("state")), {"ready"})
        deposits.sudo().next_try = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        self.company._chorus_connection().sudo().write({"paused_until": False})
        return moves

    def test_each_deposit_is_a_job_and_leaves_once(self):
        moves = self.waiting(2)
        self.cron("deposit")
        self.assertEqual(len(self.jobs()), 2)
        self.assertEqual(set(moves.mapped("chorus_state")), {"sending"}, "the scheduled job itself sends nothing")
        self.cron("deposit")
        self.assertEqual(len(self.jobs()), 2, "what waits already is not enqueued again")
        connection = self.company._chorus_connection()
        self.assertEqual(set(self.jobs().mapped("channel")), {f"root.chorus_pro.{connection.id}"})
        self.work()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertEqual(len(self.simulator.state()["deposits"]), 2)

    def test_a_job_that_runs_twice_sends_once(self):
        move = self.waiting()
        self.cron("deposit")
        row = self.jobs()
        self.work()
        with self.enter_registry_test_mode():
            Job.load(self.env(user=SUPERUSER_ID), row.uuid).perform()
        self.env.invalidate_all()
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_following_a_company_is_a_job(self):
        move = self.invoice()
        self.send(move)
        self.simulator.advance()
        move.chorus_deposit_ids.sudo().next_try = False
        self.cron("follow")
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.jobs()), 1)
        self.work()
        self.assertTrue(move.chorus_identifier)

    def test_each_question_to_the_directory_is_a_job(self):
        body = self.body(simulated.HOSPITAL, "Hôpital")
        self.cron("directory")
        self.assertFalse(body.chorus_directory_date)
        self.assertGreaterEqual(self.work(), 1)
        self.assertTrue(body.chorus_directory_date)
        self.assertTrue(body.chorus_service_ids)

    def test_the_job_functions_may_commit_and_wait_as_ever(self):
        ours = self.env["queue.job.function"].sudo().search([("channel", "=", "root.chorus_pro")])
        self.assertEqual(len(ours), 4)
        for function in ours:
            self.assertTrue(function.allow_commit, function.name)
            pattern = {int(count): seconds for count, seconds in function.retry_pattern.items()}
            self.assertEqual(pattern, dict(enumerate(timing.RETRY, start=1)), function.name)
            self.assertTrue(hasattr(self.env[function.model_id.model], function.method))
