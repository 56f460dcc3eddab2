"""Connections kept from one run to the next: few are opened, none is shared, and a deposit over one is never made twice."""

import os
import threading
import time
import unittest
from itertools import chain, repeat
from unittest.mock import patch

from ...services.api import wire
from ...services.api.errors import OutcomeUnknown
from ...services.api.kept import WAITING, KeptWires
from ...services.api.session import TokenStore
from ...services.api.wire import Broken
from ..support.sessions import DEPOSIT, SessionCase
from .test_wire import HEAD, Peer, answering

SECONDS = 2.0
GOOD = HEAD + b"Content-Length: 2\r\n\r\n{}"


class TestWires(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.wires = KeptWires()
        self.connections, self.ended = [], threading.Semaphore(0)
        self.serve = answering(GOOD)
        self.peer = Peer(self._noted)
        self.addCleanup(self.peer.close)

    def _noted(self, peer, connection):
        self.connections.append(connection)
        self.serve(peer, connection)
        self.ended.release()

    def run_once(self, **options):
        """A conversation of one call."""
        taken = self.wires.take("key", SECONDS, None)
        answer = taken.post(self.peer.url, b"{}", **options)
        self.wires.give("key", taken)
        return answer

    def test_the_next_run_uses_it(self):
        for _turn in range(10):
            self.assertEqual(self.run_once(once=True).body, b"{}")
        self.assertEqual(len(self.connections), 1)

    def test_each_has_its_own(self):
        first, second = (self.wires.take("key", SECONDS, None) for _index in range(2))
        self.assertIsNot(first, second)
        self.wires.give("key", first)
        self.assertIsNot(self.wires.take("another key", SECONDS, None), first)
        self.assertIs(self.wires.take("key", SECONDS, None), first)
        self.assertIsNot(self.wires.take("key", SECONDS, None), first, "it waits no more")

    def test_closed_after_a_while(self):
        self.wires = KeptWires(idle=0.2)
        self.run_once()
        self.assertTrue(self.ended.acquire(timeout=5), "the other side sees the end of it, though nobody asks for it again")
        self.assertFalse(self.wires._waiting)
        self.run_once()
        self.assertEqual(len(self.connections), 2)

    def test_too_old_when_it_is_wanted(self):
        moments = chain((0.0,), repeat(100.0))
        self.wires = KeptWires(clock=lambda: next(moments))
        self.run_once()
        self.run_once()
        self.assertEqual(len(self.connections), 2)

    def test_a_few_wait(self):
        taken = [self.wires.take("key", SECONDS, None) for _index in range(WAITING + 2)]
        for one in taken:
            one.post(self.peer.url, b"{}")
            self.wires.give("key", one)
        for _surplus in range(2):
            self.assertTrue(self.ended.acquire(timeout=5))
        self.assertFalse(self.ended.acquire(timeout=0.1))

    def test_a_forked_process_has_none(self):
        """Two processes that write into one socket would mix their requests."""
        self.run_once()
        (kept,) = self.wires._waiting["key"]
        child = os.fork()
        if not child:
            os._exit(int(bool(self.wires._waiting) or self.wires.take("key", SECONDS, None) is kept.wire))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.run_once()
        self.assertEqual(len(self.connections), 1, "the first one's goes on")

    def test_a_lock_held_while_forking(self):
        with self.wires._lock:
            child = os.fork()
            if not child:
                os._exit(0 if self.wires.take("key", SECONDS, None) else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)

    def test_closed_by_the_other_side_while_it_waited(self):
        """It is seen before anything is sent: another connection is opened, and the request arrives once."""

        def serve(peer, connection):
            peer.read_request(connection)
            connection.sendall(GOOD)

        self.serve = serve
        for _turn in range(3):
            self.assertEqual(self.run_once(once=True).body, b"{}")
            self.assertTrue(self.ended.acquire(timeout=5))
            time.sleep(0.1)
        self.assertEqual((len(self.connections), self.peer.received), (3, 6))

    def test_closed_as_the_request_comes(self):
        """What nobody can see beforehand: a call done once is not repeated, and counts as one that may have arrived."""

        def serve(peer, connection):
            if peer.read_request(connection):
                connection.sendall(GOOD)
                peer.read_request(connection)

        self.serve = serve
        self.run_once(once=True)
        with self.assertRaises(Broken) as caught:
            self.run_once(once=True)
        self.assertTrue(caught.exception.left)
        self.assertEqual((len(self.connections), self.peer.received), (1, 4))

    def test_once_over_a_fresh_one_after_some_silence(self):
        with patch.object(wire, "TRUSTED", 0.1):
            self.run_once()
            time.sleep(0.2)
            self.run_once()
            self.assertEqual(len(self.connections), 1, "a question may be asked again")
            time.sleep(0.2)
            self.run_once(once=True)
            self.assertEqual(len(self.connections), 2)
            self.run_once(once=True)
            self.assertEqual(len(self.connections), 2)


class TestSessions(SessionCase):
    def setUp(self):
        super().setUp()
        self.wires, self.tokens = KeptWires(), TokenStore()

    def click(self, **credentials):
        client = self.client(wires=self.wires, tokens=self.tokens, **credentials)
        try:
            return self.deposit(client)
        finally:
            client._session.close()

    def opened(self, before):
        return self.simulator.state()["connections"] - before

    def test_a_hundred_clicks(self):
        before = self.simulator.state()["connections"]
        numbers = {self.click().flow_number for _click in range(100)}
        self.assertEqual((len(numbers), self.deposits()), (100, 100))
        self.assertLessEqual(self.opened(before), 2)

    def test_a_new_secret_or_account(self):
        before = self.simulator.state()["connections"]
        self.click()
        for other in ({"client_secret": "another"}, {"technical_account": "TECH_9@cpro.fr"}):
            client = self.client(wires=self.wires, tokens=self.tokens, retries=0, **other)
            self.assertNotIn(client._session._wire, [kept.wire for ones in self.wires._waiting.values() for kept in ones])
            self.assertNotIn(client._session._wire_key, self.wires._waiting)
        self.assertLessEqual(self.opened(before), 2)

    def test_not_after_a_failure(self):
        self.click()
        self.simulator.fault(DEPOSIT, "reset_after")
        with self.assertRaises(OutcomeUnknown):
            self.click()
        self.assertFalse(any(self.wires._waiting.values()))
        self.click()
        self.assertEqual((self.deposits(), self.simulator.calls(DEPOSIT)), (3, 3))

    def test_closed_twice(self):
        client = self.client(wires=self.wires, tokens=self.tokens)
        self.deposit(client)
        client._session.close()
        client._session.close()
        self.assertEqual([len(ones) for ones in self.wires._waiting.values()], [1])

    def test_a_platform_that_closes_what_is_idle(self):
        """Clicks come just when it closes the connection: each arrives once, or is one of which nobody says that it did not."""
        idle = 0.2
        self.simulator.control("options", idle=idle)
        self.addCleanup(self.simulator.control, "options", idle=120.0)
        known, unknown = set(), 0
        for turn in range(30):
            try:
                known.add(self.click().flow_number)
            except OutcomeUnknown:
                unknown += 1
            time.sleep(idle * (0.97 + turn % 7 / 100))
        there = {deposit["numeroFluxDepot"] for deposit in self.simulator.state()["deposits"]}
        self.assertLessEqual(known, there)
        self.assertLessEqual(len(there), len(known) + unknown)
        self.assertEqual(len(known) + unknown, 30)
        self.assertEqual(self.simulator.calls(DEPOSIT), len(there))
