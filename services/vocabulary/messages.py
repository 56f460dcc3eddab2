"""Explaining Chorus Pro's messages: what a refusal means and what to change.

AIFE's catalogue of messages is not public (doc/API.md §4): the dictionary holds what was seen, and every message it does
not know is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..text import Text, fold
from .message import Explanation, Kind, Message, place_of
from .message_table import TABLE
from .places import Place

__all__ = ["MESSAGES", "Explanation", "Kind", "Message", "explain", "with_code"]

MESSAGES: Mapping[str, Message] = MappingProxyType({message.key: message for message in TABLE})
"""Every known message by key, in the order they are tried: the first that matches explains."""

SEPARATOR = "|"
"""What Chorus Pro joins several messages with (doc/API.md §2.0)."""

# what with_code adds
_CODED = re.compile(r" ?\((?P<service>[\w/]{1,80}) : codeRetour (?P<code>\d{1,9})\)$")

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

# codeRetour means different things per service (doc/API.md §4); only the pairs that were read.
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


def _recognise(text: str, others: Iterable[Message]) -> Message | None:
    folded = fold(text[:_READ])
    return next((message for message in (*others, *TABLE) if re.search(message.pattern, folded)), None)


def explain(text: str | None, others: Iterable[Message] = ()) -> list[Explanation]:
    """One explanation per message of ``text`` (``libelle``, ``libelleErreurDP``, ``libelleErreur``), in its order.

    Messages joined by ``|`` are told one by one; one that is not known keeps its own words under a general cause. When none
    is known, the ``codeRetour`` that ``with_code`` noted tells. Nothing gives an empty list. Never raises.

    :param others: messages that another add-on knows; they are looked for first.
    """
    pieces = (piece.strip() for piece in (text or "").split(SEPARATOR))
    told = [_told(piece, _recognise(_CODED.sub("", piece), others)) for piece in pieces if piece]
    coded = _CODED.search(text or "")
    by_code = _BY_RETURN_CODE.get((coded["service"], int(coded["code"]))) if coded else None
    if by_code and not any(explanation.known for explanation in told):
        return [_told(explanation.text, MESSAGES[by_code]) for explanation in told]
    return told


def with_code(label: str, code: int | None, service: str) -> str:
    """A refusal's words as they are kept: where the dictionary does not know them, with the ``codeRetour`` that may tell.

    :param service: the operation's path below ``/cpro/``.
    """
    if not code or not service or any(explanation.known for explanation in explain(label)):
        return label
    return f"{label} ({service} : codeRetour {code})"
