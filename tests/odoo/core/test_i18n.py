from odoo.tests import TransactionCase, tagged

from ...support.french_case import MODULE, FrenchCase


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFrench(FrenchCase, TransactionCase):
    def test_complete(self):
        self.check_french()

    def test_shown_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms([MODULE], ["fr_FR"], overwrite=True)
        field = self.env["account.move"].with_context(lang="fr_FR").fields_get(["chorus_state"])["chorus_state"]
        self.assertEqual(dict(field["selection"])["to_send"], "À envoyer")
