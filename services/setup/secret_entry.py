"""Whether a secret that a person typed twice can be what the portal showed: caught here, not at the first call."""

from __future__ import annotations

from ..text import Text

#: Both portals give longer ones; shorter ones were cut while copying.
SHORTEST = 8
#: What a masked field shows, and what gets copied with it by mistake.
_MASKS = set("•●*∙")


def problem(value: str, again: str, *, login: str = "") -> Text | None:
    """Why a typed secret cannot be taken, None when it can.

    :param value, again: as typed in both fields.
    :param login: the identifier it belongs to, which gets pasted in its place.
    """
    if value != again:
        return Text("The two entries are not the same: type or paste it again in both.",
                    "Les deux saisies diffèrent : saisissez ou collez-le de nouveau dans les deux champs.")  # fmt: skip
    if value != value.strip() or any(sign.isspace() or not sign.isprintable() for sign in value):
        return Text("It holds a space or a line break, copied along with it: copy it again without.",
                    "Il contient une espace ou un saut de ligne, copié par mégarde : recopiez-le sans.")  # fmt: skip
    if set(value) <= _MASKS:
        return Text("These are the dots that hide it: show it on the portal, then copy it.",
                    "Ce sont les points qui le masquent : affichez-le sur le portail, puis copiez-le.")  # fmt: skip
    if login and value.lower() == login.lower():
        return Text("This is the identifier, not its secret.", "C'est l'identifiant, pas son secret.")
    if len(value) < SHORTEST:
        return Text("It is too short: a part was not copied.", "Il est trop court : une partie n'a pas été copiée.")
    if len(set(value)) < 4:
        return Text("It is too simple to be the portal's: copy it from there.",
                    "Il est trop simple pour venir du portail : copiez-le depuis celui-ci.")  # fmt: skip
    return None


def login_problem(login: str) -> Text | None:
    """Why a technical account's login does not look like one (``TECH_…@cpro.fr``, ``…@cpp2017.fr``; doc/RULES.md §6.7)."""
    if login.upper().startswith("TECH_") and "@" in login:
        return None
    return Text(
        "A technical account reads TECH_…@cpro.fr: this looks like a person's own login.",
        "Un compte technique s'écrit TECH_…@cpro.fr : ceci ressemble à l'identifiant d'une personne.",
    )
