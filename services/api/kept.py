"""Connections kept from one run to the next, so that a hundred clicks do not open a hundred.

A wire belongs to one conversation at a time: who takes it has it alone, and gives it back when done. What waits here is closed
after a while. A process forked from this one begins with none: two processes that write into one socket mix their requests.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable
from typing import NamedTuple

from .wire import Wire

#: Seconds that a connection waits for its next use; gateways close theirs after a minute or more.
IDLE = 30.0
#: Wires that wait for one and the same way in; more were used at once, by the threads of one server.
WAITING = 4


class _Waiting(NamedTuple):
    wire: Wire
    since: float


class KeptWires:
    """Wires that wait for their next use, by the way in that they are for: its addresses, access data and patience.

    :param idle: see :data:`IDLE`.
    """

    def __init__(self, idle: float = IDLE, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle = idle
        self._clock = clock
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        # not closed: the sockets are another process's, and so is the lock, which may be held by a thread that is not here
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[_Waiting]] = {}
        self._timer: threading.Timer | None = None

    def take(self, key: Hashable, timeout: float, connect: float | None) -> Wire:
        """A wire for one conversation: the one used last, or a new one.

        :param timeout, connect: see :class:`~.wire.Wire`.
        """
        with self._lock:
            waiting = self._waiting.get(key, [])
            while waiting:
                wire, since = waiting.pop()
                if self._clock() - since < self._idle:
                    return wire
                wire.close()
        return Wire(timeout, connect)

    def give(self, key: Hashable, wire: Wire) -> None:
        """Take back a wire whose conversation ended well."""
        with self._lock:
            waiting = self._waiting.setdefault(key, [])
            waiting.append(_Waiting(wire, self._clock()))
            surplus = waiting[:-WAITING]
            del waiting[:-WAITING]
            if not self._timer:
                self._sweep_later()
        for wire, _since in surplus:
            wire.close()

    def _sweep_later(self) -> None:
        self._timer = threading.Timer(self._idle, self.sweep)
        self._timer.daemon = True
        self._timer.start()

    def sweep(self) -> None:
        """Close what has waited for too long, and come again while something waits."""
        with self._lock:
            now, over = self._clock(), []
            for key, waiting in list(self._waiting.items()):
                over += [wire for wire, since in waiting if now - since >= self._idle]
                left = [one for one in waiting if now - one.since < self._idle]
                if left:
                    self._waiting[key] = left
                else:
                    del self._waiting[key]
            self._timer = None
            if self._waiting:
                self._sweep_later()
        for wire in over:
            wire.close()


#: The process's own.
shared_wires = KeptWires()
