import os
import tempfile
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import config

from ....models.connection.server_file import VARIABLE
from ....services.api.errors import NotAllowed
from ....services.setup.vault import key_id
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestEnvironments(ChorusCommon):
    """Production is chosen knowingly; nothing of one environment is used in another."""

    def test_production_is_confirmed_once(self):
        with self.assertRaises(ValidationError):
            self.company.chorus_environment = "production"
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.company.chorus_environment = "qualification"
        self.company.chorus_environment = "production"

    def test_each_has_its_access(self):
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.assertFalse(self.company.chorus_client_id)
        self.assertFalse(self.company.chorus_structure_id)
        self.assertIn("PISTE client secret", self.company._chorus_missing_settings())
        with self.assertRaises(NotAllowed):
            self.company._chorus_way_in()
        self.company.chorus_environment = "simulator"
        self.assertFalse(self.company._chorus_missing_settings())

    def test_open_deposits_of_another_environment(self):
        """Neither sent nor polled with the present account; shown apart, and there again on the way back."""
        waiting, sent = self.invoice(), self.invoice()
        self.send(sent)
        deposit = waiting.with_user(self.sender)._chorus_enqueue()
        self.company.chorus_environment = "qualification"
        self.company.write({"chorus_client_id": "q", "chorus_technical_account": "TECH_1@cpro.fr"})
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, "qualification secret")
        calls = sum(self.simulator.state()["calls"].values())
        for cron in ("deposit", "follow"):
            with self.enter_registry_test_mode():
                self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{cron}").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(deposit.state, "ready")
        self.assertEqual(sent.chorus_deposit_ids.state, "deposited")
        self.assertEqual(sum(self.simulator.state()["calls"].values()), calls)
        apart = self.env["chorus.deposit"].search([("other_environment", "=", True)])
        self.assertLessEqual(deposit | sent.chorus_deposit_ids, apart)
        self.assertTrue(deposit.other_environment)
        self.company.chorus_environment = "simulator"
        self.env.invalidate_all()
        self.assertFalse(deposit.other_environment)
        deposit._chorus_send()
        self.assertEqual(waiting.chorus_state, "deposited")

    def to_production(self):
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.company.write({"chorus_client_id": "p", "chorus_technical_account": "TECH_1@cpro.fr"})
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, "production secret")
        self.env.invalidate_all()

    def manager(self):
        return new_test_user(
            self.env, "manager", groups="l10n_fr_chorus_pro.group_chorus_manager", company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip

    def test_a_test_is_released_in_production(self):
        """It held the invoice; released, it is sent for real, and what was sent in the test stays recorded."""
        manager = self.manager()
        arrived, waiting = self.arrive(self.invoice()), self.invoice()
        deposit, ready = arrived.chorus_deposit_ids, waiting._chorus_enqueue()
        with self.assertRaisesRegex(UserError, "has left"):
            deposit.with_user(manager).action_release()
        self.assertNotIn("chorus_former_environment", arrived.alerts)
        sha256, flow_number = deposit.sha256, deposit.flow_number
        self.to_production()
        self.assertIn("release", arrived.alerts["chorus_former_environment"]["message"])
        self.assertTrue(arrived._chorus_obstacles())
        with self.assertRaises(AccessError):
            deposit.with_user(self.sender).action_release()
        (deposit | ready).with_user(manager).action_release()
        self.env.invalidate_all()
        for move in arrived | waiting:
            self.assertEqual((move.chorus_state, move.chorus_status, move.chorus_identifier), ("to_send", False, False))
            self.assertNotIn("chorus_former_environment", move.alerts)
            self.assertFalse(move._chorus_obstacles())
            self.assertTrue(move.show_reset_to_draft_button)
        self.assertEqual((deposit.state, deposit.sha256, deposit.flow_number), ("integrated", sha256, flow_number))
        self.assertEqual(ready.state, "cancelled", "never sent on the way back")
        real = arrived._chorus_enqueue()
        self.assertEqual((real.environment, arrived.chorus_state), ("production", "sending"))

    def test_production_is_never_released(self):
        self.to_production()
        move = self.invoice()
        deposit = move._chorus_enqueue()
        deposit.sudo()._chorus_accept("CPP1")
        self.company.chorus_environment = "simulator"
        self.env.invalidate_all()
        alert = move.alerts["chorus_former_environment"]
        self.assertIn("Production", alert["message"])
        self.assertNotIn("release", alert["message"])
        with self.assertRaisesRegex(UserError, "test environment"):
            deposit.with_user(self.manager()).action_release()
        self.assertEqual((deposit.released, move.chorus_state), (False, "deposited"))

    def test_neutralized(self):
        self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", True)
        with self.assertRaises(ValidationError):
            self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})

    # -- access data in the server's file ------------------------------------------------------------------------------

    def file(self, **options):
        """Odoo's configuration file with a section of this company."""
        section = f"[l10n_fr_chorus_pro.simulator.{simulated.SUPPLIER}]"
        options = {"database": self.env.cr.dbname, "company": self.company.id, **options}
        lines = [section, *(f"{name} = {value}" for name, value in options.items())]
        written = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)  # noqa: SIM115
        self.addCleanup(os.unlink, written.name)
        with written:
            written.write("\n".join(lines))
        return patch.dict(config.options, {"config": written.name})

    def test_access_from_the_server_file(self):
        connection = self.company._chorus_connection()
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, "")
        connection.write({"client_id": False, "technical_account": False})
        self.assertTrue(self.company._chorus_missing_settings())
        with self.file(
            client_id=simulated.CLIENT_ID, client_secret=simulated.CLIENT_SECRET, technical_account=simulated.ACCOUNT,
            technical_password=simulated.PASSWORD,
        ):  # fmt: skip
            self.env.invalidate_all()
            self.assertFalse(self.company._chorus_missing_settings())
            self.assertTrue(self.company._chorus_diagnose().established)
            settings = self.env["res.config.settings"].with_company(self.company).create({})
            self.assertTrue(settings.chorus_from_file)
            settings.execute()
            self.assertFalse(connection.client_id, "what the file gives is not written into the database")
            self.assertFalse(connection.client_secret_sealed)
            # a neutralized copy on the same server reads none of it
            self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", True)
            self.assertTrue(self.company._chorus_missing_settings())

    def test_a_branch_takes_nothing_of_the_server_file_into_the_database(self):
        """Half of the access data replaced on the branch would copy the other half, which was to stay outside."""
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        branch.write({"company_registry": simulated.SUPPLIER[:9] + "00085", "chorus_environment": "simulator"})
        self.company._chorus_connection().write(dict.fromkeys(("client_id", "technical_account"), False))
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, "")
        self.patch(type(branch), "_chorus_check_new", lambda company, **new: True)
        with self.file(
            client_id=simulated.CLIENT_ID, client_secret=simulated.CLIENT_SECRET, technical_account=simulated.ACCOUNT,
            technical_password=simulated.PASSWORD,
        ):  # fmt: skip
            self.env.invalidate_all()
            self.assertEqual(branch._chorus_secret("technical_password"), simulated.PASSWORD)
            with self.assertRaises(ValidationError):
                branch._chorus_replace(client_id="of-the-branch", client_secret="its-own-secret-1")
        self.assertFalse(branch._chorus_connection().technical_password_sealed)

    # -- keys ----------------------------------------------------------------------------------------------------------

    def three_companies(self):
        second = self.setup_other_company(name="Seconde")["company"]
        third = self.setup_other_company(name="Troisième")["company"]
        companies = self.company | second | third
        for rank, company in enumerate(companies):
            company.write({"chorus_environment": "simulator", "chorus_simulator_url": self.simulator.url})
            sirets = (simulated.SUPPLIER, simulated.SECOND_SUPPLIER, simulated.HOSPITAL)
            company.write({"company_registry": company.company_registry or sirets[rank]})
            if not company.chorus_client_id:
                company.write({"chorus_client_id": "id", "chorus_technical_account": "TECH_1@cpro.fr"})
            for name in ("client_secret", "technical_password"):
                company._chorus_set_secret(name, f"{name} of {rank}")
        return companies

    def secrets(self, companies):
        return [company._chorus_secret(name) for company in companies for name in ("client_secret", "technical_password")]

    def test_rotation(self):
        """Three companies: after it all secrets open with the new key alone."""
        connections = self.env["chorus.connection"]
        with patch.dict(os.environ, {VARIABLE: "old-key"}):
            companies = self.three_companies()
            known = self.secrets(companies)
        recorded = companies.sudo().chorus_connection_ids.mapped("client_secret_at")
        with patch.dict(os.environ, {VARIABLE: "new-key old-key"}):
            self.assertTrue(self.env["res.config.settings"].create({}).chorus_key_old)
            action = self.env["res.config.settings"].sudo().create({}).action_chorus_rotate_key()
            self.assertEqual(action["params"]["type"], "success")
            self.assertFalse(connections._sealed_with_another_key())
        with patch.dict(os.environ, {VARIABLE: "new-key"}):
            self.assertEqual(self.secrets(companies), known)
            for connection in companies.sudo().chorus_connection_ids:
                self.assertIn(key_id("new-key"), connection.client_secret_sealed)
        kept = companies.sudo().chorus_connection_ids.mapped("client_secret_at")
        self.assertEqual(kept, recorded, "the secrets are as old as before")
        self.assertEqual(len(self.env["chorus.audit"].sudo().search([("setting", "=", "Key of the secrets")])), 3)

    def test_lost_key(self):
        """Said clearly, for that company; the others and all the rest go on."""
        with patch.dict(os.environ, {VARIABLE: "first-key"}):
            companies = self.three_companies()
        with patch.dict(os.environ, {VARIABLE: "other-key"}):
            companies[0]._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
            companies[0]._chorus_set_secret("technical_password", simulated.PASSWORD)
            _count, lost = self.env["chorus.connection"]._rotate_key()
            self.assertEqual(lost.company_id, companies[1:])
            action = self.env["res.config.settings"].sudo().create({}).action_chorus_rotate_key()
            self.assertIn(companies[1].name, action["params"]["message"])
            found = companies[1]._chorus_diagnose()
            self.assertEqual((found.broken.link, found.broken.code), ("settings", "secret_unreadable"))
            self.assertTrue(companies[0]._chorus_diagnose().established)
            move = self.invoice()
            self.send(move)
            self.assertEqual(move.chorus_state, "deposited")
            self.env["res.config.settings"].with_company(companies[1]).create({}).execute()
            for cron in ("deposit", "follow", "expiry"):
                with self.enter_registry_test_mode():
                    self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{cron}").method_direct_trigger()
