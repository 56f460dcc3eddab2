"""The way to Chorus Pro: HTTP through PISTE, with token, account header, repetition, errors sorted by consequence.

Two kinds of call: a *repeatable* one (a search, a report) is repeated when the way or the server fails; one done *once*
(a deposit) is never repeated after it may have arrived: Chorus Pro knows no idempotency key (doc/API.md §1.3, §5).

What bounds an answer is in ``wire``, what an answer means is in ``verdict``.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import requests

from . import verdict
from .environment import Credentials, Environment
from .errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, TryLater
from .json_values import Unreadable, load, text
from .tokens import TokenStore, shared_tokens
from .wire import LONGEST_ANSWER, TIMEOUT, Answer, Broken, Wire

_logger = logging.getLogger(__name__)

#: Answers after which a repeatable call is made again.
_AGAIN = (500, 502, 503, 504)
#: What an access token may be (RFC 6750 §2.1); it becomes a header.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,8000}=*")
#: Seconds that a token lives where it does not say, and at most.
_TOKEN_LIFE, _LONGEST_TOKEN_LIFE = 3600, 86400

Said = TypeVar("Said")


class _Bearer(requests.auth.AuthBase):
    """Sets the token; as an auth object so that a ``.netrc`` of the machine never replaces it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class PisteSession:
    """One conversation with Chorus Pro, with connections kept alive; use it as a context manager.

    :param environment: where to.
    :param credentials: as whom.
    :param timeout: seconds to connect, and from one piece of an answer to the next (see ``wire``).
    :param retries: how often a repeatable call is repeated, while it is younger than ``timeout``.
    :param tokens: where tokens are remembered.
    """

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        *,
        timeout: float = TIMEOUT,
        retries: int = 2,
        tokens: TokenStore = shared_tokens,
    ) -> None:
        self.environment = environment
        self.timeout = timeout
        self._retries = retries
        self._credentials = credentials
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
        self._wire = Wire(timeout)
        self._leave_by: float | None = None

    def __enter__(self) -> PisteSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def must_leave_within(self, seconds: float) -> None:
        """Let no call done once begin later than so many seconds from now: whoever waits for it takes it for lost then."""
        self._leave_by = time.monotonic() + seconds

    def post(self, path: str, body: Mapping[str, Any], *, longest: int = LONGEST_ANSWER) -> dict[str, Any]:
        """Call an operation that may be repeated; its JSON answer, which says yes.

        :param path: such as ``/cpro/transverses/v1/consulterCRDetaille``.
        :param body: the request, JSON-serialisable.
        :param longest: bytes of the answer.
        :raises ChorusError: one of its five kinds; see :mod:`.errors`.
        """
        return self._told(path, body, verdict.asked, longest=longest)

    def post_once(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The same for an operation that is never repeated once it may have arrived, such as a deposit."""
        return self._told(path, body, verdict.once, once=True)

    def search(self, path: str, body: Mapping[str, Any], results: str) -> verdict.Found:
        """The same for a search; that it found nothing is a good answer and counts as one.

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

    def _call(self, path: str, body: Mapping[str, Any], once: bool, longest: int) -> verdict.Reply:
        data = json.dumps(body).encode()
        for renewed in (False, True):
            token = self._token()
            if once and self._leave_by is not None and time.monotonic() > self._leave_by:
                raise TryLater("what goes before it took too long")
            reply = verdict.read(self._exchange(path, data, token, once, longest), body)
            refused = verdict.outcome(reply) is verdict.Outcome.NOT_RECEIVED if once else True
            if renewed or reply.status != 401 or not refused:
                break
            self._tokens.drop(self._token_key, token)
        return reply

    def _exchange(self, path: str, data: bytes, token: str, once: bool, longest: int) -> Answer:
        def attempt() -> Answer:
            self.tally[""] += 1
            return self._wire.post(
                self.environment.api_url + path, data, headers=self._headers, auth=_Bearer(token), longest=longest
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
        try:
            answer = self._repeated(lambda: self._wire.post(self.environment.token_url, form))
        except Broken as error:
            # whatever happened to the token, the call itself has not left
            raise NotReceived(str(error)) from error
        values = _object(answer)
        if answer.status in (400, 401) and isinstance(values.get("error"), str):
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
