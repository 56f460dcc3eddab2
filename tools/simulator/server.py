"""The HTTP side: connections, faults, and who answers which path. Loopback only."""

from __future__ import annotations

import os
import secrets
import socket
import struct
import sys
import threading
import traceback
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from . import api, control, pages
from .access import INVALID_CLIENT, TOKEN_PATH, TOKEN_REFUSED
from .chorus import Platform
from .faults import HOLD_KINDS, HTTP_KINDS, RESET_KINDS, Fault
from .reading import MEGABYTE
from .replies import JSON, Reply

HOST = "127.0.0.1"
# A flow of 30 MB in base 64, and room to refuse a larger one properly.
MAX_BODY_BYTES = 80 * MEGABYTE
MAINTENANCE_PAGE = b"<!DOCTYPE html><html><title>Maintenance</title><body>Service indisponible</body></html>"


class Server(ThreadingHTTPServer):
    """One thread a connection; nothing in hand holds up the end of the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, platform: Platform, with_control: bool) -> None:
        self.platform = platform
        self.with_control = with_control
        self.stopping = threading.Event()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self.platform.traffic.connected()
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is not worth a word; anything else is."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class ConnectionLost(Exception):
    """The connection was cut on purpose."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ChorusProSimulator"
    sys_version = ""
    wbufsize = -1  # header and body leave together
    disable_nagle_algorithm = True
    server: Server
    raw_requestline: bytes

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests carry secrets and invoices."""

    def handle_one_request(self) -> None:
        """Waits for the next request of a connection, as long as the options say."""
        self.connection.settimeout(self.server.platform.options.idle)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Refuses the connection, when asked to, as soon as the path is known and before anything is read."""
        words = self.raw_requestline.split()
        path = _path(words[1].decode("latin-1")) if len(words) > 1 else ""
        if _is_api(path) and self.server.platform.faults.refuses(path):
            self._cut()
            return False
        return super().parse_request()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        path = _path(self.path)
        try:
            reply = self._api(path, body) if _is_api(path) else self._local(path, body)
        except ConnectionLost:
            return
        except Exception:  # noqa: BLE001 - a fault of the simulator is shown where it was started, and answered as one
            traceback.print_exc(file=sys.stderr)
            reply = Reply.json(500, {})
        self._send(reply)

    def _local(self, path: str, body: bytes) -> Reply:
        """The page and the control calls."""
        if not self._is_local():
            return Reply(403, "text/plain; charset=utf-8", b"Refused")
        if path.startswith(control.PREFIX + "/"):
            return self._control(path, body)
        return pages.serve(self.server.platform, self.command, path, urlsplit(self.path).query, body)

    def _control(self, path: str, body: bytes) -> Reply:
        if not self.server.with_control:
            return Reply.json(403, {"error": "Le simulateur a été démarré sans --control."})
        return control.serve(self.server.platform, self.command, path, body)

    def _is_local(self) -> bool:
        """Against web pages of other hosts that would reach into this one."""
        names = ("127.0.0.1", "localhost")
        origin = self.headers.get("Origin")
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        return host in names and (origin is None or urlsplit(origin).hostname in names)

    # API calls and their faults

    def _api(self, path: str, body: bytes) -> Reply:
        platform = self.server.platform
        entry = platform.traffic.called(self.command, path, body)
        if platform.options.latency:
            self.server.stopping.wait(platform.options.latency)
        fault = platform.faults.take(path)
        reply = self._fail(fault, path, body) if fault else self._answer(path, body)
        entry["status"] = reply.status
        return reply

    def _answer(self, path: str, body: bytes) -> Reply:
        platform = self.server.platform
        if path == TOKEN_PATH and self.command == "POST":
            return platform.access.token(self.headers.get("Content-Type") or "", body)
        return api.call(platform, self.command, path, self.headers, body)

    def _fail(self, fault: Fault, path: str, body: bytes) -> Reply:
        """What the fault makes of the call. Raises ConnectionLost when there is no answer."""
        done = self._answer(path, body) if fault.done or fault.kind in ("slow", "drip") else None
        if fault.kind in HOLD_KINDS or fault.kind == "slow":
            self.server.stopping.wait(fault.seconds)
        if fault.kind in HOLD_KINDS or fault.kind in RESET_KINDS:
            self._cut()
            raise ConnectionLost
        if done is not None and fault.kind == "slow":
            return done
        if done is not None and fault.kind == "drip":
            return replace(done, seconds_a_byte=fault.seconds)
        if fault.kind == "swollen":
            return Reply(200, JSON, _swollen(fault.size), {"Content-Encoding": "gzip"})
        if fault.kind == "answer":
            return Reply(fault.http, fault.content_type, fault.body.encode())
        if fault.kind == "invalid_client":
            return Reply.json(400, INVALID_CLIENT)
        if fault.kind == "html_200":
            return Reply(200, "text/html; charset=utf-8", MAINTENANCE_PAGE)
        if fault.kind == "empty_200":
            return Reply(200, JSON, b"")
        if fault.kind == "code_retour":
            return Reply.json(fault.http, {"codeRetour": fault.codeRetour, "libelle": fault.libelle})
        status = HTTP_KINDS[fault.kind]
        wait = fault.retry_after if fault.retry_after is not None else (1 if status == 429 else None)
        headers = {} if wait is None else {"Retry-After": str(wait)}
        if fault.challenge:
            headers["WWW-Authenticate"] = TOKEN_REFUSED
        return Reply(status, JSON, body if fault.echo else b"{}", headers)

    # Bytes

    def _body(self) -> bytes | None:
        """The request's body, or None when the answer is already sent."""
        if self.headers.get("Transfer-Encoding"):
            self._refuse(411)
            return None
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            self._refuse(400)
            return None
        if length > MAX_BODY_BYTES:
            self._refuse(413)
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._send(Reply.json(status, {}))

    def _send(self, reply: Reply) -> None:
        content = reply.body or b""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("x-correlationid", f"Id-{secrets.token_hex(12)} 0")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not reply.seconds_a_byte:
            self.wfile.write(content)
            return
        for place in range(len(content)):
            self.wfile.flush()
            self.server.stopping.wait(reply.seconds_a_byte)
            self.wfile.write(content[place : place + 1])

    def _cut(self) -> None:
        """Closes with a reset (RST) instead of an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _swollen(size: int) -> bytes:
    """A success in whose text stand so many blanks, packed piece by piece."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    pieces = [packer.compress(b'{"codeRetour": 0, "libelle": "')]
    pieces += [packer.compress(b" " * MEGABYTE) for _ in range(size // MEGABYTE)]
    pieces += [packer.compress(b'"}'), packer.flush()]
    return b"".join(pieces)


def _path(target: str) -> str:
    return urlsplit(target).path if not target.startswith("//") else target


def _is_api(path: str) -> bool:
    return path.startswith(("/cpro/", "/api/"))
