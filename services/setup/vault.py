"""Secrets at rest: encrypted with a key that lies outside the database, and that can be replaced.

A sealed secret reads ``cp1:<key id>:<Fernet token>``. The key's id (8 hexadecimal digits) tells which key opens it, so keys
can be rotated: the first key of a vault seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken

PREFIX = "cp1"


class VaultError(Exception):
    """A sealed secret cannot be opened: its key is not among ours, or the text is damaged."""


def _fernet(key: str) -> Fernet:
    # one SHA-256 turns a key of any length into Fernet's 32 bytes; strength is the key's own (README: how to make one)
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"l10n_fr_chorus_pro:" + key.encode()).digest()))


def key_id(key: str) -> str:
    """Public name of a key: 8 hexadecimal digits that do not reveal it."""
    return hashlib.sha256(b"l10n_fr_chorus_pro:id:" + key.encode()).hexdigest()[:8]


def sealed_with(sealed: str) -> str:
    """Public name of the key that sealed a secret; "" when the text does not tell."""
    prefix, _, rest = sealed.partition(":")
    return rest.partition(":")[0] if prefix == PREFIX else ""


class Vault:
    """Seals and opens secrets.

    :param keys: the keys, newest first; at least one.
    :raises ValueError: when there is none.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = {key_id(key): key for key in keys if key}
        if not self._keys:
            raise ValueError("a vault needs a key")
        self.current_id = next(iter(self._keys))

    def seal(self, secret: str) -> str:
        """The secret, sealed with the newest key."""
        token = _fernet(self._keys[self.current_id]).encrypt(secret.encode()).decode()
        return f"{PREFIX}:{self.current_id}:{token}"

    def open(self, sealed: str) -> str:
        """The secret in clear.

        :raises VaultError: when its key is unknown here or the text is damaged.
        """
        identifier, token = sealed_with(sealed), sealed.rpartition(":")[2]
        if identifier not in self._keys:
            raise VaultError(f"no key {identifier or '?'} here")
        try:
            return _fernet(self._keys[identifier]).decrypt(token.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise VaultError(f"damaged secret, key {identifier}") from error

    def mark(self, secret: str) -> str:
        """What tells a secret from another without telling what it is: ``<key id>:<12 hexadecimal digits>``."""
        return f"{self.current_id}:{self._digest(self.current_id, secret)}"

    def bears(self, secret: str, mark: str) -> bool:
        """Whether a secret is the one of which ``mark`` was made; also where the key it was made with is no longer here."""
        identifier, _, digest = mark.partition(":")
        return identifier not in self._keys or hmac.compare_digest(digest, self._digest(identifier, secret))

    def _digest(self, identifier: str, secret: str) -> str:
        key = f"l10n_fr_chorus_pro:mark:{self._keys[identifier]}".encode()
        return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:12]
