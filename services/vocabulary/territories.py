"""Where VAT holds: the territories that an invoice from France may be for (ISO 3166 codes)."""

from __future__ import annotations

MONACO = "MC"
"""Part of French territory for VAT (convention of 18 May 1963)."""

OVERSEAS_DEPARTMENTS: frozenset[str] = frozenset({"GP", "MQ", "GF", "RE", "YT"})
"""Guadeloupe, Martinique, Guyane, Réunion, Mayotte. Chorus Pro and the tax office know them as France."""

FRENCH_VAT: frozenset[str] = frozenset({"FR", "GP", "MQ", "RE"})
"""Where French VAT is charged and VAT numbers are given (art. 294 of the CGI leaves out Guyane and Mayotte)."""

EU: frozenset[str] = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""The member states; Northern Ireland (XI), for goods only, is left out."""

DOMESTIC: frozenset[str] = frozenset({"FR", MONACO}) | OVERSEAS_DEPARTMENTS
"""Where goods from France are not exported to."""
