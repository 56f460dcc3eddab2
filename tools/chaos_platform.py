"""Chorus Pro's side of a run of faults: the simulator, made to fail, stand still, go away and act as a public body does."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

import demo
from workspace import RUN, Workspace

#: After these a public body does nothing more with an invoice.
LAST = ("REJETEE", "MISE_EN_PAIEMENT")
FIRST = "MISE_A_DISPOSITION"
STATUSES = (FIRST, "SUSPENDUE", "MANDATEE", *LAST)
#: The states in which a flow ends.
ENDS = ("IN_INTEGRE", "IN_INTEGRE_PARTIEL", "IN_REJETE", "IN_INCIDENTE")
FATES = {"incident": "IN_INCIDENTE", "hold": "IN_EN_ATTENTE_RETRAITEMENT_CPP"}
#: Seconds in which the calls in hand end before the simulator goes away, so that it never forgets what it accepted.
DRAIN = 2.0


class Platform:
    """The simulator of one run.

    :param name: with which the names of its logs begin.
    :param memory: the file that keeps what it knows while it is away.
    :param processing: seconds from a deposit to its end.
    :param faults: as its control call takes them.
    :ivar fired: how often each kind of fault happened.
    :ivar events: how often anything else was done to it.
    :ivar requests: how many came, by path.
    :ivar is_there: False while it stands still or is away.
    """

    def __init__(
        self, work: Workspace, name: str, memory: Path, port: int, processing: float, faults: list[dict[str, Any]]
    ) -> None:
        self.port = port
        self._work, self._name, self._processing, self._faults = work, name, processing, faults
        self._memory = memory
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self.is_there = False
        self.fired: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()

    # -- the process -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, with what it knew before; from the main thread alone (see `chaos_server.Odoo.start`)."""
        self._starts += 1
        arguments = ("--port", self.port, "--processing-time", self._processing, "--state", self._memory)
        command, env = demo.simulator_command(*arguments), demo.simulator_env(self._work)
        running = self._work.background(f"{self._name}-simulator-{self._starts}", command, self.port, **env)
        self._process = self._running.enter_context(running)
        self.is_there = True

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
        self._process, self.is_there = None, False
        self._running.close()

    def freeze(self) -> None:
        """Let it stand still: calls come in, and are carried out once it goes on, when nobody waits for them any more."""
        self._process.send_signal(signal.SIGSTOP)
        self.is_there = False
        self.events["frozen"] += 1

    def go_away(self) -> None:
        """No longer listen, as a platform in maintenance; it forgets its tokens, nothing else."""
        self.control("faults", path="*", kind="refuse_connection", times=None)
        time.sleep(DRAIN)
        self.take_stock()
        self.stop()
        self.events["away"] += 1

    def come_back(self) -> None:
        """Go on, or listen again."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self.is_there = True
        else:
            self.start()
            self.add_faults()

    # -- its faults --------------------------------------------------------------------------------------------------

    def add_faults(self) -> None:
        """Let calls fail from now on."""
        for fault in self._faults:
            self.control("faults", **fault)

    def end_faults(self) -> None:
        """Let all calls succeed again."""
        self.take_stock()
        self._control("DELETE", "faults")

    def take_stock(self) -> None:
        """Count what this process saw; before it ends, or its faults do."""
        for fault in self._control("GET", "faults")["faults"]:
            self.fired[fault["kind"]] += fault["fired"]
        self.requests.update(self.state()["calls"])

    # -- what happens on its side --------------------------------------------------------------------------------------

    def impose(self, rng: random.Random, what: str, known: set[str]) -> None:
        """Give one of the pending flows another fate than integration.

        :param what: ``incident`` (it ends, to be sent anew) or ``hold`` (it waits for somebody at the platform).
        :param known: the flows whose number Odoo has. Others are left alone: a flow that is held back for longer than the
            platform may take cannot be told from one that never arrived.
        """
        pending = [row["numeroFluxDepot"] for row in self.state()["deposits"] if row["state"] not in ENDS]
        pending = [number for number in pending if number in known]
        if pending:
            self.control("advance", outcome=FATES[what], numeroFluxDepot=rng.choice(pending))
            self.events[what] += 1

    def advance(self) -> None:
        """Bring all pending flows to their end."""
        self.control("advance")

    def act(self, rng: random.Random) -> None:
        """Let a public body give one of its invoices another status."""
        open_ones = [row for row in self.state()["invoices"] if row["statut"] not in LAST]
        if not open_ones:
            return
        invoice = rng.choice(open_ones)
        status = FIRST if len(invoice["history"]) == 1 else rng.choice(STATUSES)
        reason = {"commentaire": "À compléter"} if status in ("SUSPENDUE", "REJETEE") else {}
        self.control(f"invoices/{invoice['identifiantFactureCPP']}/status", statut=status, **reason)
        self.events["status"] += 1

    def state(self) -> dict[str, Any]:
        """What it holds."""
        return self._control("GET", "state")

    def control(self, call: str, **values: object) -> Any:
        """A control call; its answer."""
        return self._control("POST", call, **values)

    def _control(self, method: str, call: str, **values: object) -> Any:
        answer = requests.request(method, f"http://127.0.0.1:{self.port}/_simulator/{call}", json=values, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def logs(self) -> list[Path]:
        """The files in which its processes wrote."""
        return sorted(RUN.glob(f"{self._name}-simulator-*.log"))
