"""Comparing texts the way people and platforms write them: with or without accents, capitals, typographic quotes."""

from __future__ import annotations

import re
import unicodedata

_SPELLINGS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_BLANKS = re.compile(r"\s+")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str | None) -> str:
    """``text`` in lower case, without accents, with plain apostrophes and letters, single spaces; ``""`` for nothing.

    Chorus Pro writes the same sentence with accents in its documents and without them in its reports (doc/API.md §4).
    """
    plain = unicodedata.normalize("NFKD", (text or "").translate(_SPELLINGS))
    unaccented = "".join(character for character in plain if not unicodedata.combining(character))
    return _BLANKS.sub(" ", unaccented).strip().lower()


def words(text: str | None) -> str:
    """The folded words of ``text``, one space between them, without punctuation."""
    return _NOT_A_WORD.sub(" ", fold(text)).strip()
