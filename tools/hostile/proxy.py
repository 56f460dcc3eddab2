"""A proxy between the client and the simulator that changes answers on their way, and watches what becomes of them."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import requests

from . import mutations
from .mutations import Answer

#: Share of the answers that are changed, of those of a call done once, of those to a request for a token; of the changed ones
#: that are invented, and of the invented ones to calls that were carried out first.
SHARE, SHARE_ONCE, SHARE_TOKEN, INVENTED, AFTER = 0.25, 0.4, 0.05, 0.35, 0.5
#: Seconds after which a client that waits for a byte has long passed its deadline.
HELD = 40.0
PASSED_ON = ("Authorization", "cpro-account", "Content-Type", "Accept")
KEPT = ("Content-Type", "WWW-Authenticate", "Retry-After", "x-correlationid")


class Met(NamedTuple):
    """One answer: the operation, how it was changed ("" for not), how long the client stayed, how many bytes it took."""

    path: str
    kind: str
    what: str
    seconds: float
    sent: int
    uploaded: int


class Proxy:
    """Listens on two ports, one for each client that is to be watched apart.

    :param target: port of the simulator.
    :ivar begun: the kinds of the answers that began to leave, by port; they may last longer than the call that they are for.
    :ivar met: all answers so far, by port.
    """

    def __init__(self, target: int, seed: int) -> None:
        self.target = target
        self._dice = random.Random(f"{seed} proxy")
        self._lock = threading.Lock()
        self._earlier: dict[str, list[Answer]] = {}
        self.is_hostile = False
        self.forced: list[Answer] = []
        self.begun: dict[int, list[str]] = {}
        self.met: dict[int, list[Met]] = {}
        self._servers = [_Server(self) for _ in range(2)]
        self.ports = [server.server_address[1] for server in self._servers]
        for server in self._servers:
            self.begun[server.server_address[1]], self.met[server.server_address[1]] = [], []
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def answers(self) -> int:
        """How many answers were given."""
        return sum(map(len, self.met.values()))

    def kinds(self) -> Counter[str]:
        """How many answers were changed, by kind."""
        return Counter(met.kind for all_met in self.met.values() for met in all_met if met.kind)

    # -- what becomes of a request ---------------------------------------------------------------------------------------

    def answer(self, port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer that leaves."""
        with self._lock:
            if self.forced:
                return self.forced.pop(0)
            dice = random.Random(self._dice.random())
        share = SHARE_ONCE if path in mutations.ONCE else SHARE_TOKEN if path == mutations.TOKEN else SHARE
        if not self.is_hostile or dice.random() >= share:
            return self._true(method, path, headers, body)
        if dice.random() < INVENTED:
            invented = mutations.invented(dice, path)
            # a "no" in the platform's own form to what was done would be a lie that nothing could tell from the truth
            if dice.random() < AFTER and not (invented.kind == "refusal" and invented.status < 500):
                self._true(method, path, headers, body)
            return invented
        with self._lock:
            earlier = self._earlier.get(path, [])
            other = dice.choice(earlier) if earlier else None
        if other and path in mutations.ACKNOWLEDGED and dice.random() < 0.1:
            # an earlier answer to a call that is not even passed on
            return Answer(other.status, other.body, other.headers, "repeated", "an earlier answer, not passed on")
        return mutations.changed(dice, path, self._true(method, path, headers, body), other)

    def _true(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        given = {name: headers[name] for name in PASSED_ON if name in headers}
        address = f"http://127.0.0.1:{self.target}{path}"
        response = requests.request(method, address, data=body, headers=given, timeout=60, allow_redirects=False)
        kept = {name: response.headers[name] for name in KEPT if name in response.headers}
        answer = Answer(response.status_code, response.content, kept)
        if response.status_code == 200 and not mutations.says_nothing_found(answer):
            with self._lock:
                known = self._earlier.setdefault(path, [])
                known.append(answer)
                del known[:-5]
        return answer

    def note(self, port: int, met: Met) -> None:
        """Remember an answer."""
        with self._lock:
            self.met[port].append(met)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy, port = self.server.proxy, self.server.server_address[1]
        started = time.monotonic()
        answer = proxy.answer(port, self.command, self.path, dict(self.headers), content)
        proxy.begun[port].append(answer.kind)
        sent = 0
        with contextlib.suppress(OSError):
            sent = self._send(answer)
        seconds = time.monotonic() - started
        proxy.note(port, Met(self.path, answer.kind, answer.what, seconds, sent, len(content)))

    def _send(self, answer: Answer) -> int:
        if answer.pause:
            self._wait(answer.pause if answer.kind == "slow" else 0)
        if answer.raw is not None:
            self.close_connection = True
            self.connection.sendall(answer.raw)
            return len(answer.raw)
        length = str(len(answer.body) * answer.repeat) if answer.length is None else answer.length
        headers = {**answer.headers, **({"Content-Length": length} if length else {})}
        if answer.kind or not length:
            # what was changed must not spoil what comes after it
            headers["Connection"] = "close"
            self.close_connection = True
        head = f"HTTP/1.1 {answer.status} x\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        self.connection.sendall(head.encode("utf-8"))
        sent, step = 0, answer.piece or len(answer.body) or 1
        for _turn in range(answer.repeat):
            for place in range(0, len(answer.body), step):
                self.connection.sendall(answer.body[place : place + step])
                sent += len(answer.body[place : place + step])
                if answer.kind == "drip":
                    self._wait(answer.pause)
        return sent

    def _wait(self, seconds: float) -> None:
        """Wait, unless the client goes away before.

        :raises ConnectionError: when it does.
        """
        readable, _, _ = select.select([self.connection], [], [], min(seconds, HELD))
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise ConnectionResetError
