"""Why no VAT is charged: the codes of the VATEX list that France has, in the words that must be printed (DOMAIN R-22).

The codes are EN 16931's (BT-121); the words name the article of the Code général des impôts that each code stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

FRANCHISE = "VATEX-FR-FRANCHISE"

REASONS: Mapping[str, str] = MappingProxyType(
    {
        FRANCHISE: "TVA non applicable, art. 293 B du CGI",
        **{
            f"VATEX-FR-CGI261-{number}": f"Exonération de TVA, art. 261, {number} du CGI"
            for number in ("1", "2", "3", "4", "5", "7", "8")
        },
        **{f"VATEX-FR-CGI{article}": f"Exonération de TVA, art. {words} du CGI" for article, words in (
            ("261A", "261 A"), ("261B", "261 B"), ("261C-1", "261 C, 1°"), ("261C-2", "261 C, 2°"), ("261C-3", "261 C, 3°"),
            ("261D-1", "261 D, 1°"), ("261D-1BIS", "261 D, 1° bis"), ("261D-2", "261 D, 2°"), ("261D-3", "261 D, 3°"),
            ("261D-4", "261 D, 4°"), ("261E-1", "261 E, 1°"), ("261E-2", "261 E, 2°"), ("277A", "277 A"), ("275", "275"),
            ("295", "295"),
        )},
        "VATEX-FR-298SEXDECIESA": "Exonération de TVA, art. 298 sexdecies A du CGI",
        "VATEX-EU-AE": "Autoliquidation",
        "VATEX-EU-IC": "Livraison intracommunautaire",
        "VATEX-EU-G": "Exportation hors Union européenne",
        "VATEX-EU-O": "Opération hors du champ de la TVA",
    }
)  # fmt: skip
"""The words for each code."""

_FRANCHISE = re.compile(r"\b293\s*-?\s*B\b", re.IGNORECASE)


def code_in(reason: str) -> str:
    """The code that a printed reason names for certain; "" else. Art. 293 B is the one that companies without VAT print."""
    return FRANCHISE if _FRANCHISE.search(reason) else ""
