"""SQL statements of the screens: an invoice in each state, the lists of 80, the cards; against the build of an earlier commit."""

from __future__ import annotations

import argparse
import sys

from bench import earlier, shell
from odoo_env import REPO
from workspace import Base, Workspace

SCRIPT = REPO / "tools/shell_screens.py"
SHELL = ("--no-http", "--log-level=error")
#: The build before its screens were made anew.
BEFORE = "9d161f6"


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when no screen takes more statements than it did."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench screens",
        description=f"""{__doc__} Counted are the statements of what the web client asks for: web_read with the form's fields,
        web_search_read with those of a list or of cards; of the first row also the views and the groups, each opened, in a
        process that has read nothing yet. Both builds have the same 84 invoices, made for this by Odoo, and none of them in
        memory.""",
    )
    parser.add_argument("--base", metavar="REV", default=BEFORE, help=f"the commit to compare with ({BEFORE})")
    parser.add_argument("--details", action="store_true", help="each statement of the build of now, in run/bench-screens.log")
    options = parser.parse_args(words)
    with earlier(work, options.base):
        before = measured(work, "before", options.details)
    now = measured(work, "now", options.details)
    kept = True
    print(f"| SQL statements | {options.base[:10]} | now | |")
    print("|---|---|---|---|")
    for what, value in now.items():
        fine = value <= before[what]
        kept = kept and fine
        print(f"| {what} | {before[what]} | {value} | {'met' if fine else 'NOT MET'} |")
    sys.stdout.flush()
    return int(not kept)


def measured(work: Workspace, name: str, details: bool) -> dict[str, int]:
    """What `shell_screens` counts in a new database with the add-on that Odoo's commands find now."""
    with work.database("check", Base(companies=True)) as database:
        work.odoo(f"screens-{name}", "shell", "-d", database, *SHELL, script=SCRIPT, CHORUS_BENCH_FILL="1")
        return shell(work, "screens", database, **({"CHORUS_BENCH_DETAILS": "1"} if details else {}))
