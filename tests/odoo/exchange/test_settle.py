"""What becomes of a file whose answer was lost: invoice by invoice, whatever else bears the same numbers."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ....models import timing
from ....services.api.errors import FAILURES
from ...common import ChorusCommon

DEPOSIT = "/cpro/factures/v1/deposer/flux"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSettle(ChorusCommon):
    def settle(self, deposit, waited=True):
        """The cron's next run, after the time that the platform needs to show what it took in."""
        deposit.next_try = False
        if waited and deposit.unknown_at:
            deposit.unknown_at = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER + 1)
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def lost(self, moves, kind):
        """Send these in one file, whose answer is lost."""
        self.simulator.fault(DEPOSIT, kind, times=1)
        self.send(moves)
        deposit = moves.sudo().chorus_deposit_line_ids.filtered("live").deposit_id
        self.assertEqual((len(deposit), deposit.state), (1, "unknown"))
        self.simulator.advance()
        return deposit

    def forgotten(self, **values):
        """An invoice that Chorus Pro has, of which Odoo's deposit is not known any more, such as one typed on the portal."""
        move = self.arrive(self.invoice(**values))
        move.sudo().chorus_deposit_line_ids.outcome = "refused"
        move.sudo().chorus_deposit_ids.state = "rejected"
        move.sudo().write({"chorus_identifier": False, "chorus_status": False})
        self.env.flush_all()
        self.assertEqual(move.chorus_state, "rejected")
        return move

    def several(self, count=11):
        return self.env["account.move"].union(*(self.invoice() for _index in range(count)))

    def test_one_that_came_another_way_tells_nothing_of_the_file(self):
        """One of twelve was on the portal already, the file never arrived: that one is adopted, the others may leave again."""
        typed, others = self.forgotten(), self.several()
        identifier = self.simulator.invoices()[0]["identifiantFactureCPP"]
        deposit = self.lost(typed | others, "reset_before")
        self.settle(deposit, waited=False)
        self.assertEqual((deposit.state, deposit.flow_number), ("unknown", False))
        self.assertEqual((typed.chorus_state, typed.chorus_identifier), ("deposited", str(identifier)))
        self.assertEqual(set(others.mapped("chorus_state")), {"checking"}, "perhaps not shown yet")
        self.settle(deposit)
        self.assertEqual((deposit.state, set(others.mapped("chorus_state"))), ("partial", {"rejected"}))
        self.assertIn(deposit.line_ids.filtered(lambda line: line.outcome == "refused")[0].message, str(others[0].alerts))
        self.arrive(others)
        self.assertEqual(set(others.mapped("chorus_state")), {"deposited"})
        numbers = [row["numeroFacture"] for row in self.simulator.invoices()]
        self.assertEqual(sorted(numbers), sorted((typed | others).mapped("name")), "each once")

    def test_one_that_came_another_way_in_a_file_that_arrived(self):
        """The file arrived, one of its invoices was refused as there already: all are adopted, the flow is followed."""
        typed, others = self.forgotten(), self.several()
        deposit = self.lost(typed | others, "reset_after")
        self.settle(deposit, waited=False)
        self.assertEqual(set((typed | others).mapped("chorus_state")), {"deposited"})
        self.assertTrue(deposit.flow_number)
        self.assertEqual(deposit.state, "integrated")

    def test_a_flow_that_is_not_ours_to_ask_about(self):
        typed, others = self.forgotten(), self.several()
        deposit = self.lost(typed | others, "reset_before")
        self.simulator.fault(REPORT, "code_retour", times=1, codeRetour=20001, libelle="GCU_MSG_01_011")
        self.settle(deposit)
        self.assertEqual((typed.chorus_state, set(others.mapped("chorus_state"))), ("deposited", {"rejected"}))

    def different(self, kind):
        """Of twelve invoices in a lost file, the number of one is another invoice's at Chorus Pro."""
        taken, others = self.forgotten(), self.several()
        taken.button_draft()
        taken.invoice_line_ids.price_unit = 7
        taken.action_post()
        deposit = self.lost(taken | others, kind)
        self.settle(deposit)
        self.assertEqual((deposit.state, deposit.error_code, taken.chorus_state), ("unknown", "found_different", "checking"))
        return deposit, taken, others

    def test_a_person_decides_about_one_of_many(self):
        for adopt in (True, False):
            with self.subTest(adopt=adopt):
                self.simulator.reset()
                deposit, taken, others = self.different("reset_after")
                self.assertEqual(set(others.mapped("chorus_state")), {"deposited"}, "they do not wait for the decision")
                button = deposit.with_user(self.sender)
                (button.action_adopt if adopt else button.action_give_up)()
                self.assertEqual(taken.chorus_state, "deposited" if adopt else "rejected")
                self.assertEqual(deposit.state, "integrated" if adopt else "partial")
                self.assertEqual(set(others.mapped("chorus_state")), {"deposited"})
                said = [
                    move
                    for move in taken | others
                    if "Chorus Pro: the invoice with this number" in str(move.message_ids.mapped("body"))
                ]
                self.assertEqual(said, list(taken))

    def test_a_person_decides_and_the_file_never_arrived(self):
        deposit, taken, others = self.different("reset_before")
        self.assertEqual(set(others.mapped("chorus_state")), {"checking"})
        deposit.with_user(self.sender).action_give_up()
        self.assertEqual((taken.chorus_state, set(others.mapped("chorus_state"))), ("rejected", {"rejected"}))
        self.arrive(others)
        self.assertEqual(set(others.mapped("chorus_state")), {"deposited"})

    def test_nothing_is_adopted_that_is_not_there(self):
        """The invoice found before is gone from the search: nothing is decided by mistake."""
        deposit, taken, _others = self.different("reset_after")
        self.simulator.reset()
        for name in ("action_adopt", "action_give_up"):
            with self.assertRaises(UserError):
                getattr(deposit.with_user(self.sender), name)()
        self.assertEqual((deposit.state, taken.chorus_state), ("unknown", "checking"))

    def test_another_platform_settles_nothing(self):
        """The company works in another environment now, which knows nothing of the deposit: it is not "absent" there."""
        move = self.invoice()
        deposit = self.lost(move, "reset_after")
        deposit.unknown_at = fields.Datetime.now() - timedelta(days=1)
        deposit.environment = "qualification"
        deposit.error_code = "found_different"
        calls = sum(self.simulator.state()["calls"].values())
        for name in ("action_refresh", "action_adopt", "action_give_up"):
            with self.assertRaises(UserError):
                getattr(deposit.with_user(self.sender), name)()
        with self.assertRaises(UserError):
            move.with_user(self.sender).action_chorus_refresh()
        self.settle(deposit)
        self.assertEqual((deposit.state, sum(self.simulator.state()["calls"].values())), ("unknown", calls))

    def test_settings_that_are_not_complete_are_told_in_words(self):
        move = self.invoice()
        deposit = self.lost(move, "reset_after")
        deposit.error_code = "found_different"
        self.company._chorus_set_secret("client_secret", "")
        for name in ("action_refresh", "action_adopt"):
            with self.assertRaises(UserError) as told:
                getattr(deposit.with_user(self.sender), name)()
            texts = FAILURES["not_configured"]
            for text in (texts.cause, texts.remedy):
                self.assertIn(text.of(self.env.lang), str(told.exception))
        self.assertEqual(deposit.state, "unknown")
