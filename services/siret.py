"""A SIRET, or another identifier, as people write it and as it counts."""

from __future__ import annotations


def compact(text: str | None) -> str:
    """The text without any blank; "" for nothing. People write ``123 456 782 00077``, Chorus Pro knows the digits."""
    return "".join((text or "").split())
