"""Sending: a selection of 100, one of 10, one click, 100 clicks by one user; and the job that sends, with nothing to do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import demo
from bench import Row, earlier, judged, row, shell, table
from odoo_env import REPO
from workspace import Workspace, free_port

#: The OCA connector on Odoo 19, measured once beside this add-on as it was then (OURS_THEN): seconds of CPU and SQL statements
#: of a selection of 100. It is not fetched here: its seconds are told in what Odoo took to post the same 100 in that run.
PEER_CPU, PEER_SQL = 0.44, 225
OURS_THEN = 2.19
#: What this add-on took then (commit 06d7aa3), by what Odoo took to post the same 100, in one run here.
THEN_TO_POSTING = 1.72


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench send",
        description=f"""{__doc__} Everything goes to the simulator over HTTP, by the button, as a user who invoices. Counted are
        SQL statements of the request, seconds of a processor that Odoo's process has, calls and connections that the simulator
        sees. Each is done several times with other invoices, after once that warms up; the least counts.""",
    )
    parser.add_argument("--base", metavar="REV", help="measure the add-on as it was in that commit too")
    parser.add_argument("--details", action="store_true", help="each SQL statement, in run/bench-send.log")
    options = parser.parse_args(words)
    columns = {}
    if options.base:
        with earlier(work, options.base) as build:
            columns[options.base[:10]] = measured(work, options.details, build)
    columns["now"] = measured(work, options.details)
    tables = {name: rows(found) for name, found in columns.items()}
    table("sending, in CII", tables)
    return judged(tables["now"])


def measured(work: Workspace, details: bool, build: Path = REPO) -> dict[str, Any]:
    """What `shell_send` measures, of the add-on in a folder."""
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port, build)
        env = {"CHORUS_BENCH_DETAILS": "1"} if details else {}
        return shell(work, "send", database, CHORUS_DEMO_SIMULATOR=f"http://127.0.0.1:{port}", **env)


def rows(found: dict[str, Any]) -> list[Row]:
    """What was measured beside the targets."""
    many, few, one = found["100"], found["10"], found["1"]
    return [
        row("selection of 100: CPU, in what posting them takes Odoo", [many["cpu"] / found["posting"]],
            [round(THEN_TO_POSTING * PEER_CPU / OURS_THEN, 2)], ".2f"),
        row("selection of 100: SQL", [many["statements"]], [PEER_SQL]),
        row("one click: SQL", [one["statements"]], [45]),
        row("one click: CPU, ms", [1000 * one["cpu"]], [40], ".0f"),
        row("selection of 10: calls", [few["calls"]], [1]),
        row("selection of 10: SQL", [few["statements"]], [90]),
        row("100 single clicks by one user: connections", [found["connections"]], [5]),
        row("the job that sends, nothing to do: ms", [1000 * found["idle"]], [10], ".1f"),
    ]  # fmt: skip
