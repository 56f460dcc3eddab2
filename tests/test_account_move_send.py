from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ChorusCommon


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

    def test_refusal_is_told(self):
        move = self.invoice()
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "code_retour", codeRetour=20001, libelle="Flux invalide")
        with self.assertRaisesRegex(UserError, "Flux invalide"):
            self.wizard(move).action_send_and_print()

    def test_in_the_background(self):
        moves = self.invoice() | self.invoice()
        batch = (
            self.env["account.move.send.batch.wizard"]
            .with_user(self.sender)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({})
        )
        self.assertIn("chorus_pro", batch.summary_data)
        batch.action_send_and_print()
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
