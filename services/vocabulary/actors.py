"""The people and systems that handle an invoice at Chorus Pro."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from ..text import Text


class Actor(str, Enum):
    """Who acts next on a document; the value is stable and may be stored."""

    PLATFORM = "platform"
    SUPPLIER = "supplier"
    RECIPIENT = "recipient"
    VALIDATOR = "validator"
    MOE = "moe"
    MOA = "moa"
    NOBODY = "nobody"

    __str__ = str.__str__

    @property
    def label(self) -> Text:
        """The actor's name for a person."""
        return ACTORS[self]


ACTORS: Mapping[Actor, Text] = MappingProxyType(
    {
        Actor.PLATFORM: Text("Chorus Pro", "Chorus Pro"),
        Actor.SUPPLIER: Text("Us (the supplier)", "Nous (le fournisseur)"),
        Actor.RECIPIENT: Text("The public body", "L'entité publique destinataire"),
        Actor.VALIDATOR: Text("The validator (main contractor or group leader)", "Le valideur (titulaire ou mandataire)"),
        Actor.MOE: Text("The project manager (MOE)", "La maîtrise d'œuvre (MOE)"),
        Actor.MOA: Text("The project owner (MOA)", "La maîtrise d'ouvrage (MOA)"),
        Actor.NOBODY: Text("Nobody", "Personne"),
    }
)
