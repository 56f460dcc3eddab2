"""The lists of codes that the platform serves at run time, and which of these codes are known here.

Sources: doc/API.md §2.C for the calls, doc/API.md §3.1 and doc/API.md §3.3 for frameworks and syntaxes, the Swagger of Factures
for the types of works documents. Of the reasons for an exemption one code was seen, at a third party. What a real account is
served beyond that, E4 and E5 for works above all, nothing public tells: hence the comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..text import Text
from . import frameworks, syntaxes


class ServedList(NamedTuple):
    """One of these lists: what it is, for a person, and the codes that are known here."""

    label: Text
    known: frozenset[str]


LISTS: Mapping[str, ServedList] = MappingProxyType(
    {
        "formats": ServedList(
            Text("Formats of a flow", "Formats de flux"),
            frozenset({"IN_DP_E1_STRUCT", "IN_DP_E2_MIXTE", "IN_DP_E2_FACTURX"}),
        ),
        "syntaxes": ServedList(
            Text("Syntaxes of a flow", "Syntaxes de flux"),
            # the last one stands in the lists of a third party
            frozenset(syntaxes.SYNTAXES) | {"IN_DP_E3_UBL_INVOICE"},
        ),
        "frameworks": ServedList(
            Text("Frameworks of works documents", "Cadres des pièces de travaux"),
            frozenset(framework.api_value for framework in frameworks.FRAMEWORKS.values()),
        ),
        "works_types": ServedList(
            Text("Types of works documents", "Types de pièces de travaux"),
            frozenset(
                {
                    "DP_DE_SOUSTRAITANT_TRAVAUX",
                    "PROJET_DECOMPTE_MENSUEL",
                    "ETAT_ACOMPTE",
                    "ETAT_ACOMPTE_VALIDE",
                    "PROJET_DECOMPTE_FINAL",
                    "PROJET_DECOMPTE_GENERAL",
                    "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE",
                    "DECOMPTE_GENERAL",
                    "DECOMPTE_GENERAL_SIGNE",
                    "DECOMPTE_GENERAL_DEFINITIF_TACITE",
                    "DECOMPTE_GENERAL_DEFINITIF_PROCEDURE_TACITE",
                }
            ),
        ),
        "exemptions": ServedList(
            Text("Reasons for a VAT exemption", "Motifs d'exonération de TVA"),
            frozenset({"EXPT"}),
        ),
    }
)
"""In the order in which they are asked for and shown."""

Served = Mapping[str, Mapping[str, str]]
"""What was served: by list, the label (maybe "") of each code."""


def news(served: Served) -> dict[str, dict[str, str]]:
    """What was served and is not known here, in the same form; empty when nothing is new."""
    unknown = {
        name: {code: label for code, label in served.get(name, {}).items() if code not in known}
        for name, (_label, known) in LISTS.items()
    }
    return {name: codes for name, codes in unknown.items() if codes}
