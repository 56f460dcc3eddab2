"""The request on commitments: doc/API.md §2.F, as a typed table."""

from __future__ import annotations

from .schema import integer, moment, number, one_of, record, string

SEARCH_ENGAGEMENTS = record(
    {
        "codeEngagementJuridique": string,
        "numeroEngagementJuridique": string,
        "numeroMarcheEngagementJuridique": string,
        "structureReceptriceEngagementJuridique": string,
        "etatCourantEngagementJuridique": string,
        "periodeDateNotificationEJDu": moment,
        "periodeDateNotificationEJAu": moment,
        "montantTTCMin": number,
        "montantTTCMax": number,
        "parametresRecherche": record(
            {
                "pageResultatDemandee": integer(),
                "nbResultatsParPage": integer(),
                "triSens": one_of(("Ascendant", "Descendant")),
                # the only column that a source names
                "triColonne": one_of(("DateCreationEJ",)),
            }
        ),
    }
)
