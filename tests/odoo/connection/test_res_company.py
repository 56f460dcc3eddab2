import logging
import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ....models.connection.server_file import VARIABLE
from ....services.api.errors import NotAllowed
from ....services.setup.diagnosis import Outcome
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSecrets(ChorusCommon):
    """A secret goes in and is used; it never comes out."""

    def settings(self, **values):
        return self.env["res.config.settings"].with_company(self.company).create(values)

    def test_write_only_in_the_settings(self):
        settings = self.settings(chorus_client_secret="Neues-Geheimnis-1", chorus_client_secret_again="Neues-Geheimnis-1")
        settings.execute()
        self.assertEqual(self.company._chorus_secret("client_secret"), "Neues-Geheimnis-1")
        read = settings.read()[0] | self.settings().read()[0]
        self.assertNotIn("Neues-Geheimnis-1", str(read))
        self.assertTrue(self.settings().chorus_client_secret_set)

    def test_empty_keeps(self):
        self.settings(chorus_client_secret="", chorus_technical_password=False).execute()
        self.assertEqual(self.company._chorus_secret("client_secret"), simulated.CLIENT_SECRET)
        self.assertEqual(self.company._chorus_secret("technical_password"), simulated.PASSWORD)

    def test_sealed_at_rest(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM chorus_connection WHERE company_id = %s", [self.company.id])
        row = str(self.env.cr.fetchall())
        self.assertIn("cp1:", row)
        for secret in (simulated.CLIENT_SECRET, simulated.PASSWORD):
            self.assertNotIn(secret, row)

    def test_not_readable_by_anyone(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        connection = self.company._chorus_connection().sudo(False).with_user(admin)
        for name in ("client_secret_sealed", "technical_password_sealed"):
            with self.assertRaises(AccessError):
                connection.read([name])
            self.assertNotIn(name, connection.read()[0])
            with self.assertRaises(AccessError):
                connection.export_data([name])

    def test_copy_has_no_secret(self):
        # Odoo refuses to copy a company; what a copy would carry is still ours to say
        copied = {name for name in self.company.copy_data()[0] if name.startswith("chorus_")}
        self.assertFalse(copied - {"chorus_format"})

    def test_another_key(self):
        """Restored on a server with another key: said clearly, nothing else breaks."""
        with patch.dict(os.environ, {VARIABLE: "the key of the first server"}):
            self.company._chorus_set_secret("client_secret", "secret")
            self.assertEqual(self.company._chorus_secret("client_secret"), "secret")
            self.assertTrue(self.settings().chorus_key_outside)
        with self.assertRaises(NotAllowed) as caught:
            self.company._chorus_secret("client_secret")
        self.assertEqual(caught.exception.link, "secret_unreadable")
        self.assertEqual(self.company._chorus_diagnose().broken[:3], ("settings", Outcome.FAILED, "secret_unreadable"))
        move = self.invoice()
        self.send(move)
        self.assertEqual((move.chorus_state, move.chorus_deposit_ids.error_code), ("sending", "secret_unreadable"))

    def test_key_added_later_still_opens(self):
        self.company._chorus_set_secret("client_secret", "before")
        with patch.dict(os.environ, {VARIABLE: "new old"}):
            self.assertEqual(self.company._chorus_secret("client_secret"), "before")

    def test_logs(self):
        with self.assertLogs("odoo", logging.DEBUG) as logs:
            self.arrive(self.invoice())
        for secret in (simulated.CLIENT_SECRET, simulated.PASSWORD):
            self.assertNotIn(secret, "\n".join(logs.output))

    def test_neutralized_copy_reaches_nothing(self):
        from odoo.modules.neutralize import get_neutralization_queries

        self.env.flush_all()
        for query in get_neutralization_queries(["l10n_fr_chorus_pro"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertTrue(self.company._chorus_missing_settings())
        self.assertFalse(self.env["res.company"]._chorus_companies())
