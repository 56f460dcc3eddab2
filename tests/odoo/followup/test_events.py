import hashlib
import hmac
import json
import os
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ....services.setup import webhook
from ...common import ChorusCommon
from ...support import simulated
from ...support.listening import listening

SECRET = "Secret-of-the-other-software-1"
LOGGER = "odoo.addons.l10n_fr_chorus_pro.models.followup.chorus_event"


class Receiver(BaseHTTPRequestHandler):
    """Another software: it keeps what it is told whole, and answers with ``status``."""

    status = 200

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        moment, told = (part.partition("=")[2] for part in self.headers["Chorus-Pro-Signature"].split(","))
        signed = hmac.new(SECRET.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
        self.server.heard.append((json.loads(content), told == signed))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@tagged("post_install_l10n", "post_install", "-at_install")
class TestEvents(ChorusCommon):
    def setUp(self):
        super().setUp()
        self.receiver = type("Receiver", (Receiver,), {})
        self.server = listening(self, self.receiver)
        self.heard = self.server.heard
        self.url = f"http://127.0.0.1:{self.server.server_port}/chorus"

    def switch_on(self, company=None):
        company = company or self.company
        company.chorus_webhook_url = self.url
        company._chorus_set_secret("webhook_secret", SECRET)

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_events").method_direct_trigger()
        self.env.invalidate_all()

    def told(self):
        """What the other software was told since the last time: number, state before, state."""
        self.assertTrue(all(signed for _said, signed in self.heard), "signed by our secret")
        invoices = [said["invoice"] for said, _signed in self.heard]
        self.heard.clear()
        return [(invoice["number"], invoice["previous"], invoice["state"]) for invoice in invoices]

    def event(self, move):
        return self.env["chorus.event"].sudo().search([("move_id", "=", move.id)])

    def hurry(self):
        """What waits is due."""
        waiting = self.env["chorus.event"].sudo().search([("next_try", "!=", False)])
        waiting.next_try = fields.Datetime.now() - timedelta(seconds=1)

    def test_an_invoices_way_is_told(self):
        before = self.invoice()
        self.switch_on()
        self.run_job()
        self.assertEqual(self.told(), [], "what was so before is no change")
        move = self.invoice()
        self.run_job()
        self.assertEqual(self.told(), [(move.name, None, "to_send")])
        self.arrive(move)
        self.run_job()
        self.assertEqual(self.told(), [(move.name, "to_send", "deposited")])
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Pièce manquante")
        self.follow()
        self.run_job()
        ((said, _signed),) = self.heard
        self.assertEqual(self.told(), [(move.name, "deposited", "to_complete")])
        self.assertEqual(set(said), {"id", "type", "at", "environment", "company", "invoice"})
        self.assertEqual(set(said["invoice"]), {"id", "number", "state", "previous", "status_at"}, "no contents of the invoice")
        self.assertEqual((said["company"], said["invoice"]["id"], said["environment"]), (self.company.id, move.id, "simulator"))
        self.run_job()
        self.assertEqual(self.told(), [])
        self.send(before)
        self.run_job()
        self.assertEqual(self.told(), [(before.name, "to_send", "deposited")])

    def test_off_unless_a_company_gives_an_address(self):
        self.arrive(self.invoice())
        self.run_job()
        self.assertFalse(self.env["chorus.event"].sudo().search([]))
        job = self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_events")
        self.assertFalse(job.active)
        self.switch_on()
        self.assertTrue(job.active)
        self.assertTrue(self.env["chorus.event"].sudo().search([]))
        self.company.chorus_webhook_url = False
        self.assertFalse(job.active)
        self.assertFalse(self.env["chorus.event"].sudo().search([]))

    def test_another_companys_invoices_are_not_told(self):
        self.switch_on()
        other = self.env["res.company"].create({"name": "Autre société", "country_id": self.env.ref("base.fr").id})
        self.env["account.chart.template"].try_loading("fr", company=other, install_demo=False)
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        town = self.public_body("Commune", simulated.TOWN, other)
        theirs = self.invoice(town, company=other)
        self.assertEqual(theirs.chorus_state, "to_send")
        ours = self.invoice()
        self.run_job()
        self.assertEqual(self.told(), [(ours.name, None, "to_send")])
        self.assertFalse(self.event(theirs))

    @mute_logger(LOGGER)
    def test_what_is_not_taken_is_told_later_under_the_same_identifier(self):
        self.switch_on()
        move = self.invoice()
        self.receiver.status = 503
        self.run_job()
        ((first, _signed),) = self.heard
        event = self.event(move)
        self.assertEqual((event.tries, event.error_code), (1, "busy"))
        self.assertGreater(event.next_try, fields.Datetime.now())
        self.run_job()
        self.assertEqual(len(self.heard), 1, "patience")
        connection = self.company._chorus_connection()
        self.assertIn("in trouble", connection.events_told)
        self.assertIn("events", connection._told()["problems"])
        self.receiver.status = 200
        self.hurry()
        self.run_job()
        self.assertEqual(self.heard[1][0]["id"], first["id"])
        self.assertFalse(event.next_try or event.error_code)
        connection.invalidate_recordset()
        self.assertFalse(connection.events_told)
        self.assertNotIn("events", connection._told()["problems"])

    @mute_logger(LOGGER)
    def test_while_nobody_answers_one_call_is_made_a_run(self):
        self.switch_on()
        for _number in range(3):
            self.invoice()
        self.receiver.status = 500
        self.run_job()
        self.assertEqual(len(self.heard), 1)
        self.receiver.status = 400
        self.hurry()
        self.heard.clear()
        self.run_job()
        self.assertEqual(len(self.heard), 3, "one that is refused keeps no other one back")

    @mute_logger(LOGGER)
    def test_what_is_never_taken_is_given_up_and_named_until_a_person_acts(self):
        self.switch_on()
        move = self.invoice()
        self.receiver.status = 404
        for _try in range(webhook.TRIES):
            self.hurry()
            self.run_job()
        self.assertEqual(len(self.heard), webhook.TRIES)
        event, connection = self.event(move), self.company._chorus_connection()
        self.assertFalse(event.next_try)
        self.assertIn("given up: 1", connection.events_told)
        self.assertIn("refuses the event", connection.events_told)
        self.speak_french()
        self.assertIn("L'autre logiciel refuse", connection.with_context(lang="fr_FR").events_told)
        self.hurry()
        self.run_job()
        self.assertEqual(len(self.heard), webhook.TRIES)
        self.receiver.status = 200
        manager = new_test_user(self.env, "manager", groups="l10n_fr_chorus_pro.group_chorus_manager", company_id=self.company.id)
        with self.assertRaises(AccessError):
            connection.with_user(self.sender).action_try_events()
        connection.with_user(manager).action_try_events()
        self.run_job()
        self.assertEqual(self.event(move).told_state, "to_send")

    def test_without_a_secret_nothing_leaves_and_health_says_so(self):
        self.company.chorus_webhook_url = self.url
        self.invoice()
        self.run_job()
        self.assertFalse(self.heard)
        self.assertIn("no secret to sign", self.company._chorus_connection().events_told)
        self.company._chorus_set_secret("webhook_secret", SECRET)
        self.run_job()
        self.assertEqual(len(self.told()), 1)

    def test_the_servers_own_secret_goes_before_the_one_typed(self):
        self.switch_on()
        self.company._chorus_set_secret("webhook_secret", "Typed-and-no-longer-used-1")
        move, names = self.invoice(), ("DATABASE", "WEBHOOK_SECRET")
        given = dict(
            zip((f"CHORUS_COMPANY_{self.company.id}_{name}" for name in names), (self.env.cr.dbname, SECRET), strict=True)
        )
        with patch.dict(os.environ, given):
            self.run_job()
        self.assertEqual(self.told(), [(move.name, None, "to_send")])

    def test_a_change_taken_back_before_it_was_told_is_none(self):
        self.switch_on()
        move = self.invoice()
        self.run_job()
        self.told()
        move.button_draft()
        self.env["chorus.event"].sudo()._notice(self.company)
        self.assertEqual(self.event(move).invoice_state, "")
        move.action_post()
        self.run_job()
        self.assertEqual(self.told(), [])

    @mute_logger(LOGGER)
    def test_a_change_taken_back_after_it_was_perhaps_taken_is_told(self):
        """The answer was lost, not the event: the other software would believe in the state that was taken back for ever."""
        self.switch_on()
        move = self.invoice()
        self.run_job()
        self.told()
        self.receiver.status = 503
        move.button_draft()
        self.run_job()
        self.assertEqual(self.told(), [(move.name, "to_send", None)])
        move.action_post()
        self.receiver.status = 200
        self.run_job()
        self.assertEqual(self.told(), [(move.name, "to_send", "to_send")])
        move.button_draft()
        self.env["chorus.event"].sudo()._notice(self.company)
        move.action_post()
        self.run_job()
        self.assertEqual(self.told(), [], "what is known to have been taken needs no other word")

    def test_a_process_that_dies_while_it_tells_leaves_a_trace(self):
        self.switch_on()
        move = self.invoice()
        self.run_job()
        self.told()
        move.button_draft()
        # assertRaises would undo what was written before
        with patch.object(webhook, "deliver", side_effect=SystemExit), suppress(SystemExit):
            self.env["chorus.event"]._serve(self.company)
        move.action_post()
        self.run_job()
        self.assertEqual(self.told(), [(move.name, "to_send", "to_send")])

    @mute_logger(LOGGER)
    def test_what_was_noted_of_one_environment_is_not_told_as_anothers(self):
        self.switch_on()
        self.receiver.status = 503
        move = self.invoice()
        self.run_job()
        self.assertTrue(self.event(move).next_try)
        self.company.write({"chorus_webhook_url": "https://erp.example.fr/chorus", "chorus_environment": "qualification"})
        self.assertFalse(self.event(move).next_try, "an invoice of the simulator is none of qualification")
        self.assertTrue(self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_events").active)

    def test_a_company_made_with_an_address_is_served(self):
        job = self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_events")
        self.assertFalse(job.active)
        company = self.env["res.company"].create({"name": "Filiale", "chorus_webhook_url": "https://erp.example.fr/chorus"})
        self.assertTrue(job.active)
        company.chorus_webhook_url = False
        self.assertFalse(job.active)

    def test_no_address_written_over_none_begins_nothing(self):
        self.invoice()
        self.company.write({"chorus_webhook_url": False})
        self.assertFalse(self.env["chorus.event"].sudo().search([]))

    def test_only_https_but_to_this_machine_beside_a_simulator(self):
        for url in ("http://erp.example.fr", "https://user:word@erp.example.fr"):
            with self.assertRaises(ValidationError):
                self.company.chorus_webhook_url = url
        self.company.chorus_webhook_url = self.url
        with self.assertRaises(ValidationError):
            self.company.chorus_environment = "qualification"

    def test_the_secret_goes_in_twice_and_never_comes_out(self):
        self.switch_on()
        settings = self.env["res.config.settings"].with_company(self.company).create({"company_id": self.company.id})
        with self.assertRaises(ValidationError):
            settings.write({"chorus_webhook_secret": "Another-Secret-22", "chorus_webhook_secret_again": "Another-Secret-23"})
        settings.write({"chorus_webhook_secret": "Another-Secret-22", "chorus_webhook_secret_again": "Another-Secret-22"})
        self.assertEqual(self.company._chorus_webhook_secret(), "Another-Secret-22")
        self.assertTrue(settings.chorus_webhook_secret_set)
        self.assertFalse(settings.chorus_webhook_secret or settings.chorus_webhook_secret_again)
        connection = self.company._chorus_connection()
        self.assertNotIn("Another-Secret-22", connection.sudo().webhook_secret_sealed)
        with self.assertRaises(AccessError):
            connection.with_user(self.env.ref("base.user_admin")).read(["webhook_secret_sealed"])
        changes = self.env["chorus.audit"].sudo().search([("company_id", "=", self.company.id)])
        self.assertIn("Signing secret", changes.mapped("setting"))
        self.assertNotIn("Another-Secret-22", str(changes.read()))
