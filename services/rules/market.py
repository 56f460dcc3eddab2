"""What a document of a public market needs besides its lines: its parties, its turn, room in the market and the engagement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from ..follow import works
from ..text import Text, number
from ..vocabulary import frameworks
from ..vocabulary.actors import Actor
from ..vocabulary.frameworks import Role
from ..vocabulary.places import Place
from .rule import Finding, Level


@dataclass(frozen=True)
class Room:
    """What may be invoiced and what would be, this document included; in one currency."""

    allowed: Decimal
    reached: Decimal

    @property
    def exceeded(self) -> bool:
        """Whether it would be too much; nothing is said when no amount is known."""
        return self.allowed > 0 and self.reached > self.allowed


class Amended(NamedTuple):
    """Work of an amendment without VAT, and the number of the engagement that the amendment has of its own."""

    amendment: str
    amount: Decimal
    engagement: str


@dataclass(frozen=True)
class MarketDocument:
    """A document in its market.

    :param filed: frameworks of the other documents filed there.
    :param parties: SIRET of each party that is named, ``""`` when the party is there and its SIRET is not.
    :param market: room in the market, without VAT.
    :param engagement: in the engagement, VAT included, before what is kept back or taken off at payment.
    :param carried: the engagement number that it carries. :param amended: its work of amendments that have an engagement of
        their own.
    """

    framework: str
    role: Role
    works: bool
    filed: tuple[str, ...] = ()
    parties: Mapping[Actor, str] = field(default_factory=dict)
    market: Room | None = None
    engagement: Room | None = None
    carried: str = ""
    amended: tuple[Amended, ...] = ()


_PARTIES: Mapping[Actor, Text] = MappingProxyType(
    {
        Actor.VALIDATOR: Text("validator (main contractor or group leader)", "valideur (titulaire ou mandataire)"),
        Actor.MOE: Text("project manager (MOE)", "maître d'œuvre (MOE)"),
        Actor.MOA: Text("project owner (MOA)", "maître d'ouvrage (MOA)"),
    }
)


def check(document: MarketDocument) -> list[Finding]:
    """All that is wrong with the document as one of its market, what blocks first."""
    found = [*_turn(document), *_named(document), *_rooms(document), *_amended(document)]
    return sorted(found, key=lambda finding: not finding.blocks)


def _turn(document: MarketDocument) -> Iterable[Finding]:
    framework = frameworks.get(document.framework)
    offered = works.offered(document.role, works=document.works, filed=document.filed)
    if framework in offered:
        return
    names = Text(
        ", ".join(f"{one.code} ({one.label.en})" for one in offered) or "none",
        ", ".join(f"{one.code} ({one.label.fr})" for one in offered) or "aucun",
    )
    yield Finding(
        "market.framework",
        Level.BLOCK,
        "framework",
        Text(
            f"{framework.code} ({framework.label.en}) is not filed at this stage of the market by the role you have in it.",
            f"{framework.code} ({framework.label.fr}) ne se dépose pas à ce stade du marché avec le rôle que vous y avez.",
        ),
        Text(f"Choose another framework: {names.en}.", f"Choisissez un autre cadre de facturation : {names.fr}."),
        "doc/RULES.md §2.3",
        Place.DRAFT,
    )


def _named(document: MarketDocument) -> Iterable[Finding]:
    needs = works.needs(document.framework)
    for actor in filter(None, (needs.first, *needs.later)):
        level = Level.BLOCK if actor is needs.first else Level.WARN
        siret = document.parties.get(actor)
        name = _PARTIES[actor]
        if siret is None:
            yield Finding(
                f"market.{actor}_missing",
                level,
                f"{actor}.siret",
                Text(f"The market names no {name.en}.", f"Le marché ne désigne pas de {name.fr}."),
                Text("Add it to the market's parties.", "Ajoutez-le aux intervenants du marché."),
                "doc/RULES.md §2.3, §3.2",
                Place.MARKET,
            )
        elif not siret:
            yield Finding(
                f"market.{actor}_siret",
                level,
                f"{actor}.siret",
                Text(f"The SIRET of the {name.en} is missing.", f"Le SIRET du {name.fr} manque."),
                Text("Enter it on that party's contact.", "Saisissez-le sur la fiche de cet intervenant."),
                "doc/RULES.md §2.3, §3.2",
                Place.MARKET,
            )


def _rooms(document: MarketDocument) -> Iterable[Finding]:
    if document.market and document.market.exceeded:
        reached, allowed = number(document.market.reached), number(document.market.allowed)
        yield Finding(
            "market.exceeded",
            Level.WARN,
            "amounts",
            Text(
                f"With this invoice the market's amount is exceeded: {reached.en} € invoiced for {allowed.en} € without VAT.",
                f"Avec cette facture, le montant du marché est dépassé : {reached.fr} € facturés pour {allowed.fr} € HT.",
            ),
            Text(
                "Check the lines, or record the amendment on the market.",
                "Vérifiez les lignes, ou enregistrez l'avenant sur le marché.",
            ),
            "doc/RULES.md §1.3",
            Place.MARKET,
        )
    if document.engagement and document.engagement.exceeded:
        reached, allowed = number(document.engagement.reached), number(document.engagement.allowed)
        yield Finding(
            "market.engagement_exceeded",
            Level.WARN,
            "engagement_number",
            Text(
                f"With this invoice the engagement is exceeded: {reached.en} € invoiced for {allowed.en} € VAT included.",
                f"Avec cette facture, l'engagement est dépassé : {reached.fr} € facturés pour {allowed.fr} € TTC.",
            ),
            Text(
                "Ask the public body for another engagement, or correct its amount on the market.",
                "Demandez un nouvel engagement à l'entité publique, ou corrigez son montant sur le marché.",
            ),
            "doc/RULES.md §1.1",
            Place.MARKET,
        )


def _amended(document: MarketDocument) -> Iterable[Finding]:
    for work in document.amended:
        if work.engagement == document.carried:
            continue
        amount, carried = number(work.amount), document.carried
        yield Finding(
            "market.engagement_amended",
            Level.WARN,
            "engagement_number",
            Text(
                f"It states {amount.en} € of work without VAT of “{work.amendment}”, whose engagement is {work.engagement}, and"
                f" carries {carried or 'none'}.",
                f"Elle constate {amount.fr} € HT de travaux de « {work.amendment} », dont l'engagement est {work.engagement}, et"
                f" porte {carried or 'aucun numéro'}.",
            ),
            Text(
                "A document carries one engagement number: state the amendment's work in a situation of its own, or ask the"
                " public body which number it wants.",
                "Une pièce ne porte qu'un numéro d'engagement : constatez les travaux de l'avenant dans une situation à part, ou"
                " demandez à l'entité publique quel numéro porter.",
            ),
            "doc/RULES.md §1.1",
            Place.DRAFT,
        )
