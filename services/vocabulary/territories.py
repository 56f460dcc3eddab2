"""Where VAT holds: the territories that an invoice from France may be for (ISO 3166 codes)."""

from __future__ import annotations

MONACO = "MC"
"""Part of French territory for VAT (convention of 18 May 1963)."""

OVERSEAS_DEPARTMENTS: frozenset[str] = frozenset({"GP", "MQ", "GF", "RE", "YT"})
"""Guadeloupe, Martinique, Guyane, Réunion, Mayotte. Chorus Pro and the tax office know them as France."""

FRENCH_VAT: frozenset[str] = frozenset({"FR", "GP", "MQ", "RE"})
"""Where French VAT is charged and VAT numbers are given (art. 294 of the CGI leaves out Guyane and Mayotte)."""

OVERSEAS_COLLECTIVITIES: frozenset[str] = frozenset({"NC", "PF", "WF", "PM", "BL", "MF", "TF"})
"""French, with taxes of their own."""

EU: frozenset[str] = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""The member states; Northern Ireland (XI), for goods only, is left out."""

_DOMESTIC = frozenset({"FR", MONACO}) | OVERSEAS_DEPARTMENTS


def is_export(origin: str, destination: str) -> bool:
    """Whether goods that go there are exported: out of the Union, and not to Monaco nor to an overseas department.

    Goods for an overseas department are exempt by an article of their own (art. 294 of the CGI), which the invoice names; what a
    supplier there sells at home is not exported either.
    """
    known = bool(origin and destination)
    return known and destination != origin and destination not in EU | _DOMESTIC


def is_intra_community(origin: str, destination: str) -> bool:
    """Whether goods go from France to another member state."""
    return origin in ("FR", MONACO) and destination in EU - {"FR"}
