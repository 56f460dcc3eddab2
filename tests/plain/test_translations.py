"""A translation says in French what a text says, and changes nothing of the markup and code around it."""

import ast
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


def test_no_text_to_translate_stands_within_an_f_string():
    """Odoo's export sees a string in one piece there, and the text would be English for everybody."""
    calls, hidden = 0, []
    for folder in ("models", "wizards", "controllers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found = [inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Call) and _translates(inner.func)]
                calls += isinstance(node, ast.Module) and len(found)
                if isinstance(node, ast.JoinedStr):
                    hidden += [f"{path.relative_to(ROOT)}:{line}" for line in found]
    assert calls > 200
    assert not hidden


def _translates(function):
    return getattr(function, "attr", getattr(function, "id", "")) in ("_", "_lt")
