"""One run of faults: its stage, its trouble, its rest, its comparison."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

import chaos_plan as plan
import chaos_proof as proof
import demo
from chaos_books import Books
from chaos_people import Answer, Interrupted, Person, together
from chaos_platform import Platform
from chaos_server import Odoo
from odoo_env import log
from workspace import RUN, Workspace, bridges, free_port

#: Seconds in which all must come to rest once the trouble is over.
REST = 180
#: Invoices made, or sent at the end, with one call.
MADE_AT_ONCE, SENT_AT_ONCE = 50, 8
#: The module of the job queue, how many of its jobs run at once, and how long they may take to be done, in seconds.
QUEUE, JOBS_AT_ONCE, JOBS_DONE = "queue_job", 2, 30
#: The share of the trouble in which each invoice has its first turn.
FIRST_TURN = 0.8
TICK = 0.1


class Outcome(NamedTuple):
    """One run's end.

    :ivar name: with which its logs' names begin.
    :ivar counts: what the table shows.
    :ivar fired: how often each kind of fault happened.
    :ivar violated: what does not hold.
    """

    seed: int
    name: str
    counts: dict[str, int]
    fired: Counter[str]
    violated: list[str]


class Run:
    """One seed's run.

    :param invoices: how many.
    :param duration: of the trouble, in seconds, at least.
    :param folder: for its files; programs to be found first are in its ``bin``.
    :param queued: whether OCA's queue_job does what the scheduled jobs find, by the bridge to it.
    """

    def __init__(self, work: Workspace, seed: int, invoices: int, duration: float, folder: Path, queued: bool = False) -> None:
        self.work, self.seed, self.size, self.duration, self.folder = work, seed, invoices, duration, folder
        self.name = f"{folder.name}-seed-{seed}"
        self.stop = threading.Event()
        self.began = 0.0
        self.errors: list[str] = []
        self.allowed = {**proof.ALLOWED, **proof.ALLOWED_OF_JOBS} if queued else proof.ALLOWED
        self.queued = queued
        self.bridge = next(bridge for bridge in bridges() if QUEUE in bridge.beside) if queued else None
        self.wrong = set(range(plan.FIRST_WRONG, invoices, plan.EACH_WRONG))

    def run(self) -> Outcome:
        """All of it, from an empty database to the comparison; whatever was started is ended."""
        with self.work.database("check", bridge=self.bridge) as database, contextlib.ExitStack() as end:
            self._set_up(database, end)
            self.ids = self._make_invoices()
            log(f"seed {self.seed}: {self.size} invoices, {self.duration:.0f} s of trouble")
            self._trouble()
            log("the trouble is over")
            self._come_to_rest()
            self.odoo.stop()
            self._count_jobs()
            outcome = self._compare()
            self.platform.stop()
        if not outcome.violated:
            for path in (*RUN.glob(f"{self.name}-*.log"), RUN / f"fill-{database}.log"):
                path.unlink()
        return outcome

    def _dice(self, use: str) -> random.Random:
        """Chances of their own for each use, so that one does not move those of another."""
        return random.Random(f"{self.seed} {use}")

    # -- the stage -------------------------------------------------------------------------------------------------------

    def _set_up(self, database: str, end: contextlib.ExitStack) -> None:
        """The platform, Odoo on this new database, and its users; ``end`` ends them."""
        port = free_port()
        demo.fill(self.work, database, port)
        self.books = Books(self.work, database)
        faults = plan.faults(self._dice("faults"))
        self.platform = Platform(self.work, self.name, self.folder / f"{self.seed}.state", port, plan.PROCESSING, faults)
        end.callback(self.platform.stop)
        self.platform.start()
        self.odoo = Odoo(self.work, self.name, database, free_port(), port, self._environment(), options=self._options())
        end.callback(self.odoo.stop)
        end.callback(self.stop.set)
        self.odoo.start()
        self.people = [Person(self.odoo.url, database, "comptable", "comptable") for _ in range(plan.PEOPLE)]
        self.admin = Person(self.odoo.url, database, "admin", "admin")

    def _environment(self) -> dict[str, str]:
        """In which Odoo runs: it does not wait as long as in life, and prints for nothing."""
        return {
            "CHORUS_TIMEOUT": str(plan.TIMEOUT),
            "CHORUS_STALE": str(plan.STALE),
            "CHORUS_SHOWN_AFTER": str(plan.SHOWN_AFTER),
            "PATH": f"{self.folder / 'bin'}:{self.work.env['PATH']}",
            **({"ODOO_QUEUE_JOB_CHANNELS": f"root:{JOBS_AT_ONCE}"} if self.queued else {}),
        }

    def _options(self) -> list[str]:
        """Of Odoo's command line: queue_job's runner begins with the server that loads it."""
        return [f"--load=base,rpc,web,{QUEUE}"] if self.queued else []

    def _make_invoices(self) -> list[int]:
        """Post invoices for two public bodies, some of which one of them refuses; their ids."""
        user, ids = self.people[0], []
        product = user.find("product.product", default_code="CONSEIL")
        partners = [user.find("res.partner", company_registry=siret) for siret in (demo.TOWN, demo.STATE)]
        markets = [user.find("chorus.market", partner_id=partner) for partner in partners]
        today = date.today().isoformat()  # noqa: DTZ011 - a day of this machine's calendar
        values = [
            {
                "move_type": "out_invoice",
                "partner_id": partners[place % 2],
                "invoice_date": today,
                "chorus_market_id": markets[place % 2],
                "invoice_line_ids": [(0, 0, {"product_id": product, "quantity": 1 + place % 17})],
                **({"buyer_reference": plan.WRONG_SERVICE} if place in self.wrong else {}),
            }
            for place in range(self.size)
        ]
        for start in range(0, self.size, MADE_AT_ONCE):
            made = user.call("account.move", "create", values[start : start + MADE_AT_ONCE])
            user.button("account.move", "action_post", made)
            ids += made
        return ids

    # -- the trouble -----------------------------------------------------------------------------------------------------

    def _trouble(self) -> None:
        """People click until the time is up and each invoice had its turn, while everything goes wrong."""
        self.platform.add_faults()
        self.began = time.monotonic()
        failures: list[Exception] = []
        crowd = threading.Thread(target=self._crowd, args=(failures,), name="crowd")
        crowd.start()
        due = self._timeline()
        dice = self._dice("choices")
        try:
            while crowd.is_alive():
                if due and due[0].at <= time.monotonic() - self.began:
                    self._happen(due.pop(0), due, dice)
                    due.sort()
                time.sleep(TICK)
        finally:
            self.stop.set()
        crowd.join()
        if failures:
            raise failures[0]

    def _timeline(self) -> list[plan.Event]:
        """What happens during the trouble, in its order."""
        return plan.timeline(self._dice("events"), self.duration)

    def _crowd(self, failures: list[Exception]) -> None:
        """What the users do: each invoice has its turn, then those that were refused or never left, again."""
        dice = self._dice("people")
        try:
            rounds = plan.rounds(dice, list(range(self.size)))
            together(self.people, rounds, self.ids, self.stop, lasts=self.duration * FIRST_TURN)
            while not self.stop.is_set() and time.monotonic() - self.began < self.duration:
                left = self._to_send()
                together(self.people, plan.rounds(dice, left), self.ids, self.stop)
                if not left:
                    self.stop.wait(1)
        except Exception as error:  # noqa: BLE001 - raised again by the main thread
            failures.append(error)

    def _to_send(self) -> list[int]:
        """The places of the invoices that a user may send."""
        rows = self.books.invoices(self.ids)
        states = {row[0]: row[2] for row in rows}
        return [place for place, identifier in enumerate(self.ids) if states[identifier] in ("to_send", "rejected")]

    def _happen(self, event: plan.Event, due: list[plan.Event], dice: random.Random) -> None:
        """Let an event happen; what needs the platform waits until it is there."""
        platform, now = self.platform, time.monotonic() - self.began
        if event.what == "kill a worker":
            self.odoo.kill_worker(dice)
        elif event.what == "kill the server":
            self.odoo.kill()
            self.odoo.start()
        elif event.what == "hours pass":
            self.books.hours_pass()
        elif event.what == "other settings":
            self.books.change_settings()
            due.append(plan.Event(now + event.seconds, "former settings"))
        elif event.what == "former settings":
            self.books.restore_settings()
        elif event.what == "come back":
            platform.come_back()
        elif not platform.is_there:
            due.append(event._replace(at=now + 0.5))
        elif event.what == "freeze":
            platform.freeze()
            due.append(plan.Event(now + event.seconds, "come back"))
        elif event.what == "go away":
            platform.go_away()
            due.append(plan.Event(time.monotonic() - self.began + event.seconds, "come back"))
        elif event.what == "status":
            platform.act(dice)
        elif event.what == "outage":
            platform.control("faults", path=plan.DEPOSIT, kind="http_502", times=plan.OUTAGE)
            platform.events["outage"] += 1
        else:
            platform.impose(dice, event.what, self.books.flow_numbers())

    # -- the rest --------------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """No more faults: the scheduled jobs run until all holds, or for too long."""
        self.platform.come_back()
        self.platform.end_faults()
        self.books.restore_settings()
        self.odoo.kill()  # so that surely nobody is sending
        self.books.forget_kills()
        self.platform.advance()
        self.books.age("sending", "unknown")
        self.odoo.start()
        deadline = time.monotonic() + REST
        while time.monotonic() < deadline:
            self.platform.advance()
            self.books.age("unknown")
            self._run_jobs()
            left = self._to_send()
            self._correct(self.wrong.intersection(left))
            if left:
                click = plan.Click("send", tuple(left[:SENT_AT_ONCE]))
                self.people[0].do([click], self.ids, threading.Event())
            elif not proof.violations(self.books, self.platform.state(), self.ids):
                break
        self._run_jobs()  # changes nothing any more

    def _correct(self, places: set[int]) -> None:
        """Let a user mend what the public body refuses."""
        if places:
            ids = [self.ids[place] for place in places]
            self.people[0].patiently("call", "account.move", "write", ids, {"buyer_reference": plan.RIGHT_SERVICE})
            self.wrong -= places

    def _run_jobs(self) -> None:
        """Run the scheduled jobs as an administrator, besides those that run them by themselves."""
        self.books.hours_pass()
        for job in self.books.crons:
            try:
                answer = self.admin.patiently("call", "ir.cron", "method_direct_trigger", [job])
                if answer is not True:
                    self.errors.append(f"scheduled job {job} failed: see the server's log")
            except Answer as error:
                if not error.is_told:
                    self.errors.append(f"scheduled job {job}: {error}")
            except Interrupted as error:
                self.errors.append(f"scheduled job {job}: no answer: {error}")
        if self.queued:
            deadline = time.monotonic() + JOBS_DONE
            while self.books.jobs_left() and time.monotonic() < deadline:
                time.sleep(TICK)

    def _count_jobs(self) -> None:
        """With a job queue, see that it was used."""
        if self.queued:
            done = self.books.jobs_done()
            log(f"seed {self.seed}: {done} jobs were done by {QUEUE}")
            if not done:
                self.errors.append(f"{QUEUE} carried out nothing")

    # -- the comparison --------------------------------------------------------------------------------------------------

    def _compare(self) -> Outcome:
        state = self.platform.state()
        self.platform.take_stock()
        violated = proof.violations(self.books, state, self.ids)
        noted, unexpected = proof.read_log(self.odoo.log(), self.allowed)
        violated += [f"in the server's log: {record}" for record in unexpected]
        violated += [f"a user saw {text}" for person in self.people for text in person.unexpected]
        violated += self.errors
        violated += [f"the simulator broke: see {path}" for path in self.platform.logs() if "Traceback" in path.read_text()]
        clicks = sum((person.counts for person in self.people), Counter())
        steps, deposits = self.books.steps(), self.books.deposits()
        counts = {
            "seconds": round(time.monotonic() - self.began),
            "clicks": clicks.total(),
            "told": clicks["told"],
            "cut": clicks["interrupted"],
            "requests": self.platform.requests.total(),
            "faults": self.platform.fired.total(),
            "killed": self.odoo.kills["worker"],
            "calling": self.odoo.kills["calling"],
            "servers": self.odoo.kills["server"],
            "frozen": self.platform.events["frozen"],
            "away": self.platform.events["away"],
            "incidents": self.platform.events["incident"],
            "held": self.platform.events["hold"],
            "outages": self.platform.events["outage"],
            "settings": self.books.changes,
            "statuses": self.platform.events["status"],
            "deposits": len(deposits),
            "batches": sum(len(deposit[-1].split()) > 1 for deposit in deposits),
            "flows": len(state["deposits"]),
            "unknown": sum(count for (_was, became), count in steps.items() if became == "unknown"),
            "adopted": sum(count for (was, became), count in steps.items() if was == "unknown" and became in proof.ARRIVED),
            "absent": steps["unknown", "ready"],
            "given_up": steps["unknown", "rejected"],
            "retried": steps["sending", "ready"],
            "refused": sum(count for (_was, became), count in steps.items() if became == "rejected"),
            "conflicts": noted["retries"] + noted["conflict"],
            "violated": len(violated),
        }
        return Outcome(self.seed, self.name, self._shown(counts), self.platform.fired, violated)

    def _shown(self, counts: dict[str, int]) -> dict[str, int]:
        """What of these the table shows."""
        return counts
