"""Never twice, never lost: invoices sent while everything fails, then held against what Chorus Pro got.

Each run has a database, an Odoo of several processes and a simulator of its own. Calls fail in all the simulator's ways,
processes are killed, the platform stands still or goes away, several people click the same invoices at once. Then the
trouble ends, the scheduled jobs run until nothing is left to do, and both sides are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chaos_plan as plan
from chaos_run import Outcome, Run
from odoo_env import REPO
from workspace import PYTHON, RUN, Workspace, copy_addon

#: Seconds of trouble for each invoice, and at least, unless --minutes is given.
PACE, SHORTEST = 0.5, 10
PRINTER = """#!/bin/sh
exec "{python}" "{script}" "$@"
"""
#: Different violations shown of a run.
SHOWN = 30
COLUMNS = """columns:
  seconds    from the first fault to the comparison
  clicks     of users; told: answered with a reason; cut: not answered, as the process was killed
  requests   to the platform; faults: of them made to fail; frozen, away: how often it stood still or did not listen
  killed     Odoo processes, calling: of them in the middle of a call; servers: all processes at once
  incidents  flows that the platform asks to be sent anew; held: that wait for somebody there; statuses: given by recipients
  outages    of a gateway that answers deposits with 502; settings: how often the company's structure was another for a while
  deposits   intents in Odoo; batches: of them with several invoices; flows: files that the platform accepted
  unknown    answers that were lost: of those adopted (found at the platform), absent (surely not there, sent anew) or
             given_up (left to a person after several uploads)
  retried    deposits that surely did not arrive, sent again; refused: by the platform, sent again by a user
  conflicts  transactions undone for another one's sake, and made again
  violated   what does not hold at the end, in words below the row
"""


def seeded(name: str, description: str | None, columns: str, decides: str) -> argparse.ArgumentParser:
    """The parser of a command that makes several runs, each with a seed of its own.

    :param columns: of its table. :param decides: what the seed does.
    """
    parser = argparse.ArgumentParser(
        prog=f"dev.py {name}",
        description=description,
        epilog=columns,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="so many, each with the next seed (default: 1)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=f"{decides} (default: 1)")
    return parser


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = seeded("chaos", __doc__, COLUMNS, "decides what fails and who does what")
    parser.add_argument("--invoices", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--minutes", type=float, metavar="M", help=f"of trouble, at least (default: {PACE} s an invoice)")
    with_jobs(parser)
    return parser.parse_args(words)


def with_jobs(parser: argparse.ArgumentParser) -> None:
    """Let a command run on OCA's queue_job too."""
    parser.add_argument(
        "--queue-job", action="store_true", help="what scheduled jobs find is done by OCA's queue_job, see bridges/"
    )


def chaos(work: Workspace, words: list[str]) -> int:
    """Run the command; its exit status: 0 only if nothing was violated."""
    options = arguments(words)
    duration = options.minutes * 60 if options.minutes else max(SHORTEST, PACE * options.invoices)
    outcomes: list[Outcome] = []
    with stage(work) as folder:
        for seed in range(options.seed, options.seed + options.runs):
            outcomes.append(Run(work, seed, options.invoices, duration, folder, options.queue_job).run())
            show(outcomes[-1], with_head=len(outcomes) == 1)
    fired = sum((outcome.fired for outcome in outcomes), Counter())
    print("faults by kind: " + ", ".join(f"{kind} {fired[kind]}" for kind in (*plan.KINDS, "answer")))
    bad = [str(outcome.seed) for outcome in outcomes if outcome.violated]
    verdict = f"violated with seed {', '.join(bad)}" if bad else "nothing violated"
    print(f"{len(outcomes)} runs of {options.invoices} invoices: {verdict}", flush=True)
    return int(bool(bad))


@contextlib.contextmanager
def stage(work: Workspace, name: str = "chaos") -> Iterator[Path]:
    """A folder for what the runs of a command need; Odoo's processes run the add-on as it is now, whatever is edited meanwhile.

    Its ``bin`` has a printer of reports that costs nothing.
    """
    folder = RUN / f"{name}-{os.getpid()}"
    copy = copy_addon(folder)
    printer = folder / "bin/wkhtmltopdf"
    printer.parent.mkdir()
    printer.write_text(PRINTER.format(python=PYTHON, script=REPO / "tools/chaos_printer.py"))
    printer.chmod(0o755)
    try:
        with work.other_addon(copy):
            yield folder
    finally:
        shutil.rmtree(folder)


def show(outcome: Any, with_head: bool) -> None:
    """Print a run's row of the table, and what it violated.

    :param outcome: with its ``seed``, ``name``, ``counts`` and ``violated``.
    """
    names = ["seed", *outcome.counts]
    if with_head:
        print("  ".join(names))
    cells = [outcome.seed, *outcome.counts.values()]
    print("  ".join(f"{cell:>{len(name)}}" for name, cell in zip(names, cells, strict=True)), flush=True)
    for text, times in list(Counter(outcome.violated).items())[:SHOWN]:
        print(f"  VIOLATED: {text}" + (f" ({times} times)" if times > 1 else ""), flush=True)
    if outcome.violated:
        print(f"  the logs: {RUN}/{outcome.name}-*.log", flush=True)
