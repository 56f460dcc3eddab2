"""A translation says in French what a text says, and changes nothing of the markup and code around it."""

import re

import polib

from ..support.places import ROOT

ATTRIBUTES = re.compile(r"""([\w-]+)=("[^"]*"|'[^']*')""")
#: Those that a person reads.
READ = {"title", "placeholder", "string", "help", "aria-label", "alt"}


def test_attributes_of_a_text_with_markup_are_the_same_in_french():
    """An expression such as ``invisible="state != 'draft'"`` is code: with a no-break space in it the form does not open."""
    seen = 0
    for entry in polib.pofile(str(ROOT / "i18n/fr.po")):
        if "<" in entry.msgid:
            source, french = (
                sorted(pair for pair in ATTRIBUTES.findall(text) if pair[0] not in READ) for text in (entry.msgid, entry.msgstr)
            )
            assert french == source, entry.msgid
            seen += bool(source)
    assert seen > 5
