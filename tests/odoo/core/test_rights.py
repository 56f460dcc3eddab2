from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRights(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.billing = new_test_user(cls.env, "billing", groups="account.group_account_invoice", **values)
        cls.employee = new_test_user(cls.env, "employee", groups="base.group_user", **values)

    def test_sending_needs_the_right(self):
        move = self.invoice()
        for user in (self.billing, self.employee):
            with self.assertRaises(AccessError):
                move.with_user(user).action_chorus_send()
        self.assertFalse(self.simulator.state()["deposits"])

    def test_deposits_are_read_only(self):
        deposit = self.arrive(self.invoice()).chorus_deposit_ids
        for user in (self.sender, self.billing):
            record = deposit.with_user(user)
            self.assertTrue(record.flow_number)
            for change in (lambda record=record: record.write({"state": "ready"}), record.unlink, record.copy):
                with self.assertRaises(AccessError):
                    change()
        with self.assertRaises(AccessError):
            deposit.with_user(self.employee).read(["flow_number"])

    def test_bytes_are_for_those_who_transfer(self):
        deposit = self.arrive(self.invoice()).chorus_deposit_ids
        self.assertTrue(deposit.with_user(self.sender).file)
        with self.assertRaises(AccessError):
            deposit.with_user(self.billing).read(["file"])

    def test_billing_user_sees_the_state_and_works_on(self):
        """An accountant without the right to transfer still posts, reads states and alerts."""
        move = self.arrive(self.invoice())
        self.env.invalidate_all()
        seen = move.with_user(self.billing)
        self.assertEqual(seen.chorus_state, "deposited")
        self.assertTrue(seen.alerts)
        self.assertEqual(len(seen.chorus_deposit_ids), 1)
        draft = self.invoice(post=False).with_user(self.billing)
        draft.action_post()
        self.assertEqual(draft.chorus_state, "to_send")
