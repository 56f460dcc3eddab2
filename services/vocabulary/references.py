"""The references that a public body gives (service code, engagement number, market number), as people type and copy them."""

from __future__ import annotations

import re
import unicodedata

from .fold import fold

_BLANKS = re.compile(r"\s+")
_GROUPED_DIGITS = re.compile(r"\d{1,4}(?: \d{1,4})+")
_GROUPED_AT_MOST = 12
_SEPARATORS = re.compile(r"[,;]|\s(?:et|and|&)\s")
_TWO_LONG_NUMBERS = re.compile(r"\d{8,}[ /]+\d{8,}")

# What people type where a form wants something and they have nothing; letters and digits only, folded.
_FILLERS = frozenset(
    "neant aucun aucune na nc so sans sansobjet sansnumero sansengagement sansreference pasdenumero pasdengagement "
    "pasdereference none nil null non no rien vide inconnu inconnue ras tbd adefinir afournir avenir acompleter arenseigner "
    "nonrenseigne noncommunique nonapplicable nonconcerne nonrequis enattente encours".split()
)


def cleaned(text: str | None) -> str:
    """The reference without what no eye sees: invisible and control characters, odd blanks, blanks at the ends.

    A number of digits alone that was grouped to be read (``13 000 123 45``) is put together again; longer ones are left, which
    may be two numbers.
    """
    seen = "".join(
        " " if character.isspace() or unicodedata.category(character).startswith("Z") else character
        for character in text or ""
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    plain = _BLANKS.sub(" ", seen).strip()
    joined = plain.replace(" ", "")
    return joined if _GROUPED_DIGITS.fullmatch(plain) and len(joined) <= _GROUPED_AT_MOST else plain


def is_filler(text: str) -> bool:
    """Whether the text stands for "no number": ``néant``, ``/``, ``0``, ``xxx``…; not an empty one."""
    if not text.strip():
        return False
    letters = re.sub(r"[^a-z0-9]", "", fold(text))
    return not letters.strip("0") or set(letters) == {"x"} or letters in _FILLERS


def is_given(text: str) -> bool:
    """Whether the text may be a reference: neither empty nor a filler."""
    return bool(text.strip()) and not is_filler(text)


def looks_several(text: str) -> bool:
    """Whether the text seems to hold several numbers: ``1300012345, 1300012346``."""
    parts = [part for part in _SEPARATORS.split(text) if any(character.isdigit() for character in part)]
    return len(parts) > 1 or bool(_TWO_LONG_NUMBERS.search(text))
