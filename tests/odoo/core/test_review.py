from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReview(ChorusCommon):
    """Several invoices at once: what to mend is gathered by remedy, the others are sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hospital = cls.public_body("Hôpital de Démonville", simulated.HOSPITAL)

    def review(self, moves):
        """What the list's action opens for the user who may transfer."""
        action = moves.with_user(self.sender).action_chorus_send_selected()
        self.assertEqual(action.get("res_model"), "chorus.send.wizard", action)
        return self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])

    def numbered(self, number, partner=None):
        return self.invoice(partner, name=number)

    def test_the_list_leads_to_the_review(self):
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_send_invoices")
        moves = self.invoice() | self.numbered("FACTURE-2026-0000000042")
        context = {"active_model": "account.move", "active_ids": moves.ids, "active_id": moves[0].id}
        self.assertEqual(action.with_user(self.sender).with_context(**context).run()["res_model"], "chorus.send.wizard")

    def test_nothing_to_say_is_sent_at_once(self):
        moves = self.invoice() | self.invoice()
        moves.with_user(self.sender).action_chorus_send_selected()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_one_invoice_is_sent_as_by_its_button(self):
        move = self.invoice()
        move.with_user(self.sender).action_chorus_send_selected()
        self.assertEqual(move.chorus_state, "deposited")

    def test_gathered_by_remedy_and_the_others_sent(self):
        sent = self.invoice()
        self.send(sent)
        ready = self.invoice() | self.invoice(self.hospital, buyer_reference="CHU-ACHATS")
        odd = self.numbered("F.1")
        long = self.numbered("FACTURE-2026-0000000041") | self.numbered("FACTURE-2026-0000000042")
        wizard = self.review(long | odd | sent | ready)
        counts = wizard.selected_count, wizard.ready_count, wizard.blocked_count, wizard.skipped_count
        self.assertEqual(counts, (6, 2, 3, 1))
        groups = {group.message.split("\n")[0][:30]: group for group in wizard.group_ids}
        self.assertEqual([group.urgency for group in wizard.group_ids], ["mend", "mend", "skip"])
        first = wizard.group_ids[0]
        self.assertEqual(first.move_ids, long, groups)
        self.assertIn("shorter number", first.remedy)
        self.assertEqual(first.action_open()["domain"], [("id", "in", long.ids)])
        wizard.action_send()
        self.assertEqual(set(ready.mapped("chorus_state")), {"deposited"})
        self.assertEqual(set((long | odd).mapped("chorus_state")), {"to_send"})

    def test_the_others_leave_and_these_are_mended_in_a_list(self):
        """Each says what it requires and what is wrong; what is typed there leaves by the button above the list."""
        state = self.invoice(self.ministry)
        self.know(self.ministry)
        ready = self.invoice() | self.invoice()
        odd = self.numbered("F.1")
        told = self.review(ready | state | odd).action_send_and_mend()
        self.assertEqual(set(ready.mapped("chorus_state")), {"deposited"})
        action = told["params"]["next"]
        listed = self.env["account.move"].with_user(self.sender).search(action["domain"])
        self.assertEqual(listed, (state | odd).sorted(lambda move: listed.ids.index(move.id)))
        view = self.env["account.move"].with_user(self.sender).get_view(action["views"][0][0], "list")["arch"]
        for name in ("chorus_needs", "chorus_reason", "chorus_service_id", "purchase_order_reference", "chorus_market_id"):
            self.assertIn(f'name="{name}"', view)
        self.assertIn('multi_edit="1"', view)
        self.assertIn("engagement number is missing", state.chorus_reason)
        self.assertIn("F.1", odd.chorus_reason)
        # all of the list, where nothing is selected; what is not ready yet stays, with its reason
        state.write({"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"})
        self.assertFalse(state.chorus_reason)
        sender = self.env["account.move"].with_user(self.sender)
        answer = sender.with_context(**action["context"]).action_chorus_send_mended()
        self.assertEqual((state.chorus_state, odd.chorus_state), ("deposited", "to_send"))
        self.assertIn("F.1", answer["params"]["message"])
        self.assertEqual(answer["params"]["next"]["tag"], "soft_reload", "one is left to send")
        odd.write({"name": "F-1"})
        answer = sender.with_context(**action["context"]).action_chorus_send_mended()
        self.assertEqual(odd.chorus_state, "deposited")
        reopened = answer["params"]["next"]
        self.assertEqual(reopened["tag"], "chorus_reopen")
        again = reopened["params"]["action"]
        self.assertEqual((again["domain"], again["context"]["chorus_mend_done"]), (action["domain"], True), "without its button")

    def know(self, *bodies):
        """Have Chorus Pro's directory tell what these bodies require."""
        self.env["chorus.lookup"]._ask(self.env["res.partner"].union(*bodies), self.company)
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_directory").method_direct_trigger()
        self.env.invalidate_all()

    def test_one_service_is_written_on_the_invoices_of_its_own_body_alone(self):
        """In a list, one choice goes to all the lines selected."""
        moves = self.invoice(self.ministry) | self.invoice(self.ministry) | self.invoice(self.hospital)
        self.know(self.ministry, self.hospital)
        service = self.env["chorus.service"]._chorus_of_code(self.ministry, "FAC-001")
        moves[:2].with_user(self.sender).write({"chorus_service_id": service.id})
        self.assertEqual(set(moves[:2].mapped("buyer_reference")), {"FAC-001"})
        with self.assertRaisesRegex(UserError, "choose the service of each customer"):
            moves.with_user(self.sender).write({"chorus_service_id": service.id})

    def test_a_customer_is_mended_once_for_all_its_invoices(self):
        moves = self.invoice(self.hospital) | self.invoice(self.hospital) | self.invoice()
        self.hospital.country_id = False
        wizard = self.review(moves)
        (group,) = wizard.group_ids.filtered(lambda group: group.mended == self.hospital)
        self.assertEqual((group.urgency, len(group.move_ids)), ("mend", 2))
        self.assertEqual(group.action_open()["res_id"], self.hospital.id)

    def test_warnings_do_not_keep_from_sending_all(self):
        self.hospital.company_registry = "20000002400015"  # fictitious, not in production: a warning
        moves = self.invoice() | self.invoice(self.hospital)
        wizard = self.review(moves)
        self.assertEqual(wizard.group_ids.mapped("urgency"), ["look"])
        self.assertEqual((wizard.ready_count, wizard.blocked_count), (2, 0))
        wizard.action_send()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_what_was_refused_is_recalled(self):
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "code_retour", codeRetour=20001, libelle="L'IBAN est incorrect")
        self.send(refused := self.invoice())
        moves = refused | self.invoice()
        wizard = self.review(moves)
        self.assertEqual(wizard.group_ids.mapped("urgency"), ["look"])
        self.assertEqual(wizard.group_ids.move_ids, refused)
        wizard.action_send()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_what_changed_meanwhile_is_looked_at_again(self):
        moves = self.invoice() | self.invoice() | self.numbered("F.1")
        wizard = self.review(moves)
        self.send(moves[0])
        wizard.action_send()
        self.assertEqual(len(self.simulator.state()["deposits"]), 2, "the one sent meanwhile is not sent twice")
        self.assertEqual(set(moves[:2].mapped("chorus_state")), {"deposited"})

    def test_many_sentences_are_cut(self):
        moves = self.env["account.move"].union(*(self.numbered(f"F.{rank}") for rank in range(6)))
        (group,) = self.review(moves).group_ids
        self.assertEqual(len(group.message.split("\n")), 5)
        self.assertIn("2", group.message.split("\n")[-1])
        self.assertIn("6", group.move_names)

    def test_who_may_not_transfer(self):
        user = new_test_user(self.env, "billing", groups="account.group_account_invoice", company_id=self.company.id)
        moves = self.invoice() | self.numbered("F.1")
        with self.assertRaises(AccessError):
            moves.with_user(user).action_chorus_send_selected()
        with self.assertRaises(AccessError):
            self.env["chorus.send.wizard"].with_user(user).create({})

    def test_two_hundred_are_reviewed_with_few_queries(self):
        """What is asked of the database is asked for all at once, but for a few queries of Odoo's own on the taxes."""
        moves = self.env["account.move"].union(*(self.numbered(f"F.{rank}") for rank in range(20)))
        self.env.flush_all()

        def queries(count):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.review(moves[:count])
            return self.env.cr.sql_log_count - before

        queries(2)  # what is cached for good
        few, many = queries(2), queries(20)
        self.assertLess((many - few) / 18, 8, f"{few} queries for 2 invoices, {many} for 20")

    # -- elsewhere -----------------------------------------------------------------------------------------------------

    def test_send_and_print_of_several_leads_to_the_review(self):
        self.send(sent := self.invoice())
        moves = sent | self.invoice() | self.numbered("F.1")
        wizard = (
            self.env["account.move.send.batch.wizard"]
            .with_user(self.sender)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({})
        )
        alert = wizard.alerts["chorus_pro_obstacles"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn("F.1", alert["message"])
        self.assertEqual(alert["action"]["context"]["active_ids"], moves[2].ids, "what was sent already is not in the way")

    def test_posting_is_warned_never_prevented(self):
        drafts = self.invoice(post=False, name="FAC-1") | self.invoice(post=False, name="F.1")
        told = drafts.with_user(self.sender).action_validate_moves_with_confirmation()
        self.assertEqual(set(drafts.mapped("state")), {"posted"})
        self.assertEqual(told["params"]["type"], "warning")
        self.assertIn("F.1", told["params"]["message"])
        self.assertNotIn(drafts[0].name, told["params"]["message"])
        self.assertFalse(self.invoice(post=False, name="FAC-2").action_validate_moves_with_confirmation())

    def test_a_number_serves_once_a_year_whatever_the_journal(self):
        sent = self.arrive(self.invoice(name="F00001"))

        def twin(code, **values):
            journal = self.env["account.journal"].create({"name": f"Ventes {code}", "code": code, "type": "sale"})
            return self.invoice(journal_id=journal.id, name=sent.name, **values)

        again = twin("V2")
        self.assertIn("R-06.taken", [finding.code for finding in again._chorus_findings()])
        self.assertIn(sent.journal_id.name, " ".join(again._chorus_obstacles()))
        last_year = twin("V3", invoice_date=fields.Date.subtract(sent.invoice_date, years=1))
        for move in sent | last_year | self.invoice():
            self.assertNotIn("R-06.taken", [finding.code for finding in move._chorus_findings()])
        # the advice: another number
        again.name = "F00002"
        self.arrive(again)
        self.assertEqual(again._chorus_line().outcome, "integrated")
