"""A plain invoice from the click to its status: files of the add-on entered, and changes of file on the way."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import demo
from bench import shell
from workspace import Workspace, free_port

#: What is promised: files, changes of file, functions of works documents.
FILES, CHANGES, WORKS = 48, 320, 1
EXPECTED = ["deposited", "received"]


def run(work: Workspace, words: list[str]) -> int:
    """Print the figures; the exit status is 0 when the promise is kept."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench footprint",
        description=f"""{__doc__} Counted with sys.setprofile while an invoice in CII, of no market, is sent by the button, and
        while the scheduled job reads the report of its flow and its first status. Counted are functions of models/, wizards/
        and services/ of this add-on; lambdas, comprehensions and generators belong to the function they stand in. A change of
        file is a function entered in another of those files than the one entered before. One invoice went the same way before,
        so that what a process reads once is read.""",
    )
    parser.add_argument("--details", action="store_true", help="also each file, each way from file to file, each function")
    options = parser.parse_args(words)
    port = free_port()
    with (
        work.database("check") as database,
        work.background("simulator", demo.simulator_command("--port", port), port, **demo.simulator_env(work)),
    ):
        demo.fill(work, database, port)
        found = shell(work, "footprint", database, CHORUS_DEMO_SIMULATOR=f"http://127.0.0.1:{port}")
    if found["states"] != EXPECTED:
        print(f"the invoice was {' then '.join(map(str, found['states']))}, not {' then '.join(EXPECTED)}")
        return 1
    files = Counter[str]()
    for file, _function, count in found["functions"]:
        files[file] += count
    changes = sum(count for _origin, _file, count in found["changes"])
    works = [f"{file}: {function}" for file, function, _count in found["functions"] if file.startswith("models/works/")]
    if options.details:
        details(files, found)
    print(f"{'':<44}{'this add-on':>12}{'promised':>12}")
    for what, value, limit in (
        ("files entered", len(files), FILES),
        ("changes of file", changes, CHANGES),
        ("functions of models/works entered", len(works), WORKS),
    ):
        print(f"{what:<44}{value:>12}{limit:>12}")
    for function in works:
        print(f"    {function}")
    kept = len(files) <= FILES and changes <= CHANGES and len(works) <= WORKS
    print(f"promised: {'kept' if kept else 'NOT KEPT'}")
    sys.stdout.flush()
    return int(not kept)


def details(files: Counter[str], found: dict) -> None:
    """All that was counted."""
    print("calls by file")
    for file, count in files.most_common():
        print(f"{count:>8}  {file}")
    print("changes of file")
    for origin, file, count in found["changes"]:
        print(f"{count:>8}  {origin or '(outside)'} → {file}")
    print("calls by function")
    for file, function, count in found["functions"]:
        print(f"{count:>8}  {file}: {function}")
