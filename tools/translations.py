"""The texts to translate (``i18n/*.pot``) and their French, brought up to date with the code of the add-on and its bridges."""

from __future__ import annotations

import tempfile
from pathlib import Path

from odoo_env import MODULE, REPO, log
from workspace import RUN, Bridge, Workspace, bridges, copy_addon

#: Of a template's head, what changes with each export and says nothing.
IDLE = ("POT-Creation-Date", "PO-Revision-Date")


def translations(work: Workspace) -> int:
    """Export the templates, keep the French of each text they still have; the exit status: 0 only if all is translated."""
    missing = 0
    # the bridges lie in this add-on's folder, where their texts would count as its own
    with tempfile.TemporaryDirectory(dir=RUN, prefix="i18n-") as folder, work.other_addon(copy_addon(Path(folder))):
        missing += _of_addon(work, MODULE, REPO, None)
        for bridge in bridges():
            missing += _of_addon(work, bridge.name, bridge.folder, bridge)
    return int(bool(missing))


def _of_addon(work: Workspace, name: str, folder: Path, bridge: Bridge | None) -> int:
    """Bring one add-on's translations up to date; how many texts have no French."""
    import polib

    pot, po, exported = folder / f"i18n/{name}.pot", folder / "i18n/fr.po", RUN / f"{name}.pot"
    pot.parent.mkdir(exist_ok=True)
    with work.database("check", bridge=bridge) as database:
        work.odoo("i18n", "i18n", "export", "-d", database, "-l", "pot", "-o", exported, name)
    template = polib.pofile(str(exported))
    exported.unlink()
    french = polib.pofile(str(po)) if po.exists() else polib.POFile()
    known = {entry.msgid: entry.msgstr for entry in french if not entry.obsolete}
    for idle in IDLE:
        template.metadata.pop(idle, None)
    template.save(str(pot))
    for entry in template:
        entry.msgstr = known.get(entry.msgid, "")
    template.metadata = french.metadata or {**template.metadata, "Language": "fr"}
    template.save(str(po))
    missing = [entry.msgid for entry in template if not entry.msgstr]
    for text in missing:
        print(f"no French yet: {text}")
    log(f"{name}: {len(template)} texts, {len(missing)} without French")
    return len(missing)
