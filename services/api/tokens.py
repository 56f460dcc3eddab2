"""OAuth2 tokens of PISTE, one for each environment and client, shared by the threads of a process."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

#: Seconds by which a token is renewed before its end; a tenth of its life when it lives less than ten minutes.
MARGIN = 60.0


class _Token(NamedTuple):
    value: str
    renew_at: float


class TokenStore:
    """Remembers tokens until shortly before their end (doc/API.md §1.1: they live 3,600 s, there is no refresh token)."""

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
