#!/usr/bin/env python3
"""Odoo 19, PostgreSQL, the Chorus Pro simulator, the demonstration and the tests, with one command each."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

if sys.version_info < (3, 10):
    raise SystemExit("Odoo 19 needs Python 3.10 or newer.\nWhat to do: run this with python3.11, say.")

import axe
import odoo_env
import pg
import processes
import workspace
from odoo_env import REPO, fail, log
from workspace import Workspace

USAGE = "python3 tools/dev.py COMMAND [ARGUMENTS]   (--help lists the commands)"
HELP = """\
commands:
  demo [--once]        a French company sends an invoice to the simulator and gets its status back; then Odoo and the
                       simulator stay up until Ctrl-C (--once: end after the job, status 0 only if a status came back)
  serve [ARGUMENTS]    Odoo on the demonstration's database, the add-on upgraded, and the simulator, until Ctrl-C
                       (ARGUMENTS go to Odoo, e.g. --dev=xml)
  simulator [ARGS]     the simulator alone (see its own --help)
  test [ARGS]          lint and all tests; with ARGS pytest alone (e.g. tests/odoo/exchange/test_deposit.py -k batch, or
                       bridges/NAME: in a database with what that bridge joins)
       --with-auto-install   in a database with the modules a real one gets along (account_peppol and others);
                             without ARGS the tests that use a database
       --beside              what runs beside all tests: the linters, and the tests of the bridges and of the example
       --odoo-pins           with the oldest packages that Odoo 19 pins for this Python, in a database without French;
                             without ARGS the tests of imports, session and documents, and of deposits
  chaos [ARGS]         invoices sent while calls fail and processes are killed: each arrives exactly once (see its --help)
  hostile [ARGS]       invoices sent while answers are changed on their way: the same must hold (see its --help)
  hosts [ARGS]         two hosts share the work, and one of them or the database goes away: the same must hold; needs root
  bench NAME [ARGS]    counts of work, as a table: see `bench --help` for the names
  contracts [FOLDER]   make the tables in tests/contracts/ anew from the official Swaggers (in ../shared/api, or FOLDER)
  pictures [NAMES]     take the user guide's pictures anew, in Chromium, on a database of the demonstration
  translations         bring i18n/ up to date with the code; says which texts have no French yet
  lint                 ruff, pylint-odoo and Odoo's test_lint
  check-install        install, upgrade and uninstall the add-on: no warning logged, nothing left behind
  check-upgrade        upgrade a database of the version before, with invoices in every state: nothing lost, nothing logged
  wheels [FOLDER]      the add-on and its bridges as wheels (left in FOLDER), installed in a new virtual environment and used
  fresh [RELEASE [PART]]
                       the two commands as root and as another user and the README's recipe for one's own Odoo, in a Debian
                       that has nothing yet (bookworm, else trixie; PART: root, user or own-odoo alone); needs root and
                       debootstrap
  odoo-tests           Odoo's own tests of the modules it builds on, without and with the add-on: same results
  odoo ARGS            any Odoo command in the right environment (e.g. odoo shell -d demo)
  stop                 end what other commands of this checkout left running
  clean [--all]        remove this checkout's databases (--all: also the downloaded Odoo and Python packages)

The first run downloads about 330 MB and takes about a minute; later ones reuse what it made.

environment:
  ODOO_HOME            an Odoo 19 to use instead of Debian's (a git checkout, or the folder that holds package `odoo`)
  CHORUS_DEV_CACHE     where downloads and databases' files go (default: ~/.cache/l10n_fr_chorus_pro)
  DEBIAN_MIRROR        the mirror to get Odoo from, where this machine's apt names none
  CI=true              a browser test that is skipped counts as failed
"""

# pytest's exit status when no test is left to run.
NOTHING_SELECTED = 5
# What --odoo-pins is about: the packages that the add-on builds on, and the tests of what it does with them.
TOLD_OF_PINS = ("urllib3", "requests", "lxml", "cryptography", "python-stdnum", "Pillow", "pypdf", "factur-x")
PINS_TESTS = (
    *(f"tests/plain/test_{name}.py" for name in ("imports", "session", "document", "ubl", "factur_x", "submission", "vault")),
    *(f"tests/odoo/core/test_{name}.py" for name in ("formats", "language")),
    "tests/odoo/exchange/test_deposit.py",
    # the page is the tests' own: that reportlab draws letters of other widths than it says, which PDF/A forbids
    "--deselect=tests/plain/test_factur_x.py::test_is_pdfa3[pdf]",
)
# All tests of a database at once: a process for each processor, each on a copy of it; the tests of a class stay together.
IN_PARALLEL = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadscope", "--no-loadscope-reorder")
# Of Debian, for `fresh`.
RELEASES = ("bookworm", "trixie")
# Commands whose arguments, --help included, are another program's.
PASS_ON = ("serve", "simulator", "chaos", "hostile", "hosts", "bench", "odoo")


def ensure_browser() -> None:
    """The browser tests' Chromium: installed where root may; a failure on a CI machine that has none."""
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        odoo_env.apt_install("chromium")
    elif os.environ.get("CI") == "true":
        fail("The browser tests need Chromium.", "install chromium")
    else:
        log("No Chromium here: the browser tests are SKIPPED (install chromium to run them)")


def database_tests() -> list[str]:
    """The test files that Odoo knows of; the others need no database, hence give the same results in any."""
    names = re.findall(r"\btest_\w+", (REPO / "tests/__init__.py").read_text())
    files = {path.stem: str(path.relative_to(REPO)) for path in (REPO / "tests/odoo").rglob("test_*.py")}
    return [files[name] for name in names]


def test(work: Workspace, arguments: list[str], with_auto_install: bool, odoo_pins: bool) -> int:
    """Run the tests, the linters beside them when nothing was asked for in particular; the exit status."""
    whole = not arguments and not odoo_pins
    asked_of = next((bridge for bridge in workspace.beside() if any(_is_in(path, bridge) for path in arguments)), None)
    if odoo_pins:
        log("with " + ", ".join(f"{name} {metadata.version(name)}" for name in TOLD_OF_PINS))
        arguments = arguments or list(PINS_TESTS)
    else:
        ensure_browser()
        axe.fetch()
    if with_auto_install and not arguments:
        arguments = database_tests()
    if whole:
        log(f"Python {platform.python_version()}")
    kind = workspace.Base(auto_install=with_auto_install, french=not odoo_pins, companies=True)
    with _beside() if whole and not with_auto_install else contextlib.nullcontext(lambda: 0) as others:
        with work.database("test", kind, bridge=asked_of) as database:
            if with_auto_install:
                log("modules: " + " ".join(work.installed(database)))
            log("pytest")
            code = work.pytest("--odoo-http", f"--odoo-database={database}", *(IN_PARALLEL if whole else ()), *arguments)
        code = others() or code
    if code == NOTHING_SELECTED:
        print(f"No test was selected by: {' '.join(arguments)}\nWhat to do: give another file or another -k.", file=sys.stderr)
    return code


@contextlib.contextmanager
def _beside() -> Iterator[Callable[[], int]]:
    """Run `beside` in a process of its own, for two do not keep two processors busy all the time: what waits for its exit status.

    What it wrote is shown when it failed; else the last thing to be read is the summary of the main run.
    """
    path = workspace.RUN / f"beside-{os.getpid()}.log"
    with open(path, "wb") as out:
        process = processes.start([sys.executable, __file__, "test", "--beside"], os.environ, stdout=out, stderr=out)

    def wait() -> int:
        if code := process.wait():
            print(path.read_text(errors="replace"), file=sys.stderr)
        log(f"the linters, the bridges and the example: {'FAILED, see above' if code else 'passed'}")
        return code

    try:
        yield wait
    finally:
        processes.finish(process)
        path.unlink(missing_ok=True)


def beside(work: Workspace) -> int:
    """Run the linters, then the tests of the bridges and of the example, each in a database of its own; the exit status."""
    import lint

    clean, codes = lint.static(work), []
    for bridge in workspace.beside():
        with work.database("test", workspace.Base(companies=True), bridge=bridge) as database:
            if not bridge.beside:  # with no module of others than this add-on needs
                clean = lint.odoo_rules(work, database) and clean
            log(f"pytest {bridge.name}")
            codes.append(work.pytest("--odoo-http", f"--odoo-database={database}", bridge.folder))
    if not clean:
        print("The linters found something: see above.", file=sys.stderr)
    return max(codes, default=0) or int(not clean)


def _is_in(path: str, bridge: workspace.Bridge) -> bool:
    return (REPO / path.partition("::")[0]).resolve().is_relative_to(bridge.folder)


def lint_command(work: Workspace) -> int:
    """Run the linters; the exit status."""
    import lint

    clean = lint.static(work)
    with work.database("check") as database:
        return int(not (lint.odoo_rules(work, database) and clean))


def simulator(work: Workspace, arguments: list[str]) -> int:
    """The simulator on the terminal, with its control calls."""
    import demo

    return processes.foreground(demo.simulator_command(*arguments), demo.simulator_env(work))


def take_pictures(work: Workspace, names: list[str]) -> int:
    """The user guide's pictures; the exit status."""
    import pictures  # with what a browser needs, which no other command does

    ensure_browser()
    return pictures.pictures(work, names)


def stop() -> None:
    """End the commands of this checkout that still run, then what they started, then PostgreSQL."""
    found = sorted(processes.noted(workspace.RUN), key=lambda entry: not entry.what.startswith("dev.py"))
    for entry in found:
        log(f"end {entry.what} (process {entry.pid})")
        processes.end(entry)
    if pg.find_binaries():
        pg.Cluster(workspace.DATA).stop()
    log(f"ended: {len(found)}")


def clean(everything: bool) -> None:
    """Remove this checkout's databases and files; with ``everything`` also what was downloaded."""
    stop()
    if pg.find_binaries():
        pg.Cluster(workspace.DATA).remove()
    shutil.rmtree(workspace.WORK, ignore_errors=True)
    if everything:
        for pattern in (f"{odoo_env.PACKAGE}_*", "venv-*", "jaxb", "postgresql", "fresh"):
            for folder in odoo_env.CACHE.glob(pattern):
                folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line; what a command passes on to another program is in ``rest``."""
    if arguments and arguments[0] in PASS_ON:
        return argparse.Namespace(command=arguments[0], rest=arguments[1:])
    form: dict[str, Any] = {
        "usage": USAGE,
        "epilog": HELP,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }
    parser = argparse.ArgumentParser(description=__doc__, **form)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    options = {"demo": ["--once"], "test": ["--with-auto-install", "--odoo-pins", "--beside"], "clean": ["--all"]}
    names = (
        "contracts",
        "pictures",
        "translations",
        "lint",
        "check-install",
        "check-upgrade",
        "wheels",
        "fresh",
        "odoo-tests",
        "stop",
        "clean",
    )
    for name in ("demo", *PASS_ON, "test", *names):
        command = commands.add_parser(name, **form)
        for option in options.get(name, ()):
            command.add_argument(option, action="store_true", help=argparse.SUPPRESS)
        if name == "fresh":
            command.add_argument("release", nargs="?", choices=RELEASES, default=RELEASES[0], help=argparse.SUPPRESS)
            command.add_argument("part", nargs="?", choices=("root", "user", "own-odoo"), help=argparse.SUPPRESS)
        if name in ("contracts", "wheels"):
            command.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    namespace, rest = parser.parse_known_args(arguments)
    if rest and namespace.command not in ("test", "pictures"):
        parser.error(f"unknown argument: {' '.join(rest)}")
    namespace.rest = rest
    return namespace


def run(options: argparse.Namespace, home: Path) -> int:
    """Carry out a command in the virtual environment; its exit status."""
    import bench
    import chaos
    import contracts
    import demo
    import fresh
    import hostile.command
    import hosts.command
    import install_check
    import odoo_tests
    import translations
    import upgrade_check
    import wheels

    commands = {
        "demo": lambda: demo.demo(work, options.once),
        "serve": lambda: demo.serve(work, options.rest),
        "simulator": lambda: simulator(work, options.rest),
        "test": lambda: (
            beside(work) if options.beside else test(work, options.rest, options.with_auto_install, options.odoo_pins)
        ),
        "lint": lambda: lint_command(work),
        "chaos": lambda: chaos.chaos(work, options.rest),
        "hostile": lambda: hostile.command.hostile(work, options.rest),
        "hosts": lambda: hosts.command.hosts(work, options.rest),
        "bench": lambda: bench.bench(work, options.rest),
        "contracts": lambda: contracts.contracts(options.folder or contracts.SOURCE),
        "pictures": lambda: take_pictures(work, options.rest),
        "translations": lambda: translations.translations(work),
        "check-install": lambda: install_check.check_install(work),
        "check-upgrade": lambda: upgrade_check.check_upgrade(work),
        "wheels": lambda: wheels.wheels(work, options.folder),
        "fresh": lambda: fresh.fresh(home, options.release, options.part),
        "odoo-tests": lambda: odoo_tests.odoo_tests(work),
        "odoo": lambda: work.run_odoo(options.rest),
    }
    work = workspace.Workspace(home)
    note = processes.note(workspace.RUN, os.getpid(), f"dev.py {options.command}")
    try:
        if options.command not in ("simulator", "contracts", "fresh", "hosts"):
            work.open()
        return commands[options.command]()
    finally:
        work.close()
        note.unlink(missing_ok=True)


def main() -> int:
    """Prepare the environment, continue in its Python, carry out the command; the exit status."""
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.command in ("stop", "clean"):
            stop() if options.command == "stop" else clean(options.all)
            return 0
        home, python = odoo_env.bootstrap(pins=options.command == "test" and options.odoo_pins)
        if Path(sys.prefix) != python.parent.parent:
            os.execv(python, [str(python), __file__, *sys.argv[1:]])
        return run(options, home)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
