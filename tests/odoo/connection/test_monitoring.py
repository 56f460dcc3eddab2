import json
import os
import tempfile
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from ....models import timing
from ....models.connection import chorus_connection
from ....services.api import wire
from ....services.api.errors import TryLater
from ...common import ChorusCommon
from ...support import simulated

TOKEN = "a-token-of-the-supervisor-1"
HEALTH = "/l10n_fr_chorus_pro/health"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMonitoring(ChorusCommon, HttpCase):
    """What a supervisor sees, what the server says of its companies, maintenance and limits."""

    def ask(self, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with mute_logger("odoo.http"):
            return self.url_open(HEALTH, headers=headers)

    # -- a supervisor --------------------------------------------------------------------------------------------------

    def test_off_until_the_server_gives_a_token(self):
        self.assertEqual(self.ask(TOKEN).status_code, 404)
        for token, shown in ((TOKEN, ""), (TOKEN, "another"), ("short", "short"), ("", "")):
            with self.subTest(token, shown=shown), patch.dict(os.environ, {"CHORUS_MONITORING_TOKEN": token}):
                self.assertEqual(self.ask(shown).status_code, 404)

    def test_what_a_supervisor_reads(self):
        self.arrive(self.invoice())
        waiting = self.invoice()
        self.company.chorus_maintenance_until = fields.Datetime.add(fields.Datetime.now(), hours=2)
        self.send(waiting)
        self.company._chorus_connection().write({"password_expires_on": fields.Date.add(fields.Date.today(), days=3)})
        self.env.flush_all()
        with patch.dict(os.environ, {"CHORUS_MONITORING_TOKEN": TOKEN}):
            answer = self.ask(TOKEN)
        self.assertEqual(answer.status_code, 200)
        told = answer.json()
        (mine,) = [row for row in told["companies"] if row["company"] == self.company.id]
        self.assertEqual((told["ok"], mine["problems"]), (False, ["password"]))
        self.assertEqual((mine["queue"], mine["unknown"], mine["environment"]), (1, 0, "simulator"))
        self.assertTrue(mine["last_poll"] and mine["held_until"] and mine["password_ends_on"])
        for word in (
            waiting.name,
            self.company.name,
            self.town.name,
            simulated.SUPPLIER,
            simulated.CLIENT_ID,
            simulated.PASSWORD,
        ):
            self.assertNotIn(word, answer.text)

    def test_the_same_as_a_line_of_the_log(self):
        with patch.object(chorus_connection._logger, "info") as written:
            self.env["chorus.connection"]._log_health()
        told = [json.loads(call.args[1]) for call in written.call_args_list if "health" in call.args[0]]
        self.assertIn(self.company.id, [row["company"] for row in told])

    # -- settings as code ----------------------------------------------------------------------------------------------

    def written(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)  # noqa: SIM115
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(text)
        return patch.dict(config.options, {"config": file.name})

    def test_all_of_a_connection_from_the_server(self):
        """The file says most of it, the environment the secrets: the company is connected, and no secret is in the database."""
        self.company.sudo().chorus_connection_ids.unlink()
        self.company.write({"chorus_environment": False, "company_registry": False, "chorus_simulator_url": False})
        lines = {
            "database": self.env.cr.dbname, "environment": "simulator", "siret": simulated.SUPPLIER,
            "simulator_url": self.simulator.url, "client_id": simulated.CLIENT_ID, "technical_account": simulated.ACCOUNT,
            "start_date": "2026-01-01", "auto_transfer": "yes", "read_timeout": "20", "client_secret": "not this one",
        }  # fmt: skip
        text = "\n".join([f"[l10n_fr_chorus_pro.company.{self.company.id}]", *(f"{a} = {b}" for a, b in lines.items()), ""])
        number = self.company.id
        secrets = {
            f"CHORUS_COMPANY_{number}_CLIENT_SECRET": simulated.CLIENT_SECRET,
            f"CHORUS_COMPANY_{number}_TECHNICAL_PASSWORD": simulated.PASSWORD,
        }
        with self.written(text), patch.dict(os.environ, secrets):
            self.env["res.company"]._chorus_apply_file()
            self.assertEqual(self.company.chorus_environment, "simulator")
            self.assertEqual(str(self.company.chorus_start_date), "2026-01-01")
            self.assertTrue(self.company.chorus_auto_transfer)
            self.assertEqual(self.company.chorus_read_timeout, 20)
            self.assertFalse(self.company._chorus_missing_settings())
            self.assertTrue(self.company._chorus_diagnose().established)
        self.assertFalse(self.company.sudo().chorus_connection_ids.mapped("client_secret_sealed")[0])
        self.assertTrue(self.company._chorus_missing_settings(), "without the file nothing is left")

    def test_of_another_database_or_impossible(self):
        """Nothing is taken over of what is another's, or cannot be."""
        head = f"[l10n_fr_chorus_pro.company.{self.company.id}]\n"
        with self.written(head + "database = another\nread_timeout = 20\n"):
            self.env["res.company"]._chorus_apply_file()
        self.assertFalse(self.company.chorus_read_timeout)
        for wrong in ("read_timeout = 400", "start_date = yesterday", "environment = mars"):
            text = f"{head}database = {self.env.cr.dbname}\nreferent_email = a@b.example\n{wrong}\n"
            with self.subTest(wrong), self.written(text), self.assertLogs("odoo", "ERROR") as logs:
                self.env["res.company"]._chorus_apply_file()
            self.assertIn("cannot be", logs.output[-1])
            self.env.invalidate_all()
            self.assertNotEqual(self.company.chorus_referent_email, "a@b.example")

    # -- maintenance and limits ----------------------------------------------------------------------------------------

    def run_queue(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def test_an_announced_maintenance_holds_the_queue(self):
        """Nothing leaves, the invoice says until when; afterwards it leaves by itself."""
        now = fields.Datetime.now()
        self.company.write({"chorus_maintenance_from": now, "chorus_maintenance_until": fields.Datetime.add(now, days=2)})
        move = self.invoice()
        self.send(move)
        self.assertEqual(move._chorus_line().deposit_id.state, "ready")
        self.assertIn("Maintenance of Chorus Pro", move.alerts["chorus_maintenance"]["message"])
        self.run_queue()
        self.assertFalse(self.simulator.state()["deposits"])
        self.assertTrue(self.company._chorus_connection()._held_until())
        self.company.write({"chorus_maintenance_from": False, "chorus_maintenance_until": False})
        self.run_queue()
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)
        self.env.invalidate_all()
        self.assertNotIn("chorus_maintenance", move.alerts)

    def test_a_maintenance_ends_after_it_begins(self):
        with self.assertRaises(ValidationError):
            self.company.chorus_maintenance_from = fields.Datetime.now()

    def test_a_503_may_say_how_long(self):
        self.simulator.fault("/cpro/structures/v1/rechercher", "http_503", None, retry_after=3600)
        quiet = mute_logger("odoo.addons.l10n_fr_chorus_pro.services.api.session")
        with quiet, self.assertRaises(TryLater) as caught, self.company._chorus_client(retries=0) as client:
            client.find_structures(simulated.SUPPLIER)
        self.assertEqual((caught.exception.code, caught.exception.retry_after), ("unavailable", 3600))

    def test_timeouts_of_ones_own(self):
        """To connect and to read; both bounded, so that no sender is taken for dead while it sends."""
        self.company.write({"chorus_connect_timeout": 3, "chorus_read_timeout": 9})
        with self.company._chorus_client() as client:
            self.assertEqual((client._session._wire._connect, client._session._wire.timeout), (3, 9))
            self.assertEqual(client._session._wire.longest(), 12)
        for name, value in (("chorus_connect_timeout", 31), ("chorus_read_timeout", 46), ("chorus_read_timeout", 4),
                            ("chorus_connect_timeout", -1)):  # fmt: skip
            with self.subTest(name, value=value), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.company[name] = value
        largest = 30 * 1024**2 * 4 / 3
        self.assertLess(30 + 45 + wire.upload_seconds(largest), timing.STALE / 3)

    def test_calls_against_the_quota(self):
        connection = self.company._chorus_connection()
        self.assertFalse(connection.calls_told)
        self.company.chorus_daily_quota = 10
        for count, near in ((7, False), (1, True)):
            self.env["chorus.call"]._note(self.company, self.company.chorus_environment, {"": count})
            self.env.invalidate_all()
            self.assertEqual(connection.quota_near, near)
        self.assertEqual(connection.with_context(lang="en_US").calls_told, "8 of 10 today (80 %)")
