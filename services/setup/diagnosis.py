"""Which link of the chain to Chorus Pro is broken: walked end to end with the cheapest calls, depositing nothing.

The chain (``links.LINKS``; doc/RULES.md §6): network, PISTE client, consent to each API, technical account, connection
(raccordement), structure, spaces, bank account. What a company does not use is not asked. What a refusal says (doc/API.md
§1.3): token answer ``invalid_client``: client; 403 with an empty object: that API; 401: technical account; 403 with the request
in it: connection. As an empty request and its echo look the same as the lack of consent, each API is asked with a request that
is not empty.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeVar

from ..api.answers_directory import FoundSpace, FoundStructure
from ..api.client import ChorusClient
from ..api.errors import ChorusError, NotAllowed, NotReceived, Refused
from .links import LINKS, OPTIONAL, WHERE_USED

__all__ = ("LINKS", "OPTIONAL", "Diagnosis", "Finding", "Outcome", "diagnose", "try_access", "unconfigured")

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
    :param used: what the company's settings use beyond sending and following: ``engagements``, ``works``, ``validation``.
    :param served: the lists of codes that the platform serves to this account; see ``vocabulary.served``.
    """

    structure: FoundStructure | None = None
    password_expires_at: datetime | None = None
    served: dict[str, dict[str, str]] = field(default_factory=dict)
    used: Collection[str] = ()
    _found: dict[str, Finding] = field(default_factory=dict)

    def note(self, link: str, outcome: Outcome = Outcome.OK, code: str = "", detail: str = "") -> None:
        """Record a finding. What failed stays failed: a later call cannot make it well."""
        known = self._found.get(link)
        if known is None or known.outcome is Outcome.OK:
            self._found[link] = Finding(link, outcome, code, detail)

    @property
    def findings(self) -> list[Finding]:
        """One for each link that the company uses, in the order of the way."""
        used = [link for link in LINKS if WHERE_USED.get(link) in (None, *self.used)]
        return [self._found.get(link) or Finding(link, Outcome.UNKNOWN) for link in used]

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


def try_access(client: ChorusClient, registry: str = "", registry_type: str = "SIRET") -> None:
    """Try access data before they replace others: one cheap question to the API without which nothing is sent.

    :param registry: our SIRET, where that is to be replaced too; ``registry_type`` says whether it is another identifier.
    :raises ChorusError: when they are not accepted; NotReceived and its like say nothing of them.
    """
    with suppress(Refused):
        # "there is no such thing", or another no of the platform itself: the way to it is good
        any(client.search_invoices(number=NOTHING))
    if registry:
        found = list(client.find_structures(registry, registry_type))
        if not any(structure.active for structure in found):
            raise Refused(registry, code="structure_inactive" if found else "structure_unknown")


def diagnose(client: ChorusClient, registry: str, used: Collection[str] = (), registry_type: str = "SIRET") -> Diagnosis:
    """Walk the chain.

    :param client: with a token store of its own, so that the secret is really tried.
    :param registry: our SIRET, or the identifier that ``registry_type`` says (``typeIdentifiantStructure``).
    :param used: see :class:`Diagnosis`; what serves it must be well for the connection to be established.
    """
    diagnosis = Diagnosis(used=frozenset(used))
    diagnosis.note("settings")
    try:
        _walk(client, registry, registry_type, diagnosis)
    except NotReceived as error:
        # also in the midst of the way: a platform that stops answering says nothing of the links that follow
        diagnosis.note("network", Outcome.FAILED, error.code, error.detail)
    if diagnosis.established:
        diagnosis.served = client.served_lists()
    return diagnosis


def _walk(client: ChorusClient, registry: str, registry_type: str, diagnosis: Diagnosis) -> None:
    try:
        client.sign_in()
    except NotAllowed as error:
        diagnosis.note("network")
        diagnosis.note("credentials", Outcome.FAILED, error.code, error.detail)
        return
    diagnosis.note("network")
    diagnosis.note("credentials")

    found: list[FoundStructure] = []
    _ask(diagnosis, "consent_factures", "right", lambda: any(client.search_invoices(number=NOTHING)))
    searched = _ask(
        diagnosis, "consent_structures", "right", lambda: found.extend(client.find_structures(registry, registry_type))
    )
    # not health-check: it is a GET, whose echo says as little as the lack of consent
    _ask(diagnosis, "consent_transverses", "space_flows", lambda: client.flow_report(NOTHING))
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


def _ask(diagnosis: Diagnosis, consent: str, space: str, call: Callable[[], object]) -> bool:
    """One cheap call to an API, and what its outcome says of the links up to it.

    :param space: the link to blame where the account lacks the right.
    :return: whether it gave what it was asked for.
    """
    answered = True
    try:
        call()
    except NotAllowed as error:
        link = {"subscription": consent, "right": space}.get(error.link, error.link)
        if error.link != "subscription":
            diagnosis.note(consent)
        diagnosis.note(link, Outcome.FAILED, "right" if link == "right" else _code(error), error.detail)
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
    if space != "right":
        diagnosis.note(space)
    return answered


def _code(error: NotAllowed) -> str:
    return "space" if error.link == "right" else error.code


def _look_closer(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """The links behind our structure: spaces, what the company uses, bank account; and when the password ends."""
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
    _look_at_what_is_used(client, structure, diagnosis)
    _look_at_spaces(client, structure, diagnosis)
    _look_at_account(client, structure, diagnosis)
    accounts = _told(lambda: client.bank_accounts(structure.identifier))
    if accounts is not None:
        diagnosis.note("bank_account", *(() if accounts else (Outcome.WARN, "no_bank_account")))


def _look_at_what_is_used(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """The APIs without which invoices go all the same: broken where the company uses them, else worth a look."""
    for use, consent, space, call in (
        ("engagements", "consent_engagements", "space_engagements", lambda: client.engagements(NOTHING, structure.identifier)),
        ("works", "consent_works", "space_works", lambda: any(client.search_works(number=NOTHING))),
        ("validation", "consent_factures", "space_validation", lambda: any(client.search_to_validate(structure.identifier))),
    ):
        is_used = use in diagnosis.used
        if not is_used and use != "engagements":
            continue
        bad = Outcome.FAILED if is_used else Outcome.WARN
        try:
            # what the platform refuses of the question itself still answers it: the way is open
            with suppress(Refused):
                call()
        except NotAllowed as error:
            diagnosis.note(space if error.link == "right" else consent, bad, _code(error), error.detail)
            continue
        except NotReceived as error:
            # the others have just answered: it is this one
            diagnosis.note(consent if use != "validation" else space, bad, error.code, error.detail)
            continue
        diagnosis.note(consent)
        diagnosis.note(space)


def _look_at_spaces(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """The spaces of our structure, where it tells them: to see is not to act ("Consultation" is not "Modification")."""
    told = _told(lambda: client.spaces(structure.identifier)) or []
    by_name: dict[str, list[FoundSpace]] = {}
    for space in told:
        by_name.setdefault(_plain(space.name), []).append(space)
    for link, words in LINKS.items():
        ours = by_name.get(_plain(words.space), []) if words.space else []
        use = WHERE_USED.get(link)
        if not ours or (use and use not in diagnosis.used):
            continue
        active = [space for space in ours if space.active]
        bad = Outcome.FAILED if use or link == "right" else Outcome.WARN
        if not active:
            diagnosis.note(link, bad, "space", words.space)
        elif all(space.read_only for space in active) and link in ("right", "space_validation"):
            diagnosis.note(link, bad, "space", f"{words.space} : consultation")


def _look_at_account(client: ChorusClient, structure: FoundStructure, diagnosis: Diagnosis) -> None:
    """What *Utilisateurs* says of the technical account; it serves nothing else."""
    try:
        attachments = client.own_attachments()
    except NotAllowed as error:
        if error.link == "subscription":
            diagnosis.note("consent_users", Outcome.WARN, error.code, error.detail)
        return
    except NotReceived as error:
        diagnosis.note("consent_users", Outcome.WARN, error.code, error.detail)
        return
    except ChorusError:
        return
    diagnosis.note("consent_users")
    ours = [item for item in attachments if item.structure == structure.identifier]
    states = ", ".join(state for item in ours for state in (item.state, item.account_state) if state)
    if ours and not any(mark in _plain(states) for mark in _NOT_ACTIVE):
        diagnosis.note("account_state")
    else:
        diagnosis.note("account_state", Outcome.WARN, "account_state", states or structure.registry)


#: What a state says that is not active; which words there are is not public.
_NOT_ACTIVE = ("INACTI", "BLOQU", "DESACTI", "SUSPEN", "SUPPRIM", "REFUS", "ATTENTE", "EXPIR")


def _plain(words: str) -> str:
    """A label without accents, in capitals: the portals write it in more than one way."""
    return "".join(sign for sign in unicodedata.normalize("NFD", words) if not unicodedata.combining(sign)).strip().upper()


def _told(call: Callable[[], Answer]) -> Answer | None:
    """What the platform tells, None when it will not: a detail that must not break the diagnosis."""
    try:
        return call()
    except NotReceived:
        raise
    except ChorusError:
        return None
