"""A works market over three years: opening, typing and posting its 36th situation of 800 lines, beside its first."""

from __future__ import annotations

import argparse
import sys

import demo
from bench import shell
from workspace import Workspace, free_port

#: Of the last situation to the first, in processor time.
MOST_TIMES = 1.5
MOST_STATEMENTS = 150


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when every target is met."""
    parser = argparse.ArgumentParser(prog="dev.py bench situations", description=__doc__)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--lines", type=int, default=800)
    options = parser.parse_args(words)
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port)
        size = {"CHORUS_MONTHS": str(options.months), "CHORUS_LINES": str(options.lines)}
        result = shell(work, "situations", database, **size)
    first, last = result["first"], result["last"]
    print(f"{'':<34}{'first':>22}{f'no. {options.months}':>22}{'times':>8}")
    print(f"{'':<34}{'SQL':>11}{'CPU, ms':>11}{'SQL':>11}{'CPU, ms':>11}")
    met = []
    for name in first:
        times = last[name]["cpu"] / first[name]["cpu"]
        met += [times <= MOST_TIMES, last[name]["statements"] <= MOST_STATEMENTS]
        figures = "".join(f"{one[name]['statements']:>11}{one[name]['cpu']:>11.0f}" for one in (first, last))
        print(f"{name:<34}{figures}{times:>8.2f}")
    print(f"memory at most: {result['memory']:.0f} MB, {result['grown']:.0f} MB of it since the first situation")
    print(f"{sum(met)} of {len(met)} targets met: at most {MOST_TIMES} times the first, at most {MOST_STATEMENTS} SQL statements")
    sys.stdout.flush()
    return int(not all(met))
