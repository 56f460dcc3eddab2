from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSendAndPrint(ChorusCommon):
    """Chorus Pro as one of Odoo's sending methods."""

    def wizard(self, move):
        return (
            self.env["account.move.send.wizard"]
            .with_user(self.sender)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )

    def test_proposed_and_sent(self):
        wizard = self.wizard(move := self.invoice())
        self.assertTrue(wizard.sending_method_checkboxes["chorus_pro"]["checked"])
        wizard.action_send_and_print()
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)
        self.simulator.advance()
        self.follow()
        self.assertTrue(move.chorus_identifier)

    def test_not_proposed_twice(self):
        move = self.invoice()
        self.send(move)
        methods = self.wizard(move).sending_method_checkboxes
        self.assertFalse(methods.get("chorus_pro", {}).get("checked"))
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_other_company_is_not_offered(self):
        self.company.chorus_environment = False
        self.assertNotIn("chorus_pro", self.wizard(self.invoice()).sending_method_checkboxes)

    def test_obstacle_blocks(self):
        move = self.invoice()
        self.company._chorus_set_secret("client_secret", "")
        wizard = self.wizard(move)
        self.assertEqual(wizard.alerts["chorus_pro_0"]["level"], "danger")
        with self.assertRaises(UserError):
            wizard.action_send_and_print()
        self.assertFalse(self.simulator.state()["deposits"])

    def test_an_announced_maintenance_holds_it(self):
        """As it holds what our own button sends; it leaves by itself afterwards."""
        self.company.chorus_maintenance_until = fields.Datetime.add(fields.Datetime.now(), hours=2)
        move = self.invoice()
        self.wizard(move).action_send_and_print()
        self.assertFalse(self.simulator.state()["deposits"])
        self.assertEqual(move._chorus_line().deposit_id.state, "ready")
        self.company.chorus_maintenance_until = False
        move._chorus_line().deposit_id.sudo()._chorus_send()
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_refusal_is_told(self):
        move = self.invoice()
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "code_retour", codeRetour=20001, libelle="Flux invalide")
        with self.assertRaisesRegex(UserError, "Flux invalide"):
            self.wizard(move).action_send_and_print()

    def send_in_background(self, moves, user):
        """Odoo's batch sending: asked by this person, done by a job that runs as root; what the wizard warned of."""
        batch = (
            self.env["account.move.send.batch.wizard"]
            .with_user(user)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({})
        )
        self.assertIn("chorus_pro", batch.summary_data)
        alerts = batch.alerts
        batch.action_send_and_print()
        self.run_job()
        return alerts

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.env.invalidate_all()

    def without_right(self):
        return new_test_user(
            self.env, "billing", groups="account.group_account_invoice", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip

    def test_in_the_background(self):
        moves = self.invoice() | self.invoice()
        self.assertNotIn("chorus_pro_right", self.send_in_background(moves, self.sender))
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertEqual(moves.chorus_deposit_ids.user_id, self.sender, "asked by a person, not by the job")

    def test_in_the_background_without_the_right(self):
        """The job has all rights, who asked has not: refused with its reason on the invoice, nothing sent."""
        billing, moves = self.without_right(), self.invoice() | self.invoice()
        alerts = self.send_in_background(moves, billing)
        self.assertIn("no right", alerts["chorus_pro_right"]["message"])
        self.assertEqual(set(moves.mapped("chorus_state")), {"to_send"})
        self.assertFalse(self.simulator.state()["deposits"])
        for move in moves:
            self.assertIn("no right to transfer", " ".join(move.message_ids.mapped("body")))
            self.assertFalse(move.is_being_sent, "not tried again")

    def test_the_reason_is_in_the_language_of_who_asked(self):
        self.speak_french()
        billing, move = self.without_right(), self.invoice() | self.invoice()
        billing.lang = "fr_FR"
        self.send_in_background(move, billing)
        self.assertIn("droit de transférer", " ".join(move.message_ids.mapped("body")))

    def test_nobody_asks_in_the_name_of_another(self):
        move, billing = self.invoice(), self.without_right()
        for author in (self.sender.id, None, self.env.ref("base.user_root").id):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                move.with_user(billing).sending_data = {"author_user_id": author}
                self.env.flush_all()
        self.run_job()
        self.assertEqual(move.chorus_state, "to_send")

    def test_now_without_the_right(self):
        move = self.invoice()
        wizard = self.wizard(move).with_user(self.without_right())
        self.assertEqual(wizard.alerts["chorus_pro_right"]["level"], "danger")
        with self.assertRaisesRegex(UserError, "no right"):
            wizard.action_send_and_print()
        self.assertFalse(self.simulator.state()["deposits"])
