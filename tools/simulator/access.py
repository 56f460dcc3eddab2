"""PISTE's tokens and the checks every business call goes through (doc/API.md §1)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from .clock import Clock, parse_moment
from .directory import Account, Application, Directory
from .options import Options
from .replies import Reply

TOKEN_PATH = "/api/oauth/token"
TOKEN_LENGTH = 54  # as observed
TOKEN_REFUSED = 'Bearer realm="PISTE", error="invalid_token"'

# The only difference between an unknown id and a wrong secret is the caller's: the answer is the same (doc/API.md §1.1).
INVALID_CLIENT = {"error": "invalid_client", "error_description": "Client authentication failed"}


@dataclass(frozen=True)
class Caller:
    """Who is behind an accepted call. ``account`` is None only where the technical account is not asked for."""

    application: Application
    account: Account | None


class Access:
    def __init__(self, directory: Directory, options: Options, clock: Clock) -> None:
        self._directory = directory
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def forget(self) -> None:
        """All tokens given so far are unknown from now on."""
        with self._lock:
            self._tokens.clear()

    def token(self, content_type: str, body: bytes) -> Reply:
        """``POST /api/oauth/token`` with the client's credentials in a form."""
        if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return Reply.json(400, {"error": "invalid_request"})
        try:
            form = {name: values[0] for name, values in parse_qs(body.decode("utf-8"), strict_parsing=True).items()}
        except ValueError:
            return Reply.json(400, {"error": "invalid_request"})
        if form.get("grant_type") != "client_credentials":
            return Reply.json(400, {"error": "unsupported_grant_type"})
        application = self._directory.application(form.get("client_id", ""))
        if application is None or not _same(application.client_secret, form.get("client_secret", "")):
            return Reply.json(400, INVALID_CLIENT)
        if not {"openid", "resource.READ"}.issuperset(form.get("scope", "openid").split()):
            return Reply.json(400, {"error": "invalid_scope"})
        return Reply.json(200, self._new_token(application))

    def _new_token(self, application: Application) -> dict[str, object]:
        token = secrets.token_urlsafe(TOKEN_LENGTH)[:TOKEN_LENGTH]
        lifetime = self._options.token_lifetime
        now = self._clock.now()
        with self._lock:
            self._tokens = {known: entry for known, entry in self._tokens.items() if entry[1] > now}
            self._tokens[token] = (application.client_id, now + timedelta(seconds=lifetime))
        return {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime), "scope": "openid"}

    def check(self, api: str, authorization: str, account_header: str | None, needs_account: bool) -> Caller | Reply:
        """Who calls, or the refusal: the gateway first (401, 403 ``{}``), then Chorus Pro (401, 403 with an echo).

        The echo of the request is left to the caller of this method: its reply's body is None.
        """
        application = self._bearer(authorization)
        if application is None:
            return _unauthorized(TOKEN_REFUSED)
        if api not in application.apis:
            return Reply.json(403, {})
        if account_header is None and not needs_account:
            return Caller(application, None)
        account = self._account(account_header or "")
        if account is None:
            return _unauthorized('Basic realm="Chorus Pro"')
        if not application.raccordementActif or account.structure not in application.structures:
            return Reply(403, "application/json;charset=utf-8", None)
        return Caller(application, account)

    def _bearer(self, authorization: str) -> Application | None:
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            entry = self._tokens.get(token.strip())
        if scheme.lower() != "bearer" or entry is None or entry[1] <= self._clock.now():
            return None
        return self._directory.application(entry[0])

    def _account(self, header: str) -> Account | None:
        try:
            login, _, password = base64.b64decode(header, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None
        account = self._directory.account(login)
        if account is None or not _same(account.password, password):
            return None
        if account.motPasseExpireLe and parse_moment(account.motPasseExpireLe) <= self._clock.now():
            return None
        return account


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _unauthorized(challenge: str) -> Reply:
    return Reply.json(401, {}, {"WWW-Authenticate": challenge})
