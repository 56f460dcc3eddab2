"""The way to Chorus Pro: HTTP through PISTE, with token, account header, repetition, errors sorted by consequence.

Two kinds of call: a *repeatable* one (a search, a report) is repeated when the way or the server fails; one done *once*
(a deposit) is never repeated after it may have arrived: Chorus Pro knows no idempotency key (doc/API.md §1.3, §5). A search comes
page by page: :func:`search_all`.

What bounds an answer is in ``wire``, what an answer means is in ``verdict``.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from . import verdict
from .environment import Credentials, Environment
from .errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, TryLater
from .json_values import Fields, Unreadable, UnreadableRow, load, read_rows, text
from .kept import KeptWires
from .upload import Body, body
from .wire import LONGEST_ANSWER, TIMEOUT, Answer, Broken, Wire

_logger = logging.getLogger(__name__)

#: Answers after which a repeatable call is made again.
_AGAIN = (500, 502, 503, 504)
#: What an access token may be (RFC 6750 §2.1); it becomes a header.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,8000}=*")
#: How often PISTE is asked for a token before its "invalid client" is believed: it says so of good ones too, now and then
#: (doc/API.md §1.1).
_DOUBTED = 3
#: Seconds until it is asked the second time; twice as long until the third.
DOUBT = 0.2
#: Seconds by which a token is renewed before its end; a tenth of its life when it lives less than ten minutes.
MARGIN = 30.0
#: Seconds that a token lives where it does not say, and at most.
_TOKEN_LIFE, _LONGEST_TOKEN_LIFE = 3600, 86400

#: Results a search may give over all its pages; the platform's default would be 200 (doc/API.md §2.H).
MAXIMUM = 100_000
#: Seconds that the pages of one search may take together.
LONGEST_SEARCH = 600.0

Said = TypeVar("Said")
Read = TypeVar("Read")


class _Token(NamedTuple):
    value: str
    renew_at: float


class TokenStore:
    """OAuth2 tokens of PISTE, one for each environment and client, shared by the threads of a process.

    Each is kept until shortly before its end (doc/API.md §1.1: they live 3,600 s, there is no refresh token).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str, str], _Token] = {}

    @staticmethod
    def key(token_url: str, client_id: str, client_secret: str) -> tuple[str, str, str]:
        """What a token belongs to. A digest stands for the secret, so that a new secret asks for a new token."""
        return token_url, client_id, hashlib.sha256(client_secret.encode()).hexdigest()

    def get(self, key: tuple[str, str, str]) -> str | None:
        """The token, unless there is none or it is about to end."""
        with self._lock:
            token = self._tokens.get(key)
            return token.value if token and self._clock() < token.renew_at else None

    def put(self, key: tuple[str, str, str], value: str, lifetime: float) -> None:
        """Remember a token that lives ``lifetime`` seconds from now."""
        with self._lock:
            self._tokens[key] = _Token(value, self._clock() + lifetime - min(MARGIN, lifetime / 10))

    def drop(self, key: tuple[str, str, str], value: str) -> None:
        """Forget that token after a 401; one that another thread renewed meanwhile stays."""
        with self._lock:
            if key in self._tokens and self._tokens[key].value == value:
                del self._tokens[key]


#: The process's own store.
shared_tokens = TokenStore()


class PisteSession:
    """One conversation with Chorus Pro, with connections kept alive; use it as a context manager.

    :param environment: where to.
    :param credentials: as whom.
    :param timeout: seconds to connect, and from one piece of an answer to the next (see ``wire``).
    :param connect: seconds to connect, where they are not the same.
    :param retries: how often a repeatable call is repeated, while it is younger than ``timeout``.
    :param tokens: where tokens are remembered.
    :param wires: where its connections come from and wait afterwards; without it they are its own and end with it.
    """

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        *,
        timeout: float = TIMEOUT,
        connect: float | None = None,
        retries: int = 2,
        tokens: TokenStore = shared_tokens,
        wires: KeptWires | None = None,
    ) -> None:
        self.environment = environment
        self.timeout = timeout
        self._retries = retries
        self._credentials = credentials
        self.account = credentials.technical_account
        self._tokens = tokens
        self._token_key = tokens.key(environment.token_url, credentials.client_id, credentials.client_secret)
        account = f"{credentials.technical_account}:{credentials.technical_password}"
        self._headers = {
            "cpro-account": base64.b64encode(account.encode()).decode(),
            "Content-Type": "application/json;charset=utf-8",
            "Accept": "application/json;charset=utf-8",
            "Accept-Encoding": "gzip",
        }
        #: Requests made, under ""; those that failed, under their failure's code.
        self.tally: Counter[str] = Counter()
        # a new secret, another account, another address: another wire
        self._wires, self._wire_key = wires, (environment.api_url, self._token_key, self.account, timeout, connect)
        self._wire = wires.take(self._wire_key, timeout, connect) if wires else Wire(timeout, connect)
        self._broken = False
        self._leave_by: float | None = None

    def __enter__(self) -> PisteSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back, or close them where one of them broke."""
        if self._wires and not self._broken:
            self._wires.give(self._wire_key, self._wire)
        else:
            self._wire.close()
        # it is another one's from now on, if anybody's
        self._wires, self._wire = None, Wire(self.timeout)

    def must_leave_within(self, seconds: float) -> None:
        """Let no call done once begin later than so many seconds from now: whoever waits for it takes it for lost then."""
        self._leave_by = time.monotonic() + seconds

    def post(self, path: str, body: Mapping[str, Any], *, longest: int = LONGEST_ANSWER) -> dict[str, Any]:
        """Call an operation that may be repeated; its JSON answer, which says yes.

        :param path: such as ``/cpro/transverses/v1/consulterCRDetaille``.
        :param body: the request, JSON-serialisable; files in it as :class:`~.upload.Base64`.
        :param longest: bytes of the answer.
        :raises ChorusError: one of its five kinds; see :mod:`.errors`.
        """
        return self._told(path, body, verdict.asked, longest=longest)

    def post_once(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation that is never repeated once it may have arrived, such as a deposit; its JSON answer, which says yes.

        :raises ChorusError: OutcomeUnknown unless it was surely refused, or not received; see :mod:`.verdict`.
        """
        return self._told(path, body, verdict.once, once=True)

    def search(self, path: str, body: Mapping[str, Any], results: str) -> verdict.Found:
        """Call a search, which may be repeated; that it found nothing is a good answer and counts as one.

        :param results: the name of the answer's list.
        """
        return self._told(path, body, lambda reply, service: verdict.found(reply, service, results))

    def _told(
        self,
        path: str,
        body: Mapping[str, Any],
        judge: Callable[[verdict.Reply, str], Said],
        *,
        once: bool = False,
        longest: int = LONGEST_ANSWER,
    ) -> Said:
        try:
            reply = self._call(path, body, once, longest)
            return judge(reply, path.partition("/cpro/")[2])
        except ChorusError as error:
            self.tally[error.code] += 1
            raise

    def sign_in(self) -> None:
        """Have a token; the same errors as a call's, of which ``credentials`` is the one to expect."""
        self._token()

    # -- a call: token, exchange, and once more where the token was refused ----------------------------------------------

    def _call(self, path: str, request: Mapping[str, Any], once: bool, longest: int) -> verdict.Reply:
        data = body(request)
        for renewed in (False, True):
            token = self._token()
            if once and self._leave_by is not None and time.monotonic() > self._leave_by:
                raise TryLater("what goes before it took too long")
            reply = verdict.read(self._exchange(path, data, token, once, longest), request)
            refused = verdict.outcome(reply) is verdict.Outcome.NOT_RECEIVED if once else True
            if renewed or reply.status != 401 or not refused:
                break
            self._tokens.drop(self._token_key, token)
        return reply

    def _exchange(self, path: str, data: bytes | Body, token: str, once: bool, longest: int) -> Answer:
        def attempt() -> Answer:
            self.tally[""] += 1
            return self._post(
                self.environment.api_url + path, data, headers=self._headers, token=token, longest=longest, once=once
            )

        started = time.monotonic()
        try:
            answer = attempt() if once else self._repeated(attempt)
        except Broken as error:
            failure = self._failure(error, once)
            _logger.warning("Chorus Pro %s: %s after %.1f s", path, failure.code, time.monotonic() - started)
            raise failure from error
        _logger.info("Chorus Pro %s: HTTP %s in %.1f s", path, answer.status, time.monotonic() - started)
        return answer

    def _post(self, url: str, data: bytes | Body | Mapping[str, str], **options: Any) -> Answer:
        try:
            return self._wire.post(url, data, **options)
        except Broken:
            self._broken = True
            raise

    def _repeated(self, attempt: Callable[[], Answer]) -> Answer:
        """The answer of an attempt, of a later one where the first ones failed and did not take long."""
        started = time.monotonic()
        for repetition in range(self._retries + 1):
            # none before the first repetition, then longer ones
            time.sleep(0 if repetition < 2 else 0.5 * 2 ** (repetition - 1))
            last = repetition == self._retries
            try:
                answer = attempt()
            except Broken:
                if last or time.monotonic() - started > self.timeout:
                    raise
                continue
            if last or answer.status not in _AGAIN or time.monotonic() - started > self.timeout:
                break
        return answer

    def _token(self) -> str:
        token = self._tokens.get(self._token_key)
        if token:
            return token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "scope": "openid",
        }
        for attempt in range(_DOUBTED):
            time.sleep(attempt * DOUBT)
            try:
                answer = self._repeated(lambda: self._post(self.environment.token_url, form))
            except Broken as error:
                # whatever happened to the token, the call itself has not left
                raise NotReceived(str(error)) from error
            values = _object(answer)
            refused = answer.status in (400, 401) and isinstance(values.get("error"), str)
            if not refused:
                break
        if refused:
            raise NotAllowed("credentials", _said(values, "error_description", "error"), http_status=answer.status)
        if answer.status == 429:
            raise verdict.limited(answer)
        token = values.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise TryLater(f"token: HTTP {answer.status}", http_status=answer.status)
        self._tokens.put(self._token_key, token, _life(values.get("expires_in")))
        return token

    @staticmethod
    def _failure(error: Broken, once: bool) -> ChorusError:
        if not error.left:
            return NotReceived(str(error))
        return OutcomeUnknown(str(error)) if once else TryLater(str(error))


def _object(answer: Answer) -> dict[str, Any]:
    try:
        values = load(answer.body)
    except Unreadable:
        return {}
    return values if isinstance(values, dict) else {}


def _said(values: Mapping[str, Any], *fields: str) -> str:
    return next((text(values[field]) for field in fields if isinstance(values.get(field), str)), "")


def _life(value: object) -> float:
    """Seconds that a token lives, a number or its text."""
    written = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    seconds = int(written) if written.isascii() and written.isdigit() and len(written) < 12 else 0
    return min(seconds or _TOKEN_LIFE, _LONGEST_TOKEN_LIFE)


# -- searches ----------------------------------------------------------------------------------------------------------


def search_all(
    session: PisteSession,
    path: str,
    criteria: Mapping[str, Any],
    paging: str,
    results: str,
    read: Callable[[Fields], Read],
    *,
    named: str,
    column: str,
    size: int,
    whole: bool = False,
    unreadable: list[UnreadableRow] | None = None,
    **options: int,
) -> Iterator[Read]:
    """All results of a search, one call a page, as they are asked for.

    :param path: such as ``/cpro/factures/v1/rechercher/fournisseur``.
    :param criteria: what is looked for; a criterion that is None is left out.
    :param paging: the name of the request's paging object.
    :param results: the name of the answer's list.
    :param read: makes a result of a row.
    :param named: the field by which a person knows a row.
    :param column: what the results are sorted by, ascending (``triColonne``).
    :param size: results asked for in one page.
    :param whole: fewer rows than the platform counts are no answer.
    :param unreadable: takes the rows that cannot be read, and why a search ended before its end; without it both are an error.
    :param options: what else the paging object takes.
    :raises ChorusError: as ``PisteSession.search``; TryLater for what cannot be read.
    """
    body = {name: value for name, value in criteria.items() if value is not None}
    started, page, seen, total, before = time.monotonic(), 1, 0, 0, None
    while True:
        body[paging] = {
            **options,
            "nbResultatsParPage": size,
            "pageResultatDemandee": page,
            "triColonne": column,
            "triSens": "Ascendant",
        }
        found = session.search(path, body, results)
        bad: list[UnreadableRow] = []
        yield from list(read_rows(found.rows, read, named, bad))
        seen += len(found.rows)
        total = max(total, found.total or 0)
        more = _more(found, page, size)
        cut = ""
        if more and found.rows == before:
            cut = f"the same page {page} times"
        elif more and (seen >= MAXIMUM or time.monotonic() - started > LONGEST_SEARCH):
            cut = f"no end after {page} pages"
        elif whole and not more and seen < total:
            cut = f"{seen} of {total}"
        if cut:
            bad.append(UnreadableRow(results, cut))
        if unreadable is not None:
            unreadable += bad
        elif bad:
            raise TryLater(", ".join(map(str, bad[:5])), code="unreadable")
        if cut or not more:
            return
        page, before = page + 1, found.rows


def _more(found: verdict.Found, page: int, size: int) -> bool:
    """Whether another page follows: by what the platform counts, where it does not count by the page being full."""
    if not found.rows:
        return False
    if found.pages is None and found.total is None:
        return len(found.rows) >= size
    return page < max(found.pages or 0, -(-(found.total or 0) // size))
