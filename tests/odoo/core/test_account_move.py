from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ....services.vocabulary import statuses
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestChorusState(ChorusCommon):
    """What an accountant sees of an invoice, before and after it is sent."""

    def test_expected(self):
        self.assertFalse(self.invoice(post=False).chorus_state)
        self.assertEqual(self.invoice().chorus_state, "to_send")
        self.assertEqual(self.invoice(move_type="out_refund").chorus_state, "to_send")

    def test_not_expected(self):
        other = self.env["res.partner"].create({"name": "Client privé", "country_id": self.env.ref("base.fr").id})
        self.assertFalse(self.invoice(other).chorus_state)
        market = self.env["chorus.market"].create(
            {"number": "M1", "partner_id": self.town.id, "transferred": False, "company_id": self.company.id}
        )
        move = self.invoice(chorus_market_id=market.id)
        self.assertFalse(move.chorus_state)
        market.transferred = True
        self.assertEqual(move.chorus_state, "to_send")

    def test_start_date(self):
        self.company.chorus_start_date = fields.Date.today()
        self.assertEqual(self.invoice().chorus_state, "to_send")
        before = self.invoice(invoice_date=fields.Date.today() - timedelta(days=40))
        self.assertFalse(before.chorus_state)

    def test_credit_note_of_a_refused_invoice_stays_in_the_books(self):
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "REJETEE", motif="EJ_ERR")
        self.follow()
        credit_note = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        credit_note.action_post()
        self.assertFalse(credit_note.chorus_state)

    def test_flagging_a_customer_later(self):
        move = self.invoice()
        self.town.with_company(self.company).invoice_sending_method = "email"
        self.assertFalse(move.chorus_state)
        self.town.with_company(self.company).invoice_sending_method = "chorus_pro"
        self.assertEqual(move.chorus_state, "to_send")

    def test_follows_the_status(self):
        self.speak_french()
        move = self.arrive(self.invoice())
        self.assertEqual(move.chorus_state, "deposited")
        self.assertGreater(int(move.chorus_identifier), 2**31)
        for code in ("MISE_A_DISPOSITION", "SUSPENDUE", "MANDATEE", "MISE_EN_PAIEMENT"):
            with self.subTest(code):
                self.simulator.act(move.chorus_identifier, code, commentaire="Pièce manquante")
                self.follow()
                self.assertEqual(move.chorus_status, code)
                self.assertEqual(move.chorus_state, statuses.get(code).state)
                self.assertEqual(move.chorus_status_comment, "Pièce manquante")
                self.assertTrue(move.with_context(lang="fr_FR").chorus_status_label)
                self.assertTrue(move.chorus_advice)

    def test_every_status_has_a_state(self):
        known = dict(self.env["account.move"]._fields["chorus_state"]._description_selection(self.env))
        move = self.arrive(self.invoice())
        for status in statuses.STATUSES.values():
            move.sudo().chorus_status = status.code
            self.assertIn(move.chorus_state, known)

    def test_alerts(self):
        move = self.invoice(self.ministry)
        self.assertEqual(move.alerts["chorus_environment"]["level"], "info")
        self.arrive(move)
        texts = " ".join(alert["message"] for alert in move.alerts.values())
        self.assertEqual(move.chorus_state, "rejected")
        self.assertIn("BuyerReference", texts, "the platform's words are shown whole")

    def test_group_and_filter(self):
        move = self.invoice()
        groups = dict(self.env["account.move"]._read_group([("partner_id", "=", self.town.id)], ["chorus_state"], ["__count"]))
        self.assertEqual(groups["to_send"], 1)
        self.assertIn(move, self.env["account.move"].search([("chorus_state", "=", "to_send")]))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSentInvoice(ChorusCommon):
    """What was sent can be neither changed nor undone."""

    def test_no_reset_to_draft(self):
        move = self.invoice()
        self.assertTrue(move.show_reset_to_draft_button)
        self.send(move)
        self.assertFalse(move.show_reset_to_draft_button)
        for method in (move.button_draft, move.button_cancel):
            with self.assertRaisesRegex(UserError, "Chorus Pro"):
                method()
        self.assertEqual(move.state, "posted")

    def sent(self):
        return self.arrive(self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345"))

    def test_no_change_of_what_was_sent(self):
        move = self.sent()
        for vals in (
            {"buyer_reference": "OTHER"},
            {"purchase_order_reference": "1234"},
            {"contract_reference": "M-1"},
            {"payment_reference": "other"},
            {"partner_bank_id": False},
            {"invoice_date_due": fields.Date.today() + timedelta(days=90)},
        ):
            with self.subTest(str(vals)), self.assertRaisesRegex(UserError, "Chorus Pro"):
                move.write(vals)
        with self.assertRaises(UserError):
            move.invoice_line_ids.price_unit = 1

    def test_same_values_and_inside_matters_may_be_written(self):
        move = self.sent()
        move.write({"buyer_reference": "FAC-001", "payment_reference": move.payment_reference, "narration": "<p>note</p>"})
        move.invoice_user_id = self.sender
        self.assertEqual(move.invoice_user_id, self.sender)

    def test_rejected_invoice_is_free_again(self):
        move = self.arrive(self.invoice(self.ministry))
        self.assertEqual(move.chorus_state, "rejected")
        number = move.name
        move.button_draft()
        move.write({"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"})
        move.action_post()
        self.assertEqual((move.name, move.chorus_state), (number, "rejected"))
        self.arrive(move)
        self.assertEqual(move.chorus_state, "deposited", move.alerts)
        self.assertEqual(len(move.chorus_deposit_ids), 2, "the refused deposit stays as evidence")
        self.assertEqual(len(self.simulator.invoices()), 1)

    def test_copy_starts_afresh(self):
        copied = self.arrive(self.invoice()).copy()
        self.assertFalse(copied.chorus_identifier or copied.chorus_status or copied.chorus_deposit_ids or copied.chorus_state)

    def test_recipient_is_asked_for_a_siret(self):
        with self.assertRaisesRegex(Exception, "SIRET"):
            self.town.company_registry = "123"
        with self.assertRaisesRegex(Exception, "SIRET"):
            self.public_body("Sans SIRET", False)

    def test_known_simulator_town(self):
        self.assertEqual(self.town.company_registry, simulated.TOWN)
