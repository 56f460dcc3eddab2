"""One HTTP request and its answer, bounded whatever comes: the one place that bounds an answer.

In time: an attempt ends, however slowly the bytes drip, once connecting, sending and answering took what they may. In size:
an answer is read, and unpacked, up to a limit. What lies beyond is not kept; its status still counts.
"""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
import weakref
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from .upload import Body

#: Seconds to connect, and from one piece of an answer to the next; an attempt may last as long as both, and longer by its upload.
TIMEOUT = float(os.environ.get("CHORUS_TIMEOUT") or 30)
#: Seconds after its last use for which a connection is trusted with a call done once. urllib3 looks before each request whether
#: the other side has closed it, and opens another one then; what it cannot see is that it is being closed at this very moment.
#: Whatever closes idle connections does so after seconds of silence, five being the shortest wait in use (Apache's): one that
#: answered just now is not among them. An older one is left alone and a new one opened, since a deposit that meets a closing
#: connection may have arrived or not: it would be looked up for a quarter of an hour, for the sake of one handshake.
TRUSTED = 3.0
#: Bytes a second that the slowest line carries which is still waited for: 1 Mbit/s, a third of it for others.
SLOWEST_UPLOAD = 80_000
#: Bytes of an answer, as sent and as unpacked: a page of 500 invoices has one or two million.
LONGEST_ANSWER = 4 * 1024**2
_PIECE = 16 * 1024
#: Everything that a hostile or broken server makes the libraries raise.
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


class Answer(NamedTuple):
    """What came back.

    :ivar body: as sent and unpacked; None where it cannot be read whole, and ``problem`` says why.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    problem: str = ""


class Broken(Exception):
    """No answer.

    :ivar left: whether any byte of the request was handed to a connection; without one it was surely not received.
    """

    def __init__(self, words: str, left: bool) -> None:
        super().__init__(words)
        self.left = left


def upload_seconds(size: int) -> float:
    """How long a request of so many bytes may take to leave."""
    return size / SLOWEST_UPLOAD


class Wire:
    """HTTP with connections kept alive, for one thread; never repeats anything by itself.

    :param timeout: see :data:`TIMEOUT`.
    :param connect: seconds to connect, where they are not the same.
    """

    def __init__(self, timeout: float = TIMEOUT, connect: float | None = None) -> None:
        self.timeout = timeout
        self._connect = timeout if connect is None else connect
        self._watch = _Watch(self._connect)
        #: When each host was last heard of.
        self._used_at: dict[str, float] = {}
        self._http = requests.Session()
        # who asks stands in the request itself: without this, requests adds what the machine's .netrc knows of the host
        self._http.auth = _as_it_is
        # an answer leaves nothing behind that a later request would carry
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, _Adapter(self._watch))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def longest(self, size: int = 0) -> float:
        """Seconds that an attempt lasts at most, which sends so many bytes."""
        return self._connect + self.timeout + upload_seconds(size)

    def post(
        self,
        url: str,
        data: bytes | Body | Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        token: str = "",
        longest: int = LONGEST_ANSWER,
        once: bool = False,
    ) -> Answer:
        """Send one request.

        :param once: it must not meet a connection that is being closed: see :data:`TRUSTED`.
        :param token: an access token to send with it.
        :param longest: bytes of the answer, as sent and as unpacked.
        :raises Broken: when there is no answer.
        """
        host = urlsplit(url).netloc
        if once and time.monotonic() - self._used_at.get(host, 0.0) > TRUSTED:
            # closes those that wait; the session itself can go on
            self._http.close()
        over = threading.Event()
        self._watch.left = False
        size = len(data) if isinstance(data, (bytes, Body)) else 0
        seconds = self.longest(size)
        # what is written may still wait in this machine's buffers
        patience = self.timeout + upload_seconds(size)
        timer = threading.Timer(seconds, self._watch.cut, (over,))
        timer.daemon = True
        timer.start()
        try:
            options = {"timeout": patience, "allow_redirects": False, "stream": True}
            auth = _Bearer(token) if token else None
            response = self._http.post(url, data=data, headers=headers, auth=auth, **options)
            with closing(response):
                return Answer(response.status_code, response.headers, *_body(response, longest, over))
        except _BROKEN as error:
            words = f"no answer within {seconds:.0f} s" if over.is_set() else _words(error)
            raise Broken(words, self._watch.left) from error
        finally:
            timer.cancel()
            self._used_at[host] = time.monotonic()


class _Bearer(requests.auth.AuthBase):
    """Sets the token; as an auth object so that a ``.netrc`` of the machine never replaces it."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _body(response: requests.Response, longest: int, over: threading.Event) -> tuple[bytes | None, str]:
    """The body, or None and what is wrong with it."""
    pieces, size = [], 0
    try:
        while piece := response.raw.read(_PIECE, decode_content=False):
            pieces.append(piece)
            size += len(piece)
            if size > longest:
                return None, f"more than {longest} bytes"
    except _BROKEN as error:
        return None, "too slow" if over.is_set() else _words(error)
    if over.is_set():
        return None, "too slow"
    told = response.headers.get("Content-Length", "")
    if told.isdecimal() and int(told[:12]) != size:
        return None, "cut short"
    return _unpacked(b"".join(pieces), response.headers.get("Content-Encoding", ""), longest)


def _unpacked(content: bytes, encoding: str, longest: int) -> tuple[bytes | None, str]:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return content, ""
    if encoding not in ("gzip", "x-gzip"):
        return None, "packed in a way that was not asked for"
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(content, longest + 1)
    except zlib.error:
        return None, "not packed as it says"
    if len(unpacked) > longest:
        return None, f"more than {longest} bytes when unpacked"
    return (unpacked, "") if unpacker.eof else (None, "cut short")


def _words(error: Exception) -> str:
    """A library's error without addresses or object dumps: its class says enough, and holds no secret."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None)
    return type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__


class _Watch:
    """The sockets of a wire, and whether a request began to leave through one of them.

    :param patience: seconds to connect.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.left = False

    def add(self, opened: socket.socket) -> None:
        """Watch a socket, from its first moment on."""
        with self._lock:
            self._sockets.add(opened)

    def cut(self, over: threading.Event) -> None:
        """End the call in hand, from another thread: whatever waits for a byte waits no more."""
        over.set()
        with self._lock:
            for opened in list(self._sockets):
                # not the method of a TLS socket, which takes its state away from the thread that reads
                with suppress(OSError, TypeError):
                    socket.socket.shutdown(opened, socket.SHUT_RDWR)


class _Watched:
    """A connection that shows its sockets and what it sends; see ``_Adapter``."""

    watch: _Watch
    sock: Any
    timeout: Any

    def _new_conn(self) -> Any:
        patience, self.timeout = self.timeout, self.watch.patience
        try:
            opened = super()._new_conn()  # type: ignore[misc]
        finally:
            self.timeout = patience
        self.watch.add(opened)
        return opened

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.watch.add(self.sock)

    def _tunnel(self) -> None:
        try:
            super()._tunnel()  # type: ignore[misc]
        finally:
            # what is said to a proxy is not the request
            self.watch.left = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.watch.left = True
        # a large file takes its time on a slow line: no piece of it is bounded, only the whole attempt
        patience = self.sock.gettimeout()
        self.sock.settimeout(None)
        super().send(data)  # type: ignore[misc]
        self.sock.settimeout(patience)


class _Adapter(HTTPAdapter):
    """An adapter whose connections, those through a proxy included, are watched."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        super().__init__(max_retries=Retry(0, read=False))

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self._watch_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if not known:
            self._watch_pools(manager)
        return manager

    def _watch_pools(self, manager: urllib3.PoolManager) -> None:
        manager.pool_classes_by_scheme = {
            scheme: type(pool.__name__, (pool,), {"ConnectionCls": self._watched(pool.ConnectionCls)})
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }

    def _watched(self, connection: type) -> type:
        return type(connection.__name__, (_Watched, connection), {"watch": self._watch})
