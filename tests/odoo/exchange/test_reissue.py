from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...common import ChorusCommon

ACKNOWLEDGE = "/cpro/factures/v1/traiterRejet"
DEPOSIT = "/cpro/factures/v1/deposer/flux"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReissue(ChorusCommon):
    """A refused invoice becomes a credit note and a new invoice; what is at Chorus Pro by other means is recognised."""

    def refused(self, motif="EJ_ERR", comment="Engagement inconnu"):
        move = self.arrive(self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345"))
        self.simulator.act(move.chorus_identifier, "REJETEE", motif=motif, commentaire=comment)
        self.follow()
        return move

    def wizard(self, move, **values):
        action = move.with_user(self.sender).action_chorus_reissue()
        wizard = self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])
        wizard.write(values)
        return wizard

    def act(self):
        """The cron of what is done about invoices."""
        self.env["chorus.connection"].sudo().search([]).paused_until = False
        self.env["chorus.action"].sudo().search([]).next_try = False
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def test_credit_note_and_new_invoice(self):
        move = self.refused()
        number, history = move.name, move.chorus_entry_ids
        self.assertEqual(len(move.activity_ids), 1)
        wizard = self.wizard(move, engagement_number="1300099999")
        self.assertIn("Engagement", wizard.reason)
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        credit_note = move.reversal_move_ids
        # the books balance: the refused invoice and its credit note cancel each other, the new one stands alone
        self.assertEqual((move.payment_state, credit_note.payment_state, new.payment_state), ("reversed", "paid", "not_paid"))
        self.assertEqual((credit_note.state, credit_note.amount_total), ("posted", move.amount_total))
        for name in ("balance", "amount_currency"):
            self.assertEqual(sum((move | credit_note).line_ids.mapped(name)), 0)
        self.assertEqual((new.amount_total, new.amount_residual), (move.amount_total, move.amount_total))
        receivable = (move | credit_note | new).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual(sum(receivable.mapped("amount_residual")), new.amount_total)
        # linked both ways, references corrected, a new number
        self.assertEqual((new.chorus_replaces_id, move.chorus_replaced_by_ids), (move, new))
        self.assertEqual((new.purchase_order_reference, new.buyer_reference), ("1300099999", "FAC-001"))
        self.assertFalse(new.duplicated_ref_ids & move, "alike on purpose")
        self.assertTrue(new.state == "posted" and new.name != number and new.chorus_state == "to_send")
        self.assertFalse(credit_note.chorus_state, "the public body never owed the refused invoice")
        self.assertFalse(move.activity_ids, "nothing is left to do about the refused one")
        # accepted under its new number; the old one keeps its number and its history
        self.arrive(new)
        self.assertEqual((new.chorus_state, move.chorus_state), ("deposited", "cancelled"))
        self.assertEqual((move.name, move.chorus_entry_ids & history), (number, history))
        self.assertEqual({row["numeroFacture"]: row["statut"] for row in self.simulator.invoices()},
                         {number: "REJETEE", new.name: "DEPOSEE"})  # fmt: skip
        # the rejection is acknowledged, once
        self.act()
        self.act()
        self.assertEqual((move.chorus_action_ids.state, self.simulator.calls(ACKNOWLEDGE)), ("done", 1))
        with self.assertRaises(UserError):
            self.wizard(move).action_confirm()

    def test_to_the_public_body_that_it_was_meant_for(self):
        """Sent to the wrong one: the new invoice goes to another, whose references it takes."""
        move = self.refused("DEST_ERR", "")
        wizard = self.wizard(move, keep_draft=True)
        form = Form(wizard)
        self.assertEqual((form.partner_id, form.engagement_number), (self.ministry, "1300012345"))
        form.partner_id = self.town
        self.assertFalse(form.service_code or form.market_number or form.engagement_number)
        form.partner_id = self.ministry
        self.assertEqual((form.service_code, form.engagement_number), ("FAC-001", "1300012345"))
        form.partner_id = self.town
        form.save()
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        self.assertEqual((new.partner_id, new.commercial_partner_id, new.chorus_replaces_id), (self.town, self.town, move))
        self.assertFalse(new.buyer_reference or new.contract_reference or new.purchase_order_reference)
        self.assertEqual(move.reversal_move_ids.partner_id, self.ministry)
        self.assertEqual(new.amount_total, move.amount_total)

    def test_given_up_at_chorus_pro(self):
        """Abandoned there: replaced like a refused one, without an acknowledgement, which is for rejections only."""
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "ABANDONNEE")
        self.follow()
        wizard = self.wizard(move)
        self.assertFalse(wizard.acknowledge)
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        self.assertEqual((new.chorus_state, move.reversal_move_ids.chorus_state), ("to_send", False))
        self.assertFalse(move.activity_ids)

    def test_lost_acknowledgement(self):
        for kind, calls in (("reset_after", 1), ("reset_before", 1), ("http_503", 1)):
            with self.subTest(kind):
                self.simulator.reset()
                move = self.refused()
                self.simulator.fault(ACKNOWLEDGE, kind)
                self.wizard(move).action_confirm()
                self.act()
                action = move.chorus_action_ids
                self.assertEqual(action.state, "done" if kind == "reset_after" else "unknown")
                self.assertEqual(self.simulator.calls(ACKNOWLEDGE), calls)
                action.sudo().unknown_at = fields.Datetime.subtract(fields.Datetime.now(), days=1)
                self.act()
                self.act()
                self.assertEqual(action.state, "done")
                self.assertEqual(move.payment_state, "reversed", "the books never waited for Chorus Pro")

    def test_draft_is_kept(self):
        wizard = self.wizard(self.refused(), keep_draft=True, acknowledge=False)
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        self.assertEqual((new.state, new.chorus_action_ids.ids), ("draft", []))

    def test_draft_is_offered_when_the_lines_are_at_fault(self):
        for motif, draft in (("MONTANT_ERR", True), ("TX_TVA_ERR", True), ("LIVR_INCOMP", True), ("SE_ERR", False)):
            with self.subTest(motif):
                self.assertEqual(self.wizard(self.refused(motif, "")).keep_draft, draft)

    def test_what_was_made_is_told(self):
        move = self.refused()
        told = self.wizard(move).action_confirm()["params"]
        self.assertIn(f"Credit note {move.reversal_move_ids.name} made", told["message"])
        self.assertIn(f"New invoice {move.chorus_replaced_by_ids.name} confirmed", told["message"])
        self.assertIn(f"Odoo tells Chorus Pro that the rejection of {move.name}", told["message"])
        self.assertIn(move.name, told["title"])
        move = self.refused("MONTANT_ERR")
        told = self.wizard(move, acknowledge=False).action_confirm()["params"]
        self.assertIn(f"Credit note {move.reversal_move_ids.name} made", told["message"])
        self.assertIn("is a draft", told["message"])
        self.assertIn("is not told", told["message"])

    def test_market_gives_the_references(self):
        market = self.env["chorus.market"].create(
            {
                "number": "M-2026-7", "partner_id": self.ministry.id, "company_id": self.company.id, "service_code": "FAC-002",
                "engagement_number": "1300055555",
            }
        )  # fmt: skip
        move = self.refused()
        wizard = self.wizard(move)
        wizard.market_id = market
        wizard._onchange_market_id()
        new = self.env["account.move"].browse(wizard.action_confirm()["params"]["next"]["res_id"])
        self.assertEqual(
            (new.chorus_market_id, new.buyer_reference, new.contract_reference, new.purchase_order_reference),
            (market, "FAC-002", "M-2026-7", "1300055555"),
        )

    def test_paid_invoice_is_not_replaced(self):
        move = self.refused()
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        )._create_payments()
        with self.assertRaises(UserError):
            self.wizard(move).action_confirm()
        self.assertFalse(move.reversal_move_ids)

    def test_only_what_was_refused(self):
        move = self.arrive(self.invoice())
        with self.assertRaises(UserError):
            move.with_user(self.sender).action_chorus_reissue()

    def test_refused_at_integration(self):
        """It never entered Chorus Pro: back to draft, corrected, the same number, a new deposit."""
        move = self.arrive(self.invoice(self.ministry))
        number = move.name
        self.assertEqual(move.chorus_state, "rejected")
        self.assertEqual(len(move.activity_ids), 1)
        self.assertNotIn("reissue", move.chorus_offered)
        move.with_user(self.sender).button_draft()
        move.write({"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"})
        move.action_post()
        self.arrive(move)
        self.assertEqual((move.name, move.chorus_state), (number, "deposited"))
        self.assertEqual(len(move.sudo().chorus_deposit_ids), 2)
        self.assertFalse(move.activity_ids)

    # -- deposited elsewhere -------------------------------------------------------------------------------------------

    def test_many_are_looked_for_in_one_search(self):
        moves = self.elsewhere(count=11)
        stranger = self.invoice()
        before = self.simulator.calls(SEARCH)
        result = (moves | stranger).with_user(self.sender).action_chorus_find()
        self.assertEqual((result["params"]["type"], set(moves.mapped("chorus_state"))), ("warning", {"deposited"}))
        self.assertIn(stranger.name, result["params"]["message"])
        self.assertEqual(self.simulator.calls(SEARCH) - before, 1)

    def test_of_two_quite_alike_one_is_found(self):
        """Two journals gave one number: Chorus Pro has it once, and shows it for each of them."""
        journal = self.env["account.journal"].create({"name": "Ventes 2", "code": "V2", "type": "sale"})
        moves = self.elsewhere(name="F00001") | self.invoice(name="F00001", journal_id=journal.id)
        result = moves.with_user(self.sender).action_chorus_find()
        self.assertIn("F00001 is not at Chorus Pro", result["params"]["message"])
        self.assertEqual(sorted(moves.mapped("chorus_state")), ["deposited", "to_send"])

    def test_a_number_that_was_taken_while_the_file_was_made(self):
        """The look at an invoice is as old as its transaction; before its file leaves, who has its number is asked again."""
        account = self.company_data["default_account_revenue"].id
        journal = self.env["account.journal"].create(
            {"name": "Ventes 2", "code": "V2", "type": "sale", "default_account_id": account}
        )
        late = self.invoice(name="F00001", journal_id=journal.id)
        form = late._chorus_format()
        file = late._chorus_file(form, late._chorus_document())
        first = self.arrive(self.invoice(name="F00001"))
        deposits = self.simulator.calls(DEPOSIT)
        deposit = self.env["chorus.deposit"]._chorus_make_one(late, file, form.code)
        deposit._chorus_send()
        self.assertEqual(self.simulator.calls(DEPOSIT), deposits, "nothing of it left")
        self.assertEqual((deposit.state, deposit.error_code, late.chorus_state), ("rejected", "number_taken", "rejected"))
        self.assertIn("give this one a number of its own", str(late.alerts))
        with self.assertRaisesRegex(UserError, "used already for Chorus Pro this year"):
            self.send(late)
        late.button_draft()
        late.name = "F00002"
        late.action_post()
        self.send(late)
        self.assertEqual((late.chorus_state, first.chorus_state), ("deposited", "deposited"))

    def test_a_number_recorded_before_places_were_keeps_nobody_back(self):
        """After an upgrade: another company's invoice of that number is no twin of what waits to be sent."""
        first, late = self.arrive(self.invoice()), self.invoice()
        deposit = late._chorus_enqueue()
        former = (first.chorus_deposit_line_ids | late.chorus_deposit_line_ids).sudo()
        former.write({"number_place": False, "number": late.name})
        deposit._chorus_send()
        self.assertEqual((deposit.state, late.chorus_state), ("deposited", "deposited"))

    def test_whether_a_number_is_taken_is_asked_once_of_many(self):
        moves, asked = self.elsewhere(count=12), []
        model = type(self.env["account.move"])
        place = model._chorus_number_place
        self.patch(model, "_chorus_number_place", lambda move: asked.append(move.id) or place(move))
        moves.with_user(self.sender).action_chorus_find()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertLessEqual(len(asked), 5 * len(moves), "not of all of them for each")

    def test_found_by_a_person(self):
        move = self.elsewhere()
        deposits = self.simulator.calls(DEPOSIT)
        result = move.with_user(self.sender).action_chorus_find()
        self.assertEqual(result["params"]["type"], "success")
        self.assertEqual((move.chorus_state, bool(move.chorus_identifier)), ("deposited", True))
        self.assertTrue(move.sudo().chorus_deposit_ids.elsewhere)
        with self.assertRaises(UserError):
            self.send(move)
        self.assertEqual(self.simulator.calls(DEPOSIT), deposits, "nothing was sent")
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        self.assertEqual(move.chorus_state, "paid", "followed like the others")

    def test_found_by_the_cron(self):
        move, other = self.elsewhere(), self.arrive(self.invoice())
        self.simulator.act(other.chorus_identifier, "MANDATEE")
        self.env["chorus.connection"]._of(self.company).last_poll = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.follow()
        self.assertEqual((move.chorus_state, other.chorus_state), ("deposited", "processing"))

    def test_another_invoice_is_not_taken_for_it(self):
        move = self.elsewhere()
        move.button_draft()
        move.invoice_line_ids.price_unit = 7
        move.action_post()
        with self.assertRaisesRegex(UserError, "another recipient, date or amount"):
            move.with_user(self.sender).action_chorus_find()
        self.assertEqual(move.chorus_state, "to_send")

    def test_not_found(self):
        with self.assertRaises(UserError):
            self.invoice().with_user(self.sender).action_chorus_find()
        self.simulator.fault("/cpro/factures/v1/rechercher/fournisseur", "http_503")
        with self.assertRaisesRegex(UserError, "not available"):
            self.invoice().with_user(self.sender).action_chorus_find()
