"""One answer is bounded, in time and in size, whatever the server does. Needs neither Odoo nor a database.

The limits are lowered, the inputs small: nothing here would trouble another program.
"""

import contextlib
import gzip
import socket
import threading
import time
import unittest
from unittest.mock import patch

from ...services.api import wire
from ...services.api.wire import Broken, Wire

SECONDS = 0.3
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Peer:
    """A server of a few lines: what it does with a connection is a function of it, run in a thread."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.received = 0
        self._serve = serve
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with connection, contextlib.suppress(OSError):
            self._serve(self, connection)

    def read_request(self, connection):
        """Read a request to its end; whether there was one."""
        content = b""
        while b"\r\n\r\n" not in content:
            piece = connection.recv(65536)
            if not piece:
                return False
            content += piece
        head, _, body = content.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        self.received += len(body)
        while length > len(body):
            piece = connection.recv(65536)
            if not piece:
                return False
            body += piece
            self.received += len(piece)
        return True

    def close(self):
        self.listener.close()


def answering(*pieces, pause=0.0):
    """A server that answers each request with these bytes, one piece after the other."""

    def serve(peer, connection):
        while peer.read_request(connection):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)

    return serve


class WireCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.wire = Wire(SECONDS)
        self.addCleanup(self.wire.close)

    def peer(self, serve):
        peer = Peer(serve)
        self.addCleanup(peer.close)
        return peer

    def post(self, peer, data=b"{}", **options):
        """The answer or the error, within the time that an attempt may last."""
        started = time.monotonic()
        try:
            return self.wire.post(peer.url, data, headers={"Accept-Encoding": "gzip"}, **options)
        except Broken as error:
            return error
        finally:
            self.assertLess(time.monotonic() - started, self.wire.longest(len(data)) + 1)


class TestTime(WireCase):
    def test_bodies_and_headers_that_drip(self):
        """A byte now and then never runs into a time-out: the whole is bounded."""
        body = HEAD + b"Content-Length: 1000\r\n\r\n"
        chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        for name, pieces, status in (
            ("body", [body, *[b"{"] * 1000], 200),
            ("chunks", [chunked, *[b"1\r\n{\r\n"] * 1000], 200),
            ("size of a chunk", [chunked, *[b"0"] * 1000], 200),
            ("no length", [HEAD + b"\r\n", *[b"{"] * 1000], 200),
            ("headers", [HEAD, *[b"x: y\r\n"] * 1000], None),
            ("one header", [HEAD + b"x: ", *[b"y"] * 1000], None),
            ("status line", [bytes([letter]) for letter in HEAD * 100], None),
            ("continue", [b"HTTP/1.1 100 Continue\r\n\r\n"] * 1000, None),
        ):
            with self.subTest(name):
                answer = self.post(self.peer(answering(*pieces, pause=SECONDS / 5)))
                if isinstance(answer, Broken):
                    self.assertEqual((status, answer.left), (None, True))
                else:
                    self.assertEqual((answer.status, answer.body), (200, None))

    def test_a_server_that_says_nothing(self):
        self.assertIsInstance(self.post(self.peer(lambda peer, connection: time.sleep(5))), Broken)

    def test_the_connection_serves_again_after_a_good_answer(self):
        connections = []

        def serve(peer, connection):
            connections.append(connection)
            answering(HEAD + b"Content-Length: 2\r\n\r\n{}")(peer, connection)

        peer = self.peer(serve)
        for _turn in range(3):
            self.assertEqual(self.post(peer).body, b"{}")
        self.assertEqual(len(connections), 1)

    def test_a_slow_upload_takes_its_time(self):
        """On a line of 1 Mbit/s ten megabytes pass; here in small: the file takes longer than any time-out, and arrives."""
        self.assertGreater(wire.upload_seconds(10 * 1024**2 * 4 // 3), 10 * 1024**2 * 4 / 3 * 8 / 1e6)
        size = 600_000

        def serve(peer, connection):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            received = 0
            while received < size:
                received += len(connection.recv(8192))
                time.sleep(SECONDS / 25)
            peer.received = received
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")

        peer = self.peer(serve)
        started = time.monotonic()
        answer = self.post(peer, b"x" * size)
        self.assertEqual(answer.body, b"{}")
        self.assertGreater(time.monotonic() - started, 2 * SECONDS, "longer than what is allowed without an upload")

    def test_an_upload_that_nobody_takes_ends(self):
        with patch.object(wire, "SLOWEST_UPLOAD", 20_000_000):
            answer = self.post(self.peer(lambda peer, connection: time.sleep(10)), b"x" * 20_000_000)
        self.assertIsInstance(answer, Broken)
        self.assertTrue(answer.left, "part of it may have arrived")


class TestSize(WireCase):
    def test_no_more_than_the_limit_is_read(self):
        limit = 100_000
        sent = []

        def endless(peer, connection):
            peer.read_request(connection)
            connection.sendall(HEAD + b"\r\n")
            for _turn in range(1000):
                connection.sendall(b" " * 10_000)
                sent.append(10_000)

        answer = self.post(self.peer(endless), longest=limit)
        self.assertEqual((answer.status, answer.body), (200, None))
        self.assertIn("more than", answer.problem)
        self.assertLess(sum(sent), 10_000_000, "the connection was closed long before its end")

    def test_what_swells_when_unpacked(self):
        packed = gzip.compress(b" " * 1_000_000)
        head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        peer = self.peer(answering(head + packed))
        self.assertEqual(len(self.post(peer, longest=1_000_000).body), 1_000_000)
        answer = self.post(peer, longest=999_999)
        self.assertIsNone(answer.body)
        self.assertIn("unpacked", answer.problem)

    def test_headers_without_end(self):
        answer = self.post(self.peer(answering(HEAD + b"x: y\r\n" * 10_000 + b"\r\n")))
        self.assertIsInstance(answer, Broken)
        answer = self.post(self.peer(answering(HEAD + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n")))
        self.assertIsInstance(answer, Broken)


class TestForms(WireCase):
    """What is no whole answer is none: its status counts, its body does not."""

    def body(self, head, content=b"{}", status=b"200 OK"):
        peer = self.peer(lambda peer, connection: peer.read_request(connection) and connection.sendall(
            b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n" + content))  # fmt: skip
        return self.post(peer)

    def test_packed_or_not(self):
        packed = gzip.compress(b'{"a": 1}')
        self.assertEqual(self.body(b"Content-Encoding: gzip\r\n", packed).body, b'{"a": 1}')
        self.assertEqual(self.body(b"Content-Encoding: identity\r\n").body, b"{}")
        for head, content in (
            (b"Content-Encoding: gzip\r\n", b"{}"),
            (b"Content-Encoding: gzip\r\n", packed[:-4]),
            (b"Content-Encoding: br\r\n", b"{}"),
            (b"Content-Encoding: gzip, gzip\r\n", gzip.compress(packed)),
            (b"Content-Length: 3\r\n", b"{}"),
            (b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n"),
            (b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
        ):
            with self.subTest(head):
                answer = self.body(head, content)
                self.assertEqual((answer.status, answer.body), (200, None))
                self.assertTrue(answer.problem)
        self.assertEqual(self.body(b"Content-Encoding: br\r\n", status=b"503 Busy").status, 503)

    def test_what_no_library_reads(self):
        for answer in (b"", b"\0" * 100, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n{}",
                       b"SSH-2.0-OpenSSH\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"HTTP/1.1 99999 x\r\n\r\n"):  # fmt: skip
            with self.subTest(answer):
                peer = self.peer(lambda peer, connection, answer=answer: peer.read_request(connection) and connection.sendall(
                    answer))  # fmt: skip
                self.assertIsInstance(self.post(peer), Broken)

    def test_cookies_are_not_kept(self):
        asked = []

        def serve(peer, connection):
            while head := connection.recv(65536):
                asked.append(head)
                connection.sendall(HEAD + b"Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")

        peer = self.peer(serve)
        self.post(peer)
        self.post(peer)
        self.assertNotIn(b"a=b", b"".join(asked))

    def test_redirects_are_not_followed(self):
        answer = self.body(b"Location: http://127.0.0.1:9/\r\nContent-Length: 2\r\n", status=b"307 Elsewhere")
        self.assertEqual(answer.status, 307)


class TestLeft(WireCase):
    """Whether a byte of the request was handed to a connection."""

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/"
            with self.assertRaises(Broken) as caught:
                self.wire.post(url, b"{}")
        self.assertFalse(caught.exception.left)

    def test_no_such_host(self):
        with self.assertRaises(Broken) as caught:
            self.wire.post("http://nowhere.invalid/", b"{}")
        self.assertFalse(caught.exception.left)

    def test_cut_after_the_request(self):
        error = self.post(self.peer(lambda peer, connection: peer.read_request(connection) and connection.close()))
        self.assertTrue(error.left)

    def test_through_a_proxy(self):
        """A proxy that refuses, or breaks the connection after it: only the first is surely not received."""

        def refuse(peer, connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

        with patch.dict("os.environ", {"https_proxy": self.peer(refuse).url, "no_proxy": ""}), self.assertRaises(Broken) as no:
            self.wire.post("https://api.invalid/", b"{}")
        self.assertFalse(no.exception.left, "what a proxy is told is not the request")
        cut = self.peer(lambda peer, connection: peer.read_request(connection) and connection.close())
        with patch.dict("os.environ", {"http_proxy": cut.url, "no_proxy": ""}), self.assertRaises(Broken) as lost:
            self.wire.post("http://api.invalid/", b"{}")
        self.assertTrue(lost.exception.left)
