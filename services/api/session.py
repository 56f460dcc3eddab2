"""The way to Chorus Pro: HTTP through PISTE, with token, account header, time-outs, retries, errors sorted by consequence.

Two kinds of call: a *repeatable* one (a search, a report) is repeated by urllib3 when the way or the server fails; one
done *once* (a deposit) is never repeated after it may have arrived: Chorus Pro knows no idempotency key (doc/API.md §1.3, §5).
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util import Retry

from .environment import Credentials, Environment
from .errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused, TryLater
from .tokens import TokenStore, shared_tokens

_logger = logging.getLogger(__name__)

#: Seconds a single attempt may last: one number, since Odoo's test framework compares it (doc/RULES.md §9.2).
TIMEOUT = float(os.environ.get("CHORUS_TIMEOUT") or 30)
#: Answers after which a repeatable call is made again.
_AGAIN = (500, 502, 503, 504)
#: What the platform says when the technical account may not act (doc/API.md §4).
_RIGHT_MESSAGES = ("GDP_MSG_11.005", "habilitation")
#: How searches say that they found nothing (doc/API.md §4): a functional error for the platform, an empty list for us.
_NOTHING_FOUND = {(20000, "TRA_MSG_00.015"), (20007, "GFT_MSG_01.075")}


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
    :param timeout: seconds an attempt may last.
    :param retries: how often a repeatable call is repeated.
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
        self._credentials = credentials
        self._tokens = tokens
        self._token_key = tokens.key(environment.token_url, credentials.client_id, credentials.client_secret)
        account = f"{credentials.technical_account}:{credentials.technical_password}"
        self._headers = {
            "cpro-account": base64.b64encode(account.encode()).decode(),
            "Content-Type": "application/json;charset=utf-8",
            "Accept": "application/json;charset=utf-8",
        }
        again = Retry(
            total=retries,
            status_forcelist=_AGAIN,
            allowed_methods=frozenset({"POST"}),
            backoff_factor=0.5,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        #: Requests made, under ""; those that failed, under their failure's code.
        self.tally: Counter[str] = Counter()
        self._repeatable = requests.Session()
        self._once = requests.Session()
        for session, retry in ((self._repeatable, again), (self._once, Retry(0, read=False))):
            session.mount("https://", HTTPAdapter(max_retries=retry))
            session.mount("http://", HTTPAdapter(max_retries=retry))

    def __enter__(self) -> PisteSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._repeatable.close()
        self._once.close()

    def post(self, path: str, body: Mapping[str, Any], *, once: bool = False) -> dict[str, Any]:
        """Call an operation and return its JSON answer, whose ``codeRetour`` is 0 (or absent).

        :param path: such as ``/cpro/factures/v1/deposer/flux``.
        :param body: the request, JSON-serialisable.
        :param once: never repeat it once it may have arrived.
        :raises ChorusError: one of its five kinds; see :mod:`.errors`.
        """
        return self._told(path, body, once)

    def search(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The same for a search: ``{}`` when it found nothing, which is a good answer and counts as one.

        :raises ChorusError: as :meth:`post`, for every other refusal.
        """
        return self._told(path, body, False, searching=True)

    def _told(self, path: str, body: Mapping[str, Any], once: bool, searching: bool = False) -> dict[str, Any]:
        try:
            return self._checked(self._call(path, json.dumps(body).encode(), once), once)
        except ChorusError as error:
            if searching and isinstance(error, Refused) and (error.return_code, error.detail) in _NOTHING_FOUND:
                return {}
            self.tally[error.code] += 1
            raise

    def sign_in(self) -> None:
        """Have a token; the same errors as a call's, of which ``credentials`` is the one to expect."""
        self._token()

    # -- a call, in three steps: token, exchange, verdict --------------------------------------------------------------

    def _call(self, path: str, data: bytes, once: bool) -> requests.Response:
        token = self._token()
        response = self._exchange(path, data, token, once)
        if response.status_code == 401:
            # refused at the door, so nothing was done: a fresh token and one more try, for a deposit too
            self._tokens.drop(self._token_key, token)
            response = self._exchange(path, data, self._token(), once)
        return response

    def _exchange(self, path: str, data: bytes, token: str, once: bool) -> requests.Response:
        session = self._once if once else self._repeatable
        self.tally[""] += 1
        started = time.monotonic()
        try:
            response = session.post(
                self.environment.api_url + path,
                data=data,
                headers=self._headers,
                auth=_Bearer(token),
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            failure = self._transport_error(error, once)
            _logger.warning("Chorus Pro %s: %s after %.1f s", path, failure.code, time.monotonic() - started)
            raise failure from error
        _logger.info("Chorus Pro %s: HTTP %s in %.1f s", path, response.status_code, time.monotonic() - started)
        return response

    def _token(self) -> str:
        token = self._tokens.get(self._token_key)
        if token:
            return token
        try:
            response = self._repeatable.post(
                self.environment.token_url,
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._credentials.client_id,
                    "client_secret": self._credentials.client_secret,
                    "scope": "openid",
                },
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # whatever happened to the token, the call itself has not left
            raise NotReceived(_words(error)) from error
        answer = _json(response)
        if response.status_code in (400, 401) and answer is not None:
            detail = str(answer.get("error_description") or answer.get("error") or "")
            raise NotAllowed("credentials", detail, http_status=response.status_code)
        if response.status_code == 429:
            raise self._limited(response)
        if response.status_code != 200 or not answer or not answer.get("access_token"):
            raise TryLater(f"token: HTTP {response.status_code}", http_status=response.status_code)
        token = str(answer["access_token"])
        self._tokens.put(self._token_key, token, _seconds(answer.get("expires_in")) or 3600)
        return token

    def _checked(self, response: requests.Response, once: bool) -> dict[str, Any]:
        """The answer's JSON when it says success, else the error it stands for (doc/API.md §1.3)."""
        status = response.status_code
        correlation = response.headers.get("x-correlationid", "")
        answer = _json(response)
        words = str(answer.get("libelle") or answer.get("libelleErreur") or "") if answer else ""
        where: dict[str, Any] = {"http_status": status, "correlation": correlation}
        if status in (200, 202) and answer is not None:
            # the Swaggers require codeRetour; where it is absent, the status alone counts
            code = answer.get("codeRetour", 0)
            if code in (0, "0"):
                return answer
            raise _refusal(response, words, code, **where)
        if status == 401:
            raise NotAllowed("technical_account", words or response.headers.get("WWW-Authenticate", ""), **where)
        if status == 403:
            # an empty object: the API is not consented to on PISTE; the request echoed: no active connection (doc/API.md §1.3)
            raise NotAllowed("connection" if answer else "subscription", words, **where)
        if status == 413:
            raise Refused(words, code="file_too_large", **where)
        if status == 429:
            raise self._limited(response)
        if 400 <= status < 500:
            raise _refusal(response, words or f"HTTP {status}", (answer or {}).get("codeRetour"), **where)
        detail = words or f"HTTP {status}, {response.headers.get('Content-Type', 'no content type')}"
        if once:
            # behind a gateway, a 5xx or a maintenance page does not tell whether the deposit went through
            raise OutcomeUnknown(detail, **where)
        raise TryLater(detail, code="unavailable" if status >= 500 else "unexpected_answer", **where)

    @staticmethod
    def _transport_error(error: requests.RequestException, once: bool) -> ChorusError:
        reason = error.args[0] if error.args else None
        if isinstance(reason, MaxRetryError):
            reason = reason.reason
        never_left = (
            isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError))
            # urllib3 2 has an own kind of it for a name that is not found, 1.26 has not
            or isinstance(reason, NewConnectionError)
            # a certificate is refused before the request is written; other TLS errors may come after it
            or "CERTIFICATE_VERIFY_FAILED" in str(error)
        )
        if never_left:
            return NotReceived(_words(error))
        return OutcomeUnknown(_words(error)) if once else TryLater(_words(error))

    @staticmethod
    def _limited(response: requests.Response) -> TryLater:
        return TryLater(
            f"HTTP {response.status_code}",
            code="rate_limited",
            retry_after=_seconds(response.headers.get("Retry-After")),
            http_status=response.status_code,
        )


def _refusal(response: requests.Response, words: str, code: Any, **where: Any) -> ChorusError:
    if any(mark in words for mark in _RIGHT_MESSAGES):
        return NotAllowed("right", words, **where)
    service = urlsplit(response.url).path.partition("/cpro/")[2]
    return Refused(words or f"codeRetour {code}", return_code=int(_seconds(code) or 0), service=service, **where)


def _json(response: requests.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _seconds(value: object) -> int | None:
    try:
        return max(0, int(str(value)))
    except ValueError:
        return None


def _words(error: Exception) -> str:
    """A library's error without addresses or object dumps: its class says enough, and holds no secret."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None)
    return type(reason).__name__ if reason is not None else type(error).__name__
