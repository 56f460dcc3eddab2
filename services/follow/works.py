"""Which document a party of a public market may file now, what it must name, how it leaves and what follows.

One table, asked by the market, the invoice and the assistant. Sources: who files what and what follows, doc/RULES.md §2.3; the
way of a works document, doc/RULES.md §2.6; ``[INF]`` in there stays so here. A party is required because it handles the document
next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from ..text import Text
from ..vocabulary import frameworks
from ..vocabulary.actors import Actor
from ..vocabulary.frameworks import Framework, Role
from .works_deposit import WorksDeposit


class Stage(str, Enum):
    """Where a document stands in the life of a market; the value is stable and may be stored."""

    ORDINARY = "ordinary"
    MONTHLY = "monthly"
    GENERAL = "general"
    TACIT = "tacit"
    CLOSED = "closed"

    __str__ = str.__str__


class Channel(str, Enum):
    """How a document reaches Chorus Pro."""

    FLOW = "flow"
    """A file, by ``deposer/flux``."""
    SUBMIT = "submit"
    """Data and a PDF, by ``soumettre``, which alone is documented to take a validator with its service."""
    HAND = "hand"
    """By a person on the portal: no documented call takes it (doc/RULES.md §8.2)."""

    __str__ = str.__str__


STAGES: Mapping[Stage, Text] = MappingProxyType(
    {
        Stage.ORDINARY: Text("Invoices", "Factures"),
        Stage.MONTHLY: Text("Monthly statements", "Décomptes mensuels"),
        Stage.GENERAL: Text("General statement", "Décompte général"),
        Stage.TACIT: Text("Tacit procedure", "Procédure tacite"),
        Stage.CLOSED: Text("Closed", "Soldé"),
    }
)

#: What each document makes of the market once it is filed.
_LEADS_TO: Mapping[str, Stage] = MappingProxyType(
    {
        "A4": Stage.MONTHLY,
        "A5": Stage.MONTHLY,
        "A6": Stage.MONTHLY,
        "A7": Stage.GENERAL,
        "A8": Stage.CLOSED,
        "A10": Stage.MONTHLY,
        "A13": Stage.MONTHLY,
        "A14": Stage.CLOSED,
        "A22": Stage.TACIT,
        "A23": Stage.CLOSED,
    }
)

#: What may be filed at each stage of a works market, the usual one first (doc/RULES.md §2.2, §2.3).
_AT_STAGE: Mapping[Stage, tuple[str, ...]] = MappingProxyType(
    {
        Stage.MONTHLY: ("A4", "A10", "A13", "A5", "A6", "A7", "A14"),
        # the general statement comes from the MOA; the tacit procedure is for when it does not
        Stage.GENERAL: ("A8", "A22"),
        # until it is final by silence, the general statement may still be notified [INF]
        Stage.TACIT: ("A23", "A8"),
        Stage.CLOSED: (),
    }
)

#: The final account, and the general account that comes of it: they tell the whole market and not one month.
_FINAL = frozenset({"A7", "A14"})
_GENERAL = frozenset({"A8", "A22", "A23"})

#: How far a stage is along the way.
_ORDER = (Stage.ORDINARY, Stage.MONTHLY, Stage.GENERAL, Stage.TACIT, Stage.CLOSED)


def stage(filed: Iterable[str], *, works: bool) -> Stage:
    """Where a market stands, given the frameworks of the documents that were filed in it by us.

    :param filed: codes, in any order; refused documents are not to be given.
    """
    if not works:
        return Stage.ORDINARY
    reached = [_LEADS_TO[code] for code in filed if code in _LEADS_TO]
    return max(reached, key=_ORDER.index, default=Stage.MONTHLY)


def offered(role: Role, *, works: bool, filed: Iterable[str] = ()) -> list[Framework]:
    """The frameworks to propose, the usual one first. A11 and those of MOE and MOA never are."""
    candidates = {framework.code: framework for framework in frameworks.offered([role], works=works)}
    if not works:
        return list(candidates.values())
    return [candidates[code] for code in _AT_STAGE[stage(filed, works=works)] if code in candidates]


def is_final(code: str | None) -> bool:
    """Whether it is the draft of the final account."""
    return code in _FINAL


def is_general(code: str | None) -> bool:
    """Whether it is a general account, in whichever procedure."""
    return code in _GENERAL


def is_account(code: str | None) -> bool:
    """Whether it tells the whole market: its balance is what the monthly statements have left."""
    return is_final(code) or is_general(code)


def takes_place_of(code: str, before: str, role: Role) -> bool:
    """Whether a document of ours joins the billing file of that one: A8 follows A7, A22 takes its place, A23 follows A22."""
    return code in [one.code for one in next_of_ours(before, role)] or (code, before) in (("A22", "A7"), ("A8", "A22"))


def counsel(code: str | None) -> Text | None:
    """What is worth knowing before a document is filed; None where there is nothing."""
    return _ELSEWHERE if code in ("A7", "A22") else None


_ELSEWHERE = Text(
    "File it on Chorus Pro, for the project manager and the public body, not elsewhere: where the public body asked for Chorus"
    " Pro, courts held that an account filed otherwise starts no tacit procedure (TA Montpellier, 15 June 2023; CAA"
    " Bordeaux, 24 July 2024, no. 24BX00443; CAA Versailles was more lenient). That is advice, not a rule of the platform.",
    "Déposez-le sur Chorus Pro, pour la maîtrise d'œuvre et la maîtrise d'ouvrage, et pas ailleurs : quand l'entité publique a"
    " demandé Chorus Pro, des juges ont estimé qu'un décompte transmis autrement ne fait courir aucune procédure tacite (TA"
    " Montpellier, 15 juin 2023 ; CAA Bordeaux, 24 juillet 2024, n° 24BX00443 ; la CAA de Versailles est plus souple). C'est un"
    " conseil, non une règle de la plateforme.",
)


def channel(code: str) -> Channel:
    """How a document of that framework leaves."""
    framework = frameworks.get(code)
    if framework.works:
        return Channel.SUBMIT if WorksDeposit.documented else Channel.HAND
    return Channel.SUBMIT if framework.needs_validator else Channel.FLOW


@dataclass(frozen=True)
class Needs:
    """The parties a document names: ``first`` handles it next, so that nothing goes without it; ``later`` come after."""

    first: Actor | None
    later: tuple[Actor, ...]


_NAMED = (Actor.VALIDATOR, Actor.MOE, Actor.MOA)


def needs(code: str) -> Needs:
    """Whom a document of that framework must name, from who handles it in turn."""
    named = tuple(actor for actor in frameworks.get(code).circuit if actor in _NAMED)
    return Needs(named[0] if named else None, named[1:])


def follows(code: str) -> list[Framework]:
    """The documents filed after it, by others or by us, in order."""
    return [frameworks.get(following) for following in frameworks.get(code).next_codes]


def next_of_ours(code: str, role: Role) -> list[Framework]:
    """Those among them that we file ourselves: A8 after the general statement, A23 in the tacit procedure."""
    return [framework for framework in follows(code) if role in framework.roles]
