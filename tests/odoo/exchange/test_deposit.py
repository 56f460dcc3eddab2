import base64
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....services.api.answers import FlowReceipt
from ....services.api.errors import Refused
from ...common import ChorusCommon
from ...support import simulated

DEPOSIT = "/cpro/factures/v1/deposer/flux"
TOKEN = "/api/oauth/token"
CRON = "odoo.addons.l10n_fr_chorus_pro.models.transactions"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDeposit(ChorusCommon):
    """From the click to the receipt, and every way it can end."""

    def deposit(self, move):
        return move.sudo().chorus_deposit_line_ids.deposit_id

    def short_calls(self):
        """Time-outs of one second, so that a test does not wait as long as a user would."""
        company = type(self.env["res.company"])
        original = company._chorus_client

        def impatient(self, **options):
            return original(self, **{"timeout": 1.0, "retries": 0, **options})

        patcher = patch.object(company, "_chorus_client", impatient)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_accepted(self):
        move = self.invoice()
        notification = self.send(move)
        deposit = self.deposit(move)
        self.assertEqual((move.chorus_state, deposit.state), ("deposited", "deposited"))
        self.assertEqual(notification["params"]["type"], "success")
        arrived = self.simulator.state()["deposits"]
        self.assertEqual([row["numeroFluxDepot"] for row in arrived], [deposit.flow_number])
        self.assertEqual(arrived[0]["sha256"], deposit.sha256, "what arrived is what was recorded")
        self.assertEqual(deposit.user_id, self.sender)
        self.assertEqual(deposit.environment, "simulator")

    def test_document_arrives_as_it_is(self):
        move = self.arrive(
            self.invoice(
                self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345", contract_reference="M-7"
            )
        )
        (row,) = self.simulator.invoices()
        self.assertEqual(row["numeroFacture"], move.name)
        shown = str(row)
        for value in (simulated.SUPPLIER, simulated.STATE, "FAC-001", "1300012345", "M-7", "2400"):
            self.assertIn(value, shown)

    def test_credit_note(self):
        """A credit note names the invoice it corrects, and is taken."""
        invoice = self.arrive(self.invoice())
        credit_note = invoice._reverse_moves([{"invoice_date": fields.Date.today()}])
        credit_note.action_post()
        self.arrive(credit_note)
        self.assertEqual(credit_note.chorus_state, "deposited", credit_note.alerts)
        (row,) = (row for row in self.simulator.invoices() if row["typeFacture"] == "AVOIR")
        self.assertEqual((row["numeroFacture"], row["numeroFactureOrigine"]), (credit_note.name, invoice.name))

    def test_second_click(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "already"):
            self.send(move)
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_live_deposit(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.env["chorus.deposit"]._chorus_make(move, b"x", "x.xml", "IN_DP_E1_CII_16B")
            self.env.flush_all()

    def test_refused(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="Le format du flux est invalide")
        move = self.invoice()
        notification = self.send(move)
        self.assertEqual((move.chorus_state, self.deposit(move).state), ("rejected", "rejected"))
        self.assertIn("Le format du flux est invalide", notification["params"]["message"])
        self.assertIn("Le format du flux est invalide", str(move.alerts))
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_surely_not_received(self):
        self.simulator.fault(TOKEN, "http_429")
        move = self.invoice()
        notification = self.send(move)
        deposit = self.deposit(move)
        self.assertEqual((move.chorus_state, deposit.state, deposit.error_code), ("sending", "ready", "rate_limited"))
        self.assertEqual(notification["params"]["type"], "warning")
        self.assertGreater(deposit.next_try, fields.Datetime.now())
        connection = self.env["chorus.connection"]._of(self.company)
        self.assertTrue(connection._is_paused(), "one outage is noted once, for all")
        connection.paused_until = deposit.next_try = False
        self.run_cron("deposit")
        self.assertEqual(move.chorus_state, "deposited")
        self.assertFalse(connection.error_code)

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_not_configured(self):
        self.company._chorus_set_secret("client_secret", "")
        with self.assertRaisesRegex(UserError, "PISTE client secret"):
            self.send(self.invoice())

    def test_answer_lost_but_received(self):
        """The deposit arrived, its answer did not: found again, adopted, never sent twice."""
        for kind in ("timeout_after", "reset_after"):
            with self.subTest(kind):
                self.simulator.reset()
                self.short_calls()
                self.simulator.fault(DEPOSIT, kind, delay=3)
                move = self.invoice()
                self.send(move)
                deposit = self.deposit(move)
                self.assertEqual((move.chorus_state, deposit.state), ("checking", "unknown"))
                self.simulator.advance()
                deposit.next_try = False
                self.run_cron("deposit")
                self.assertEqual((move.chorus_state, deposit.state), ("deposited", "integrated"))
                self.assertTrue(move.chorus_identifier and deposit.flow_number)
                self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_answer_lost_of_an_invoice_rounded_in_cash(self):
        """Chorus Pro shows the total before the rounding: the invoice is known again by it."""
        account = self.company_data["default_account_revenue"]
        rounding = self.env["account.cash.rounding"].create(
            {"name": "1,00", "rounding": 1, "strategy": "add_invoice_line", "rounding_method": "UP",
             "profit_account_id": account.id, "loss_account_id": account.id}
        )  # fmt: skip
        move = self.invoice(price=100.21, invoice_cash_rounding_id=rounding.id)
        self.assertEqual(move.amount_total, 241, "240.50 before the rounding")
        self.short_calls()
        self.simulator.fault(DEPOSIT, "timeout_after", delay=3)
        self.send(move)
        deposit = self.deposit(move)
        self.assertEqual(deposit.state, "unknown")
        self.simulator.advance()
        deposit.next_try = False
        self.run_cron("deposit")
        self.assertEqual((deposit.state, deposit.error_detail), ("integrated", False))
        (row,) = self.simulator.invoices()
        self.assertEqual(float(row["montantTTC"]), deposit.line_ids.total)

    def test_answer_lost_and_never_received(self):
        self.simulator.fault(DEPOSIT, "reset_before")
        move = self.invoice()
        self.send(move)
        deposit = self.deposit(move)
        self.assertEqual(deposit.state, "unknown")
        deposit.next_try = False
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "unknown", "absent is no answer before the platform had time to show it")
        self.assertEqual(self.simulator.calls(DEPOSIT), 0 if not self.simulator.calls(DEPOSIT) else 1)
        deposit.write({"next_try": False, "unknown_at": fields.Datetime.now() - timedelta(hours=1)})
        self.run_cron("deposit")
        deposit.next_try = False
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_found_different_is_never_adopted(self):
        """Another invoice stands at Chorus Pro under our number: a person decides."""
        move = self.arrive(self.invoice())
        line = move.sudo().chorus_deposit_line_ids
        line.total += 1
        deposit = self.deposit(move)
        deposit.write({"state": "unknown", "next_try": False, "flow_number": False})
        line.outcome = "pending"
        self.run_cron("deposit")
        self.assertEqual((deposit.state, deposit.error_code), ("unknown", "found_different"))
        self.assertIn(simulated.TOWN, deposit.error_detail)
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_sender_died(self):
        """A deposit left in "sending" is nobody's to send again before a search."""
        move = self.invoice()
        deposit = move._chorus_enqueue().sudo()
        deposit._chorus_claim(simulated.ACCOUNT)
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "sending", "another worker may be at it")
        deposit.sending_at = fields.Datetime.now() - timedelta(minutes=31)
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "unknown")
        self.assertEqual(self.simulator.calls(DEPOSIT), 0)

    def test_batch(self):
        """Many at once share a flow; a bad one neither blocks nor falsifies the others, each is told its own reason."""
        moves = self.env["account.move"]
        for index in range(14):
            moves |= self.invoice(self.ministry if index in (5, 9) else self.town)
        moves[9].buyer_reference = "NOWHERE"
        moves[9].purchase_order_reference = "1300012345"
        private = self.invoice(self.env["res.partner"].create({"name": "Client privé"}))
        notification = self.send(moves | private)
        self.assertIn(private.name, notification["params"]["message"])
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)
        self.simulator.advance()
        self.follow()
        refused = moves.filtered(lambda move: move.chorus_state == "rejected")
        self.assertEqual(refused, moves[5] | moves[9])
        self.assertEqual(self.deposit(moves[0]).state, "partial")
        self.assertEqual(len(self.simulator.invoices()), 12)
        self.assertEqual(len(set(moves.filtered("chorus_identifier").mapped("chorus_identifier"))), 12)
        first, second = (str(move.alerts) for move in refused)
        self.assertIn("service", first.lower())
        self.assertNotEqual(first, second)
        moves[5].write({"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"})
        self.arrive(moves[5])
        self.assertEqual(moves[5].chorus_state, "deposited")

    def test_batch_answer_lost(self):
        moves = self.env["account.move"]
        for _index in range(12):
            moves |= self.invoice()
        self.simulator.fault(DEPOSIT, "reset_after")
        self.send(moves)
        deposit = self.deposit(moves)
        self.assertEqual((deposit.state, set(moves.mapped("chorus_state"))), ("unknown", {"checking"}))
        self.simulator.advance()
        deposit.next_try = False
        before = self.simulator.calls(SEARCH)
        self.run_cron("deposit")
        self.assertEqual((deposit.state, set(moves.mapped("chorus_state"))), ("integrated", {"deposited"}))
        self.assertEqual(self.simulator.calls(SEARCH) - before, 1, "one search by period, not one for each")
        self.assertEqual(len(self.simulator.invoices()), 12)

    def test_duplicate_heals(self):
        """Refused because it is there already: it is this very document, so it is adopted."""
        move = self.arrive(self.invoice())
        identifier = move.chorus_identifier
        # as after a lost database commit: Odoo knows nothing of the first deposit
        deposit = self.deposit(move)
        deposit.line_ids.outcome = "refused"
        deposit.state = "rejected"
        move.sudo().write({"chorus_identifier": False, "chorus_status": False})
        self.env.flush_all()
        self.assertEqual(move.chorus_state, "rejected")
        self.arrive(move)
        self.assertEqual((move.chorus_state, move.chorus_identifier), ("deposited", identifier))
        self.assertEqual(len(self.simulator.invoices()), 1)

    def test_duplicate_of_another_document(self):
        """The number is used by another document: told as refused, never adopted."""
        first = self.arrive(self.invoice())
        deposit = self.deposit(first)
        deposit.line_ids.outcome = "refused"
        deposit.state = "rejected"
        first.sudo().write({"chorus_identifier": False, "chorus_status": False})
        self.env.flush_all()
        first.button_draft()
        first.invoice_line_ids.price_unit = 7
        first.action_post()
        self.arrive(first)
        self.assertEqual((first.chorus_state, first.chorus_identifier), ("rejected", False))

    def test_late_answer(self):
        """An answer that comes after the deposit was taken for a dead sender's: a receipt counts, an error does not."""
        deposit = self.invoice()._chorus_enqueue().sudo()
        deposit._chorus_claim(simulated.ACCOUNT)
        deposit.state = "unknown"
        deposit._chorus_write_answer(Refused("no"))
        self.assertEqual(deposit.state, "unknown")
        deposit._chorus_write_answer(FlowReceipt("CPP0011106000000000000001"))
        self.assertEqual(deposit.state, "deposited")
        deposit._chorus_write_answer(FlowReceipt("CPP0011106000000000000002"))
        self.assertEqual(deposit.flow_number, "CPP0011106000000000000001")

    def test_person_is_called_after_a_day(self):
        move = self.invoice()
        deposit = move._chorus_enqueue().sudo()
        deposit.write({"state": "unknown", "unknown_at": fields.Datetime.now() - timedelta(days=2)})
        self.simulator.fault(SEARCH, "http_503", times=None)
        for _turn in range(2):
            deposit.next_try = False
            self.env["chorus.connection"]._of(self.company).paused_until = False
            self.run_cron("deposit")
        self.assertEqual(deposit.state, "unknown")
        self.assertEqual(len(move.activity_ids), 1)

    def test_person_decides(self):
        for adopt in (True, False):
            with self.subTest(adopt=adopt):
                move = self.arrive(self.invoice())
                deposit = self.deposit(move)
                deposit.line_ids.write({"outcome": "pending", "total": 1})
                deposit.write({"state": "unknown", "next_try": False, "flow_number": False})
                self.run_cron("deposit")
                self.assertEqual(deposit.error_code, "found_different")
                button = deposit.with_user(self.sender)
                (button.action_adopt if adopt else button.action_give_up)()
                self.assertEqual(move.chorus_state, "deposited" if adopt else "rejected")
                with self.assertRaises(UserError):
                    button.action_adopt()

    def test_mended_secret_wakes_what_waits(self):
        """Sent with a wrong secret: nothing is lost, and the right one has it sent without another click."""
        self.company._chorus_set_secret("client_secret", "wrong")
        self.send(move := self.invoice())
        deposit = self.deposit(move)
        self.assertEqual((move.chorus_state, deposit.state, deposit.error_code), ("sending", "ready", "credentials"))
        with self.assertRaisesRegex(UserError, "again by itself"):
            self.send(move)
        self.company._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
        self.assertFalse(self.env["chorus.connection"]._of(self.company)._is_paused())
        self.run_cron("deposit")
        self.assertEqual(move.chorus_state, "deposited")

    def test_what_breaks_is_told_and_the_next_leaves(self):
        first, second = self.invoice(), self.invoice()
        broken = first._chorus_enqueue() | second._chorus_enqueue()
        broken = broken.sudo().sorted("id")[:1]
        model = type(broken)
        whole = model._chorus_load

        def load(deposit):
            if deposit == broken:
                raise ValueError("never thought of")
            return whole(deposit)

        with patch.object(model, "_chorus_load", load), mute_logger(CRON):
            self.run_cron("deposit")
        self.assertEqual((first.chorus_state, second.chorus_state), ("sending", "deposited"))
        self.assertEqual((broken.state, broken.error_code, broken.error_detail), ("ready", "internal", "ValueError"))
        self.assertTrue(broken.next_try and broken.error_cause and broken.error_remedy)
        self.assertIn(broken.error_cause, str(first.alerts))
        broken.next_try = False
        self.run_cron("deposit")
        self.assertEqual((first.chorus_state, broken.error_code), ("deposited", False))
        self.assertEqual(len(self.simulator.state()["deposits"]), 2)

    def test_a_lost_or_altered_file_does_not_leave(self):
        for content in (False, base64.b64encode(b"<another/>")):
            with self.subTest(content):
                move = self.invoice()
                deposit = move._chorus_enqueue().sudo()
                deposit.file = content
                self.run_cron("deposit")
                self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("spoilt", "file_changed", "rejected"))
                self.assertIn(deposit.error_remedy, str(move.alerts))
                self.assertEqual(self.simulator.calls(DEPOSIT), 0)
                self.send(move)
                self.assertEqual(move.chorus_state, "deposited")
                with self.assertRaisesRegex(UserError, "sent since"):
                    deposit.with_user(self.sender).action_make_anew()
                self.simulator.reset()

    def test_an_altered_file_is_made_anew_by_the_button_of_its_deposit(self):
        moves = self.invoice() | self.invoice()
        deposits = self.env["chorus.deposit"].sudo().union(*(move._chorus_enqueue() for move in moves))
        for deposit in deposits:
            with self.assertRaisesRegex(UserError, "lost or altered"):
                deposit.with_user(self.sender).action_make_anew()
            deposit.file = base64.b64encode(b"<another/>")
        self.run_cron("deposit")
        self.assertEqual(deposits.mapped("state"), ["spoilt", "spoilt"])
        self.assertEqual(dict(deposits._fields["state"]._description_selection(self.env))["spoilt"], "File lost or altered")
        deposits.with_user(self.sender).action_make_anew()
        self.assertEqual(moves.mapped("chorus_state"), ["deposited", "deposited"])
        self.assertEqual(deposits.mapped("state"), ["spoilt", "spoilt"], "they stay as evidence")
        self.simulator.advance()
        self.follow()
        self.assertEqual(len(self.simulator.invoices()), 2)

    def test_try_again_now(self):
        self.simulator.fault(TOKEN, "http_429")
        self.send(move := self.invoice())
        self.assertEqual(move.chorus_state, "sending")
        move.with_user(self.sender).action_chorus_refresh()
        self.assertEqual(move.chorus_state, "deposited")

    def test_withdraw(self):
        deposit = self.invoice()._chorus_enqueue()
        move = deposit.move_ids
        deposit.with_user(self.sender).action_cancel()
        self.assertEqual((deposit.state, move.chorus_state), ("cancelled", "to_send"))
        self.send(move)
        with self.assertRaises(UserError):
            self.deposit(move)[-1].action_cancel()

    def test_other_environment_is_left_alone(self):
        """A deposit made for one environment is never sent to another."""
        deposit = self.invoice()._chorus_enqueue()
        self.company.chorus_environment = "qualification"
        self.run_cron("deposit")
        self.assertEqual(deposit.state, "ready")
        self.assertEqual(deposit._chorus_claim(simulated.ACCOUNT), None)

    def test_no_deletion(self):
        self.send(move := self.invoice())
        with self.assertRaisesRegex(UserError, "evidence"):
            self.deposit(move).unlink()
