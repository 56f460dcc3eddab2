"""What must hold after a run of faults: each invoice at Chorus Pro exactly once, and Odoo knows it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from chaos_books import Books

#: The flows that Chorus Pro itself asks to be sent anew.
INCIDENT = "IN_INCIDENTE"
INTEGRATED = ("IN_INTEGRE", "IN_INTEGRE_PARTIEL")
#: How the simulator says that it has the invoice already.
THERE_ALREADY = "existe deja"
#: Where an invoice has not come to rest, in Odoo.
RESTLESS = ("to_send", "sending", "checking", "rejected")
OPEN = ("ready", "sending", "unknown", "deposited")
#: From having arrived nothing leads back.
ARRIVED = ("deposited", "integrated", "partial")
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ ([A-Z]+) \S+ ", re.MULTILINE)
#: What a server log may hold in such a run, beside news: the cause as it is in the record's last part.
ALLOWED = {
    # Two transactions at the same record: the later one is undone and made again.
    "conflict": re.compile(r"could not serialize access|could not obtain lock|deadlock detected|LockError"),
    # The database itself stops the second of two intents to send one invoice.
    "second intent": re.compile(r"chorus_deposit_line__?one_live_deposit"),
    # Two runs that read the same step of an invoice's life at once: the later one is made again, and finds it there.
    "step told twice": re.compile(r"chorus_status_entry__?step_unique"),
    # One flow number given to two deposits at once: the later one is made again, and is in doubt.
    "number given twice": re.compile(r"chorus_deposit__?flow_number_unique"),
    # A scheduled job whose process was killed three times in a row is left out once.
    "killed job": re.compile(r"Job .* timed out"),
}
#: What it may hold besides where OCA's queue_job runs the jobs.
ALLOWED_OF_JOBS = {
    # Its runner asks a server to run a job that is being killed: the job is found dead, and enqueued anew.
    "job without server": re.compile(r"/queue_job/runjob|^requests\.exceptions\.ConnectionError", re.MULTILINE),
}
TRACE = "Traceback (most recent call last)"
#: Characters shown of each part of a record.
LONGEST = 400
CONFLICT_MET = re.compile(r"tries left, try again in")


def violations(books: Books, platform: dict[str, Any], ids: list[int], untrue: bool = False) -> list[str]:
    """What does not hold, in words; empty when all is well.

    :param platform: the simulator's state.
    :param ids: of the invoices.
    :param untrue: whether a flow number may have been told that was never given.
    """
    rows = books.invoices(ids)
    held = defaultdict(list)
    for invoice in platform["invoices"]:
        held[invoice["numeroFacture"]].append(invoice)
    flows = {flow["numeroFluxDepot"]: flow for flow in platform["deposits"]}
    return [
        *_once(rows, held, flows),
        *_same(rows, held),
        *_evidence(books, flows),
        *_paths(books, untrue),
    ]


def _once(rows: list[tuple[Any, ...]], held: dict[str, list[Any]], flows: dict[str, Any]) -> Iterator[str]:
    """Each invoice is there once, and came once."""
    carried = defaultdict(list)
    for flow in flows.values():
        # what was refused never entered; but that it was there already must not happen
        refused = {error["number"] for error in flow["errors"] if THERE_ALREADY not in error["label"]}
        if flow["state"] != INCIDENT:
            for number in set(flow["invoiceNumbers"]) - refused:
                carried[number].append(flow)
    for _id, number, *_rest in rows:
        if len(held[number]) != 1:
            yield f"{number} is at Chorus Pro {len(held[number])} times"
        if len(carried[number]) > 1:
            came = ", ".join(f"{flow['numeroFluxDepot']} {flow['state']} {flow['depositedAt']}" for flow in carried[number])
            yield f"{number} was deposited {len(carried[number])} times: {came}"
    for number in set(held) - {row[1] for row in rows}:
        yield f"Chorus Pro holds {number}, which nobody sent"


def _same(rows: list[tuple[Any, ...]], held: dict[str, list[Any]]) -> Iterator[str]:
    """Odoo says of each invoice what Chorus Pro says."""
    for _id, number, state, status, identifier, outcome, deposit, flow in rows:
        if state in RESTLESS or outcome != "integrated" or deposit in OPEN:
            yield f"{number} is left {state} in Odoo (deposit {deposit}, line {outcome})"
        for invoice in held[number]:
            real = (invoice["statut"], str(invoice["identifiantFactureCPP"]), invoice["numeroFluxDepot"])
            if (status, identifier, flow) != real:
                yield f"{number}: Odoo has {(status, identifier, flow)}, Chorus Pro has {real}"


def _evidence(books: Books, flows: dict[str, Any]) -> Iterator[str]:
    """Each deposit tells what became of it, and what arrived are its bytes."""
    known = set()
    for number, state, flow, sha256, code, words, invoices in books.deposits():
        what = f"deposit {number} ({invoices})"
        known.add(flow)
        if state in OPEN:
            yield f"{what} is left {state}: {code} {words or ''}"
        if state not in ("integrated", "cancelled") and not code and not words:
            yield f"{what} is {state} and does not say why"
        if flow and flow not in flows:
            yield f"{what} has flow {flow}, which Chorus Pro does not know"
        if flow in flows and sha256 and flows[flow]["sha256"] != sha256:
            yield f"{what} has flow {flow}, whose bytes are others"
    for flow in flows.values():
        # a search finds what was integrated, nothing else
        if flow["numeroFluxDepot"] not in known and flow["state"] in INTEGRATED:
            yield f"flow {flow['numeroFluxDepot']} ({flow['state']}, {flow['invoiceNumbers']}) is unknown to Odoo"


def _paths(books: Books, untrue: bool) -> Iterator[str]:
    for (was, became), count in books.steps().items():
        doubted = untrue and (was, became) == ("deposited", "unknown")
        if was in ARRIVED and became in ("ready", "sending", "unknown") and not doubted:
            yield f"{count} deposits went from {was} back to {became}"


def read_log(text: str, allowed: Mapping[str, re.Pattern[str]] = ALLOWED) -> tuple[Counter[str], list[str]]:
    """What the server's log tells beside news.

    :param allowed: what may stand there, by a name for it.
    :return: how often each allowed thing occurs, and the records that should not be there.
    """
    heads = list(RECORD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    counts: Counter[str] = Counter(retries=len(CONFLICT_MET.findall(text)))
    unexpected = []
    for head, end in zip(heads, ends, strict=True):
        words = text[head.end() : end]
        if head.group(1) not in ("ERROR", "CRITICAL") and TRACE not in words:
            continue
        cause = _cause(words.rpartition(TRACE)[2]) if TRACE in words else words
        name = next((name for name, pattern in allowed.items() if pattern.search(cause)), None)
        if name:
            counts[name] += 1
        else:
            unexpected.append(f"{words.splitlines()[0][:LONGEST]}\n{cause.strip()[-LONGEST:]}")
    return counts, unexpected


def _cause(trace: str) -> str:
    """The words of an exception, without the lines that lead to it."""
    return "\n".join(line for line in trace.splitlines() if line and not line.startswith(" "))
