from odoo.tests import new_test_user, tagged

from ....services.follow.advice import LABELS, Button
from ....services.vocabulary import states
from ...common import ChorusCommon

CALLS = {Button.SEND: "action_chorus_send", Button.SEND_AGAIN: "action_chorus_send", Button.COMPLETE: "action_chorus_complete",
         Button.RECYCLE: "action_chorus_recycle", Button.VALIDATOR: "action_chorus_validator",
         Button.REISSUE: "action_chorus_reissue", Button.FILE: "action_chorus_by_hand",
         Button.NOT_FILED: "action_chorus_not_filed", Button.NEXT: "action_chorus_next_document"}  # fmt: skip


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOneVoice(ChorusCommon):
    """Whatever tells what to do about an invoice says the same, to each reader what that one can do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = cls.sender | new_test_user(
            cls.env, "salesperson", groups="account.group_account_invoice", company_id=cls.company.id
        ) | new_test_user(cls.env, "auditor", groups="account.group_account_readonly", company_id=cls.company.id)  # fmt: skip
        cls.sender.name = "Camille Martin"

    def returned(self, code, motif="EJ_ERR"):
        move = self.arrive(self.invoice(invoice_user_id=self.sender.id))
        self.simulator.act(move.chorus_identifier, code, motif=motif)
        self.follow()
        return move

    def test_the_surfaces_of_an_invoice_do_not_differ(self):
        self.speak_french()
        for code in ("SUSPENDUE", "A_RECYCLER", "REJETEE"):
            move = self.returned(code)
            for reader in self.readers:
                with self.subTest(code, reader=reader.login):
                    reading = move.with_user(reader).with_context(lang="fr_FR")
                    told = reading._chorus_advice()
                    self.assertEqual(reading.chorus_advice, told.sentence.fr)
                    banner = reading.alerts["chorus_status"]
                    self.assertTrue(banner["message"].endswith(told.sentence.fr), banner)
                    self.assertEqual(banner["level"], str(states.group(move.chorus_state)))
                    why = self.env["chorus.why"].with_user(reader).with_context(lang="fr_FR").create({"move_id": move.id})
                    self.assertEqual(why.remedy, told.sentence.fr)
                    shown = [button for button in ("complete", "recycle", "validator", "reissue") if why[f"can_{button}"]]
                    self.assertEqual(shown, [str(told.button)] if told.button else [])
                    if reader == self.sender:
                        self.assertTrue(told.button)
                    else:
                        self.assertIn("Camille Martin", told.sentence.fr)
            activity = move.activity_ids
            self.assertEqual(len(activity), 1)
            self.assertIn(move.with_user(activity.user_id)._chorus_advice_text(), activity.note)
            self.assertEqual(
                activity.summary, states.STATES[move.chorus_state].of(activity.user_id.lang), "its type says what to do"
            )

    def test_an_answer_of_which_no_time_was_kept_hides_no_later_suspension(self):
        """As records of the versions before have it."""
        move = self.returned("SUSPENDUE", motif="JUSTIF_ABS")
        action = self.env["chorus.action"].sudo()._chorus_ask(move, "complete", [("bon.pdf", b"%PDF")], comment="Voici")
        action.write({"state": "done", "done_at": False})
        self.assertEqual(move.with_user(self.sender)._chorus_advice().button, Button.COMPLETE)
        self.assertTrue(move.with_user(self.sender).alerts["chorus_status"])

    def test_who_may_not_send_is_told_who_may(self):
        move = self.invoice(invoice_user_id=self.sender.id)
        self.assertNotIn("chorus_status", move.with_user(self.sender).alerts or {})
        for reader in self.readers - self.sender:
            self.assertIn("Ask Camille Martin to send it", move.with_user(reader).alerts["chorus_status"]["message"])
            self.assertIn("Ask Camille Martin to send it", move.with_user(reader).chorus_advice)

    def test_what_was_done_is_not_asked_for(self):
        move = self.returned("REJETEE")
        action = move.with_user(self.sender).action_chorus_reissue()
        self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"]).action_confirm()
        new = move.chorus_replaced_by_ids
        told = move.with_user(self.sender)._chorus_advice()
        self.assertTrue(told.sentence.en.startswith("Nothing to do"))
        self.assertIn(new.name, told.sentence.en)
        banner = move.with_user(self.sender).alerts["chorus_status"]
        self.assertEqual((banner["level"], banner["action_text"]), ("success", f"Open {new.name}"))
        self.assertEqual(move.with_user(self.sender).chorus_advice, told.sentence.en)

    def test_our_own_comment_is_not_the_public_bodys(self):
        move = self.returned("SUSPENDUE", motif="JUSTIF_ABS")
        self.assertTrue(move.chorus_status_comment)
        action = move.with_user(self.sender).action_chorus_complete()
        wizard = self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])
        wizard.comment = "Veuillez trouver ci-joint le procès-verbal."
        wizard.action_confirm()
        self.follow()
        self.assertEqual((move.chorus_state, move.chorus_status_comment), ("completed", False))
        self.assertIn(wizard.comment, move.chorus_entry_ids.mapped("comment"), "the time line has it, with its author")

    def test_a_button_is_called_as_on_the_form(self):
        self.speak_french()
        for lang in ("en_US", "fr_FR"):
            view = self.env["account.move"].with_context(lang=lang).with_user(self.sender)
            arch = view.get_view(self.env.ref("account.view_move_form").id)["arch"]
            for button, method in CALLS.items():
                self.assertIn(f'name="{method}"', arch)
                self.assertIn(f'string="{LABELS[button].of(lang)}"', arch, button)
