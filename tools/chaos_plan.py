"""What goes wrong in a run and what people do meanwhile, drawn from its seed."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

#: Seconds a call of Odoo's may last, in place of 30.
TIMEOUT = 0.8
#: Seconds after which a sender is held for dead, in place of 600. The longest that one lives: twice a token, asked for three
#: times with a wait, and twice the deposit (its first answer a 401), that is 8 calls and 2 s.
STALE = 14
#: Seconds after the loss of an answer at which the platform surely shows what it got, in place of 900. The longest it
#: takes: the time for which it stands still, and its processing.
SHOWN_AFTER = 8
#: Seconds from a deposit to its end.
PROCESSING = 1.5
#: Seconds for which the platform stands still, at most.
FROZEN = 2.0

#: How often a call fails in one way: any call, a deposit, a deposit that is accepted without the answer saying so.
EVERYWHERE, AT_DEPOSIT, ACCEPTED = 0.006, 0.01, 0.025
DEPOSIT, SEARCH = "/cpro/factures/v1/deposer/flux", "/cpro/factures/v1/rechercher/fournisseur"
KINDS = (
    *("refuse_connection", "reset_before", "reset_after", "timeout_before", "timeout_after", "html_200", "empty_200"),
    *("http_401", "http_403", "http_429", "http_500", "http_502", "http_503", "code_retour", "slow"),
    *("drip", "swollen"),
)
#: Answers that say nothing of whether the call was carried out.
UNCLEAR = ("html_200", "empty_200", "http_500", "http_502", "http_503")
#: Refusals as the platform words them (doc/API.md §4); none that says "found nothing", which would be a lie.
REFUSALS = ((20000, "GDP_MSG_11.008"), (20001, "GDP_MSG_11.022"), (20001, "GDP_MSG_11.005"))
#: What a search answers that says neither "found" nor "nothing found"; how often.
NO_ABSENCE = (
    "{}",
    '{"codeRetour": 0, "libelle": "GCU_MSG_01_000"}',
    '{"codeRetour": 0, "libelle": "GCU_MSG_01_000", "listeFactures": "aucune"}',
    '{"codeRetour": null, "listeFactures": []}',
    "<html><body>Maintenance</body></html>",
)
AT_SEARCH = 0.02
#: What a deposit answers, carried out or not, that says neither yes nor no: status and body; how often.
NO_WORD = (
    (200, '{"codeRetour": null, "libelle": null}'),
    (200, '{"codeRetour": "20001", "libelle": "GDP_MSG_11.022"}'),
    (404, "<html><body>Not Found</body></html>"),
    (408, ""),
    (413, "{}"),
    (451, "<html></html>"),
    (503, '{"codeRetour": 20001, "libelle": "GDP_MSG_11.022"}'),
)
AT_A_WORD = 0.006
#: Deposits in a row that a gateway answers with 502.
OUTAGE = 12
PEOPLE = 5
#: Of the invoices, by their places, every so many names a service that is no longer active, until somebody corrects it. (Those
#: at odd places are for the body that has services.)
FIRST_WRONG, EACH_WRONG = 7, 20
WRONG_SERVICE, RIGHT_SERVICE = "FAC-OLD", "FAC-001"


def faults(rng: random.Random) -> list[dict[str, Any]]:
    """The faults to ask the simulator for: every kind anywhere, and most of those that hide that a deposit was accepted."""
    chosen = [("*", kind, EVERYWHERE, False) for kind in KINDS]
    chosen += [(DEPOSIT, kind, AT_DEPOSIT, False) for kind in KINDS]
    chosen += [(DEPOSIT, kind, ACCEPTED, True) for kind in ("reset_after", "timeout_after", "slow", *UNCLEAR)]
    rng.shuffle(chosen)
    faults = [_fault(rng, *choice) for choice in chosen]
    faults += [_answer(rng, SEARCH, AT_SEARCH / len(NO_ABSENCE), 200, body, False) for body in NO_ABSENCE]
    faults += [_answer(rng, DEPOSIT, AT_A_WORD, *word, done) for word in NO_WORD for done in (False, True)]
    return faults


def _answer(rng: random.Random, path: str, probability: float, http: int, body: str, done: bool) -> dict[str, Any]:
    fault = {"path": path, "kind": "answer", "probability": probability, "seed": rng.randrange(2**32), "times": None}
    return {**fault, "http": http, "body": body, "done": done}


def _fault(rng: random.Random, path: str, kind: str, probability: float, done: bool) -> dict[str, Any]:
    fault = {"path": path, "kind": kind, "probability": probability, "seed": rng.randrange(2**32), "times": None, "done": done}
    if kind.startswith("timeout"):
        fault["delay"] = TIMEOUT * 1.5
    if kind == "slow":
        fault["delay"] = TIMEOUT * rng.uniform(0.4, 1.2)
    if kind == "drip":
        fault["delay"] = TIMEOUT / 10
    if kind == "code_retour":
        fault["codeRetour"], fault["libelle"] = rng.choice(REFUSALS)
        fault["http"] = rng.choice([200, 400])
    return fault


class Event(NamedTuple):
    """Something that happens ``at`` seconds after the start; ``seconds`` is for how long."""

    at: float
    what: str
    seconds: float = 0


def timeline(rng: random.Random, duration: float) -> list[Event]:
    """What happens beside the faults, in its order.

    :param duration: of the whole, in seconds.
    """
    events: list[Event] = []
    for what, every, lasts in (
        ("kill a worker", 4, (0, 0)),
        ("kill the server", 40, (0, 0)),
        ("freeze", 15, (TIMEOUT, FROZEN)),
        ("go away", 50, (1, 2)),
        ("incident", 12, (0, 0)),
        ("hold", 12, (0, 0)),
        ("status", 1, (0, 0)),
        ("hours pass", 2, (0, 0)),
        ("outage", 30, (0, 0)),
        ("other settings", 20, (2, 4)),
    ):
        for _ in range(max(1, round(duration / every))):
            events.append(Event(rng.uniform(0.05, 0.95) * duration, what, rng.uniform(*lasts)))
    return sorted(events)


class Click(NamedTuple):
    """What a person does with invoices, which are given by their place in the list.

    :ivar how: ``send`` (the button, or the list's action on many), ``wizard`` or ``batch`` (Odoo's Send for one or for
        many), ``refresh``.
    """

    how: str
    invoices: tuple[int, ...]


def rounds(rng: random.Random, invoices: list[int]) -> list[list[list[Click]]]:
    """What each person does, one click after another, while the others do the same with the same invoices."""
    order = rng.sample(invoices, len(invoices))
    size = max(2, min(6, len(order) // 5))
    planned = []
    for start in range(0, len(order), size):
        group = order[start : start + size]
        many = order[start : start + rng.randint(12, 30)]
        earlier = order[max(0, start - 2 * size) : start + size]
        planned.append(
            [
                [Click("send", tuple(group))],
                [Click("send", (one,)) for one in group],
                [Click("send", (one,)) for one in reversed(group)],
                [_rarer(rng, many)],
                [Click("refresh", tuple(earlier)), Click("send", tuple(rng.sample(earlier, len(earlier))))],
            ]
        )
    return planned


def _rarer(rng: random.Random, many: list[int]) -> Click:
    """What is done less often, mostly with invoices whose turn comes later."""
    if rng.random() < 0.12:
        return Click("send", tuple(many))
    if rng.random() < 0.3:
        return Click("batch", tuple(many[-4:]))
    return Click("wizard", (rng.choice(many),))
