"""An invoice of 1, 10 and 200 lines in each format: milliseconds and bytes, beside Odoo's own export."""

from __future__ import annotations

import argparse
import json
import sys

import demo
from odoo_env import REPO
from workspace import Workspace, free_port

SCRIPT = REPO / "tools/shell_documents.py"


def run(work: Workspace, words: list[str]) -> int:
    """Print the table. Writing XML must stay cheaper than Odoo's own export: the exit status is 0 when it does."""
    parser = argparse.ArgumentParser(prog="dev.py bench documents", description=__doc__)
    parser.add_argument("--no-print", action="store_true", help="leave out the formats that need a PDF")
    options = parser.parse_args(words)
    path = work.env["PATH"] if options.no_print else f"{REPO / 'tools'}:{work.env['PATH']}"
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port)
        said = work.odoo("bench-documents", "shell", "-d", database, "--no-http", "--log-level=error", script=SCRIPT, PATH=path)
    rows = json.loads(next(line for line in said.splitlines() if line.startswith("RESULT ")).removeprefix("RESULT "))
    table(rows)
    ratios = [row["odoo"] / (row["read"] + row["formats"]["XML, CII"]["milliseconds"]) for row in rows]
    print(f"Odoo's own CII export takes {min(ratios):.1f} to {max(ratios):.1f} times what reading and writing take here")
    sys.stdout.flush()
    return int(min(ratios) < 1)


def table(rows: list[dict]) -> None:
    """Milliseconds and bytes, a column for each size of invoice."""
    print(f"{'lines':<40}" + "".join(f"{row['lines']:>12}" for row in rows))

    def line(name: str, values: list[float | None], form: str) -> None:
        print(f"{name:<40}" + "".join(f"{value:>12{form}}" if value is not None else f"{'–':>12}" for value in values))

    line("reading the invoice, ms", [row["read"] for row in rows], ".1f")
    line("  SQL statements, nothing in memory", [row["statements"] for row in rows], "")
    line("all rules, ms", [row["check"] for row in rows], ".1f")
    for name in rows[0]["formats"]:
        line(f"{name}, ms", [row["formats"][name]["milliseconds"] for row in rows], ".1f")
        line("  bytes", [row["formats"][name]["bytes"] for row in rows], "")
    line("printing (Chromium for wkhtmltopdf), ms", [row["print"] for row in rows], ".0f")
    line("Odoo's own CII export, ms", [row["odoo"] for row in rows], ".1f")
    line("  bytes", [row["odoo_bytes"] for row in rows], "")
