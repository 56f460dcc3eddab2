"""A public body of 218 services completed from Chorus Pro: calls and seconds, at 50 ms a call."""

from __future__ import annotations

import argparse
import sys

import requests

import demo
from bench import shell
from workspace import Workspace, free_port

METROPOLIS, SERVICES = "20000117000014", 218
LATENCY = 0.05
#: OCA 18.0's button on the same number of services and the same latency, measured before this add-on was begun.
OCA_CALLS, OCA_SECONDS = 221, 20.4
#: What is promised: calls besides the pages of services, seconds.
CALLS, SECONDS = 3, 2.0


def run(work: Workspace, words: list[str]) -> int:
    """Print the table; the exit status is 0 when the promise is kept."""
    parser = argparse.ArgumentParser(prog="dev.py bench directory", description=__doc__)
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds before each answer (default: %(default)s)")
    options = parser.parse_args(words)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = demo.simulator_command("--port", port, "--latency", options.latency)
    with (
        work.database("check") as database,
        work.background("simulator", command, port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port)
        rows = shell(work, "directory", database, SIRET=METROPOLIS)
        calls = requests.get(f"{address}/_simulator/state", timeout=30).json()["calls"]
    asked = sum(count for path, count in calls.items() if path.startswith("/cpro/structures/"))
    runs = len(rows["seconds"])
    print(f"A public body of {SERVICES} services, completed from Chorus Pro, {options.latency * 1000:.0f} ms a call")
    print(f"{'':<34}{'this add-on':>12}{'OCA 18.0':>12}")
    print(f"{'HTTP calls':<34}{asked / runs:>12.0f}{OCA_CALLS:>12}")
    print(f"{'seconds, first reading':<34}{rows['seconds'][0]:>12.2f}{OCA_SECONDS:>12.1f}")
    print(f"{'seconds, read again':<34}{rows['seconds'][1]:>12.2f}{'':>12}")
    print(f"{'SQL statements, first reading':<34}{rows['statements'][0]:>12}{'':>12}")
    print(f"{'services known afterwards':<34}{rows['services']:>12}{SERVICES:>12}")
    kept = asked / runs <= CALLS and max(rows["seconds"]) < SECONDS and rows["services"] == SERVICES
    print(
        f"promised: at most {CALLS} calls (services come 500 a page), less than {SECONDS:.0f} s: {'kept' if kept else 'NOT KEPT'}"
    )
    sys.stdout.flush()
    return int(not kept)
