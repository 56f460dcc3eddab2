"""Calls of a year: 5,000 invoices, one selection a working day, their statuses read every hour."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import demo
from bench import Row, earlier, judged, row, shell, table
from odoo_env import REPO
from workspace import Workspace, free_port

INVOICES, CALLS = 5000, 16_000
WORKING_DAYS = 250
#: Seconds between two readings of the statuses, at most; a job begins up to a minute late.
HOUR = 3660.0


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench year",
        description=f"""{__doc__} Some weeks are lived in minutes, with a clock that is set for Odoo and the simulator alike, and
        reckoned up to a year: each working day {INVOICES // WORKING_DAYS} invoices are selected and sent; a flow is integrated
        ten minutes later, an invoice received the next day, ordered to be paid after three days and paid after five; one in
        twenty is suspended with a reason instead. Odoo's scheduled jobs run every hour and when they asked to. All calls count,
        of one process, tokens included.""",
    )
    parser.add_argument("--base", metavar="REV", help="measure the add-on as it was in that commit too")
    parser.add_argument("--weeks", type=int, default=2, help="how many are lived (default: %(default)s)")
    options = parser.parse_args(words)
    columns = {}
    if options.base:
        with earlier(work, options.base) as build:
            columns[options.base[:10]] = measured(work, options.weeks, build)
    columns["now"] = measured(work, options.weeks)
    for name, found in columns.items():
        print(f"{name}, calls of a year by operation:")
        for path, count in sorted(found["calls"].items(), key=lambda item: -item[1]):
            print(f"{round(count * 52.14 / options.weeks):>8}  {path}")
    tables = {name: rows(found, options.weeks) for name, found in columns.items()}
    table(f"{INVOICES:,} invoices a year", tables)
    return judged(tables["now"])


def measured(work: Workspace, weeks: int, build: Path = REPO) -> dict[str, Any]:
    """What `shell_year` counts, of the add-on in a folder."""
    port = free_port()
    simulator = demo.simulator_command("--port", port, "--processing-time", 600)
    with work.database("check") as database, work.background("simulator", simulator, port, **demo.simulator_env(work)):
        demo.fill(work, database, port, build)
        size = {"CHORUS_WEEKS": str(weeks), "CHORUS_A_DAY": str(INVOICES // WORKING_DAYS)}
        return shell(work, "year", database, CHORUS_DEMO_SIMULATOR=f"http://127.0.0.1:{port}", **size)


def rows(found: dict[str, Any], weeks: int) -> list[Row]:
    """What was counted beside the targets."""
    return [
        row("calls", [sum(found["calls"].values()) * 52.14 / weeks], [CALLS]),
        row("seconds between two readings of the statuses, at most", [found["longest"]], [HOUR]),
        row("invoices whose status is not known at the end", [found["unknown"]], [0]),
    ]
