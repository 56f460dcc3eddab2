"""The links of the chain to Chorus Pro: what each is called, where it is mended, and what stops without it (doc/RULES.md §6).

The portals' own labels move: they stand here, easy to correct.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from ..text import Text


class Site(str, Enum):
    """The portal on which a link is mended."""

    ODOO = "odoo"
    PISTE = "piste"
    CHORUS_PRO = "chorus_pro"

    __str__ = str.__str__


class Link(NamedTuple):
    """A link of the chain: how it is called, where it is mended, the way there once logged in, what it serves.

    :ivar space: the label of the space of Chorus Pro that it is, "" for others.
    """

    label: Text
    site: Site
    path: Text
    serves: Text
    space: str = ""


_EVERYTHING = Text("everything", "tout")

_CONSENT = Text(
    "API → “Consentement CGU API”, then Applications → your application → tick the API",
    "API → « Consentement CGU API », puis Applications → votre application → cocher l'API",
)

_SPACES = Text(
    "Activités du gestionnaire → Mes structures → pencil → “Ajouter des espaces” → all services → tick “Modification”",
    "Activités du gestionnaire → Mes structures → crayon → « Ajouter des espaces » → tous les services → cocher « Modification »",
)


def _consent(api: str, serves: Text) -> Link:
    return Link(Text(f"API {api} allowed", f"API {api} autorisée"), Site.PISTE, _CONSENT, serves)


def _space(name: str, serves: Text) -> Link:
    label = Text(f"Right to the space “{name}”", f"Droit à l'espace « {name} »")
    return Link(label, Site.CHORUS_PRO, _SPACES, serves, name)


_INVOICES = Text("sending invoices and following them", "l'envoi des factures et leur suivi")
_ENGAGEMENTS = Text("checking engagement numbers of the State", "la vérification des numéros d'engagement de l'État")
_WORKS = Text("following works documents", "le suivi des factures de travaux")
_VALIDATION = Text("validating the invoices of subcontractors", "la validation des factures des sous-traitants")

#: In the order of the way; ``consent_…`` are the APIs that the add-on calls.
LINKS: dict[str, Link] = {
    "settings": Link(
        Text("Settings complete", "Paramètres complets"),
        Site.ODOO,
        Text("Settings → Chorus Pro", "Paramètres → Chorus Pro"),
        _EVERYTHING,
    ),
    "network": Link(
        Text("Network, proxy, platform available", "Réseau, proxy, plateforme disponible"),
        Site.ODOO,
        Text("this server's network", "le réseau de ce serveur"),
        _EVERYTHING,
    ),
    "credentials": Link(
        Text("PISTE client identifier and secret", "Identifiant client et secret PISTE"),
        Site.PISTE,
        Text("Applications → your application → OAuth credentials", "Applications → votre application → Identifiants OAuth"),
        _EVERYTHING,
    ),
    "consent_factures": _consent("Factures", _INVOICES),
    "consent_structures": _consent(
        "Structures",
        Text(
            "looking up customers, their services and what they require",
            "la recherche des clients, de leurs services et de leurs exigences",
        ),
    ),
    "consent_transverses": _consent(
        "Transverses",
        Text(
            "reports of what was sent, attachments, bank accounts",
            "les comptes rendus des envois, les pièces jointes, les coordonnées bancaires",
        ),
    ),
    "consent_engagements": _consent("EngagementJuridique", _ENGAGEMENTS),
    "consent_works": _consent("FacturesTravaux", _WORKS),
    "consent_users": _consent(
        "Utilisateurs",
        Text("telling the state of the technical account, in this test", "l'état du compte technique, dans ce test"),
    ),
    "technical_account": Link(
        Text("Technical account and its password", "Compte technique et son mot de passe"),
        Site.CHORUS_PRO,
        Text("Raccordements → Compte technique", "Raccordements → Compte technique"),
        _EVERYTHING,
    ),
    "connection": Link(
        Text("Connection declared and active", "Raccordement déclaré et actif"),
        Site.CHORUS_PRO,
        Text(
            "Domaines → Raccordements → API → Gérer raccordement API", "Domaines → Raccordements → API → Gérer raccordement API"
        ),
        _EVERYTHING,
    ),
    "structure": Link(
        Text("Own structure found and active", "Structure trouvée et active"),
        Site.CHORUS_PRO,
        Text("Activités du gestionnaire → Mes structures", "Activités du gestionnaire → Mes structures"),
        _EVERYTHING,
    ),
    "account_state": Link(
        Text("Account active and attached to the structure", "Compte actif et rattaché à la structure"),
        Site.CHORUS_PRO,
        Text("Activités du gestionnaire → Mes utilisateurs", "Activités du gestionnaire → Mes utilisateurs"),
        _EVERYTHING,
    ),
    "right": _space("Factures émises", _INVOICES),
    "space_flows": _space(
        "Suivi des flux",
        Text("knowing what became of what was sent", "savoir ce que sont devenus les envois"),
    ),
    "space_validation": _space("Factures à valider", _VALIDATION),
    "space_engagements": _space("Engagements", _ENGAGEMENTS),
    "space_works": _space("Factures de travaux", _WORKS),
    "bank_account": Link(
        Text("Bank account known to Chorus Pro", "Compte bancaire connu de Chorus Pro"),
        Site.CHORUS_PRO,
        Text(
            "Activités du gestionnaire → Mes structures → Coordonnées bancaires",
            "Activités du gestionnaire → Mes structures → Coordonnées bancaires",
        ),
        Text("deposits of a PDF with its data", "le dépôt d'un PDF et de ses données"),
    ),
}

#: Links without which invoices go all the same: their absence is a warning, unless the company uses what they serve.
OPTIONAL = frozenset(
    {"consent_engagements", "consent_works", "consent_users", "account_state", "space_flows", "space_validation",
     "space_engagements", "space_works", "bank_account"}
)  # fmt: skip

#: Links that are asked for only where the company uses them, and what that is called (``diagnose``).
WHERE_USED = {
    "consent_works": "works",
    "space_works": "works",
    "space_validation": "validation",
    "space_engagements": "engagements",
}
