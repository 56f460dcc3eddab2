import os
import tempfile
from unittest.mock import patch

from odoo.exceptions import AccessDenied, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import config, mute_logger

from ...common import ChorusCommon

MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestUninstall(ChorusCommon, HttpCase):
    """The record of what was sent is not thrown away while an invoice is, or may be, at Chorus Pro.

    `dev.py check-install` does it for real, with Odoo's own command.
    """

    def module(self, name=MODULE):
        return self.env["ir.module.module"].sudo().search([("name", "=", name)])

    def uninstall(self, name=MODULE, method="button_uninstall"):
        """Whether it goes; what it did is undone."""
        # by an administrator, as the screen does
        module, gone = self.module(name).with_user(self.env.ref("base.user_admin")), False
        try:
            with self.env.cr.savepoint():
                getattr(module, method)()
                gone = module.state == "to remove"
                raise ZeroDivisionError
        except ZeroDivisionError:
            self.env.invalidate_all()
            return gone

    def refused(self, **how):
        with self.assertRaises(UserError) as refused:
            self.uninstall(**how)
        self.assertEqual(self.module().state, "installed")
        return str(refused.exception)

    def test_with_live_deposits(self):
        self.assertTrue(self.uninstall(), "nothing was sent yet")
        move = self.invoice()
        deposit = move._chorus_enqueue()
        self.assertIn("Simulator (demonstration): 1", self.refused())
        deposit.with_user(self.sender).action_cancel()
        self.assertTrue(self.uninstall())
        self.arrive(move)
        for name in (MODULE, "account", "l10n_fr_account"):
            with self.subTest(name):
                self.assertIn("second time", self.refused(name=name))
        move.sudo().write({"chorus_status": "MISE_EN_PAIEMENT"})
        self.refused()
        self.assertIn("may_uninstall", self.refused(method="module_uninstall"))

    def test_by_the_screen(self):
        self.arrive(self.invoice())
        self.authenticate("admin", "admin")
        call = {"model": "ir.module.module", "method": "button_uninstall", "args": [self.module().ids], "kwargs": {}}
        with self.assertRaisesRegex(JsonRpcException, "UserError"), mute_logger("odoo.http"):
            self.make_jsonrpc_request("/web/dataset/call_kw", call)
        self.assertEqual(self.module().state, "installed")

    def test_who_may_not_uninstall_learns_nothing(self):
        self.arrive(self.invoice())
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.ir_module"):
            self.module().with_user(self.sender).sudo(False).button_uninstall()

    def test_other_modules_go(self):
        self.arrive(self.invoice())
        installed = self.env["ir.module.module"].sudo().search([("state", "=", "installed")])
        apart = installed.filtered(
            lambda module: module.name != MODULE and MODULE not in module.downstream_dependencies().mapped("name")
        )
        for module in apart[:1]:
            self.assertTrue(self.uninstall(name=module.name))

    def test_allowed_by_the_servers_file(self):
        self.arrive(self.invoice())
        with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
            self.addCleanup(os.unlink, file.name)
            file.write("[l10n_fr_chorus_pro]\nmay_uninstall = True\n")
        with patch.dict(config.options, {"config": file.name}):
            self.assertTrue(self.uninstall())
