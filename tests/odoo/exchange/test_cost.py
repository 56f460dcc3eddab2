"""What sending takes does not grow with the selection, and leaves the same behind as one by one."""

import base64
from unittest.mock import patch

from odoo.tests import tagged

from ....models import transactions
from ....services.api.kept import shared_wires
from ...common import ChorusCommon
from ...support.sessions import DEPOSIT


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCost(ChorusCommon):
    def invoices(self, count):
        return self.env["account.move"].union(*(self.invoice() for _each in range(count)))

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def statements(self, step):
        """SQL statements of a step, nothing in memory before."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_selection_takes_one_call_and_no_more_statements_than_a_smaller_one(self):
        self.send(self.invoices(2))  # what is read once is read
        counts = []
        for size in (3, 12):
            moves = self.invoices(size)
            calls = self.simulator.calls(DEPOSIT)
            counts.append(self.statements(lambda moves=moves: self.send(moves)))
            self.assertEqual(self.simulator.calls(DEPOSIT), calls + 1)
            self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertLessEqual(counts[1], counts[0] + 2, "nothing is asked of the database for each invoice")

    def test_a_click_asks_little_though_each_commit_forgets_what_was_read(self):
        self.send(self.invoice())

        def forget(env):
            env.flush_all()
            env.invalidate_all()

        move = self.invoice()
        with patch.object(transactions, "commit", forget):
            self.assertLessEqual(self.statements(lambda: self.send(move)), 84)
        self.assertEqual(move.chorus_state, "deposited")

    def test_each_has_the_notes_of_its_states(self):
        """The notes of many are written at once; each says what changed on its own invoice, as the one of a single does."""
        one, moves = self.invoices(1), self.invoices(3)
        self.env.cr.flush()  # a transaction's notes are written at its end
        for some in (one, moves):
            self.send(some.with_context(tracking_disable=False, mail_notrack=False))
            self.env.cr.flush()

        def notes(move):
            field = self.env["ir.model.fields"]._get("account.move", "chorus_state")
            messages = move.message_ids.filtered(lambda message: field in message.sudo().tracking_value_ids.field_id)
            return [
                (message.author_id, message.subtype_id, message.message_type, message.is_internal, value.old_value_char,
                 value.new_value_char)
                for message in messages
                for value in message.sudo().tracking_value_ids
            ]  # fmt: skip

        self.env.invalidate_all()
        expected = notes(one)
        self.assertEqual(len(expected), 1)
        for move in moves:
            self.assertEqual(notes(move), expected)
        self.assertEqual(len(set(moves.message_ids.ids)), sum(len(move.message_ids) for move in moves))

    def test_what_cannot_go_keeps_none_back(self):
        wrong, right = self.invoices(1), self.invoices(3)
        wrong.name = "FA/2026/" + "0" * 20
        before = wrong.read(["chorus_state", "chorus_status", "is_move_sent"])
        self.send(right | wrong)
        self.assertEqual(set(right.mapped("chorus_state")), {"deposited"})
        self.assertTrue(all(right.mapped("is_move_sent")))
        self.assertEqual(len(right.chorus_deposit_ids), 1)
        self.assertEqual(wrong.read(["chorus_state", "chorus_status", "is_move_sent"]), before)

    def test_clicks_share_a_connection(self):
        self.send(self.invoice())
        before = self.simulator.state()["connections"]
        for _click in range(5):
            self.send(self.invoice())
        self.assertEqual(self.simulator.state()["connections"], before)

    def test_the_test_of_the_connection_opens_its_own(self):
        self.send(self.invoice())
        before, waiting = self.simulator.state()["connections"], sum(map(len, shared_wires._waiting.values()))
        self.company.sudo()._chorus_diagnose()
        self.assertGreater(self.simulator.state()["connections"], before)
        self.assertEqual(sum(map(len, shared_wires._waiting.values())), waiting)

    def test_its_file_is_kept_as_it_left(self):
        move = self.invoice()
        content = b"%PDF-1.4\n" + bytes(range(256)) * 5000
        self.env["chorus.attachment"].with_user(self.sender).create(
            {"move_id": move.id, "name": "plan.pdf", "file": base64.b64encode(content)}
        )
        self.send(move)
        deposit = move.chorus_deposit_ids.sudo()
        stored = base64.b64decode(deposit.file)
        self.assertEqual(len(stored), deposit.size)
        self.assertIn(base64.b64encode(content), stored)
        file = self.env["ir.attachment"].search([("res_model", "=", "chorus.deposit"), ("res_field", "=", "file"),
                                                 ("res_id", "=", deposit.id)])  # fmt: skip
        self.assertFalse(file.index_content, "nobody looks for the words of a file of thirty megabytes")
        self.assertFalse(file.public)

    def test_the_job_with_nothing_to_do(self):
        """It asks whether anything waits, and reads neither settings nor secrets; it still notices another database."""
        self.run_cron()
        queues = [self.env[model].with_user(self.env.ref("base.user_root")) for model in ("chorus.action", "chorus.deposit")]
        self.assertLessEqual(self.statements(lambda: [model._chorus_run_queue() for model in queues]), 14)
        connection = self.env["chorus.connection"].sudo()._of(self.company)
        connection.database_mark = "another"
        self.run_cron()
        self.assertTrue(connection.changed_at)
        self.assertEqual(connection.database_mark, connection._database_mark())
