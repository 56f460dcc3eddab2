import base64
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ....models import timing
from ....services.api.answers import History, HistoryEntry
from ....services.clock import UTC
from ...common import ChorusCommon
from ...support import simulated

COMPLETE = "/cpro/factures/v1/completer"
RECYCLE = "/cpro/factures/v1/recycler"
HISTORY = "/cpro/factures/v1/consulter/historique"
ADD_FILE = "/cpro/transverses/v1/ajouter/fichier"
#: Each kind of fault of a call, and whether the platform has done it all the same.
FAULTS = [
    ("refuse_connection", False),
    ("reset_before", False),
    ("timeout_before", False),
    ("timeout_after", True),
    ("reset_after", True),
    ("http_401", False),
    ("http_403", False),
    ("http_429", False),
    ("http_500", False),
    ("http_502", False),
    ("http_503", False),
    ("html_200", False),
    ("empty_200", False),
    ("code_retour", False),
]


@tagged("post_install_l10n", "post_install", "-at_install")
class TestActions(ChorusCommon):
    """What a person does about an invoice that came back: done once, or not at all and said so."""

    def setUp(self):
        super().setUp()
        original = type(self.env["res.company"])._chorus_client

        def impatient(company, **options):
            return original(company, **{"timeout": 1.0, **options})

        self.patch(type(self.env["res.company"]), "_chorus_client", impatient)

    def back(self, move, status, **reason):
        """The recipient sends an invoice back."""
        self.simulator.act(move.chorus_identifier, status, **reason)
        self.follow()
        self.assertEqual(move.chorus_status, status)

    def suspended(self):
        move = self.arrive(self.invoice())
        self.back(move, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon de livraison absent")
        return move

    def wizard(self, move, kind, user=None, **values):
        action = getattr(move.with_user(user or self.sender), f"action_chorus_{kind}")()
        wizard = self.env[action["res_model"]].with_user(user or self.sender).browse(action["res_id"])
        wizard.write(values)
        return wizard

    def complete(self, move, **values):
        if "attachment_ids" not in values:
            file = self.env["ir.attachment"].with_user(self.sender).create({"name": "bon.pdf", "raw": b"%PDF-1.4 bon"})
            values["attachment_ids"] = [Command.set(file.ids)]
        return self.wizard(move, "complete", comment="Voici le bon", **values).action_confirm()

    def run_cron(self):
        """The next runs, when nothing holds them back."""
        self.env["chorus.connection"].sudo().search([]).paused_until = False
        self.env["chorus.action"].sudo().search([]).next_try = False
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def remote(self, move):
        return next(row for row in self.simulator.invoices() if str(row["identifiantFactureCPP"]) == move.chorus_identifier)

    def times(self, move, status):
        return [step["statut"] for step in self.remote(move)["history"]].count(status)

    # -- complete ------------------------------------------------------------------------------------------------------

    def test_complete(self):
        move = self.suspended()
        result = self.complete(move)
        self.assertEqual(result["params"]["type"], "success", result)
        remote = self.remote(move)
        self.assertEqual((remote["statut"], remote["attachments"]), ("COMPLETEE", ["bon.pdf"]))
        self.assertEqual(remote["history"][-1]["commentaire"], "Voici le bon")
        self.assertEqual(move.chorus_state, "completed", "the new state is read at once")
        self.assertFalse(move.activity_ids, "nothing is left to do")
        self.assertIn("bon.pdf", str(move.message_ids.mapped("body")))
        with self.assertRaises(UserError):
            move.with_user(self.sender).action_chorus_complete()

    def test_complete_again(self):
        """Suspended again, completed again, within the same second: two answers, each to its own suspension."""
        move = self.suspended()
        self.complete(move)
        self.back(move, "SUSPENDUE", commentaire="Il manque encore une page")
        self.assertEqual(len(move.activity_ids), 1)
        self.complete(move)
        self.assertEqual(self.times(move, "COMPLETEE"), 2)
        self.assertEqual(move.chorus_action_ids.mapped("state"), ["done", "done"])

    def test_complete_needs_something(self):
        move = self.suspended()
        with self.assertRaises(UserError):
            self.wizard(move, "complete").action_confirm()
        for name, raw in (("programme.exe", b"MZ"), ("vide.pdf", b""), ("n" * 60 + ".pdf", b"%PDF")):
            file = self.env["ir.attachment"].with_user(self.sender).create({"name": name, "raw": raw})
            with self.assertRaises(UserError):
                self.complete(move, attachment_ids=[Command.set(file.ids)])
        self.assertEqual(self.simulator.calls(ADD_FILE), 0)
        self.assertEqual(self.remote(move)["statut"], "SUSPENDUE")

    def test_complete_what_moved_on(self):
        """The public body took it up meanwhile: nothing is sent, the person is told, the state is up to date."""
        move = self.suspended()
        wizard = self.wizard(move, "complete", comment="Voici")
        self.simulator.act(move.chorus_identifier, "MANDATEE")
        result = wizard.action_confirm()
        self.assertEqual(result["params"]["type"], "danger")
        self.assertEqual(self.simulator.calls(COMPLETE), 0)
        self.assertEqual((move.chorus_status, move.chorus_action_ids.error_code), ("MANDATEE", "moved_on"))

    def test_every_fault_of_complete(self):
        for kind, done in FAULTS:
            with self.subTest(kind):
                move = self.suspended()
                self.simulator.fault(COMPLETE, kind, times=2, delay=3)
                result = self.complete(move)
                action = move.chorus_action_ids
                self.assertNotEqual(result["params"]["type"], "success" if not done else "danger")
                self.assertIn(action.state, ("done",) if done else ("ready", "unknown", "refused"))
                if action.state != "done":
                    self.assertIn(move.name, result["params"]["message"])
                    self.assertTrue(action.error_cause and action.error_remedy)
                    self.assertIn(move._chorus_advice_text(), move.alerts["chorus_status"]["message"])
                # the platform is well again, and has had the time to show what it had received
                self.simulator.http.delete(f"{self.simulator.url}/_simulator/faults")
                if action.state == "unknown":
                    action.sudo().unknown_at = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER + 1)
                self.run_cron()
                self.run_cron()
                if kind == "code_retour":
                    self.assertEqual((action.state, self.times(move, "COMPLETEE")), ("refused", 0))
                    self.complete(move)
                else:
                    self.assertEqual(action.state, "done")
                self.assertEqual(self.times(move, "COMPLETEE"), 1)
                self.assertEqual(self.remote(move)["attachments"], ["bon.pdf"])
                self.assertEqual(move.chorus_state, "completed")

    def test_faults_of_the_file(self):
        """A file that could not be handed over: the invoice is not completed without it."""
        for kind in ("timeout_after", "http_500", "code_retour", "html_200"):
            with self.subTest(kind):
                move = self.suspended()
                self.simulator.fault(ADD_FILE, kind, times=1, delay=3)
                self.complete(move)
                self.assertEqual(self.remote(move)["statut"], "SUSPENDUE")
                self.run_cron()
                self.assertEqual(
                    (move.chorus_action_ids.state, self.times(move, "COMPLETEE")),
                    ("refused", 0) if kind == "code_retour" else ("done", 1),
                )

    def test_lost_answer_and_the_next_suspension(self):
        """Completed, the answer lost, suspended again before we looked: the first answer counts, and is not given twice."""
        move = self.suspended()
        self.simulator.fault(COMPLETE, "reset_after")
        self.simulator.fault(HISTORY, "http_503", after=1, times=1)
        self.complete(move)
        self.assertEqual(move.chorus_action_ids.state, "unknown")
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", commentaire="Encore")
        self.run_cron()
        self.assertEqual((move.chorus_action_ids.state, self.times(move, "COMPLETEE")), ("done", 1))
        self.assertEqual(move.chorus_state, "to_complete")
        self.complete(move)
        self.assertEqual(self.times(move, "COMPLETEE"), 2)

    def test_done_after_all(self):
        """The answer lost, then a history that was not true: "not done" is set right by the next true one, and done once."""
        move = self.suspended()
        self.simulator.fault(COMPLETE, "reset_after")
        told, look = [], type(self.env["chorus.action"])._chorus_look

        def untrue(action, client):
            seen = look(action, client)
            told.append(seen)
            if len(told) == 2:
                seen = seen._replace(status="MANDATEE", entries=[one for one in seen.entries if one.status != "COMPLETEE"])
            return seen

        self.patch(type(self.env["chorus.action"]), "_chorus_look", untrue)
        self.complete(move)
        self.assertEqual(len(told), 2)
        self.assertEqual((move.chorus_action_ids.state, self.times(move, "COMPLETEE")), ("done", 1))
        self.assertFalse(move.chorus_action_ids.error_code)
        self.assertEqual(move.chorus_state, "completed")

    def test_what_a_person_did_on_the_portal_is_not_ours(self):
        """Refused, then completed by hand on the portal: the refusal stays."""
        move = self.suspended()
        self.simulator.fault(COMPLETE, "code_retour")
        self.complete(move)
        self.assertEqual(move.chorus_action_ids.state, "refused")
        move.chorus_action_ids.sudo().done_at -= timedelta(seconds=2)  # the platform's dates have whole seconds
        self.simulator.act(move.chorus_identifier, "COMPLETEE")
        self.follow()
        self.assertEqual((move.chorus_state, move.chorus_action_ids.state), ("completed", "refused"))

    def test_what_the_next_answer_did_is_not_the_refused_ones(self):
        """Refused, asked again and done within the difference of the clocks: the refusal stays."""
        move = self.suspended()
        self.simulator.fault(COMPLETE, "code_retour")
        self.complete(move)
        self.complete(move)
        again, refused = move.chorus_action_ids.sudo()
        self.assertEqual((again.state, refused.state), ("done", "refused"))
        refused.done_at += timedelta(minutes=2)
        with move.company_id._chorus_client() as client:
            self.env["chorus.deposit"]._chorus_read_histories(move, client)
        self.assertEqual((again.state, refused.state), ("done", "refused"))

    def test_what_was_done_after_all_answers_no_later_suspension(self):
        """The true history comes after the next suspension: that one is still to be answered."""
        move = self.suspended()
        self.simulator.fault(COMPLETE, "code_retour")
        self.complete(move)
        action, now = move.chorus_action_ids.sudo(), datetime.now(UTC).replace(microsecond=0)
        ended = now - timedelta(minutes=10)
        action.write({"done_at": ended.replace(tzinfo=None), "answered_at": ended.replace(tzinfo=None) - timedelta(minutes=5)})
        move.sudo().chorus_status_at = now.replace(tzinfo=None) - timedelta(minutes=5)
        done = HistoryEntry("", "COMPLETEE", ended - timedelta(minutes=1), "", "")
        action._chorus_set_right(action.identifier, History("SUSPENDUE", (done,)))
        self.assertEqual((action.state, move._chorus_case().answer), ("done", ""))

    def test_an_announced_maintenance_is_told(self):
        """It holds the answer: neither the dialog nor "Try again" says that Chorus Pro was read."""
        move = self.suspended()
        self.company.chorus_maintenance_until = fields.Datetime.now() + timedelta(hours=2)
        told = self.complete(move)
        self.assertIn("Maintenance", told["params"]["message"])
        action = move.chorus_action_ids
        self.assertEqual(action.state, "ready")
        with self.assertRaisesRegex(UserError, "Maintenance"):
            action.with_user(self.sender).action_refresh()

    def test_dead_sender(self):
        """A process that dies after the request: looked at, not repeated."""
        move = self.suspended()
        action = self.env["chorus.action"].sudo()._chorus_ask(move, "complete", comment="Voici")
        with move.company_id._chorus_client() as client:
            action._chorus_claim(client.account, action._chorus_look(client))
            client.complete_invoice(action.identifier, (), "Voici")
        self.assertEqual(action.state, "sending")
        action.sending_at = fields.Datetime.now() - timedelta(seconds=timing.STALE + 1)
        self.run_cron()
        self.run_cron()
        self.assertEqual((action.state, self.times(move, "COMPLETEE")), ("done", 1))

    def test_one_at_a_time(self):
        move = self.suspended()
        self.simulator.fault(COMPLETE, "http_503", times=5)
        self.complete(move)
        self.assertEqual(move.chorus_action_ids.state, "unknown")
        with self.assertRaises(UserError):
            self.complete(move)
        self.assertEqual(len(move.chorus_action_ids), 1)

    def test_a_lost_file_does_not_leave(self):
        move = self.suspended()
        self.simulator.fault(HISTORY, "http_503", times=1)
        self.complete(move)
        action = move.chorus_action_ids
        self.assertEqual(action.state, "ready")
        action.sudo().file_ids.content = False
        self.run_cron()
        self.assertEqual((action.state, action.error_code), ("refused", "file_changed"))
        self.assertEqual(self.simulator.calls(ADD_FILE) + self.simulator.calls(COMPLETE), 0)
        self.complete(move)
        self.assertEqual((move.chorus_state, self.times(move, "COMPLETEE")), ("completed", 1))

    def test_withdrawn(self):
        move = self.suspended()
        self.simulator.fault(HISTORY, "http_429", times=5)
        self.complete(move)
        action = move.chorus_action_ids
        self.assertEqual(action.state, "ready")
        action.with_user(self.sender).action_cancel()
        self.run_cron()
        self.assertEqual((action.state, self.times(move, "COMPLETEE")), ("cancelled", 0))
        with self.assertRaises(UserError):
            action.with_user(self.sender).action_cancel()
        with self.assertRaises(UserError):
            action.sudo().unlink()

    # -- re-route ------------------------------------------------------------------------------------------------------

    def rerouted(self, **values):
        move = self.arrive(self.invoice(self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345"))
        self.back(move, "A_RECYCLER", motif="EJ_ERR", commentaire="Engagement inconnu")
        return move

    def test_recycle(self):
        move = self.rerouted()
        wizard = self.wizard(move, "recycle")
        self.assertEqual(wizard.environment_text, move.alerts["chorus_environment"]["message"], "no real public body")
        with self.assertRaises(UserError):
            wizard.action_confirm()  # nothing corrected
        wizard.engagement_number = "1300099999"
        self.assertEqual(wizard.action_confirm()["params"]["type"], "success")
        remote = self.remote(move)
        self.assertEqual((remote["statut"], remote["numeroBonCommande"]), ("DEPOSEE", "1300099999"))
        self.assertEqual((move.chorus_state, move.purchase_order_reference), ("deposited", "1300099999"))
        with self.assertRaises(UserError):
            move.purchase_order_reference = "autre"

    def test_recycle_refused(self):
        """A service that the public body does not have: refused, nothing changed on either side, the cause is shown."""
        move = self.rerouted()
        result = self.wizard(move, "recycle", service_code="INEXISTANT").action_confirm()
        self.assertEqual(result["params"]["type"], "danger")
        self.assertIn("INEXISTANT", result["params"]["message"])
        self.assertEqual((move.chorus_action_ids.state, move.buyer_reference), ("refused", "FAC-001"))
        self.assertEqual(self.remote(move)["statut"], "A_RECYCLER")

    def test_every_fault_of_recycle(self):
        for kind, done in FAULTS:
            with self.subTest(kind):
                move = self.rerouted()
                self.simulator.fault(RECYCLE, kind, times=2, delay=3)
                self.wizard(move, "recycle", engagement_number="1300099999").action_confirm()
                action = move.chorus_action_ids
                self.assertIn(action.state, ("done",) if done else ("ready", "unknown", "refused"))
                self.simulator.http.delete(f"{self.simulator.url}/_simulator/faults")
                if action.state == "unknown":
                    action.sudo().unknown_at = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER + 1)
                self.run_cron()
                self.run_cron()
                refused = kind == "code_retour"
                self.assertEqual(action.state, "refused" if refused else "done")
                self.assertEqual(self.times(move, "DEPOSEE"), 1 if refused else 2)
                self.assertEqual(move.purchase_order_reference, "1300012345" if refused else "1300099999")

    # -- validator -----------------------------------------------------------------------------------------------------

    def test_validator(self):
        move = self.arrive(self.invoice())
        self.back(move, "ERREUR_FOURNISSEUR_SUR_VALIDEUR", motif="ERR_VALIDEUR")
        with self.assertRaises(UserError):
            self.wizard(move, "validator", validator="123").action_confirm()
        result = self.wizard(move, "validator", validator="11111111111111").action_confirm()
        self.assertEqual((result["params"]["type"], move.chorus_action_ids.error_code), ("danger", "validator_unknown"))
        result = self.wizard(move, "validator", validator=simulated.SECOND_SUPPLIER).action_confirm()
        self.assertEqual(result["params"]["type"], "success")
        self.assertEqual(move.chorus_state, "validation")

    # -- people --------------------------------------------------------------------------------------------------------

    def test_rights(self):
        move = self.suspended()
        values = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        billing = new_test_user(self.env, "billing_only", groups="account.group_account_invoice", **values)
        for name in ("complete", "recycle", "validator", "reissue", "find"):
            with self.assertRaises(AccessError):
                getattr(move.with_user(billing), f"action_chorus_{name}")()
        with self.assertRaises(AccessError):
            self.env["chorus.action.wizard"].with_user(billing).create({"move_id": move.id, "kind": "complete"})
        why = self.env["chorus.why"].with_user(billing).create({"move_id": move.id})
        self.assertIn("Bon de livraison absent", why.comment)
        self.assertTrue(why.cause and why.remedy)
        self.complete(move)
        action = move.chorus_action_ids.with_user(billing)
        self.assertEqual(action.state, "done")
        with self.assertRaises(AccessError):
            action.file_ids.read(["content"])
        with self.assertRaises(AccessError):
            action.write({"state": "ready"})
        self.assertEqual(base64.b64decode(action.sudo().file_ids.content), b"%PDF-1.4 bon")
