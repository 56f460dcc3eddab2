from pathlib import Path

from odoo.addons.l10n_fr_chorus_pro.tests.support.french_case import FrenchCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTexts(FrenchCase, TransactionCase):
    module, folder = "l10n_fr_chorus_pro_queue_job", Path(__file__).resolve().parent.parent

    def test_complete(self):
        self.check_french()
