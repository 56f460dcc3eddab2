from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ....models.exchange import chorus_sending
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAutoTransfer(ChorusCommon):
    """Off by default; then what is in scope leaves by itself once the delay is over, unless held."""

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def after(self, hours):
        return freeze_time(fields.Datetime.now() + timedelta(hours=hours))

    def wanted(self, delay=2):
        self.company.write({"chorus_auto_transfer": True, "chorus_auto_delay": delay})

    def sent(self):
        return len(self.simulator.state()["deposits"])

    def test_off_by_default(self):
        self.assertFalse(self.company.chorus_auto_transfer)
        move = self.invoice()
        with self.after(1000):
            self.run_cron()
        self.assertEqual((move.chorus_state, self.sent()), ("to_send", 0))

    def test_after_the_delay(self):
        self.wanted()
        move = self.invoice()
        self.run_cron()
        self.assertEqual((move.chorus_state, self.sent()), ("to_send", 0))
        with self.after(2.5):
            self.run_cron()
            self.run_cron()
        self.assertEqual((move.chorus_state, self.sent()), ("deposited", 1))

    def test_hold(self):
        self.wanted(0)
        move = self.invoice()
        move.chorus_hold = True
        with self.after(1):
            self.run_cron()
            self.assertEqual(self.sent(), 0)
            move.chorus_hold = False
            self.run_cron()
        self.assertEqual((move.chorus_state, self.sent()), ("deposited", 1))

    def test_the_button_sends_what_is_held(self):
        self.wanted()
        move = self.invoice()
        move.chorus_hold = True
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited")

    def test_scope(self):
        """Before the start date, of an opted-out market, of a customer who is not flagged: never."""
        self.wanted(0)
        today = fields.Date.today()
        market = self.env["chorus.market"].create(
            {"number": "OUT", "partner_id": self.town.id, "company_id": self.company.id, "transferred": False}
        )
        private = self.env["res.partner"].create({"name": "Particulier", "country_id": self.env.ref("base.fr").id})
        self.company.chorus_start_date = today
        moves = (
            self.invoice(invoice_date=today - timedelta(days=1))
            | self.invoice(chorus_market_id=market.id)
            | self.invoice(partner=private)
        )
        with self.after(1):
            self.run_cron()
        self.assertEqual(self.sent(), 0)
        self.assertFalse(moves.mapped("chorus_deposit_line_ids"))
        # put into scope later: still nothing leaves by itself, as nothing was planned
        market.transferred = True
        with self.after(1):
            self.run_cron()
        self.assertEqual(self.sent(), 0)

    def test_switched_off_meanwhile(self):
        self.wanted()
        self.invoice()
        self.company.chorus_auto_transfer = False
        with self.after(2.5):
            self.run_cron()
        self.assertEqual(self.sent(), 0)

    def test_cannot_go(self):
        """Told to a person, once; the others go."""
        self.wanted(0)
        bad, good = self.invoice(partner=self.ministry), self.invoice()
        bad.name = "FA/2026/" + "0" * 20
        self.assertTrue(bad._chorus_obstacles())
        with self.after(1):
            self.run_cron()
            self.run_cron()
        self.assertEqual((bad.chorus_state, good.chorus_state), ("to_send", "deposited"))
        activity = bad.activity_ids.filtered(lambda item: "Chorus Pro" in (item.summary or ""))
        self.assertEqual(len(activity), 1)
        self.assertIn("20", activity.note)
        self.assertFalse(bad.chorus_auto_at)

    def test_paid_meanwhile(self):
        """What was paid since its date waits for a person; what was paid by its date leaves, as paid already."""
        self.wanted(0)
        yesterday = fields.Date.today() - timedelta(days=1)
        since, before = self.invoice(invoice_date=yesterday), self.invoice()
        for move in since | before:
            context = {"active_model": "account.move", "active_ids": move.ids}
            self.env["account.payment.register"].with_context(**context).create({})._create_payments()
        with self.after(1):
            self.run_cron()
            self.run_cron()
        self.assertEqual((since.chorus_state, before.chorus_state), ("to_send", "deposited"))
        activity = since.activity_ids.filtered(lambda item: "Chorus Pro" in (item.summary or ""))
        self.assertEqual(len(activity), 1)
        self.assertIn("paid since", activity.note)
        self.simulator.advance()
        (row,) = self.simulator.invoices()
        self.assertEqual((row["montantTTC"], row["montantAPayer"]), (2400, 0))
        self.send(since)
        self.assertEqual(since.chorus_state, "deposited")

    def test_back_to_draft(self):
        self.wanted()
        move = self.invoice()
        self.assertTrue(move.chorus_auto_at)
        move.button_draft()
        self.assertFalse(move.chorus_auto_at)

    def test_one_breaks(self):
        """An unexpected error on one invoice: told to a person once, and the others of its slice go."""
        self.wanted(0)
        moves = self.invoice() | self.invoice() | self.invoice()
        broken, made = moves[1], type(moves)._chorus_file

        def make(move, *args):
            if move == broken:
                raise ZeroDivisionError
            return made(move, *args)

        with self.after(1), patch.object(type(moves), "_chorus_file", make), mute_logger(chorus_sending.__name__):
            self.run_cron()
            self.run_cron()
        self.assertEqual(moves.mapped("chorus_state"), ["deposited", "to_send", "deposited"])
        activity = broken.activity_ids.filtered(lambda item: "Chorus Pro" in (item.summary or ""))
        self.assertEqual(len(activity), 1)
        self.assertIn("unexpected error", activity.note)
        self.assertFalse(broken.chorus_auto_at)
        self.send(broken)
        self.assertEqual(broken.chorus_state, "deposited")

    def test_time_is_over(self):
        """What takes long to make ready goes in several runs, and keeps no other company waiting."""
        self.wanted(0)
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.env.user.company_ids |= other
        self.town.with_company(other).invoice_sending_method = "chorus_pro"
        moves = self.invoice() | self.invoice() | self.invoice()
        waiting = self.invoice(company=other)
        waiting.sudo()._chorus_enqueue()
        self.assertLess(self.company.id, other.id)
        cron, over = type(self.env["ir.cron"]), []
        progress, made = cron._commit_progress, type(moves)._chorus_file

        def make(move, *args):
            over.append(move)
            return made(move, *args)

        def left(jobs, *args, **options):
            seconds = progress(jobs, *args, **options)
            return 0 if over else seconds

        with (
            self.after(1),
            patch.object(chorus_sending, "MAX_FILES", 1),
            patch.object(type(moves), "_chorus_file", make),
            patch.object(cron, "_commit_progress", left),
        ):
            self.run_cron()
        self.assertEqual(waiting.chorus_state, "deposited", "of a later company, and ready before")
        self.assertEqual(len(moves.chorus_deposit_ids), 1)
        self.assertEqual(len(moves.filtered("chorus_auto_at")), 2)
        with self.after(1):
            self.run_cron()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertEqual(self.sent(), 3, "the two that were left share a flow")
