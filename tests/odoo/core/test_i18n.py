import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

from ...support.places import ROOT

MODULE = "l10n_fr_chorus_pro"
PO = ROOT / "i18n" / "fr.po"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFrench(TransactionCase):
    """Accountants speak French: every text of the add-on has its translation, and every translation its text."""

    def test_complete(self):
        reader = TranslationModuleReader(self.env.cr, modules=[MODULE])
        sources = {source for _module, _type, _name, _res_id, source, _value, _comments in reader if source.strip()}
        translated = {entry.msgid: entry for entry in polib.pofile(str(PO)) if not entry.obsolete}
        # other modules add fields to every record with a chatter, ours included, and translate them
        given = {field.string for field in self.env["mail.thread"]._fields.values()}
        missing = sorted(source for source in sources - given if not (translated.get(source) and translated[source].msgstr))
        self.assertFalse(missing, "texts without a French translation")
        self.assertFalse(sorted(set(translated) - sources), "translations of texts that no longer exist")
        self.assertFalse([entry.msgid for entry in translated.values() if entry.fuzzy])

    def test_shown_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms([MODULE], ["fr_FR"], overwrite=True)
        field = self.env["account.move"].with_context(lang="fr_FR").fields_get(["chorus_state"])["chorus_state"]
        self.assertEqual(dict(field["selection"])["to_send"], "À envoyer")
