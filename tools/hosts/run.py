"""One case: two hosts on one database send and follow the same invoices, while one of them or the database goes away."""

from __future__ import annotations

import contextlib
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2

import chaos_plan as plan
import chaos_proof as proof
import demo
from chaos_books import Books
from chaos_people import Interrupted, Person
from chaos_platform import Platform
from chaos_run import Run
from chaos_server import Odoo
from odoo_env import MODULE
from workspace import Workspace, free_port

from .network import CENTRE, Host, Relay

#: Seconds before each answer of the platform.
LATENCY = 0.4
#: Seconds a call of Odoo's may last; after so many seconds its sender is held for dead. The longest that one lives: eight calls,
#: the waits between them, and whatever the two processors are busy with.
TIMEOUT, STALE = 3, 40
#: Seconds that a person waits for an answer during the trouble; that trouble waits for a deposit to be on its way, between two
#: looks for one.
PATIENCE, WAITS, LOOK = 15, 10, 0.05
#: Seconds for which the database may be away when somebody asks it.
AWAY = 30
#: All scheduled jobs of the add-on; Odoo's own that sends runs beside them.
JOBS = ("deposit", "follow", "directory", "expiry")
#: What a server's log may hold beside what chaos allows, once the database was out of its reach.
WITHOUT_DATABASE = (
    "server closed the connection|server terminated abnormally|terminating connection|connection already closed"
    "|cursor already closed|connection to server|could not connect|the database system is|SSL SYSCALL|could not receive data"
    "|timeout expired|no connection to the server"
)
PORT = 8069


AUTOMATIC = "UPDATE account_move SET chorus_auto_at = now() AT TIME ZONE 'UTC' + %s::interval WHERE id = %s"
#: The share of the trouble over which the jobs' own invoices are due.
SPREAD = 0.9


class Case(NamedTuple):
    """What happens to the two hosts: events at shares of the time, and whether the second one stays away."""

    name: str
    events: tuple[tuple[float, str], ...] = ()
    lost: bool = False


CASES = (
    Case("both run every job"),
    Case("one is cut off", ((0.35, "cut"),), lost=True),
    Case("it comes back", ((0.15, "cut"), (0.4, "mend"), (0.6, "cut"), (0.8, "mend"))),
    Case("the database starts anew", ((0.2, "restart"), (0.5, "restart"), (0.75, "restart"))),
)


class PatientBooks(Books):
    """Asks the database again while it starts anew."""

    def query(self, statement: str, *values: object, names: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        """One SQL statement; its rows."""
        deadline = time.monotonic() + AWAY
        while True:
            try:
                return super().query(statement, *values, names=names)
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


class HostsPerson(Person):
    """One user of a host; an answer that says that the database is away counts as none."""

    def _post(self, path: str, **parameters: object) -> Any:
        try:
            return super()._post(path, **parameters)
        except Exception as error:
            if str(error).startswith(("psycopg2.OperationalError", "psycopg2.InterfaceError", "psycopg2.errors.AdminShutdown")):
                raise Interrupted(str(error)) from error
            raise


class Pair:
    """Odoo on several hosts, as one server (see `chaos_server.Odoo`).

    :ivar lost: of these hosts nothing is started any more.
    """

    def __init__(self, servers: Sequence[Odoo]) -> None:
        self.servers = servers
        self.lost: set[Odoo] = set()

    def start(self) -> None:
        """Start all that are not lost."""
        for server in self.servers:
            if server not in self.lost:
                server.start()

    def kill(self) -> None:
        """Kill all processes of all hosts at once."""
        for server in self.servers:
            server.kill()

    def stop(self) -> None:
        """The same, uncounted."""
        for server in self.servers:
            server.stop()

    @property
    def kills(self) -> Counter[str]:
        """What was killed, over all hosts."""
        return sum((server.kills for server in self.servers), Counter())

    def log(self) -> str:
        """All that they wrote."""
        return "\n".join(server.log() for server in self.servers)


class HostsRun(Run):
    """One case of two hosts.

    :param hosts: the hosts, of which the second one is in trouble.
    """

    def __init__(
        self, work: Workspace, case: Case, seed: int, invoices: int, duration: float, folder: Path, hosts: Sequence[Host]
    ) -> None:
        super().__init__(work, seed, invoices, duration, folder)
        self.case, self.hosts = case, hosts
        self.name = f"{self.name}-case-{CASES.index(case) + 1}"
        self.allowed = {**proof.ALLOWED, "database away": re.compile(WITHOUT_DATABASE)} if case.events else proof.ALLOWED
        self.happened: Counter[str] = Counter()

    def _set_up(self, database: str, end: contextlib.ExitStack) -> None:
        port = free_port()
        demo.fill(self.work, database, port)
        # what is at the loopback of this command is at the centre of their network
        demo.move_simulator(self.work, database, f"http://{CENTRE}:{port}")
        # A copied database whose sequences moved since its last checkpoint gives their numbers twice after a crash.
        self.work.query(database, "CHECKPOINT")
        self.books = PatientBooks(self.work, database, [(MODULE, f"ir_cron_chorus_{job}") for job in JOBS])
        self.platform = Platform(self.work, self.name, self.folder / f"{self.name}.state", port, plan.PROCESSING, [])
        end.callback(self.platform.stop)
        self.platform.start()
        self.platform.control("options", latency=LATENCY)
        self.relay = Relay(port)
        end.callback(self.relay.stop)
        self.odoo = Pair(
            [
                Odoo(
                    *(self.work, f"{self.name}-host-{host.number}", database, PORT, port, self._environment()),
                    host=(host.address, host.inside),
                )
                for host in self.hosts
            ]
        )
        end.callback(self.odoo.stop)
        end.callback(self._mend)
        end.callback(self.stop.set)
        self.odoo.start()
        addresses = [server.url for server in self.odoo.servers]
        self.people = [HostsPerson(addresses[place % 2], database, "comptable", "comptable") for place in range(plan.PEOPLE)]
        self.admin = HostsPerson(addresses[0], database, "admin", "admin")

    def _environment(self) -> dict[str, str]:
        times = {"CHORUS_TIMEOUT": str(TIMEOUT), "CHORUS_STALE": str(STALE)}
        return {**super()._environment(), **times, "PGHOST": CENTRE}

    def _make_invoices(self) -> list[int]:
        """As ever; every second one is due to be sent by the jobs themselves."""
        ids = super()._make_invoices()
        self.books.query("UPDATE res_company SET chorus_auto_transfer = true")
        # one after the other, so that something is on its way at any time
        for place, identifier in enumerate(ids[::2]):
            seconds = place * 2 / len(ids) * self.duration * SPREAD
            self.books.query(AUTOMATIC, f"{seconds} seconds", identifier)
        for person in self.people:
            person.timeout = PATIENCE
        return ids

    # -- the trouble -----------------------------------------------------------------------------------------------------

    def _timeline(self) -> list[plan.Event]:
        seconds = range(1, int(self.duration))
        usual = [plan.Event(at, what) for at in seconds for what in ("hours pass", "status")]
        return sorted([*usual, *(plan.Event(share * self.duration, what) for share, what in self.case.events)])

    def _happen(self, event: plan.Event, due: list[plan.Event], dice: random.Random) -> None:
        meant = {"cut": self.hosts[1:], "restart": self.hosts}.get(event.what)
        if meant:
            calling = any(self.relay.depositing[host.address] > 0 for host in meant)
            if not calling and event.seconds < WAITS:
                due.append(event._replace(at=event.at + LOOK, seconds=event.seconds + LOOK))
                return
            self.happened["calling"] += calling
        if event.what == "cut":
            self.hosts[1].cut()
        elif event.what == "mend":
            self.hosts[1].mend()
        elif event.what == "restart":
            self.work.cluster.restart()
        else:
            super()._happen(event, due, dice)
        self.happened[event.what] += 1

    def _mend(self) -> None:
        """Let all cables be in again."""
        for host in self.hosts:
            host.mend()

    def _come_to_rest(self) -> None:
        if self.case.lost:
            self.odoo.lost.add(self.odoo.servers[1])
        else:
            self._mend()
        super()._come_to_rest()

    # -- the comparison --------------------------------------------------------------------------------------------------

    def _shown(self, counts: dict[str, int]) -> dict[str, int]:
        from_hosts = [self.relay.connections[host.address] for host in self.hosts]
        own = {
            "first": from_hosts[0],
            "second": from_hosts[1],
            "cut": self.happened["cut"],
            "calling": self.happened["calling"],
            "restarts": self.happened["restart"],
        }
        names = ("clicks", "told", "requests", "deposits", "batches", "flows", "unknown", "adopted", "absent", "retried")
        kept = {name: counts[name] for name in ("seconds", *names)}
        return {**kept, **own, "conflicts": counts["conflicts"], "violated": counts["violated"]}
