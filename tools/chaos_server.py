"""Odoo with several processes on one database, of which any may be killed and is started again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence

import psutil

from odoo_env import REPO
from workspace import LOOPBACK, PYTHON, RUN, Workspace

HTTP_WORKERS, CRON_WORKERS = 3, 2
# How often a process is killed that speaks to Chorus Pro at that moment, where there is one.
SHARE_OF_BUSY = 0.75


class Odoo:
    """The server's processes.

    :param name: with which the names of their logs begin.
    :param port: of its web server.
    :param simulator_port: whose connections tell which processes are speaking to Chorus Pro.
    :param env: further environment variables.
    :param host: where it runs, when not on this machine as such: its address, and what a command line there begins with.
    :param workers: processes that serve users. :param crons: that run scheduled jobs.
    :param options: further ones of Odoo's command line.
    :ivar kills: how many processes (``worker``) were killed, how many in a call (``calling``), and the whole ``server``.
    """

    def __init__(
        self,
        work: Workspace,
        name: str,
        database: str,
        port: int,
        simulator_port: int,
        env: dict[str, str],
        host: tuple[str, Sequence[str]] = (LOOPBACK, ()),
        workers: int = HTTP_WORKERS,
        crons: int = CRON_WORKERS,
        options: Sequence[str] = (),
    ) -> None:
        self.port, self._simulator_port = port, simulator_port
        (self.host, self._inside), self._size = host, (workers, crons)
        self._options = options
        self._work, self._name, self._database, self._env = work, name, database, env
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self.kills: Counter[str] = Counter()

    def start(self) -> None:
        """Start the server; from the main thread alone, as the death of the starting thread ends it."""
        self._starts += 1
        workers, crons = self._size
        command = [
            *(*self._inside, PYTHON, REPO / "tools/chaos_odoo.py", "-d", self._database),
            *(f"--http-interface={self.host}", f"--http-port={self.port}", f"--workers={workers}"),
            *(f"--max-cron-threads={crons}", "--log-handler=werkzeug:WARNING", *self._options),
        ]
        running = self._work.background(f"{self._name}-odoo-{self._starts}", command, self.port, self.host, **self._env)
        self._process = self._running.enter_context(running)

    def workers(self) -> list[psutil.Process]:
        """The processes that serve users and scheduled jobs."""
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(self._process.pid).children() if self._process else []
            return sorted((child for child in children if not _is_other_server(child)), key=lambda child: child.pid)
        return []

    def kill_worker(self, rng: random.Random) -> None:
        """Kill one process without warning, preferably one in the middle of a call."""
        workers = self.workers()
        busy = [worker for worker in workers if self._is_calling(worker)]
        if busy and rng.random() < SHARE_OF_BUSY:
            workers = busy
        if not workers:
            return
        victim = rng.choice(workers)
        with contextlib.suppress(psutil.Error):
            calling = self._is_calling(victim)
            victim.kill()
            self.kills["worker"] += 1
            self.kills["calling"] += calling

    def kill(self) -> None:
        """Kill all processes of the server at once."""
        self.kills["server"] += 1
        self.stop()

    @property
    def url(self) -> str:
        """Where users find it."""
        return f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        """Kill all processes of the server at once, uncounted: nobody is waited for."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # it leads a group of its own (see `processes.background`)
        self._process = None
        self._running.close()

    def _is_calling(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            connections = process.net_connections("tcp")
            return any(end.raddr and end.raddr.port == self._simulator_port for end in connections)
        return False

    def log(self) -> str:
        """All that the server wrote since its first start."""
        paths = sorted(RUN.glob(f"{self._name}-odoo-*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(path.read_text(errors="replace") for path in paths)


def _is_other_server(process: psutil.Process) -> bool:
    return "gevent" in process.cmdline()
