"""What the add-on and its bridges promise of their French."""

import polib

from odoo.tools.translate import TranslationModuleReader

from .places import ROOT

MODULE = "l10n_fr_chorus_pro"


class FrenchCase:
    """Accountants speak French: every text of an add-on has its translation, and every translation its text."""

    module, folder = MODULE, ROOT

    def check_french(self):
        reader = TranslationModuleReader(self.env.cr, modules=[self.module])
        # what lies below these folders belongs to add-ons of their own
        sources = {
            source
            for _module, _type, name, _res_id, source, _value, _comments in reader
            if source.strip() and not any(f"/{MODULE}/{folder}/" in str(name) for folder in ("bridges", "tests"))
        }
        entries = polib.pofile(str(self.folder / "i18n/fr.po"))
        translated = {entry.msgid: entry for entry in entries if not entry.obsolete}
        # other modules add fields to every record with a chatter, ours included, and translate them
        given = {field.string for field in self.env["mail.thread"]._fields.values()}
        missing = sorted(source for source in sources - given if not (translated.get(source) and translated[source].msgstr))
        self.assertFalse(missing, "texts without a French translation")
        self.assertFalse(sorted(set(translated) - sources), "translations of texts that no longer exist")
        self.assertFalse([entry.msgid for entry in translated.values() if entry.fuzzy])
