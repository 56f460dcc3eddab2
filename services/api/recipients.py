"""Looking a recipient up in Chorus Pro's directory; what its requirements make a form ask for (doc/RULES.md R-02, R-08…R-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ..rules.references import FORBIDDEN_SERVICE
from ..rules.rule import Requirements, Service
from ..text import Text, fold
from .answers_directory import FoundService, FoundStructure, ServiceDetails, StructureDetails
from .directory import DirectoryClient
from .errors import ChorusError

#: The State has one SIRET for all its services, and publishes its commitments (doc/RULES.md §1.1).
STATE = "11000201100044"


class Outcome(str, Enum):
    """How a look-up ended; the values are those of ``chorus.lookup``'s state."""

    FOUND = "found"
    INACTIVE = "inactive"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"

    __str__ = str.__str__


@dataclass(frozen=True)
class Question:
    """Who is looked for: by identifier when there is one, else by name and place.

    :param identifier: without blanks. :param identifier_type: a ``typeIdentifiantStructure``.
    """

    identifier: str = ""
    identifier_type: str = "SIRET"
    name: str = ""
    town: str = ""
    postcode: str = ""

    @property
    def key(self) -> str:
        """The question as one text: the same text is the same question."""
        if self.identifier:
            return f"{self.identifier_type} {self.identifier}"
        return " / ".join(filter(None, (self.name, self.postcode, self.town)))

    @property
    def can_be_asked(self) -> bool:
        """A name alone finds half of France."""
        return bool(self.identifier or (self.name and (self.town or self.postcode)))


class Answer(NamedTuple):
    """What the directory knows of the one looked for.

    :ivar candidates: the structures to choose from when they are several.
    :ivar services: all of its services; empty unless found.
    :ivar only: what its only service requires, where a service is required: nobody has to choose it.
    """

    outcome: Outcome
    structure: FoundStructure | None = None
    details: StructureDetails | None = None
    services: tuple[FoundService, ...] = ()
    candidates: tuple[FoundStructure, ...] = ()
    total: int = 0
    only: ServiceDetails | None = None


def look_up(client: DirectoryClient, question: Question) -> Answer:
    """Find one structure with what it requires: 2 calls, one for each page of its services, one for the only one.

    An identifier must give one active structure ("two results or none = unusable", doc/RULES.md §5). A name must be that of the
    only structure found, word for word: the platform searches inside names, so that a single result may still be another body.

    :raises ChorusError: when the platform could not be asked.
    """
    if question.identifier:
        found = client.search_structures(identifier=question.identifier, identifier_type=question.identifier_type)
    else:
        found = client.search_structures(
            name=question.name, town=question.town, postcode=question.postcode, public_only=True, active_only=True
        )
    candidates = tuple(structure for structure in found.structures if structure.active)
    if not candidates:
        if len(found.structures) == 1:
            return Answer(Outcome.INACTIVE, found.structures[0])
        return Answer(Outcome.UNKNOWN)
    sure = question.identifier or fold(candidates[0].name) == fold(question.name)
    if len(candidates) > 1 or found.total > len(found.structures) or not sure:
        return Answer(Outcome.AMBIGUOUS, candidates=candidates, total=found.total)
    return read(client, candidates[0])


def read(client: DirectoryClient, structure: FoundStructure) -> Answer:
    """What a structure that was found is and requires, with its services.

    :raises ChorusError: when the platform could not be asked.
    """
    details = client.structure(structure.identifier)
    services = tuple(client.services(structure.identifier))
    choices = usable(services)
    if not details.service_required or details.either_required or len(choices) != 1:
        return Answer(Outcome.FOUND, structure, details, services)
    try:
        only = client.service(structure.identifier, choices[0].identifier)
    except ChorusError:
        # it is asked for again when the service stands on an invoice; what was found is worth having
        only = None
    return Answer(Outcome.FOUND, structure, details, services, only=only)


def usable(services: Iterable[FoundService]) -> list[FoundService]:
    """Those of a structure's services that a supplier may choose (doc/RULES.md R-11, R-12)."""
    return [service for service in services if service.active and service.code and service.code != FORBIDDEN_SERVICE]


class Asked(NamedTuple):
    """What a form asks for: ``required``, ``either`` (one of the two is enough) or "" (nothing)."""

    service: str
    engagement: str


def asked(requirements: Requirements, service: Service | None) -> Asked:
    """What a recipient's requirements, and those of the chosen service, make a form ask for.

    ``gestionNumeroEJOuCodeService`` goes before the two others (doc/API.md §2.0; doc/RULES.md R-10).
    """
    if requirements.either:
        engagement = "required" if service and service.engagement_required else "either"
        return Asked("either", engagement)
    wanted = requirements.engagement or bool(service and service.engagement_required)
    return Asked("required" if requirements.service else "", "required" if wanted else "")


def sentence(requirements: Requirements, asked_for: Asked) -> Text:
    """What is asked for, for a person to read; one sentence."""
    if requirements.active is False:
        return Text("No longer active at Chorus Pro.", "N'est plus active dans Chorus Pro.")
    if requirements.moa_only:
        return Text("Receives works invoices only.", "Ne reçoit que des factures de travaux.")
    return {
        ("required", "required"): Text(
            "Requires a service code and an engagement number.", "Exige un code service et un numéro d'engagement."
        ),
        ("required", ""): Text("Requires a service code.", "Exige un code service."),
        ("", "required"): Text("Requires an engagement number.", "Exige un numéro d'engagement."),
        ("either", "either"): Text(
            "Requires a service code or an engagement number.", "Exige un code service ou un numéro d'engagement."
        ),
        ("either", "required"): Text(
            "Requires a service code or an engagement number; this service requires the engagement number.",
            "Exige un code service ou un numéro d'engagement ; ce service exige le numéro d'engagement.",
        ),
        ("", ""): Text(
            "Requires neither a service code nor an engagement number.", "N'exige ni code service ni numéro d'engagement."
        ),
    }[asked_for]


def publishes_engagements(siret: str, requirements: Requirements, production: bool) -> bool:
    """Whether a body's engagement numbers can be looked up: those of the State alone are published (doc/RULES.md §1.1).

    Outside production the State has a fictitious SIRET: every body that requires a number stands for it.
    """
    return siret == STATE if production else bool(requirements.engagement)
