from datetime import datetime, timedelta, timezone

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ....services.api.answers import FlowReport, InvoiceError
from ....services.follow.timeline import Step, expected_day, merged
from ...common import ChorusCommon

REPORT = "/cpro/transverses/v1/consulterCRDetaille"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFollow(ChorusCommon):
    """Reports and statuses come home, whatever the way is like."""

    def due(self):
        self.env["chorus.deposit"].sudo().search([("state", "=", "deposited")]).next_try = False

    def run_cron(self):
        self.due()
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()

    def test_integrated(self):
        self.send(move := self.invoice())
        deposit = move.chorus_deposit_ids
        self.run_cron()
        self.assertEqual(deposit.state, "deposited")
        self.assertTrue(deposit.flow_state.startswith("IN_"))
        self.assertTrue(deposit.next_try, "asked again later")
        self.simulator.advance()
        self.run_cron()
        self.assertEqual((deposit.state, deposit.flow_state), ("integrated", "IN_INTEGRE"))
        self.assertTrue(move.chorus_identifier)

    def test_rejected_with_reason(self):
        move = self.arrive(self.invoice(self.ministry))
        line = move.chorus_deposit_line_ids
        self.assertEqual((line.outcome, line.live, line.deposit_id.flow_state), ("refused", False, "IN_REJETE"))
        self.assertIn("BuyerReference", line.message)
        self.assertEqual(len(line.message.split("|")), 2, "service and engagement are missing, both are told")

    def test_technical_rejection(self):
        move = self.invoice()
        deposit = self.env["chorus.deposit"]._chorus_make(move, b"<broken/>", "F.xml", "IN_DP_E1_CII_16B")
        deposit._chorus_send()
        self.simulator.advance()
        self.follow()
        self.assertEqual((deposit.state, move.chorus_state), ("rejected", "rejected"))
        self.assertTrue(deposit.report and deposit.line_ids.message)
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited")

    def report(self, deposit, state, *errors):
        """Chorus Pro's report on a flow, as the client reads it."""
        rows = tuple(InvoiceError(number, "", "", message) for number, message in errors)
        return FlowReport(state, fields.Datetime.now().replace(tzinfo=timezone.utc), deposit.file_name, rows, ())

    def many(self):
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(11)))
        self.send(moves)
        deposit = moves.sudo().chorus_deposit_ids
        self.assertEqual(len(deposit), 1)
        return moves, deposit

    def test_refused_without_a_word(self):
        """A row of the report without a message is a refusal all the same."""
        moves, deposit = self.many()
        deposit._chorus_write_report(self.report(deposit, "IN_INTEGRE_PARTIEL", (moves[3].name, "")))
        self.assertEqual(moves.filtered(lambda move: move.chorus_state == "rejected"), moves[3])
        self.assertTrue(deposit.line_ids.filtered(lambda line: line.move_id == moves[3]).message)
        self.assertEqual(deposit.state, "partial")

    def test_refused_without_saying_which(self):
        """The report refuses one invoice and does not say which: what Chorus Pro holds of the flow tells, once it shows it."""
        moves, deposit = self.many()
        report = self.report(deposit, "IN_INTEGRE_PARTIEL", ("", "Montant incohérent"))
        held = moves[1:].mapped("name")
        deposit._chorus_write_report(report, held=held)
        self.assertEqual((deposit.state, set(moves.mapped("chorus_state"))), ("deposited", {"deposited"}), "not shown yet?")
        deposit.deposited_at -= timedelta(hours=1)
        deposit._chorus_write_report(report, held=held)
        self.assertEqual(moves.filtered(lambda move: move.chorus_state == "rejected"), moves[0])
        self.assertIn("Montant incohérent", str(moves[0].alerts))

    def test_flow_that_stands_still(self):
        """Blocked at Chorus Pro: the invoice says so, a person is called after a day, nothing is sent again."""
        self.send(move := self.invoice())
        deposit = move.sudo().chorus_deposit_ids
        self.run_cron()
        self.assertNotIn("chorus_error_0", move.alerts)
        self.simulator.control("advance", outcome="IN_EN_ATTENTE_RETRAITEMENT_CPP")
        self.run_cron()
        self.assertEqual((deposit.state, move.chorus_state), ("deposited", "deposited"))
        alert = move.alerts["chorus_error_0"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn(deposit.flow_number, alert["message"])
        self.assertFalse(move.activity_ids)
        deposit.deposited_at -= timedelta(days=1)
        self.run_cron()
        self.assertEqual(len(move.activity_ids), 1)
        self.simulator.advance()
        self.run_cron()
        self.assertEqual((deposit.state, move.chorus_state), ("integrated", "deposited"))
        self.assertFalse(move.activity_ids)
        self.assertNotIn("chorus_error_0", move.alerts)

    def test_flow_of_which_nothing_is_told(self):
        self.send(move := self.invoice())
        deposit = move.sudo().chorus_deposit_ids
        deposit.deposited_at -= timedelta(days=1)
        self.simulator.fault(REPORT, "http_503", times=None)
        self.run_cron()
        self.assertEqual((deposit.state, len(move.activity_ids)), ("deposited", 1))
        self.assertIn(deposit.flow_number, move.alerts["chorus_error_0"]["message"])

    def test_stale_report_touches_nothing(self):
        """A report of a former, refused deposit does not touch the invoice that was deposited again."""
        move = self.arrive(self.invoice(self.ministry))
        old = move.sudo().chorus_deposit_ids
        move.write({"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"})
        self.arrive(move)
        self.assertEqual(move.chorus_state, "deposited")
        old.write({"state": "deposited", "next_try": False})
        self.run_cron()
        self.assertEqual(old.state, "rejected")
        self.assertEqual(move.chorus_state, "deposited")

    def test_faults(self):
        self.send(move := self.invoice())
        self.simulator.advance()
        deposit = move.chorus_deposit_ids
        connection = self.env["chorus.connection"]._of(self.company)
        for kind in ("http_500", "html_200", "empty_200", "http_429", "http_403"):
            with self.subTest(kind):
                self.simulator.fault(REPORT, kind, times=3)
                connection.paused_until = False
                self.run_cron()
                self.assertEqual(deposit.state, "deposited")
                self.assertTrue(deposit.error_code and connection.error_code)
                self.assertTrue(connection.error_cause and connection.error_remedy)
                self.simulator.control("faults", path=REPORT, kind="http_500", times=0)
        connection.paused_until = False
        self.simulator.reset()

    def test_paused_connection_makes_no_call(self):
        self.send(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company)
        connection.paused_until = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        self.run_cron()
        self.assertEqual(self.simulator.calls(REPORT), 0)

    def test_few_calls_for_many(self):
        moves = self.env["account.move"]
        for _index in range(6):
            moves |= self.invoice()
        self.arrive(moves)
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.run_cron()  # with the daily sweep
        before = self.simulator.calls(SEARCH)
        self.simulator.act(moves[0].chorus_identifier, "MISE_EN_PAIEMENT")
        self.run_cron()
        self.assertEqual(moves[0].chorus_state, "paid")
        self.assertEqual(self.simulator.calls(SEARCH) - before, 1)

    def test_sweep_finds_what_was_missed(self):
        """A change that the search by period did not show is found the next day."""
        move = self.arrive(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company)
        self.simulator.act(move.chorus_identifier, "MANDATEE")
        connection.last_sweep = fields.Datetime.now()
        self.simulator.fault(SEARCH, "code_retour", codeRetour=20000, libelle="TRA_MSG_00.015")
        self.run_cron()
        self.assertEqual(move.chorus_status, "DEPOSEE", "nothing changed in the period that was asked for")
        connection.last_sweep = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.run_cron()
        self.assertEqual(move.chorus_status, "MANDATEE")

    def test_statuses_under_faults(self):
        move = self.arrive(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company)
        last = connection.last_poll
        self.simulator.act(move.chorus_identifier, "REJETEE", motif="EJ_ERR", commentaire="Engagement inconnu")
        self.simulator.fault(SEARCH, "http_503", times=3)
        self.run_cron()
        self.assertEqual(connection.last_poll, last, "a poll that failed is not taken for one that saw nothing")
        connection.paused_until = False
        self.run_cron()
        self.assertEqual(move.chorus_state, "refused")
        self.assertIn("Engagement inconnu", move.chorus_status_comment)
        self.assertIn("Engagement inconnu", str(move.alerts))

    def test_history_read_before_a_change(self):
        """A history that one run read before another wrote a newer status does not take that status back."""
        move = self.arrive(self.invoice())
        with self.company._chorus_client() as client:
            before = client.invoice_history(move.chorus_identifier)
        later = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        self.simulator.control("clock", now=f"{later.isoformat()}+00:00")
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        self.assertEqual(move.chorus_state, "paid")
        move.sudo().chorus_deposit_line_ids.history_due = now = fields.Datetime.now()
        move._chorus_write_history(move.chorus_identifier, before)
        self.assertEqual(move.chorus_state, "paid")
        self.assertEqual(len(move.chorus_entry_ids), 2)
        self.assertGreater(move.chorus_deposit_line_ids.history_due, now, "read again, but not before those that wait")

    def open_follow(self, **values):
        """The job that follows, as it stands between two turns."""
        job = self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").sudo()
        job.write(values)
        return job

    def test_no_history_where_the_searches_tell(self):
        """Each status seen within its hour, with the platform's own date: no call tells more, and the deadline is the same."""
        move = self.arrive(self.invoice())
        before = self.simulator.calls(HISTORY)
        days = [fields.Date.to_string(fields.Date.today() + timedelta(days=days)) for days in (2, 5, 9, 12)]
        told = ("MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT")
        entries = move.sudo().chorus_entry_ids
        for day, status in zip(days, told, strict=True):
            moment = datetime.fromisoformat(f"{day}T09:30:00+00:00")
            with freeze_time(moment + timedelta(minutes=40)):
                self.simulator.control("clock", now=moment.isoformat())
                self.simulator.act(move.chorus_identifier, status)
                self.company._chorus_connection().last_poll = fields.Datetime.now() - timedelta(hours=1)
                with self.company._chorus_client() as client:
                    rows = list(client.search_invoices(number=move.name))
                self.env["chorus.deposit"]._chorus_write_statuses(self.company._chorus_connection(), rows)
            self.assertFalse(move.sudo().chorus_deposit_line_ids.history_due, status)
        self.assertEqual(self.simulator.calls(HISTORY), before)
        seen = (move.sudo().chorus_entry_ids - entries).sorted("at")
        self.assertEqual(seen.mapped("status"), list(told))
        self.assertEqual(
            [f"{at:%Y-%m-%d %H:%M}" for at in seen.mapped("at")], [f"{day} 09:30" for day in days], "as the platform dates them"
        )
        line = merged(move._chorus_steps())
        with self.company._chorus_client() as client:
            move._chorus_write_history(move.chorus_identifier, client.invoice_history(move.chorus_identifier))
        full = merged(move._chorus_steps())
        self.assertEqual([(step.status, step.at) for step in line], [(step.status, step.at) for step in full])
        self.assertEqual(expected_day(line, 30), expected_day(full, 30))

    def test_history_wanted_where_a_step_may_be_missing(self):
        """The reception passed unseen, a suspension ended, nothing was read for hours: the history tells, some hours later."""
        connection = self.company._chorus_connection()
        for why, steps, last in (
            ("received and ordered within the hour", (("MISE_A_DISPOSITION", "MANDATEE"),), 1),
            ("suspended, then taken up", (("MISE_A_DISPOSITION",), ("SUSPENDUE",), ("MANDATEE",)), 1),
            ("suspended and completed within the hour", (("MISE_A_DISPOSITION",), ("SUSPENDUE", "COMPLETEE")), 1),
            ("nothing was read for hours", (("MISE_A_DISPOSITION",),), 5),
        ):
            with self.subTest(why):
                move = self.arrive(self.invoice())
                line = move.sudo().chorus_deposit_line_ids
                for statuses in steps:
                    for status in statuses:
                        self.simulator.act(move.chorus_identifier, status)
                    connection.last_poll = fields.Datetime.now() - timedelta(hours=last)
                    line.history_due = False
                    self.run_cron()
                self.assertEqual(move.chorus_status, steps[-1][-1])
                self.assertGreater(line.history_due, fields.Datetime.now() + timedelta(hours=1))
                line.history_due = fields.Datetime.now()
                self.run_cron()
                self.assertFalse(line.history_due)
                self.assertEqual(set(move.chorus_entry_ids.mapped("from_history")), {True})
                self.assertLessEqual({status for some in steps for status in some}, set(move.chorus_entry_ids.mapped("status")))

    def test_suspended_again_within_the_hour(self):
        """Completed on the portal and suspended anew between two readings, for the same words: its person is called again."""
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Pièce manquante")
        self.follow()
        self.run_cron()
        self.assertEqual(len(move.activity_ids), 1)
        move.activity_ids.action_feedback()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=58)):
            now = fields.Datetime.now()
            self.simulator.control("clock", now=f"{(now - timedelta(minutes=30)).isoformat()}+00:00")
            self.simulator.act(move.chorus_identifier, "COMPLETEE")
            self.simulator.act(move.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Pièce manquante")
            with self.company._chorus_client() as client:
                rows = list(client.search_invoices(number=move.name))
            self.env["chorus.deposit"]._chorus_write_statuses(self.company._chorus_connection(), rows)
            self.assertEqual(move.chorus_status_at, rows[0].status_at.replace(tzinfo=None))
            self.assertEqual(len(move.activity_ids), 1, "the person is called again")
            self.assertLessEqual(move.sudo().chorus_deposit_line_ids.history_due, now, "the reason is read at once")

    def test_a_person_who_asks_about_one_has_its_history(self):
        moves = self.arrive(self.invoice() | self.invoice())
        for move in moves:
            self.simulator.act(move.chorus_identifier, "MISE_A_DISPOSITION")
        before = self.simulator.calls(HISTORY)
        moves.with_user(self.sender).action_chorus_refresh()
        self.assertEqual(self.simulator.calls(HISTORY), before, "a list of them is not worth a call each")
        moves[0].with_user(self.sender).action_chorus_refresh()
        self.assertEqual(self.simulator.calls(HISTORY) - before, 1)
        self.env.invalidate_all()
        self.assertEqual([all(move.chorus_entry_ids.mapped("from_history")) for move in moves], [True, False])
        moves[0].with_user(self.sender).action_chorus_refresh()
        self.assertEqual(self.simulator.calls(HISTORY) - before, 1, "it is known")

    def test_a_run_for_a_report_leaves_the_statuses_to_the_hourly_one(self):
        """Unless the report was the flow's last, or the hourly one would come late, or is switched off."""
        self.arrive(self.invoice())
        self.run_cron()
        self.send(move := self.invoice())
        connection, soon = self.company._chorus_connection(), fields.Datetime.now() + timedelta(minutes=50)

        def searches(read, **values):
            connection.last_poll = fields.Datetime.now() - timedelta(minutes=read)
            self.open_follow(**values)
            before = self.simulator.calls(SEARCH)
            self.run_cron()
            return self.simulator.calls(SEARCH) - before

        self.assertEqual(searches(8, nextcall=soon), 0)
        self.assertEqual(searches(15, nextcall=soon), 1, "65 minutes after the last reading would be late")
        self.assertEqual(searches(55, nextcall=fields.Datetime.now() - timedelta(seconds=20)), 1, "the hourly one itself")
        self.assertEqual(searches(8, nextcall=soon, active=False), 1)
        self.open_follow(active=True)
        self.simulator.advance()
        self.assertEqual(searches(8, nextcall=soon), 1)
        self.assertTrue(move.chorus_identifier)

    def test_history_is_read_once_for_many_changes(self):
        """Nothing of it is needed at once: one call some hours later tells all steps, those that no poll saw too."""
        move = self.arrive(self.invoice())
        before = self.simulator.calls(HISTORY)
        self.simulator.act(move.chorus_identifier, "MISE_A_DISPOSITION")
        self.simulator.act(move.chorus_identifier, "SERVICE_FAIT")
        for status in ("MANDATEE", "COMPTABILISEE", "MISE_EN_PAIEMENT"):
            self.simulator.act(move.chorus_identifier, status)
            self.run_cron()
        self.assertEqual(self.simulator.calls(HISTORY), before)
        move.sudo().chorus_deposit_line_ids.history_due = fields.Datetime.now()
        self.run_cron()
        self.run_cron()
        self.assertEqual(self.simulator.calls(HISTORY) - before, 1, "also when nothing is followed any more")
        told = {"DEPOSEE", "MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE", "COMPTABILISEE", "MISE_EN_PAIEMENT"}
        self.assertEqual(set(move.chorus_entry_ids.mapped("status")), told)
        self.assertEqual(len(move.chorus_entry_ids), 6)

    def test_history_under_faults(self):
        """The reason cannot be read now: the status is known all the same, and the reason follows."""
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", commentaire="Bon absent")
        self.simulator.fault(HISTORY, "http_500", times=3)
        self.run_cron()
        self.assertEqual(move.chorus_state, "to_complete")
        suspended = move.chorus_entry_ids.filtered(lambda entry: entry.status == "SUSPENDUE")
        self.assertFalse(suspended.author)
        self.env["chorus.connection"]._of(self.company).paused_until = False
        move.sudo().chorus_deposit_line_ids.history_due = fields.Datetime.now()
        self.run_cron()
        suspended = move.chorus_entry_ids.filtered(lambda entry: entry.status == "SUSPENDUE")
        self.assertEqual((suspended.author, suspended.comment), ("Camille Trésor", "Bon absent"))

    def test_steps_of_one_second_are_in_order(self):
        """Many steps within the same second, of which a poll saw the last one first: in the order of Chorus Pro's history."""
        move = self.arrive(self.invoice())
        told = ["MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE", "COMPTABILISEE", "MISE_EN_PAIEMENT"]
        self.simulator.control("clock", now="2026-03-04T10:00:00+01:00")
        for status in told:
            self.simulator.act(move.chorus_identifier, status)
        move._chorus_tell([Step("MISE_EN_PAIEMENT", datetime(2026, 3, 4, 9, tzinfo=timezone.utc), history=False)])
        with self.company._chorus_client() as client:
            move._chorus_write_history(move.chorus_identifier, client.invoice_history(move.chorus_identifier))
        move.invalidate_recordset()
        line = move.chorus_entry_ids.filtered(lambda entry: entry.at.year == 2026 and entry.at.month == 3)
        self.assertEqual(line.mapped("status"), told)

    def test_jobs_write_in_the_company_s_language(self):
        partner = self.company.partner_id
        partner.lang = "en_US"
        self.assertEqual(self.company._chorus_lang(), "en_US")
        partner.lang = False
        self.send(move := self.invoice())
        self.simulator.advance()
        self.run_cron()
        self.simulator.act(move.chorus_identifier, "SUSPENDUE")
        self.run_cron()
        self.env.cr.flush()  # the tracked values are written
        told = move.message_ids.tracking_value_ids.filtered(lambda value: value.field_id.name == "chorus_state")
        self.assertIn("Suspendue", told.mapped("new_value_char"))
