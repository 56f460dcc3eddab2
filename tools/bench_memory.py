"""Memory that a click takes which sends a flow of 24.7 MB: an invoice with its attachments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import demo
from bench import Row, earlier, judged, row, shell, table
from odoo_env import REPO
from workspace import Workspace, free_port

#: Of the flow.
TIMES = 2.5


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when the target is met."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench memory",
        description=f"""{__doc__} From the click to the answer, to the simulator over HTTP; a small invoice was sent before.
        Counted is what Linux says that Odoo's process holds at most (VmHWM), less what it held before the click, in flows.""",
    )
    parser.add_argument("--base", metavar="REV", help="measure the add-on as it was in that commit too")
    options = parser.parse_args(words)
    columns = {}
    if options.base:
        with earlier(work, options.base) as build:
            columns[options.base[:10]] = measured(work, build)
    columns["now"] = measured(work)
    tables = {name: rows(found) for name, found in columns.items()}
    table(f"a flow of {columns['now']['flow'] / 1e6:.1f} MB", tables)
    return judged(tables["now"])


def measured(work: Workspace, build: Path = REPO) -> dict[str, Any]:
    """What `shell_memory` measures, of the add-on in a folder."""
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port, build)
        return shell(work, "memory", database, CHORUS_DEMO_SIMULATOR=f"http://127.0.0.1:{port}")


def rows(found: dict[str, Any]) -> list[Row]:
    """What was measured beside the target."""
    return [row("whole click, peak memory, of the flow's size", [found["peak"] / found["flow"]], [TIMES], ".1f")]
