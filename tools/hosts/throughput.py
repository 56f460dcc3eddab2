"""How fast several workers on two hosts send what many companies have to send."""

from __future__ import annotations

import contextlib
import queue
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import chaos_plan as plan
import demo
from bench import shell
from chaos_people import Person
from chaos_platform import Platform
from chaos_server import Odoo
from odoo_env import REPO, log
from workspace import Workspace, free_port

from .network import CENTRE, Host, Relay
from .run import LATENCY, PORT

#: Workers, and how much faster than one they shall be.
TARGETS = ((1, 1.0), (2, 1.8), (4, 3.0))
KNOWN = REPO / "tools/shell_hosts_known.py"
LEFT = "SELECT count(*) FROM account_move WHERE id = ANY(%s) AND chorus_state IS DISTINCT FROM 'deposited'"
WHY = "SELECT state, error_code, left(error_detail, 200) FROM chorus_deposit WHERE state NOT IN ('deposited', 'integrated')"
#: Seconds that one selection may take.
PATIENCE = 300


class Measure(NamedTuple):
    """What so many workers took for how many invoices, and what is wrong with it."""

    workers: int
    seconds: float
    invoices: int
    violated: list[str]


def measure(work: Workspace, hosts: Sequence[Host], folder: Path, companies: int, each: int) -> list[Measure]:
    """Send all invoices with each number of workers, each time from the same database.

    :param companies: how many. :param each: invoices of each, which its accountant sends as one selection.
    """
    with work.database("check") as database, contextlib.ExitStack() as end:
        port = free_port()
        demo.fill(work, database, port)
        demo.move_simulator(work, database, f"http://{CENTRE}:{port}")
        log(f"{companies} companies with {each} invoices each")
        sizes = {"CHORUS_HOSTS_COMPANIES": str(companies), "CHORUS_HOSTS_INVOICES": str(each)}
        made = shell(work, "hosts", database, **sizes)
        relay = Relay(port)
        end.callback(relay.stop)
        measured = []
        for workers, _target in TARGETS:
            with work.copy(database) as copy:
                work.odoo("hosts-known", "shell", "-d", copy, "--no-http", script=KNOWN)
                measured.append(_send(work, copy, hosts, folder, port, made, workers))
        return measured


def _send(
    work: Workspace, database: str, hosts: Sequence[Host], folder: Path, port: int, made: list[dict[str, Any]], workers: int
) -> Measure:
    """Let so many workers, on as many hosts as there are for them, send everything once."""
    name = f"{folder.name}-{workers}-workers"
    used = hosts[:workers]
    with contextlib.ExitStack() as end:
        platform = Platform(work, name, folder / f"{name}.state", port, plan.PROCESSING, [])
        end.callback(platform.stop)
        platform.start()
        platform.control(
            "directory",
            structures=[company["structure"] for company in made],
            applications=[company["application"] for company in made],
            accounts=[company["account"] for company in made],
        )
        platform.control("options", latency=LATENCY)
        env = {"PGHOST": CENTRE, "PATH": f"{folder / 'bin'}:{work.env['PATH']}"}
        servers = []
        for host in used:
            server = Odoo(
                *(work, f"{name}-host-{host.number}", database, PORT, port, env),
                host=(host.address, host.inside),
                workers=workers // len(used),
                crons=0,
            )
            end.callback(server.stop)
            server.start()
            servers.append(server)
        lanes: list[queue.SimpleQueue[tuple[Person, list[int]]]] = [queue.SimpleQueue() for _ in servers]
        for place, company in enumerate(made):
            person = Person(servers[place % len(servers)].url, database, company["login"], company["login"])
            person.timeout = PATIENCE
            lanes[place % len(servers)].put((person, company["invoices"]))
        began = time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            done = [pool.submit(_drain, lanes[number % len(lanes)]) for number in range(workers)]
            for future in done:
                future.result()
        seconds = time.monotonic() - began
        ids = [invoice for company in made for invoice in company["invoices"]]
        ((left,),) = work.query(database, LEFT, ids)
        platform.advance()
        state = platform.state()
        held = Counter((row["fournisseur"], row["numeroFacture"]) for row in state["invoices"])
        violated = [f"{number} of {supplier} is at Chorus Pro {times} times" for (supplier, number), times in held.items()
                    if times != 1]  # fmt: skip
        violated += sorted({error["label"] for flow in state["deposits"] for error in flow["errors"]})
        violated += sorted({f"a deposit is {state}: {code} {detail or ''}" for state, code, detail in work.query(database, WHY)})
        if left:
            violated.append(f"{left} invoices were not sent")
        if len(held) != len(ids) - left:
            violated.append(f"Chorus Pro has {len(held)} invoices of {len(ids)}")
    return Measure(workers, seconds, len(ids), violated)


def _drain(lane: queue.SimpleQueue[tuple[Person, list[int]]]) -> None:
    """Click on Send for one selection after the other, until none waits."""
    with contextlib.suppress(queue.Empty):
        while True:
            person, invoices = lane.get_nowait()
            person.button("account.move", "action_chorus_send", invoices)
