"""What invoices, lists, jobs and the dashboard cost on 70,000 invoices, with the add-on and without."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import Row, earlier, judged, row, shell, table
from odoo_env import REPO, log
from workspace import RUN, Base, Workspace

BOOKS, TOLD = (REPO / f"tools/shell_growth_{name}.py" for name in ("books", "told"))
SHELL = ("--no-http", "--log-level=error")
#: Of a statement and of a line of its plan, no more than so many characters are printed.
WIDTH = 160


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when every target is met."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench growth",
        description=f"""{__doc__} A database of 70,000 invoices, 50,000 of them of public bodies and at Chorus Pro, is filled by
        SQL and kept for the next time. Counted are the SQL statements of a step, nothing in memory before, less those that the
        same step takes in the same database without the add-on. Times are what Odoo's process and PostgreSQL's have of a
        processor, the shortest of up to fifteen; of the daily job, Odoo's alone.""",
    )
    parser.add_argument("--base", metavar="REV", help="measure the add-on as it was in that commit too")
    parser.add_argument("--details", action="store_true", help="each statement of each step, in run/bench-growth.log")
    options = parser.parse_args(words)
    books = kept(work, "books", [BOOKS], lambda database: fill_books(work, database))
    without = measured(work, books, options.details)
    columns = {}
    if options.base:
        with earlier(work, options.base) as addon:
            columns[options.base[:10]] = told(work, books, addon, options.details)
    columns["now"] = told(work, books, REPO, options.details)
    tables = {name: rows(without, found) for name, found in columns.items()}
    table("70,000 invoices", tables)
    statements(columns["now"])
    return judged(tables["now"])


# -- the databases -----------------------------------------------------------------------------------------------------


def kept(work: Workspace, what: str, sources: list[Path], fill: Callable[[str], None]) -> str:
    """The name of a database that is kept; made by ``fill`` where it is not there, or was made from other sources."""
    digest = hashlib.sha256()
    for path in sources:
        digest.update(str(path.name).encode() + path.read_bytes())
    name = f"growth_{what}_{digest.hexdigest()[:8]}"
    if not work.exists(name):
        log(f"the large database: {what}")
        with work.database("check", Base(companies=True), addon=False) as database:
            fill(database)
            work.keep(database, name)
    (RUN / f"{name}.lock").touch()
    return name


def fill_books(work: Workspace, database: str) -> None:
    """70,000 invoices, without the add-on."""
    work.odoo("growth", "shell", "-d", database, *SHELL, script=BOOKS)
    work.query(database, "VACUUM (ANALYZE)")


def told(work: Workspace, books: str, addon: Path, details: bool) -> dict[str, Any]:
    """What is measured with the add-on of that folder."""
    folders = ("models", "services", "wizards", "controllers", "views", "data", "security", "migrations")
    sources = sorted(path for name in folders for path in (addon / name).rglob("*") if path.suffix in (".py", ".xml", ".csv"))

    def fill(database: str) -> None:
        work.clone(books, database)
        work.install(database)
        work.odoo("growth", "shell", "-d", database, *SHELL, script=TOLD)
        work.query(database, "VACUUM (ANALYZE)")

    return measured(work, kept(work, "told", [BOOKS, TOLD, *sources], fill), details)


def measured(work: Workspace, database: str, details: bool) -> dict[str, Any]:
    """What `shell_growth` measures on a copy of a database."""
    env = {"CHORUS_BENCH_DETAILS": "1"} if details else {}
    with work.copy(database) as copy:
        return shell(work, "growth", copy, **env)


# -- the table ---------------------------------------------------------------------------------------------------------


def rows(without: dict[str, Any], found: dict[str, Any]) -> list[Row]:
    """What was measured, as rows: what it is, the value, the target, whether it is met."""
    made: list[Row] = []

    def add(what: str, values: list[float], limits: list[float], form: str = ".0f") -> None:
        made.append(row(what, values, limits, form))

    for who, limits in (("private", [0, 0, 0]), ("public", [3, 4, 2])):
        added = [more - own for more, own in zip(found[who], without[who], strict=True)]
        add(f"{who} customer, draft / post / payment: SQL added", added, limits)
    calls = found["told"]
    add(f"late, told already, at {' / '.join(calls)} late: CPU each, ms",
        [1000 * seconds for seconds, _done in calls.values()], [1] * len(calls), ".2f")  # fmt: skip
    last = found["last service"]
    add(f"last service of a body never given one, of {' / '.join(last)} invoices: ms",
        [1000 * seconds for seconds in last.values()], [1] * len(last), ".2f")  # fmt: skip
    shown, stored = found["deposits"]
    add("list of 80 deposits: SQL added", [shown - stored], [2])
    add("dashboard, 50,000 at Chorus Pro: s", [found["dashboard"]], [0.25], ".2f")
    add("hourly job with nothing to do: ms", [1000 * found["hourly"]["follow"]], [10], ".1f")
    add("our statements that read all of account_move", [sum(one["scans"] for one in found["statements"])], [0])
    return made


def statements(found: dict[str, Any]) -> None:
    """Our statements that take longer than 5 ms, or read all invoices, with PostgreSQL's plan of each."""
    listed = sorted(found["statements"], key=lambda one: -one["seconds"])
    print(f"\nOur statements that keep PostgreSQL for more than 5 ms, or read all of account_move: {len(listed)}\n")
    for one in listed:
        print(f"- {one['seconds'] * 1000:.0f} ms, {one['of']}{', READS ALL INVOICES' if one['scans'] else ''}\n\n  ```")
        lines = [f"{' '.join(one['query'].split())[:WIDTH]}…", *(line[:WIDTH] for line in one["plan"])]
        print("\n".join(f"  {line}" for line in lines) + "\n  ```")
