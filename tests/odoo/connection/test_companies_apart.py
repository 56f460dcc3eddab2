"""What one company has is not another's: access data in the server's file, a SIRET, where the server may be made to call."""

import logging
import os
import tempfile
from http.server import BaseHTTPRequestHandler
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import config, mute_logger

from ...common import ChorusCommon
from ...support import simulated
from ...support.listening import listening

SECRET, PASSWORD = "Secret-Of-The-File-5!x", "Password-Of-The-File-6?y"


class Silent(BaseHTTPRequestHandler):
    """Keeps what it was asked for, and answers nothing of use."""

    def do_POST(self):
        self.server.heard.append(self.path)
        self.send_error(404)

    def log_message(self, *_args):
        """Silent."""


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompaniesApart(ChorusCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Seconde Entreprise")["company"]
        cls.connect(cls.other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        companies = cls.company | cls.other
        for company in companies:
            for name in ("client_secret", "technical_password"):
                company._chorus_set_secret(name, "")
        companies.sudo().chorus_connection_ids.write({"client_id": False, "technical_account": False})
        cls.manager = new_test_user(
            cls.env, "manager_b", groups="base.group_system,l10n_fr_chorus_pro.group_chorus_manager", company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )  # fmt: skip

    def written(self, text):
        """Odoo's configuration file with these lines."""
        file = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)  # noqa: SIM115
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(text)
        self.env.invalidate_all()
        return patch.dict(config.options, {"config": file.name})

    def section(self, siret, access, **bound):
        names = ("client_id", "client_secret", "technical_account", "technical_password")
        lines = {**bound, **dict(zip(names, access, strict=True))}
        head = f"[l10n_fr_chorus_pro.simulator.{siret}]"
        return "\n".join([head, *(f"{name} = {value}" for name, value in lines.items()), ""])

    def both(self):
        first = (simulated.CLIENT_ID, simulated.CLIENT_SECRET, simulated.ACCOUNT, simulated.PASSWORD)
        database = self.env.cr.dbname
        return self.written(
            self.section(simulated.SUPPLIER, first, database=database, company=self.company.id)
            + self.section(simulated.SECOND_SUPPLIER, simulated.SECOND, database=database, company=self.other.id)
        )

    # -- the server's file ---------------------------------------------------------------------------------------------

    def test_two_companies_of_the_file(self):
        """Each has its own access data, and sends its own invoices."""
        with self.both():
            for company, (client, *_rest, account, _password) in (
                (self.company, (simulated.CLIENT_ID, "", simulated.ACCOUNT, "")),
                (self.other, simulated.SECOND),
            ):
                self.assertEqual(company.sudo().chorus_client_id, client)
                self.assertEqual(company.sudo().chorus_technical_account, account)
                self.assertFalse(company._chorus_missing_settings())
                self.assertTrue(company._chorus_diagnose().established)
            invoices = self.invoice() | self.invoice(self.public_body("Commune", simulated.TOWN, self.other), company=self.other)
            self.sender.company_ids |= self.other
            for move in invoices.sudo():
                move.with_user(self.sender).sudo(False).with_company(move.company_id).action_chorus_send()
            self.simulator.advance()
            suppliers = {row["fournisseur"][:9] for row in self.simulator.invoices()}
            self.assertEqual(len(self.simulator.invoices()), 2)
            self.assertEqual(suppliers, {simulated.SUPPLIER[:9], simulated.SECOND_SUPPLIER[:9]})

    def test_a_siret_typed_gives_nobody_anothers_access_data(self):
        """By none of the ways in which a manager sets a company up; where it stands all the same, it opens nothing."""
        self.authenticate("manager_b", "manager_b")
        with self.both():
            for model, record, values in (
                ("res.company", self.other, {"company_registry": simulated.SUPPLIER}),
                ("res.company", self.other, {"company_registry": "123 456 782 00077"}),
                ("res.partner", self.other.partner_id, {"company_registry": simulated.SUPPLIER}),
            ):
                with (
                    self.subTest(model=model, values=values),
                    mute_logger("odoo.http", "odoo.sql_db"),
                    self.assertRaisesRegex(JsonRpcException, "ValidationError"),
                ):
                    self.call(model, "write", record.ids, values)
            self.env.invalidate_all()
            self.assertEqual(self.other._chorus_siret(), simulated.SECOND_SUPPLIER)
            self.env.cr.execute(
                "UPDATE res_partner SET company_registry = %s WHERE id = %s", [simulated.SUPPLIER, self.other.partner_id.id]
            )
            self.env.invalidate_all()
            fields = ["company_registry", "chorus_client_id", "chorus_technical_account"]
            ((_id, siret, *seen),) = (tuple(row.values()) for row in self.call("res.company", "read", self.other.ids, fields))
            self.assertEqual((siret, seen), (simulated.SUPPLIER, [False, False]))
            self.assertEqual(self.other._chorus_from_file(), {})
            self.assertTrue(self.other._chorus_missing_settings())

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        )

    def test_what_says_not_whose_it_is(self):
        """A section is read where the administrator of the server wrote whose it is: else the company is told what is missing."""
        access, database = ("id", SECRET, "TECH_1@cpro.fr", PASSWORD), self.env.cr.dbname
        for bound, alone, known, told in (
            ({}, False, False, True),
            ({"company": self.company.id}, False, False, True),
            ({"database": database}, True, False, True),
            ({"database": "another", "company": self.company.id}, False, False, False),
            ({"database": database, "company": self.other.id}, False, False, False),
            ({"database": database, "company": self.company.id}, False, True, False),
            ({"company": self.company.id}, True, True, False),
        ):
            text = self.section(simulated.SUPPLIER, access, **bound)
            databases = patch.dict(config.options, {"db_name": [database] if alone else [database, "another"]})
            with self.subTest(bound, alone=alone), databases, self.written(text):
                self.assertEqual(bool(self.company._chorus_from_file()), known)
                missing = " ".join(self.company._chorus_missing_settings())
                self.assertEqual(f"company = {self.company.id}" in missing, told, missing)
                self.assertNotIn(SECRET, missing)

    # -- a SIRET -------------------------------------------------------------------------------------------------------

    def test_a_branch_shares_the_siret(self):
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        branch.write({"company_registry": simulated.SUPPLIER, "chorus_environment": "simulator"})
        self.assertEqual(branch._chorus_siret(), simulated.SUPPLIER)

    def test_a_company_that_begins_with_anothers_siret(self):
        third = self.env["res.company"].create({"name": "Troisième", "company_registry": simulated.SUPPLIER})
        with self.assertRaises(ValidationError):
            third.chorus_environment = "simulator"

    # -- the simulator's address ---------------------------------------------------------------------------------------

    def test_the_server_calls_no_other_address(self):
        """Whatever is typed, and whatever was written before this was asked: nothing leaves."""
        server = listening(self, Silent)
        inside = f"http://127.0.0.1:{server.server_port}"
        self.company.write({"chorus_client_id": "id", "chorus_technical_account": "TECH_1@cpro.fr"})
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, f"{name}-of-ours")
        for address in (f"{inside}/admin?x=", f"{inside}/#", f"http://user@127.0.0.1:{server.server_port}", "http://10.0.0.1:80"):
            with self.subTest(address):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    self.company.chorus_simulator_url = address
                self.env.cr.execute("UPDATE res_company SET chorus_simulator_url = %s WHERE id = %s", [address, self.company.id])
                self.env.invalidate_all()
                self.assertTrue(self.company._chorus_missing_settings())
                self.assertFalse(self.company._chorus_diagnose().established)
                self.assertTrue(self.company._chorus_try_client())
        self.assertFalse(server.heard)
        self.company.chorus_simulator_url = inside
        self.assertFalse(self.company._chorus_missing_settings())
        with mute_logger("odoo.addons.l10n_fr_chorus_pro.services.api.session"):
            self.company._chorus_diagnose()
        self.assertEqual(set(server.heard), {"/api/oauth/token"}, "else it proves nothing")

    def test_another_machine_is_allowed_by_the_servers_file(self):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.company.chorus_simulator_url = "http://tests.example:8099"
        with self.written("[l10n_fr_chorus_pro]\nsimulator_hosts = other.example tests.example\n"):
            self.company.chorus_simulator_url = "http://tests.example:8099"
            self.assertEqual(self.company._chorus_target().api_url, "http://tests.example:8099")
        self.env.invalidate_all()
        self.assertEqual(self.company._chorus_target().api_url, "", "no longer allowed")

    # -- logs ----------------------------------------------------------------------------------------------------------

    def test_secrets_of_the_file_reach_no_log(self):
        """At debug level, in all that reads them; and when the file is spoilt, whose lines an error would quote."""
        bound = {"database": self.env.cr.dbname, "company": self.company.id}
        text = self.section(simulated.SUPPLIER, ("id-of-the-file", SECRET, "TECH_1@cpro.fr", PASSWORD), **bound)
        names = ("odoo", "odoo.service.model", "odoo.sql_db", "odoo.http", "urllib3", "requests")
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        self.authenticate("admin", "admin")
        with self.assertLogs("", logging.DEBUG) as logs:
            for name in names:
                logging.getLogger(name).setLevel(logging.DEBUG)
            try:
                for spoilt in ("", f"client_secret {SECRET}\n", f"{PASSWORD}\n"):
                    with self.written(text + spoilt):
                        self.company._chorus_diagnose()
                        self.company._chorus_try_client()
                        self.env["res.config.settings"].with_company(self.company).create({}).execute()
                        answer = self.call("chorus.setup", "action_open")
                        self.call("chorus.setup", "read", [answer["res_id"]])
                        self.env.flush_all()
            finally:
                for name in names[1:]:
                    logging.getLogger(name).setLevel(logging.NOTSET)
                logging.getLogger("odoo").setLevel(logging.INFO)
        told = "\n".join(logs.output)
        self.assertIn("the configuration file cannot be read", told)
        self.assertIn("oauth/token", told)
        for secret in (SECRET, PASSWORD):
            self.assertNotIn(secret, told)
