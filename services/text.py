"""Bilingual texts: what a person reads, kept beside the fact it explains."""

from __future__ import annotations

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
