"""Benchmarks: what the add-on costs, as counts (HTTP calls, SQL statements, bytes) and ratios within one run.

Each lives in a module of its own, ``bench_NAME``, with a function ``run(work, arguments)`` that returns an exit status.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from odoo_env import MODULE, REPO, fail
from workspace import RUN, Workspace

FOLDER = Path(__file__).resolve().parent
MARK = "RESULT "


def bench(work: Workspace, words: list[str]) -> int:
    """Run one benchmark; its exit status."""
    modules = {path.stem.removeprefix("bench_"): path for path in sorted(FOLDER.glob("bench_*.py"))}
    about = {name: (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()[0] for name, path in modules.items()}
    parser = argparse.ArgumentParser(
        prog="dev.py bench",
        description=__doc__,
        epilog="names:\n" + "\n".join(f"  {name:<12} {text}" for name, text in about.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("name", choices=list(modules))
    options, rest = parser.parse_known_args(words)
    return importlib.import_module(f"bench_{options.name}").run(work, rest)


# -- for the benchmarks ------------------------------------------------------------------------------------------------


def shell(work: Workspace, what: str, database: str, **env: str) -> Any:
    """What a script of ours measured in `odoo shell`: the JSON value of the line that it marks as its result.

    :param what: the script is ``shell_WHAT.py``, its log ``bench-WHAT.log``.
    :param env: further environment variables.
    """
    script = FOLDER / f"shell_{what}.py"
    command = ("shell", "-d", database, "--no-http", "--log-level=error")
    said = work.odoo(f"bench-{what}", *command, script=script, **env)
    return json.loads(next(line for line in said.splitlines() if line.startswith(MARK)).removeprefix(MARK))


@contextlib.contextmanager
def earlier(work: Workspace, revision: str) -> Iterator[Path]:
    """The add-on as it was in a commit: a folder, from which Odoo's commands load it within."""
    with tempfile.TemporaryDirectory(dir=RUN, prefix="bench-") as folder:
        addon = Path(folder) / "addons" / MODULE
        addon.mkdir(parents=True)
        archive = subprocess.run(["git", "-C", REPO, "archive", revision], capture_output=True, check=False)
        if archive.returncode:
            fail(f"There is no commit {revision}.", "give one that `git log` shows")
        subprocess.run(["tar", "-x", "-C", addon], input=archive.stdout, check=True)
        with work.other_addon(addon):
            yield addon


class Row(NamedTuple):
    """What was measured, beside what is to be kept.

    :ivar what: in words. :ivar value: as it is printed. :ivar target: likewise.
    """

    what: str
    value: str
    target: str
    met: bool


def row(what: str, values: list[float], limits: list[float], form: str = ".0f") -> Row:
    """A row of one or several figures, none of which may be above its limit."""
    kept = all(value <= limit for value, limit in zip(values, limits, strict=True))
    return Row(what, " / ".join(f"{value:{form}}" for value in values), " / ".join(f"{limit:g}" for limit in limits), kept)


def table(title: str, tables: Mapping[str, list[Row]]) -> None:
    """Print the rows as Markdown, a column for each build measured; ``now`` is the one that is judged."""
    names = list(tables)
    print(f"| {title} | " + " | ".join(names) + " | target | |")
    print("|---|" + "---|" * (len(names) + 2))
    for number, (what, _value, target, met) in enumerate(tables["now"]):
        values = " | ".join(tables[name][number].value for name in names)
        print(f"| {what} | {values} | ≤ {target} | {'met' if met else 'NOT MET'} |")


def judged(rows: list[Row]) -> int:
    """Print how many targets are met; the exit status is 0 when all are."""
    print(f"\n{sum(one.met for one in rows)} of {len(rows)} targets met")
    sys.stdout.flush()
    return int(not all(one.met for one in rows))
