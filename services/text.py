"""Bilingual texts: what a person reads, kept beside the fact it explains."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Text(NamedTuple):
    """A text for people, in English (the source language) and in French (the users' language)."""

    en: str
    fr: str

    def of(self, lang: str | None) -> str:
        """The text in that language: French for any ``fr…`` code (``fr``, ``fr_FR``, ``fr_BE``…), else English."""
        return self.fr if (lang or "").lower().startswith("fr") else self.en

    def format(self, **values: object) -> Text:
        """The same text with ``{placeholders}`` filled in, in both languages."""
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
