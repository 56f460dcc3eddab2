"""The users of a run of faults: several at once, on the same invoices, over HTTP, whatever happens to the server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import requests

from chaos_plan import Click
from web_client import WebClient

#: What Odoo says in good order: the user reads why, and nothing was done.
TOLD = ("odoo.exceptions.UserError", "odoo.exceptions.ValidationError", "odoo.exceptions.RedirectWarning")
#: Odoo gave up after it had tried five times against other transactions; the user clicks again.
CONFLICTS = (
    "psycopg2.errors.SerializationFailure",
    "psycopg2.errors.DeadlockDetected",
    "psycopg2.errors.LockNotAvailable",
    "odoo.exceptions.LockError",
)
# How long a person waits before the next click when the server does not answer.
PATIENCE = 0.5


class Answer(Exception):
    """Odoo answered with an error.

    :param name: of the error's class.
    :ivar is_told: it tells the user why nothing was done.
    :ivar is_conflict: other transactions were in the way; the user may try again.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.is_told = name in TOLD
        self.is_conflict = name in CONFLICTS


class Interrupted(Exception):
    """No answer: the process that was to give it was killed, or the server is away."""


class Person(WebClient):
    """One user's session.

    :ivar counts: how the clicks ended.
    :ivar unexpected: errors that no user should ever see.
    :cvar timeout: seconds that one waits for an answer.
    """

    timeout = 120

    def __init__(self, base: str, database: str, login: str, password: str) -> None:
        super().__init__(base, database, login, password)
        self.counts: Counter[str] = Counter()
        self.unexpected: list[str] = []

    def _post(self, path: str, **parameters: object) -> Any:
        request = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        try:
            answer = self._session.post(self.base + path, json=request, timeout=self.timeout).json()
        except (requests.RequestException, ValueError) as error:
            raise Interrupted(str(error)) from error
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise Answer(data.get("name", ""), data.get("message") or answer["error"]["message"])
        return answer.get("result")

    def do(self, clicks: Iterable[Click], ids: list[int], stop: Event) -> None:
        """Click, one after another; an error ends no more than its click.

        :param ids: of the invoices, in the order of the plan's places.
        """
        for click in clicks:
            if stop.is_set():
                return
            try:
                self._click(click.how, [ids[place] for place in click.invoices])
                self.counts["done"] += 1
            except Interrupted:
                self.counts["interrupted"] += 1
                stop.wait(PATIENCE)
            except Answer as answer:
                if answer.is_told:
                    self.counts["told"] += 1
                elif answer.is_conflict:
                    self.counts["conflict"] += 1
                else:
                    self.counts["unexpected"] += 1
                    self.unexpected.append(f"{click.how}: {answer}")

    def _click(self, how: str, ids: list[int]) -> None:
        if how == "send":
            self.button("account.move", "action_chorus_send", ids)
        elif how == "refresh":
            self.button("account.move", "action_chorus_refresh", ids)
        else:
            wizard = "account.move.send.wizard" if how == "wizard" else "account.move.send.batch.wizard"
            context = {**self._context, "active_model": "account.move", "active_ids": ids}
            made = self.call(wizard, "create", [{}], context=context)
            self.button(wizard, "action_send_and_print", made)

    def patiently(self, method: str, *arguments: Any, within: float = 60, **keywords: Any) -> Any:
        """Call a method of this session, again as long as the server is away.

        :raises Interrupted: when it is for longer than ``within`` seconds.
        """
        deadline = time.monotonic() + within
        while True:
            try:
                return getattr(self, method)(*arguments, **keywords)
            except Interrupted:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PATIENCE)


def together(people: list[Person], rounds: list[list[list[Click]]], ids: list[int], stop: Event, lasts: float = 0) -> None:
    """Let people go through rounds of clicks; within a round all of them click at once.

    :param lasts: seconds over which the rounds are spread, at least.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(len(people)) as pool:
        for place, clicks in enumerate(rounds):
            stop.wait(max(0, began + lasts * place / len(rounds) - time.monotonic()))
            if stop.is_set():
                return
            done = [pool.submit(person.do, own, ids, stop) for person, own in zip(people, clicks, strict=True)]
            for future in done:
                future.result()
