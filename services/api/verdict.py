"""What an answer means: the one place that decides "done", "refused" and "absent" (doc/API.md §1.3, §4).

A call done *once* is done, refused or surely not received only when :data:`ONCE` says so. Whatever else comes, of a gateway, a
proxy or the platform itself, leaves its outcome unknown: it is looked up before anything is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, NamedTuple

from ..clock import UTC
from .errors import ChorusError, NotAllowed, OutcomeUnknown, Refused, TryLater
from .json_values import LONGEST_NAME, Unreadable, clean, count, load, record, rows, text
from .wire import Answer

#: Statuses of an answer that says yes.
_YES = (200, 202)
#: Statuses with which the platform itself may say no: functional errors come with 200 and with 400 (doc/API.md §6.6).
_NO = (*_YES, *range(400, 500))
#: What the platform says when the technical account may not act (doc/API.md §4).
_RIGHT_MESSAGES = ("GDP_MSG_11.005", "habilitation")
#: How searches say that they found nothing (doc/API.md §4): a functional error for the platform, an empty list for us.
_NOTHING_FOUND = {(20000, "TRA_MSG_00.015"), (20007, "GFT_MSG_01.075")}
#: The fields by which the platform acknowledges a call; what bears one of them is no plain refusal.
_RECEIPTS = ("numeroFluxDepot", "identifiantFactureCPP", "statutFacture")
#: RFC 6750 §3.1: the gateway refuses the token itself.
_TOKEN_REFUSED = re.compile(r'^\s*Bearer\b.*\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)
#: Seconds of patience that an answer may ask for, at most.
LONGEST_PATIENCE = 6 * 3600


class Shape(str, Enum):
    """What an answer's body is."""

    EMPTY = "empty"
    PAGE = "no JSON, such as a page of a gateway, or not readable whole"
    OTHER = "JSON of another shape"
    ECHO = "the request itself"
    REFUSAL = "the platform's own refusal"
    SUCCESS = "the platform's own yes"


class Outcome(str, Enum):
    """What became of a call done once."""

    DONE = "done"
    REFUSED = "refused: not done, and it was understood"
    NOT_RECEIVED = "surely not received"
    UNKNOWN = "unknown"


class Rule(NamedTuple):
    """What an answer of one of these shapes means with one of these statuses.

    ``challenge``: only where the gateway says that it refuses the token.
    """

    shapes: tuple[Shape, ...]
    statuses: Sequence[int]
    outcome: Outcome
    challenge: bool = False


#: The table of outcomes of the calls done once: ``deposer/flux``, ``soumettre``, ``completer``, ``recycler``, ``traiterRejet``,
#: ``corriger/valideur/facture`` and ``traiter/factureAValider``. What no row speaks of is :attr:`Outcome.UNKNOWN`, the gateway's
#: bare 401, 403, 413 and 429 included: the form of these two alone proves that the application never got the call.
#:
#: * A 403 whose body is the request (doc/API.md §1.3): the gateway answers with the message it holds, which is the application's
#:   answer once it has passed the request on.
#: * A 401 with ``WWW-Authenticate: Bearer … error="invalid_token"``: RFC 6750 keeps this for a token that was refused, and it is
#:   the gateway that reads the token, before it passes anything on.
ONCE = (
    Rule((Shape.SUCCESS,), _YES, Outcome.DONE),
    Rule((Shape.REFUSAL,), _NO, Outcome.REFUSED),
    Rule((Shape.ECHO,), (403,), Outcome.NOT_RECEIVED),
    Rule((Shape.EMPTY, Shape.PAGE, Shape.OTHER), (401,), Outcome.NOT_RECEIVED, challenge=True),
)
#: The link of the chain that an unclear answer of the door most probably speaks of.
_PROBABLY = {401: "technical_account", 403: "subscription", 429: "rate_limited"}


class Reply(NamedTuple):
    """An answer, and what its body is."""

    answer: Answer
    shape: Shape
    values: dict[str, Any]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def words(self) -> str:
        """The platform's own words."""
        for field in ("libelle", "libelleErreur"):
            if isinstance(words := self.values.get(field), str) and words:
                return text(words)
        return ""

    @property
    def detail(self) -> str:
        """The platform's own words, else what came instead of them."""
        kind = self.answer.headers.get("Content-Type") or "no content type"
        return self.words or self.answer.problem or f"HTTP {self.status}, {clean(kind)[:LONGEST_NAME]}"

    @property
    def token_refused(self) -> bool:
        """Whether the gateway says that it is the token which it refuses."""
        return bool(_TOKEN_REFUSED.search(self.answer.headers.get("WWW-Authenticate", "")))

    @property
    def where(self) -> dict[str, Any]:
        """For an error: the status, and the identifier to quote to the platform's support."""
        correlation = clean(self.answer.headers.get("x-correlationid", ""))
        return {"http_status": self.status, "correlation": correlation[:LONGEST_NAME]}


def read(answer: Answer, request: Mapping[str, Any]) -> Reply:
    """An answer to a request, with the shape of its body."""
    if answer.body is not None and not answer.body.strip():
        return Reply(answer, Shape.EMPTY, {})
    try:
        value = load(answer.body)
    except Unreadable:
        return Reply(answer, Shape.PAGE, {})
    if not isinstance(value, dict):
        return Reply(answer, Shape.OTHER, {})
    return Reply(answer, _shape(value, request), value)


def _shape(values: dict[str, Any], request: Mapping[str, Any]) -> Shape:
    code, words = values.get("codeRetour"), values.get("libelle")
    # `type`, since a yes or no is an integer for Python
    if type(code) is int and code == 0:
        return Shape.SUCCESS
    if type(code) is int and code > 0 and isinstance(words, str) and words.strip() and not any(map(values.get, _RECEIPTS)):
        return Shape.REFUSAL
    return Shape.ECHO if request and values == request else Shape.OTHER


def outcome(reply: Reply) -> Outcome:
    """What became of a call done once, by :data:`ONCE`."""
    for rule in ONCE:
        if reply.shape in rule.shapes and reply.status in rule.statuses and (reply.token_refused or not rule.challenge):
            return rule.outcome
    return Outcome.UNKNOWN


def once(reply: Reply, service: str) -> dict[str, Any]:
    """The values of an answer to a call done once.

    :param service: the operation's path below ``/cpro/``.
    :raises ChorusError: unless the call is done: Refused, NotAllowed when it was surely not received, else OutcomeUnknown.
    """
    verdict = outcome(reply)
    if verdict is Outcome.DONE:
        return reply.values
    if verdict is Outcome.REFUSED:
        raise _refusal(reply, service)
    if verdict is Outcome.NOT_RECEIVED:
        raise NotAllowed("connection" if reply.shape is Shape.ECHO else "technical_account", reply.words, **reply.where)
    raise OutcomeUnknown(reply.detail, code=_PROBABLY.get(reply.status, ""), **reply.where)


def asked(reply: Reply, service: str) -> dict[str, Any]:
    """The values of an answer to a call that may be repeated.

    :raises ChorusError: unless it says yes; TryLater for whatever is no answer of the platform.
    """
    status = reply.status
    if reply.shape is Shape.SUCCESS and status in _YES:
        return reply.values
    if status == 401:
        raise NotAllowed("technical_account", reply.words or _challenge(reply), **reply.where)
    if status == 429:
        raise limited(reply.answer)
    if reply.shape is Shape.REFUSAL and status in _NO:
        raise _refusal(reply, service)
    if status == 403:
        # an empty object: the API is not consented to on PISTE; the request echoed: no active connection (doc/API.md §1.3)
        raise NotAllowed("connection" if reply.values else "subscription", reply.words, **reply.where)
    if status == 413:
        raise Refused(reply.words, code="file_too_large", service=service, **reply.where)
    if reply.shape is Shape.OTHER and status in _YES:
        raise TryLater(reply.detail, code="unreadable", **reply.where)
    # a maintenance may say how long it lasts
    patience = _patience(reply.answer) if status == 503 else None
    raise TryLater(
        reply.detail, code="unavailable" if status >= 500 else "unexpected_answer", retry_after=patience, **reply.where
    )


def limited(answer: Answer) -> TryLater:
    """The error of an answer that says that there were too many calls."""
    return TryLater(f"HTTP {answer.status}", code="rate_limited", retry_after=_patience(answer), http_status=answer.status)


def _patience(answer: Answer) -> int | None:
    """The seconds of patience that an answer asks for, by their number or by a date (RFC 9110 §10.2.3); None when by neither."""
    wanted = answer.headers.get("Retry-After", "").strip()
    seconds: float | None = None
    if wanted.isascii() and wanted.isdigit():
        seconds = int(wanted[:10])
    elif wanted:
        try:
            moment = parsedate_to_datetime(wanted)
            seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError, OverflowError, IndexError):
            seconds = None
    return None if seconds is None else round(min(max(seconds, 0), LONGEST_PATIENCE))


class Found(NamedTuple):
    """What a search says it found: rows yet to be read; how many pages and results there are, where it says so."""

    rows: list[object]
    pages: int | None
    total: int | None


def found(reply: Reply, service: str, results: str) -> Found:
    """What a search found; no rows only where the platform says that there is nothing.

    It says so by its "nothing found", code and label, or by a success with an empty list and no total beside it. An answer
    without the list, or with anything else in its place, says nothing: it is asked again later.

    :param results: the field of the list.
    :raises ChorusError: as :func:`asked`.
    """
    try:
        values = asked(reply, service)
    except Refused as error:
        if says_nothing(error):
            return Found([], 0, 0)
        raise
    try:
        if values.get(results) is None:
            raise Unreadable(None, results)
        listed = rows(values[results])
        paging = record(values.get("parametresRetour"))
        pages, total = count(paging.get("pages")), count(paging.get("total", values.get("total")))
    except Unreadable as error:
        raise TryLater(str(error), code="unreadable", **reply.where) from error
    if not listed and total:
        raise TryLater(f"{results}: nothing, of {total}", code="unreadable", **reply.where)
    return Found(listed, pages, total)


def says_nothing(error: Refused) -> bool:
    """Whether the platform says that it knows nothing of what was asked for."""
    return (error.return_code, error.detail) in _NOTHING_FOUND


def _refusal(reply: Reply, service: str) -> ChorusError:
    words = reply.words
    if any(mark in words for mark in _RIGHT_MESSAGES):
        return NotAllowed("right", words, **reply.where)
    return Refused(words, return_code=reply.values["codeRetour"], service=service, **reply.where)


def _challenge(reply: Reply) -> str:
    return clean(reply.answer.headers.get("WWW-Authenticate", ""))[:LONGEST_NAME]
