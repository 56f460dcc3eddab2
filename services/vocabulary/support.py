"""The ways to Chorus Pro's support, said wherever the advice is to ask (doc/RULES.md §6.13)."""

from __future__ import annotations

from ..text import Text

#: Where and when somebody answers. The hours are those of 2025.
WAYS = Text(
    "ClaudIA answers day and night at the bottom right of the portal, a person in the same chat from 8:30 to 18:30 once you are"
    " logged in; or file a “sollicitation” there.",
    "ClaudIA répond jour et nuit en bas à droite du portail, une personne dans la même messagerie de 8 h 30 à 18 h 30 une fois"
    " connecté ; ou déposez-y une sollicitation.",
)


def asking(text: Text) -> Text:
    """An advice to ask the support, with the ways to it."""
    return Text(f"{text.en} {WAYS.en}", f"{text.fr} {WAYS.fr}")
