"""The user guide: its pages are well formed, its pictures are there, and what it quotes from the screens is written on them."""

import io
import re

import polib
import pytest
from docutils.core import publish_doctree

import pictures

from ..support.places import ROOT

PAGES = sorted((ROOT / "doc/guide").glob("*.rst"))
#: Words of Odoo's own screens, of the portals and of the countries' registers.
OF_OTHERS = set(
    "Clients, Facturation, Configuration, Paramètres, Autres informations, Utilisateurs, Imprimer, Actif, Chorus Pro, "
    "Factur-X, XML, CII, Service".split(", ")
)


def tree(page):
    """A page as docutils reads it; what it has against it."""
    warnings = io.StringIO()
    return publish_doctree(page.read_text("utf-8"), settings_overrides={"warning_stream": warnings}), warnings.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_is_well_formed_and_leads_somewhere(page):
    document, warnings = tree(page)
    assert warnings == ""
    assert document["title"]
    for node in document.findall():
        if node.tagname == "image":
            assert (page.parent / node["uri"]).is_file(), node["uri"]
            assert node.get("alt"), node["uri"]
        if node.tagname == "reference" and not node.get("refid"):
            assert (page.parent / node["refuri"]).is_file(), node["refuri"]


def test_every_picture_is_shown_and_every_one_shown_is_taken():
    shown = {name for page in PAGES for name in re.findall(r"static/guide/([\w-]+)\.png", page.read_text("utf-8"))}
    assert shown == set(pictures.PICTURES)
    assert {path.stem for path in (ROOT / "static/guide").iterdir()} == shown


def test_what_is_quoted_is_written_on_the_screens():
    """Menus, buttons and fields stand in italics or bold; menus with arrows between."""
    written = {entry.msgstr.lower() for entry in polib.pofile(str(ROOT / "i18n/fr.po"))}
    texts = "\n".join(path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py")).lower()
    quoted = set()
    for page in PAGES:
        for words in re.findall(r"(?<![*\w])\*([^*]+?)\*(?![*\w])", page.read_text("utf-8")):
            quoted |= {part.strip() for part in re.sub(r"\s+", " ", words).split("→")}
    assert len(quoted) > 25
    unknown = [
        words
        for words in sorted(quoted - OF_OTHERS)
        if not any(words.lower() in text for text in written) and words.lower() not in texts
    ]
    assert unknown == []
