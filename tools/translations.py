"""The texts to translate (``i18n/*.pot``) and their French, brought up to date with the add-on's code."""

from __future__ import annotations

from odoo_env import MODULE, REPO, log
from workspace import RUN, Workspace

POT, FRENCH = REPO / f"i18n/{MODULE}.pot", REPO / "i18n/fr.po"
#: Of a template's head, what changes with each export and says nothing.
IDLE = ("POT-Creation-Date", "PO-Revision-Date")


def translations(work: Workspace) -> int:
    """Export the template, keep the French of each text it still has; the exit status: 0 only if all is translated."""
    import polib

    exported = RUN / f"{MODULE}.pot"
    with work.database("check") as database:
        work.odoo("i18n", "i18n", "export", "-d", database, "-l", "pot", "-o", exported, MODULE)
    template, french = polib.pofile(str(exported)), polib.pofile(str(FRENCH))
    exported.unlink()
    known = {entry.msgid: entry.msgstr for entry in french if not entry.obsolete}
    for name in IDLE:
        template.metadata.pop(name, None)
    template.save(str(POT))
    for entry in template:
        entry.msgstr = known.get(entry.msgid, "")
    template.metadata = french.metadata
    template.save(str(FRENCH))
    missing = [entry.msgid for entry in template if not entry.msgstr]
    for text in missing:
        print(f"no French yet: {text}")
    log(f"{len(template)} texts, {len(missing)} without French")
    return int(bool(missing))
