"""Texts: what a person reads, in both languages, and what people and platforms write, made comparable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

_SPELLINGS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_BLANKS = re.compile(r"\s+")
_BEFORE_A_HIGH_SIGN = re.compile(r"(?<=«) | (?=[»;:?!])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_GROUPED_DIGITS = re.compile(r"\d{1,4}(?: \d{1,4})+")
_GROUPED_AT_MOST = 12


class Text(NamedTuple):
    """A text for people, in English (the source language) and in French (the users' language)."""

    en: str
    fr: str

    def of(self, lang: str | None) -> str:
        """The text in that language: French for any ``fr…`` code (``fr``, ``fr_FR``, ``fr_BE``…), else English."""
        return self.fr if (lang or "").lower().startswith("fr") else self.en

    def format(self, **values: object) -> Text:
        """This text with its ``{placeholders}`` filled in, in both languages."""
        return Text(self.en.format(**values), self.fr.format(**values))


def listing(items: Iterable[Text | str | int], limit: int = 5) -> Text:
    """``a, b, c`` in both languages; beyond ``limit``, how many more."""
    texts = [item if isinstance(item, Text) else Text(str(item), str(item)) for item in items]
    shown, more = texts[:limit], len(texts) - limit
    en, fr = ", ".join(text.en for text in shown), ", ".join(text.fr for text in shown)
    return Text(f"{en} and {more} more", f"{fr} et {more} autres") if more > 0 else Text(en, fr)


def number(value: Decimal, decimals: int = 2) -> Text:
    """``1,234.50`` and ``1 234,50``: at least that many decimals, no more than needed."""
    whole, _, fraction = f"{value:,f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    en = f"{whole}.{fraction}" if fraction else whole
    return Text(en, en.translate(str.maketrans({",": "\u00a0", ".": ","})))


def unbroken(text: str) -> str:
    """A text of a narrow column: French quotes and high signs stay with their words at the end of a line."""
    return _BEFORE_A_HIGH_SIGN.sub("\u00a0", text)


# -- as people and platforms write: accents, capitals, typographic quotes, odd blanks -----------------------------------


def fold(text: str | None) -> str:
    """``text`` in lower case, without accents, with plain apostrophes and letters, single spaces; ``""`` for nothing.

    Chorus Pro writes the same sentence with accents in its documents and without them in its reports (doc/API.md §4).
    """
    plain = (text or "").translate(_SPELLINGS)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(character for character in plain if not unicodedata.combining(character))
    return _BLANKS.sub(" ", plain).strip().lower()


def words(text: str | None) -> str:
    """The folded words of ``text``, one space between them, without punctuation."""
    return _NOT_A_WORD.sub(" ", fold(text)).strip()


def cleaned(text: str | None) -> str:
    """A reference, as typed or copied, without what no eye sees: invisible and control characters, odd blanks, blanks at
    the ends.

    A number of digits alone that was grouped to be read (``13 000 123 45``) is put together again; longer ones are left, which
    may be two numbers.
    """
    seen = text or ""
    if not (seen.isascii() and seen.isprintable()):
        seen = "".join(
            " " if character.isspace() or unicodedata.category(character).startswith("Z") else character
            for character in seen
            if character.isspace() or not unicodedata.category(character).startswith("C")
        )
    plain = _BLANKS.sub(" ", seen).strip()
    joined = plain.replace(" ", "")
    return joined if _GROUPED_DIGITS.fullmatch(plain) and len(joined) <= _GROUPED_AT_MOST else plain
