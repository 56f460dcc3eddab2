"""Benchmarks: what the add-on costs, as counts (HTTP calls, SQL statements, bytes) and ratios within one run.

Each lives in a module of its own, ``bench_NAME``, with a function ``run(work, arguments)`` that returns an exit status.
"""

from __future__ import annotations

import argparse
import ast
import importlib
from pathlib import Path

from workspace import Workspace

FOLDER = Path(__file__).resolve().parent


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
