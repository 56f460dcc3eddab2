import json
import logging
import traceback
from unittest.mock import patch

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ....services.api.environment import Credentials
from ....services.api.session import PisteSession
from ...common import ChorusCommon

CLIENT, PASSWORD = "Piste-Client-Word-7!x", "Technical-Account-Word-8?y"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSecretsStayInside(ChorusCommon, HttpCase):
    """A secret that an administrator typed in the browser comes out nowhere; each way out is a test.

    The dump of the database is in `test_secrets_dump.py`, as it needs committed data.
    """

    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.authenticate("admin", "admin")

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        )

    def type_them(self, model="chorus.setup", **changes):
        """Save them as the web client does: its answer, and the id."""
        names = ("chorus_client_secret", "chorus_client_secret_again", "chorus_technical_password",
                 "chorus_technical_password_again")  # fmt: skip
        values = dict(zip(names, (CLIENT, CLIENT, PASSWORD, PASSWORD), strict=True)) | {"company_id": self.company.id} | changes
        specification = {name: {} for name in (*names, "chorus_client_secret_set")}
        answer = self.call(model, "web_save", [], values, specification=specification)
        self.env.invalidate_all()
        return answer, answer[0]["id"]

    def assert_absent(self, *texts):
        for text in texts:
            for secret in (CLIENT, PASSWORD):
                self.assertNotIn(secret, text if isinstance(text, str) else repr(text))

    def recorded(self):
        self.assertEqual(self.company._chorus_secret("client_secret"), CLIENT)
        self.assertEqual(self.company._chorus_secret("technical_password"), PASSWORD)

    def everything(self):
        """All fields of all records near the secrets, as RPC reads them."""
        _answer, setup = self.type_them()
        _answer, settings = self.type_them("res.config.settings")
        self.recorded()
        connection = self.company._chorus_connection()
        for model, record in (
            ("res.company", self.company.id), ("chorus.connection", connection.id), ("chorus.setup", setup),
            ("res.config.settings", settings), ("chorus.audit", self.env["chorus.audit"].sudo().search([], limit=1).id),
        ):  # fmt: skip
            yield model, record, list(self.call(model, "fields_get", [], ["type"]))

    def test_read(self):
        for model, record, names in self.everything():
            with self.subTest(model):
                self.assert_absent(self.call(model, "read", [record], names))

    def test_web_read(self):
        answer, record = self.type_them()
        self.assert_absent(answer)
        self.assertTrue(answer[0]["chorus_client_secret_set"])
        for model, record, names in self.everything():
            with self.subTest(model):
                self.assert_absent(self.call(model, "web_read", [record], specification={name: {} for name in names}))

    def test_export(self):
        for model, record, names in self.everything():
            with self.subTest(model):
                self.assert_absent(self.call(model, "export_data", [record], names))
                for name in names:
                    self.assertNotIn("sealed", name)

    def test_copy(self):
        self.type_them()
        self.assert_absent(self.company.sudo().copy_data(), self.company._chorus_connection().copy_data())
        self.assertNotIn("cp1:", str(self.company._chorus_connection().copy_data()))

    def test_page_source(self):
        self.type_them()
        for address in ("/odoo/settings", "/odoo", "/web/session/get_session_info"):
            page = self.url_open(address) if not address.startswith("/web/") else None
            self.assert_absent(page.text if page is not None else self.make_jsonrpc_request(address, {}))
        action = self.call("chorus.setup", "action_open")
        views = self.call("chorus.setup", "get_views", [[False, "form"]])
        self.assert_absent(json.dumps(action), json.dumps(views))
        (shown,) = self.call("chorus.setup", "read", [action["res_id"]], ["page"])
        self.assertIn("PISTE", shown["page"])
        self.assert_absent(shown["page"])

    def test_logs_at_debug_level(self):
        with self.assertLogs("", logging.DEBUG) as logs:
            # Odoo's own level is higher in tests
            for name in ("odoo", "odoo.service.model", "odoo.sql_db", "urllib3", "requests"):
                logging.getLogger(name).setLevel(logging.DEBUG)
            try:
                self.type_them()
                self.type_them("res.config.settings")
                self.company._chorus_diagnose()
                self.send(self.invoice())
            finally:
                for name in ("odoo.service.model", "odoo.sql_db", "urllib3", "requests"):
                    logging.getLogger(name).setLevel(logging.NOTSET)
                logging.getLogger("odoo").setLevel(logging.INFO)
        text = "\n".join(logs.output)
        self.assertIn("call chorus.setup", text, "the arguments of calls are in the log")
        self.assertIn("chorus_client_secret", text)
        self.assertIn("oauth/token", text)
        self.assert_absent(text)

    def test_traceback(self):
        """Of an error on the way in, of one while calling, and of any error with the objects at hand."""
        with self.assertRaises(JsonRpcException) as refused, mute_logger("odoo.http"):
            self.type_them(chorus_client_secret_again="another")
        self.assert_absent(str(refused.exception), repr(getattr(refused.exception, "code", "")))
        response = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {
                    "params": {
                        "model": "chorus.setup", "method": "web_save", "kwargs": {},
                        "args": [[], {"chorus_client_secret": CLIENT, "chorus_client_secret_again": "x"}, {}],
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        self.assertIn("traceback", response.text.lower())
        self.assert_absent(response.text)
        self.type_them()
        broken = patch.object(PisteSession, "_token", side_effect=RuntimeError("broken"))
        with broken, self.assertLogs("odoo", logging.ERROR) as logs:
            self.send(self.invoice())
        self.assertIn("Traceback", "\n".join(logs.output))
        self.assert_absent("\n".join(logs.output))
        credentials = Credentials("id", CLIENT, "TECH_1@cpro.fr", PASSWORD)
        try:
            raise RuntimeError(credentials)
        except RuntimeError:
            self.assert_absent(traceback.format_exc(), repr(credentials), str(credentials))

    def test_chatter(self):
        self.type_them()
        self.type_them("res.config.settings")
        self.arrive_or_not()
        messages = self.env["mail.message"].sudo().search([])
        tracked = self.env["mail.tracking.value"].sudo().search([])
        self.assert_absent(messages.read(["body", "subject"]), tracked.read([]))

    def arrive_or_not(self):
        """The typed secrets are not the simulator's: a sending fails, which is told in many places."""
        with mute_logger("odoo.addons.l10n_fr_chorus_pro.services.api.session"):
            self.send(self.invoice())

    def test_audit(self):
        self.type_them()
        rows = self.env["chorus.audit"].sudo().search([("company_id", "=", self.company.id)])
        self.assertIn("replaced", rows.mapped("new_value"))
        self.assert_absent(rows.read([]))

    # -- typed twice, looked at ----------------------------------------------------------------------------------------

    def test_what_cannot_be_is_refused(self):
        before = self.company._chorus_secret("client_secret")
        for typed, again in (
            (CLIENT, ""), ("", CLIENT), (CLIENT, CLIENT + "x"), (CLIENT + " ", CLIENT + " "), ("short", "short"),
            ("•" * 12, "•" * 12), ("aaaaaaaaaaaa", "aaaaaaaaaaaa"), ("with a space in it", "with a space in it"),
            ("simulator-client", "simulator-client"),
        ):  # fmt: skip
            with self.subTest(typed), self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self.type_them(chorus_client_secret=typed, chorus_client_secret_again=again)
        self.env.invalidate_all()
        self.assertEqual(self.company._chorus_secret("client_secret"), before)

    def test_typed_with_a_change_of_environment(self):
        """What is typed belongs to the environment saved with it; the other's secrets stay with the other."""
        self.type_them("res.config.settings", chorus_environment="qualification")
        self.assertEqual(self.company.chorus_environment, "qualification")
        self.recorded()
        self.company.chorus_environment = "simulator"
        self.assertNotEqual(self.company._chorus_secret("client_secret"), CLIENT)
