"""An invoice of 1, 10 and 200 lines in each format: milliseconds and bytes, beside Odoo's own export."""

from __future__ import annotations

import argparse
from pathlib import Path

import demo
from bench import Row, earlier, judged, row, shell, table
from odoo_env import REPO
from workspace import Workspace, free_port

#: Of what Odoo takes in the same run: its own CII export; with the printed PDF at hand, its export and embedding it.
CII, FACTUR_X = 0.3, 0.35


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench documents",
        description=f"""{__doc__} Times are what the process has of a processor, the shortest of many, ours and Odoo's in turn.
        Odoo's Factur-X is its own CII export put into the same printed PDF, as PDF/A, by its own writer.""",
    )
    parser.add_argument("--base", metavar="REV", help="measure the add-on as it was in that commit too")
    parser.add_argument("--no-print", action="store_true", help="leave out the formats that need a PDF")
    options = parser.parse_args(words)
    columns = {}
    if options.base:
        with earlier(work, options.base) as build:
            columns[options.base[:10]] = measured(work, options.no_print, build)
    columns["now"] = measured(work, options.no_print)
    details(columns["now"])
    tables = {name: rows(found) for name, found in columns.items()}
    table("ratio to Odoo's own, in one run", tables)
    return judged(tables["now"])


def measured(work: Workspace, no_print: bool, build: Path = REPO) -> list[dict]:
    """What `shell_documents` measures, of the add-on in a folder."""
    path = work.env["PATH"] if no_print else f"{REPO / 'tools'}:{work.env['PATH']}"
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port, build)
        return shell(work, "documents", database, PATH=path)


def rows(found: list[dict]) -> list[Row]:
    """The ratios, and whether they are as small as they should be."""
    sizes = " / ".join(str(one["lines"]) for one in found)
    cii = [(one["read"] + one["formats"]["XML, CII"]["milliseconds"]) / one["odoo"] for one in found]
    made = [row(f"reading and writing CII, {sizes} lines", cii, [CII] * len(cii), ".2f")]
    if all(one["odoo_factur_x"] for one in found):
        ratios = [(one["read"] + one["formats"]["Factur-X"]["milliseconds"]) / one["odoo_factur_x"] for one in found]
        made.append(row(f"Factur-X with the PDF at hand, {sizes} lines", ratios, [FACTUR_X] * len(ratios), ".2f"))
    return made


def details(found: list[dict]) -> None:
    """Milliseconds and bytes, a column for each size of invoice."""
    print("| lines | " + " | ".join(str(one["lines"]) for one in found) + " |")
    print("|---|" + "---|" * len(found))

    def line(name: str, values: list[float | None], form: str) -> None:
        print(f"| {name} | " + " | ".join(f"{value:{form}}" if value is not None else "–" for value in values) + " |")

    line("reading the invoice, ms", [one["read"] for one in found], ".2f")
    line("SQL statements of it, nothing in memory", [one["statements"] for one in found], "")
    line("all rules, ms", [one["check"] for one in found], ".2f")
    for name in found[0]["formats"]:
        line(f"{name}, ms", [one["formats"][name]["milliseconds"] for one in found], ".2f")
        line(f"{name}, bytes", [one["formats"][name]["bytes"] for one in found], "")
    line("printing (Chromium for wkhtmltopdf), ms", [one["print"] for one in found], ".0f")
    line("Odoo's own CII export, ms", [one["odoo"] for one in found], ".2f")
    line("Odoo's own CII export, bytes", [one["odoo_bytes"] for one in found], "")
    line("Odoo's own Factur-X with the PDF at hand, ms", [one["odoo_factur_x"] for one in found], ".2f")
    print()
