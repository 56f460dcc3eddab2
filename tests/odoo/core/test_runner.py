"""How the tests themselves are run."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import config


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRunner(TransactionCase):
    def test_each_process_has_its_own_files(self):
        """Shared ones are deleted under a test by another process's, whose database does not know them."""
        self.assertEqual(Path(config.filestore(self.env.cr.dbname)).name, self.env.cr.dbname)
