"""Hosts of their own on this machine: network namespaces that reach nothing but the command which made them.

The command itself goes into a namespace that has a loopback and one link to each host. No program outside reaches what listens
there, PostgreSQL and the relay to the simulator. A link that is cut stands for a cable that is pulled: nothing is refused and
nothing answers.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import shutil
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from odoo_env import fail, run

CLONE_NEWNET = 0x40000000
#: Where the hosts find what is not theirs: an address of the command's loopback.
CENTRE = "10.77.0.1"
TOOLS = ("ip", "nsenter", "unshare")
BLOCK = 65536
#: What stands in the first block of a deposit.
DEPOSIT = b"/deposer/flux"


def enter() -> None:
    """Put this process into a network of its own, before it has threads or servers.

    :raises SystemExit: without root, Linux's namespaces or their tools.
    """
    if os.geteuid():
        fail("dev.py hosts makes network namespaces, which needs root.", "run it as root, on a machine for development")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        fail(f"Missing on this machine: {', '.join(missing)}.", "install iproute2 and util-linux")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        reason = os.strerror(ctypes.get_errno())
        fail(f"This machine makes no network namespace: {reason}.", "run it where one may be made (a virtual machine, say)")
    _ip("link", "set", "lo", "up")
    _ip("addr", "add", f"{CENTRE}/32", "dev", "lo")


class Host(NamedTuple):
    """One host: its number, from 1, and the process that holds its network."""

    number: int
    holder: int

    @property
    def address(self) -> str:
        """Its only address, as the command sees it."""
        return f"10.77.{self.number}.2"

    @property
    def link(self) -> str:
        """The command's end of the link."""
        return f"host{self.number}"

    @property
    def inside(self) -> list[str]:
        """What a command line begins with that is to run there."""
        return ["nsenter", f"--net=/proc/{self.holder}/ns/net", "--"]

    def cut(self) -> None:
        """Pull the cable."""
        _ip("link", "set", self.link, "down")

    def mend(self) -> None:
        """Put it in again."""
        _ip("link", "set", self.link, "up")


@contextlib.contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """So many hosts, as a list of `Host`; they end with the context."""
    with contextlib.ExitStack() as end:
        made = []
        for number in range(1, count + 1):
            holder = subprocess.Popen(["unshare", "--net", "--kill-child", "sleep", "infinity"], stdin=subprocess.DEVNULL)
            end.callback(holder.wait)
            end.callback(holder.kill)
            host = Host(number, holder.pid)
            _wait_for_namespace(holder.pid)
            _ip("link", "add", host.link, "type", "veth", "peer", "name", "wire", "netns", str(holder.pid))
            _ip("addr", "add", f"10.77.{number}.1/24", "dev", host.link)
            _ip("link", "set", host.link, "up")
            for words in (
                ("link", "set", "lo", "up"),
                ("addr", "add", f"{host.address}/24", "dev", "wire"),
                ("link", "set", "wire", "up"),
                ("route", "add", "default", "via", f"10.77.{number}.1"),
            ):
                _ip(*words, inside=host.inside)
            made.append(host)
        yield made


def _wait_for_namespace(pid: int) -> None:
    """Until that process is in a network of its own."""
    own = os.readlink("/proc/self/ns/net")
    for _ in range(200):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/ns/net") != own:
                return
        threading.Event().wait(0.02)
    fail("A network namespace was not made in time.", "run the command again")


def _ip(*words: str, inside: list[str] | None = None) -> None:
    run([*(inside or ()), "ip", *words], "The network of the hosts could not be made.", "see what ip said above")


class Relay:
    """Carries what comes in at the centre to a port of this process's loopback, where the simulator listens.

    :ivar connections: how many came, by the address of their host.
    :ivar depositing: by the same, the deposits that were asked for and not answered yet.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections: Counter[str] = Counter()
        self.depositing: Counter[str] = Counter()
        self._server = socket.create_server((CENTRE, port), backlog=256)
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def stop(self) -> None:
        """Take no more."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, (address, _port) = self._server.accept()
            except OSError:
                return
            self.connections[address] += 1
            threading.Thread(target=self._carry, args=(near, address), daemon=True).start()

    def _carry(self, near: socket.socket, address: str) -> None:
        """Both directions of one connection, until one side ends it: then the other is ended as well."""
        pending = 0
        with (
            near,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port)) as far,
            selectors.DefaultSelector() as waiting,
        ):
            waiting.register(near, selectors.EVENT_READ, far)
            waiting.register(far, selectors.EVENT_READ, near)
            while True:
                key, _events = waiting.select()[0]
                content = key.fileobj.recv(BLOCK)
                if not content:
                    break
                change = -pending if key.fileobj is far else int(DEPOSIT in content)
                pending += change
                self.depositing[address] += change
                key.data.sendall(content)
        self.depositing[address] -= pending
