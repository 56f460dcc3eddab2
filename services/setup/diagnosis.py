"""Which link of the chain to Chorus Pro is broken: walked end to end with the cheapest calls, depositing nothing.

The chain (doc/RULES.md §6): network, PISTE client, consent to each API, technical account, connection (raccordement), structure,
right, bank account. What a refusal says (doc/API.md §1.3): token answer ``invalid_client``: client; 403 with an empty object:
that API; 401: technical account; 403 with the request in it: connection. As an empty request and its echo look the same as
the lack of consent, each API is asked with a request that is not empty.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeVar

from ..api.answers_directory import FoundStructure
from ..api.client import ChorusClient
from ..api.errors import ChorusError, NotAllowed, NotReceived, Refused
from ..text import Text

Answer = TypeVar("Answer")

#: A number of invoice or flow that nobody has: asking for it costs the platform nothing and finds nothing.
NOTHING = "TEST-CONNEXION"


class Outcome(str, Enum):
    """What is known of a link: ``UNKNOWN`` was not reached, ``WARN`` deserves a look and stops nothing."""

    OK = "ok"
    WARN = "warn"
    FAILED = "failed"
    UNKNOWN = "unknown"

    __str__ = str.__str__


class Site(str, Enum):
    """The portal on which a link is mended."""

    ODOO = "odoo"
    PISTE = "piste"
    CHORUS_PRO = "chorus_pro"

    __str__ = str.__str__


class Link(NamedTuple):
    """A link of the chain: how it is called, where it is mended, and the way there once logged in (doc/RULES.md §6)."""

    label: Text
    site: Site
    path: Text


_CONSENT = Text(
    "API → “Consentement CGU API”, then Applications → your application → tick the API",
    "API → « Consentement CGU API », puis Applications → votre application → cocher l'API",
)

#: In the order of the way; ``consent_…`` are those the add-on calls.
LINKS: dict[str, Link] = {
    "settings": Link(
        Text("Settings complete", "Paramètres complets"),
        Site.ODOO,
        Text("Settings → Chorus Pro", "Paramètres → Chorus Pro"),
    ),
    "network": Link(
        Text("Network, proxy, platform available", "Réseau, proxy, plateforme disponible"),
        Site.ODOO,
        Text("this server's network", "le réseau de ce serveur"),
    ),
    "credentials": Link(
        Text("PISTE client identifier and secret", "Identifiant client et secret PISTE"),
        Site.PISTE,
        Text("Applications → your application → OAuth credentials", "Applications → votre application → Identifiants OAuth"),
    ),
    "consent_factures": Link(Text("API Factures allowed", "API Factures autorisée"), Site.PISTE, _CONSENT),
    "consent_structures": Link(Text("API Structures allowed", "API Structures autorisée"), Site.PISTE, _CONSENT),
    "consent_transverses": Link(Text("API Transverses allowed", "API Transverses autorisée"), Site.PISTE, _CONSENT),
    "consent_engagements": Link(
        Text("API EngagementJuridique allowed", "API EngagementJuridique autorisée"), Site.PISTE, _CONSENT
    ),
    "technical_account": Link(
        Text("Technical account and its password", "Compte technique et son mot de passe"),
        Site.CHORUS_PRO,
        Text("Raccordements → Compte technique", "Raccordements → Compte technique"),
    ),
    "connection": Link(
        Text("Connection declared and active", "Raccordement déclaré et actif"),
        Site.CHORUS_PRO,
        Text(
            "Domaines → Raccordements → API → Gérer raccordement API", "Domaines → Raccordements → API → Gérer raccordement API"
        ),
    ),
    "structure": Link(
        Text("Own structure found and active", "Structure trouvée et active"),
        Site.CHORUS_PRO,
        Text("Activités du gestionnaire → Mes structures", "Activités du gestionnaire → Mes structures"),
    ),
    "right": Link(
        Text("Right to the space “Factures émises”", "Droit à l'espace « Factures émises »"),
        Site.CHORUS_PRO,
        Text(
            "Activités du gestionnaire → Mes structures → pencil → “Ajouter des espaces”",
            "Activités du gestionnaire → Mes structures → crayon → « Ajouter des espaces »",
        ),
    ),
    "bank_account": Link(
        Text("Bank account known to Chorus Pro", "Compte bancaire connu de Chorus Pro"),
        Site.CHORUS_PRO,
        Text(
            "Activités du gestionnaire → Mes structures → Coordonnées bancaires",
            "Activités du gestionnaire → Mes structures → Coordonnées bancaires",
        ),
    ),
}

#: Links without which invoices go all the same: their absence is a warning.
OPTIONAL = frozenset({"consent_engagements", "bank_account"})


class Finding(NamedTuple):
    """What was found of a link; ``code`` is a key of :data:`.errors.FAILURES` when it is not well."""

    link: str
    outcome: Outcome
    code: str = ""
    detail: str = ""


@dataclass
class Diagnosis:
    """The findings, one for each of :data:`LINKS` in its order, and what was learnt by the way.

    :param structure: our own, when it was found.
    :param password_expires_at: when the technical password ends, when the platform tells it.
    :param served: the lists of codes that the platform serves to this account; see ``vocabulary.served``.
    """

    structure: FoundStructure | None = None
    password_expires_at: datetime | None = None
    served: dict[str, dict[str, str]] = field(default_factory=dict)
    _found: dict[str, Finding] = field(default_factory=dict)

    def note(self, link: str, outcome: Outcome = Outcome.OK, code: str = "", detail: str = "") -> None:
        """Record a finding. What failed stays failed: a later call cannot make it well."""
        known = self._found.get(link)
        if known is None or known.outcome is Outcome.OK:
            self._found[link] = Finding(link, outcome, code, detail)

    @property
    def findings(self) -> list[Finding]:
        """One for each link, in the order of the way."""
        return [self._found.get(link) or Finding(link, Outcome.UNKNOWN) for link in LINKS]

    @property
    def broken(self) -> Finding | None:
        """The first link that failed, None when there is none."""
        return next((finding for finding in self.findings if finding.outcome is Outcome.FAILED), None)

    @property
    def established(self) -> bool:
        """Whether invoices can go: nothing failed, and the way was walked to its end."""
        return self.broken is None and self._found.get("right", Finding("right", Outcome.UNKNOWN)).outcome is Outcome.OK


def unconfigured(error: NotAllowed) -> Diagnosis:
    """The diagnosis of a company whose settings do not even allow a call."""
    diagnosis = Diagnosis()
    diagnosis.note("settings", Outcome.FAILED, error.code, error.detail)
    return diagnosis


def try_access(client: ChorusClient, registry: str = "") -> None:
    """Try access data before they replace others: one cheap question to the API without which nothing is sent.

    :param registry: our SIRET, where that is to be replaced too.
    :raises ChorusError: when they are not accepted; NotReceived and its like say nothing of them.
    """
    with suppress(Refused):
        # "there is no such thing", or another no of the platform itself: the way to it is good
        any(client.search_invoices(number=NOTHING))
    if registry:
        found = list(client.find_structures(registry))
        if not any(structure.active for structure in found):
            raise Refused(registry, code="structure_inactive" if found else "structure_unknown")


def diagnose(client: ChorusClient, registry: str) -> Diagnosis:
    """Walk the chain.

    :param client: with a token store of its own, so that the secret is really tried.
    :param registry: our SIRET.
    """
    diagnosis = Diagnosis()
    diagnosis.note("settings")
    try:
        _walk(client, registry, diagnosis)
    except NotReceived as error:
        # also in the midst of the way: a platform that stops answering says nothing of the links that follow
        diagnosis.note("network", Outcome.FAILED, error.code, error.detail)
    if diagnosis.established:
        diagnosis.served = client.served_lists()
    return diagnosis


def _walk(client: ChorusClient, registry: str, diagnosis: Diagnosis) -> None:
    try:
        client.sign_in()
    except NotAllowed as error:
        diagnosis.note("network")
        diagnosis.note("credentials", Outcome.FAILED, error.code, error.detail)
        return
    diagnosis.note("network")
    diagnosis.note("credentials")

    found: list[FoundStructure] = []
    _ask(diagnosis, "consent_factures", lambda: any(client.search_invoices(number=NOTHING)))
    searched = _ask(diagnosis, "consent_structures", lambda: found.extend(client.find_structures(registry)))
    # not health-check: it is a GET, whose echo says as little as the lack of consent
    _ask(diagnosis, "consent_transverses", lambda: client.flow_report(NOTHING))
    if not searched:
        return

    structure = next((structure for structure in found if structure.active), None)
    if structure is None:
        code = "structure_inactive" if found else "structure_unknown"
        diagnosis.note("structure", Outcome.FAILED, code, registry)
        return
    diagnosis.structure = structure
    diagnosis.note("structure")
    _look_closer(client, structure, diagnosis)


def _ask(diagnosis: Diagnosis, consent: str, call: Callable[[], object]) -> bool:
    """One cheap call to an API, and what its outcome says of the links up to it.

    :return: whether it gave what it was asked for.
    """
    answered = True
    try:
        call()
    except NotAllowed as error:
        link = consent if error.link == "subscription" else error.link
        if error.link != "subscription":
            diagnosis.note(consent)
        diagnosis.note(link, Outcome.FAILED, error.code, error.detail)
        if error.link == "right":
            diagnosis.note("technical_account")
            diagnosis.note("connection")
        return False
    except Refused:
        # "there is no such thing", or another no of the platform itself: the way to it is good
        answered = False
    diagnosis.note(consent)
    diagnosis.note("technical_account")
    diagnosis.note("connection")
    return answered


def _look_closer(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """The links behind our structure: right, bank account; and when the password ends."""
    diagnosis.password_expires_at = _told(lambda: client.structure(structure.identifier).password_expires_at)
    if any(finding.outcome is Outcome.FAILED for finding in diagnosis.findings):
        return
    try:
        own = client.own_structures()
    except Refused:
        # described by third parties only (doc/API.md §2.C): where it is not served, the searches before have told enough
        own = [structure]
    except NotAllowed as error:
        # its request is empty, so that a 403 may be consent or connection; the latter has just answered
        link = "consent_transverses" if error.link == "subscription" else error.link
        diagnosis.note(link, Outcome.FAILED, error.code, error.detail)
        return
    if all(item.identifier != structure.identifier for item in own):
        diagnosis.note("right", Outcome.FAILED, "right", structure.registry)
        return
    diagnosis.note("right")
    _look_at_engagements(client, structure, diagnosis)
    accounts = _told(lambda: client.bank_accounts(structure.identifier))
    if accounts is not None:
        diagnosis.note("bank_account", *(() if accounts else (Outcome.WARN, "no_bank_account")))


def _look_at_engagements(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """An API that only checks the State's commitments before an invoice leaves: without it invoices go all the same."""
    try:
        client.engagements(NOTHING, structure.identifier)
    except NotAllowed as error:
        if error.link == "subscription":
            diagnosis.note("consent_engagements", Outcome.WARN, error.code, error.detail)
    except Refused:
        diagnosis.note("consent_engagements")
    else:
        diagnosis.note("consent_engagements")


def _told(call: Callable[[], Answer]) -> Answer | None:
    """What the platform tells, None when it will not: a detail that must not break the diagnosis."""
    try:
        return call()
    except NotReceived:
        raise
    except ChorusError:
        return None
