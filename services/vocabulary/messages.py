"""Explaining Chorus Pro's messages: what a refusal means and what to change.

AIFE's catalogue of messages is not public (REFERENCE §4): the dictionary holds what was seen, and every message it does
not know is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..text import Text
from .fold import fold
from .message_model import Explanation, Kind, Message, place_of
from .message_table import TABLE
from .places import Place

__all__ = ["MESSAGES", "Explanation", "Kind", "Message", "explain", "explain_answer"]

MESSAGES: Mapping[str, Message] = MappingProxyType({message.key: message for message in TABLE})
"""Every known message by key, in the order they are tried: the first that matches explains."""

SEPARATOR = "|"
"""What Chorus Pro joins several messages with (REFERENCE §2.0)."""

_READ = 500
"""Characters of a message that are looked at: Chorus Pro's own are cut at some 200, and matching must stay quick."""

_UNKNOWN_CAUSE = Text(
    "Chorus Pro refused, with a message this version does not know.",
    "Chorus Pro a refusé, avec un message que cette version ne connaît pas.",
)
_UNKNOWN_REMEDY = Text(
    "Read Chorus Pro's own words. If they are cut short, open the flow's report on the portal.",
    "Lisez le message de Chorus Pro. S'il est coupé, ouvrez le compte rendu du flux sur le portail.",
)

# codeRetour means different things per service (REFERENCE §4); only the pairs that were read.
_BY_RETURN_CODE: Mapping[tuple[str, int], str] = MappingProxyType(
    {
        ("factures/v1/rechercher/recipiendaire", 20000): "no_result",
        ("facturesTravaux/v1/rechercher", 20007): "no_result",
        ("factures/v1/completer", 20000): "invoice_unknown",
        ("factures/v1/completer", 20001): "rights_missing",
        ("factures/v1/completer", 20002): "not_suspended",
        ("factures/v1/deposer/flux", 20001): "file_too_large",
        ("transverses/v1/ajouter/fichier", 20003): "file_too_large",
        ("factures/v1/soumettre", 20013): "amounts",
        ("factures/v1/soumettre", 20303): "amounts",
        ("factures/v1/soumettre", 20304): "amounts",
        ("factures/v1/soumettre", 20305): "amounts",
    }
)


def _told(text: str, message: Message | None) -> Explanation:
    if message is None:
        return Explanation(text, _UNKNOWN_CAUSE, _UNKNOWN_REMEDY, place=Place.PORTAL)
    return Explanation(
        text,
        message.cause,
        message.remedy,
        message.field,
        message.kind,
        message.duplicate,
        message.key,
        place_of(message),
    )


def _recognise(text: str) -> Message | None:
    folded = fold(text[:_READ])
    return next((message for message in TABLE if re.search(message.pattern, folded)), None)


def explain(text: str | None) -> list[Explanation]:
    """One explanation per message of ``text`` (``libelle``, ``libelleErreurDP``, ``libelleErreur``), in its order.

    Messages joined by ``|`` are told one by one; one that is not known keeps its own words under a general cause.
    Nothing gives an empty list. Never raises.
    """
    pieces = (piece.strip() for piece in (text or "").split(SEPARATOR))
    return [_told(piece, _recognise(piece)) for piece in pieces if piece]


def explain_answer(code: int, label: str | None, service: str) -> list[Explanation]:
    """Explain an answer's ``codeRetour`` and ``libelle``; never empty.

    ``service`` is the operation's path below ``/cpro/``, such as ``factures/v1/completer``: a ``codeRetour`` has no
    meaning without it. 0 is success whatever the label; otherwise the label is trusted first, then the code.
    """
    if code == 0:
        return [_told((label or "").strip() or "0", MESSAGES["success"])]
    told = explain(label)
    if any(explanation.known for explanation in told):
        return told
    by_code = _BY_RETURN_CODE.get((service.strip("/"), code))
    if by_code is None and told:
        return told
    message = MESSAGES[by_code] if by_code else None
    return [_told(explanation.text, message) for explanation in told] or [_told(f"codeRetour {code}", message)]
