"""What was asked of the API: counts by path, accepted connections, and a journal without secrets."""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from typing import Any
from urllib.parse import parse_qsl

JOURNAL_LENGTH = 5000
STRING_LENGTH = 300


class Traffic:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._calls: Counter[str] = Counter()
            self._journal: deque[dict[str, Any]] = deque(maxlen=JOURNAL_LENGTH)
            self._connections = 0

    def connected(self) -> None:
        with self._lock:
            self._connections += 1

    def called(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        """Counts a call and writes it down; the entry's ``status`` is filled in once it is answered."""
        entry = {"method": method, "path": path, "body": readable(body), "status": None}
        with self._lock:
            self._calls[path] += 1
            self._journal.append(entry)
        return entry

    def calls(self) -> dict[str, int]:
        with self._lock:
            return dict(self._calls)

    def connections(self) -> int:
        with self._lock:
            return self._connections

    def journal(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._journal]


def readable(body: bytes) -> Any:
    """A JSON body, or a form without its secret; long strings are cut."""
    text = body.decode("utf-8", "replace")
    if not text:
        return None
    try:
        return _cut(json.loads(text))
    except ValueError:
        form = {name: value for name, value in parse_qsl(text) if name != "client_secret"}
        return _cut(form) if form else _cut(text)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:STRING_LENGTH]
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    return value
