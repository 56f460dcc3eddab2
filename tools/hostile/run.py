"""One run: invoices sent, completed and followed while answers are changed on their way; then all is held against the truth."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import chaos_plan as plan
import chaos_proof as proof
import demo
from chaos_books import Books
from chaos_people import Answer, Interrupted, Person, together
from chaos_platform import Platform
from chaos_run import REST, SENT_AT_ONCE, Run
from chaos_server import Odoo
from odoo_env import log
from services.api.wire import LONGEST_ANSWER, upload_seconds
from services.api.works import LONGEST_DOWNLOAD
from workspace import RUN, Workspace, free_port

from .proxy import Met, Proxy
from .walker import SLACK, SUPPLIER, TIMEOUT, Walker

#: Seconds between two looks of those who play the public bodies and the clerk.
TICK = 0.4
#: Seconds for an answer, at most, before the run counts as stuck.
PACE = 1.0
#: Bytes that lie in this machine's buffers when a client stops reading.
BUFFERED = 12 * 1024**2
DOWNLOAD = "/cpro/factures/v1/telecharger/groupe"
TO_COMPLETE = """
    SELECT id FROM account_move move
    WHERE chorus_status = 'SUSPENDUE' AND chorus_state = 'to_complete' AND NOT EXISTS (
        SELECT FROM chorus_action WHERE move_id = move.id AND state IN ('ready', 'sending', 'unknown'))
"""
ACTIONS = (
    "SELECT move.name, action.state, action.error_code FROM chorus_action action JOIN account_move move ON move.id = move_id"
)
UNREADABLE = "SELECT unreadable FROM chorus_connection WHERE unreadable IS NOT NULL"


class Outcome(NamedTuple):
    """One run's end: what the table shows, how changed answers were met, what does not hold, and its logs' names."""

    seed: int
    name: str
    counts: dict[str, int]
    kinds: Counter[str]
    met: Counter[tuple[str, str]]
    methods: Counter[str]
    memory: list[str]
    violated: list[str]


def client_alone(work: Workspace, seed: int, answers: int, folder: Path) -> Outcome:
    """A run without Odoo: the client calls every method, nothing else."""
    name, port = f"{folder.name}-seed-{seed}", free_port()
    platform = Platform(work, name, folder / f"{seed}.state", port, plan.PROCESSING, [])
    with contextlib.ExitStack() as end:
        proxy = Proxy(port, seed)
        end.callback(proxy.stop)
        end.callback(platform.stop)
        platform.start()
        walker = Walker(proxy, proxy.ports[1], f"http://127.0.0.1:{port}", seed)
        memory, began = walker.memory(), time.monotonic()
        proxy.is_hostile = True
        walker.walk(threading.Event(), lambda: proxy.answers() >= answers)
        violated = [*walker.violated, *(text for one in proxy.met[proxy.ports[1]] for text in _too_much(one, TIMEOUT))]
        violated += [f"the simulator broke: see {path}" for path in platform.logs() if "Traceback" in path.read_text()]
        counts = {
            "seconds": round(time.monotonic() - began),
            "answers": proxy.answers(),
            "changed": proxy.kinds().total(),
            "calls": walker.methods.total(),
            "violated": len(violated),
        }
    if not violated:
        for path in RUN.glob(f"{name}-*.log"):
            path.unlink()
    return Outcome(seed, name, counts, proxy.kinds(), walker.outcomes, walker.methods, memory, violated)


class HostileRun(Run):
    """A run whose trouble is in the answers alone.

    :param answers: to be given, at least.
    """

    def __init__(self, work: Workspace, seed: int, answers: int, folder: Path, queued: bool = False) -> None:
        super().__init__(work, seed, max(6, min(120, answers // 80)), answers * PACE, folder, queued)
        self.answers = answers

    def run(self) -> Outcome:
        """All of it, from an empty database to the comparison; whatever was started is ended."""
        with self.work.database("check", bridge=self.bridge) as database, contextlib.ExitStack() as end:
            port = free_port()
            self.proxy = Proxy(port, self.seed)
            end.callback(self.proxy.stop)
            demo.fill(self.work, database, self.proxy.ports[0])
            self.books = Books(self.work, database)
            self.platform = Platform(self.work, self.name, self.folder / f"{self.seed}.state", port, plan.PROCESSING, [])
            end.callback(self.platform.stop)
            self.platform.start()
            self.odoo = Odoo(
                self.work, self.name, database, free_port(), self.proxy.ports[0], self._environment(), options=self._options()
            )
            end.callback(self.odoo.stop)
            end.callback(self.stop.set)
            self.odoo.start()
            address = self.odoo.url
            self.people = [Person(address, database, "comptable", "comptable") for _ in range(plan.PEOPLE)]
            self.clerk = Person(address, database, "comptable", "comptable")
            self.admin = Person(address, database, "admin", "admin")
            self.walker = Walker(self.proxy, self.proxy.ports[1], f"http://127.0.0.1:{port}", self.seed)
            self.ids = self._make_invoices()
            memory = self.walker.memory()
            log(f"seed {self.seed}: {self.size} invoices, {self.answers} answers")
            self._trouble()
            log(f"{self.proxy.answers()} answers were given, changed: {self.proxy.kinds().total()}")
            self._come_to_rest()
            self.odoo.stop()
            self._count_jobs()
            outcome = self._result(memory)
            self.platform.stop()
        if not outcome.violated:
            for path in (*RUN.glob(f"{self.name}-*.log"), RUN / f"fill-{database}.log"):
                path.unlink()
        return outcome

    # -- the trouble -----------------------------------------------------------------------------------------------------

    def _trouble(self) -> None:
        """People click, the clerk completes, public bodies act, and answers are changed, until enough were given."""
        self.proxy.is_hostile = True
        self.began = time.monotonic()
        failures: list[Exception] = []
        threads = [
            threading.Thread(target=self._crowd, args=(failures,), name="crowd"),
            threading.Thread(target=self.walker.walk, args=(self.stop, self._walker_has_enough), name="walker"),
        ]
        for thread in threads:
            thread.start()
        dice, turn = self._dice("events"), 0
        try:
            while threads[0].is_alive() and time.monotonic() - self.began < self.duration:
                turn += 1
                self.platform.act(dice)
                if turn % 4 == 0:
                    self.books.hours_pass()
                    self._complete(dice)
                if turn % 20 == 0:
                    self.books.sweep()
                time.sleep(TICK)
        finally:
            self.stop.set()
            self.proxy.is_hostile = False
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _is_enough(self) -> bool:
        return len(self.proxy.met[self.proxy.ports[0]]) >= self.answers / 2 and self.proxy.answers() >= self.answers

    def _walker_has_enough(self) -> bool:
        return len(self.proxy.met[self.proxy.ports[1]]) >= self.answers / 2

    def _crowd(self, failures: list[Exception]) -> None:
        """Each invoice has its turn, then those that never left or were refused, again."""
        dice = self._dice("people")
        try:
            together(self.people, plan.rounds(dice, list(range(self.size))), self.ids, self.stop)
            while not self.stop.is_set() and not self._is_enough():
                left = self._to_send()
                if left:
                    together(self.people, plan.rounds(dice, left), self.ids, self.stop)
                else:
                    refresh = [plan.Click("refresh", (dice.randrange(self.size),))]
                    together(self.people, [[refresh] * len(self.people)], self.ids, self.stop)
                    self.stop.wait(0.2)
        except Exception as error:  # noqa: BLE001 - raised again by the main thread
            failures.append(error)

    def _complete(self, dice: random.Random) -> None:
        """Somebody completes one of the invoices that a public body suspended."""
        waiting = [identifier for (identifier,) in self.books.query(TO_COMPLETE)]
        if not waiting:
            return
        try:
            action = self.clerk.button("account.move", "action_chorus_complete", [dice.choice(waiting)])
            self.clerk.call(action["res_model"], "write", [action["res_id"]], {"comment": "Voici la pièce."})
            self.clerk.button(action["res_model"], "action_confirm", [action["res_id"]])
        except Interrupted as error:
            self.errors.append(f"completing: no answer: {error}")
        except Answer as answer:
            if not answer.is_told and not answer.is_conflict:
                self.errors.append(f"completing: {answer}")

    # -- the rest --------------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """The truth again: the scheduled jobs run until all holds, or for too long."""
        self.odoo.kill()  # so that surely nobody is sending
        self.platform.advance()
        self.books.age("sending", "unknown")
        self.odoo.start()
        deadline = time.monotonic() + REST
        while time.monotonic() < deadline:
            self.platform.advance()
            self.books.age("unknown")
            self.books.sweep()
            self._run_jobs()
            left = self._to_send()
            self._correct(self.wrong.intersection(left))
            if left:
                self.people[0].do([plan.Click("send", tuple(left[:SENT_AT_ONCE]))], self.ids, threading.Event())
            elif not list(self._violations()):
                break
        self._run_jobs()  # changes nothing any more

    def _state(self) -> dict[str, Any]:
        """What the platform holds of ours."""
        state = self.platform.state()
        own = [flow for flow in state["deposits"] if flow["structure"] != SUPPLIER]
        return {"deposits": own, "invoices": [row for row in state["invoices"] if row["fournisseur"] != SUPPLIER]}

    def _violations(self) -> list[str]:
        state = self._state()
        violated = proof.violations(self.books, state, self.ids, untrue=True)
        completed = {
            row["numeroFacture"]: sum(step["statut"] == "COMPLETEE" for step in row["history"]) for row in state["invoices"]
        }
        actions = self.books.query(ACTIONS)
        done = Counter(name for name, how, _code in actions if how == "done")
        for name in completed.keys() | done.keys():
            if completed.get(name, 0) != done[name]:
                violated.append(f"{name} was completed {completed.get(name, 0)} times, Odoo has {done[name]}")
        violated += [
            f"an answer about {name} is left {how}" for name, how, _code in actions if how in ("ready", "sending", "unknown")
        ]
        violated += [f"an answer about {name} is refused and does not say why" for name, how, code in actions
                     if how == "refused" and not code]  # fmt: skip
        return violated

    # -- the comparison --------------------------------------------------------------------------------------------------

    def _result(self, memory: list[str]) -> Outcome:
        violated = self._violations()
        noted, unexpected = proof.read_log(self.odoo.log())
        violated += [f"in the server's log: {record}" for record in unexpected]
        violated += [f"a user saw {text}" for person in (*self.people, self.clerk) for text in person.unexpected]
        violated += self.errors + self.walker.violated
        violated += [f"the simulator broke: see {path}" for path in self.platform.logs() if "Traceback" in path.read_text()]
        met = self.proxy.met[self.proxy.ports[0]]
        violated += [text for one in met for text in _too_much(one, plan.TIMEOUT)]
        violated += [text for one in self.proxy.met[self.proxy.ports[1]] for text in _too_much(one, TIMEOUT)]
        clicks = sum((person.counts for person in self.people), Counter())
        steps, deposits, state = self.books.steps(), self.books.deposits(), self._state()
        counts = {
            "seconds": round(time.monotonic() - self.began),
            "answers": self.proxy.answers(),
            "changed": self.proxy.kinds().total(),
            "to_odoo": len(met),
            "clicks": clicks.total(),
            "told": clicks["told"],
            "invoices": self.size,
            "deposits": len(deposits),
            "flows": len(state["deposits"]),
            "unknown": sum(count for (_was, became), count in steps.items() if became == "unknown"),
            "adopted": sum(count for (was, became), count in steps.items() if was == "unknown" and became in proof.ARRIVED),
            "absent": steps["unknown", "ready"],
            "given_up": steps["unknown", "rejected"],
            "refused": steps["sending", "rejected"],
            "completed": sum(how == "done" for _name, how, _code in self.books.query(ACTIONS)),
            "unreadable": sum(len(text.splitlines()) for (text,) in self.books.query(UNREADABLE)),
            "conflicts": noted["retries"] + noted["conflict"],
            "violated": len(violated),
        }
        return Outcome(
            self.seed, self.name, counts, self.proxy.kinds(), self.walker.outcomes, self.walker.methods, memory, violated
        )


def _too_much(met: Met, timeout: float) -> list[str]:
    """Whether a client stayed with an answer beyond its deadline, or took more of it than it may."""
    texts = []
    allowed = 2 * timeout + upload_seconds(met.uploaded) + SLACK
    if met.kind and met.seconds > allowed:
        texts.append(f"{met.path} ({met.kind}, {met.what}): {met.seconds:.1f} s, allowed are {allowed:.1f}")
    longest = LONGEST_DOWNLOAD if met.path == DOWNLOAD else LONGEST_ANSWER
    if met.sent > longest + BUFFERED:
        texts.append(f"{met.path} ({met.kind}): {met.sent} bytes were taken")
    return texts
