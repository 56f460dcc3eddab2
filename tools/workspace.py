"""What belongs to this checkout alone: Odoo's configuration, its databases and the commands run on them.

Databases come in two levels. A *base* holds all that the add-on depends on and is made once for a set of dependencies
(15 to 25 s). Each test or demonstration works on a copy of it (0.2 s) in which the add-on is installed as it is now
(3 s), so that nothing is ever stale.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pg
import processes
from odoo_env import CACHE, MODULE, REPO, fail, log, tail

# The cache is part of the name: the databases' files are in the one, their attachments in the other.
WORK = CACHE / ("work-" + hashlib.sha256(f"{CACHE}\n{REPO}".encode()).hexdigest()[:8])
RUN = WORK / "run"
ADDON = WORK / "addons" / MODULE
FILESTORE = WORK / "data/filestore"
# Not below a home folder, which PostgreSQL's user may not enter.
DATA = f"/var/tmp/{MODULE}-{WORK.name}-{os.geteuid()}"
PYTHON = Path(sys.executable)
BASE_UNUSED_DAYS = 7
# To be raised when bases made before a change here must not be used any more.
RECIPE = 2
# What a French database of today gets along without asking for it. A test beside what is not there would prove nothing.
COMPANIONS = ("account_peppol", "auth_totp_mail")
# Odoo's approved platform, another companion; an Odoo 19 older than summer 2026 lacks it, and ours stands in.
PLATFORM, STAND_IN = "l10n_fr_pdp", "l10n_fr_pdp_stand_in"
TEST_ADDONS = REPO / "tests/addons"
LOOPBACK = "127.0.0.1"
# Add-ons of their own, each between this one and another that a database may have: see `Bridge`.
BRIDGES = REPO / "bridges"
# Beginnings of the names of databases that are kept as long as they are used.
KEPT = ("base_", "growth_")
# Beginnings of the names of databases that are dropped when their command ends.
PASSING = ("test_", "check_")
FRENCH_COMPANY = """
    UPDATE res_partner SET country_id = (SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'fr')
    WHERE id IN (SELECT partner_id FROM res_company)
"""
CONF = """[options]
addons_path = {addons}
data_dir = {work}/data
http_interface = 127.0.0.1
without_demo = True
max_cron_threads = 0
publisher_warranty_url =
limit_memory_hard = 0
"""


class Base(NamedTuple):
    """What a database holds beside the add-on.

    :ivar auto_install: of a French company, with the modules that a real database gets along: see ``COMPANIONS``.
    :ivar french: also the French language; English remains the one of new users.
    :ivar extra: further modules.
    :ivar companies: also French companies with their chart of accounts, for the tests: to load one takes seconds a class.
    """

    auto_install: bool = False
    french: bool = True
    extra: tuple[str, ...] = ()
    companies: bool = False


PLAIN = Base()


class Bridge(NamedTuple):
    """An add-on below ``bridges/``, which Odoo installs by itself where both this one and ``beside`` are; or an example.

    :ivar folder: where it lies.
    :ivar beside: the modules that it joins this one to; an example below ``tests/addons/`` joins it to none.
    """

    folder: Path
    beside: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its technical name."""
        return self.folder.name


def bridges(below: Path = BRIDGES) -> list[Bridge]:
    """All bridges, by name."""
    found = []
    for manifest in sorted(below.glob("*/__manifest__.py")):
        depends = ast.literal_eval(manifest.read_text())["depends"]
        if MODULE in depends:
            found.append(Bridge(manifest.parent, tuple(name for name in depends if name != MODULE)))
    return found


def beside() -> list[Bridge]:
    """The bridges and the example: what is installed beside this add-on to be tested."""
    return [*bridges(), *bridges(TEST_ADDONS)]


def free_port(preferred: int = 0) -> int:
    """A port of 127.0.0.1 that nobody uses now: the preferred one where possible."""
    for port in (preferred, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            return probe.getsockname()[1]
    fail("No free port on 127.0.0.1.", "end some of the programs that listen there")


def copy_addon(folder: Path) -> Path:
    """Copy what Odoo loads of the add-on, as it is now, into a folder; where it is there."""
    copy = folder / "addons" / MODULE
    shutil.copytree(REPO, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "tests", "tools", "bridges"))
    return copy


class Workspace:
    """The environment in which Odoo runs for this checkout; PostgreSQL runs from ``open`` to ``close``.

    :param home: Odoo's folder, as `odoo_env.bootstrap` gives it.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.python = home, PYTHON
        for folder in (ADDON.parent, RUN, FILESTORE):
            folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            # Odoo names a module after its folder. The link is not in the repository: there it would be a cycle.
            ADDON.symlink_to(REPO)
        self.cluster = pg.Cluster(DATA)
        self.env = {
            **os.environ,
            "ODOO_RC": str(self._configure(WORK / "odoo.conf", ADDON.parent, BRIDGES)),
            "PATH": f"{PYTHON.parent}:{os.environ['PATH']}",
            "PYTHONSAFEPATH": "1",  # the current folder has packages called models, services, tests
            # Where a machine wants no compiled files beside the sources, each Odoo would compile them all: 4 s of each start.
            "PYTHONPYCACHEPREFIX": str(WORK / "compiled"),
        }
        for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
            self.env.pop(name, None)

    def _configure(self, conf: Path, *ours: Path) -> Path:
        """Write a configuration file of Odoo's, in which our add-ons are in these folders; its path."""
        # A git checkout of Odoo keeps its modules beside the package, Debian's package keeps them inside.
        own_modules = (path for path in [self.home / "addons"] if (path / "web/static").is_dir())
        conf.write_text(CONF.format(work=WORK, addons=",".join(map(str, (*ours, *own_modules, TEST_ADDONS)))))
        return conf

    @contextlib.contextmanager
    def other_addon(self, addon: Path) -> Iterator[None]:
        """Within it, Odoo's commands find the add-on in another folder than this checkout.

        :param addon: named as the add-on, in a folder of its own, in which Odoo's configuration file is written.
        """
        with self._other(self._configure(addon.parent / "odoo.conf", addon.parent, BRIDGES), self.python):
            yield

    @contextlib.contextmanager
    def from_wheels(self, python: Path) -> Iterator[None]:
        """Within it, Odoo's commands run in another virtual environment, and find the add-on and its bridges there alone."""
        with self._other(self._configure(RUN / "wheels.conf"), python):
            yield

    @contextlib.contextmanager
    def _other(self, conf: Path, python: Path) -> Iterator[None]:
        before = self.env["ODOO_RC"], self.env["PATH"], self.python
        self.env |= {"ODOO_RC": str(conf), "PATH": f"{python.parent}:{os.environ['PATH']}"}
        self.python = python
        try:
            yield
        finally:
            self.env["ODOO_RC"], self.env["PATH"], self.python = before

    def open(self, **settings: object) -> None:
        """Start PostgreSQL and drop what commands that were killed left behind.

        :param settings: of a server for this command alone (see `pg.Cluster.start`).
        """
        self.cluster.start(**settings)
        with self.cluster.exclusive():
            self._sweep()

    def close(self) -> None:
        """Stop PostgreSQL unless another command uses it."""
        self.cluster.stop()

    # --- programs -----------------------------------------------------------------------------------------------

    def odoo_command(self, *arguments: object) -> list[str]:
        """The command line of an Odoo command."""
        return [str(self.python), "-m", "odoo", *map(str, arguments)]

    def odoo(self, name: str, *arguments: object, script: Path | None = None, **env: str) -> str:
        """Run an Odoo command to its end.

        :param name: of its log file.
        :param script: a file given on its standard input (for ``shell``).
        :param env: further environment variables.
        :return: all it wrote.
        :raises SystemExit: when it fails, with the end of its log.
        """
        path = RUN / f"{name}.log"
        with open(path, "wb") as out, open(script or os.devnull, "rb") as source:
            command = self.odoo_command(*arguments)
            code = processes.foreground(command, {**self.env, **env}, stdin=source, stdout=out, stderr=out)
        text = path.read_text(errors="replace")
        if code:
            fail(f"odoo {' '.join(map(str, arguments))} failed:\n{tail(text, 30)}", f"see {path}")
        return text

    def run_odoo(self, arguments: Sequence[str]) -> int:
        """Run an Odoo command on the terminal; its exit status."""
        return processes.foreground(self.odoo_command(*arguments), self.env)

    def pytest(self, *arguments: object, **env: str) -> int:
        """Run pytest of the virtual environment at the repository's root; its exit status."""
        command = [PYTHON.parent / "pytest", *arguments]
        return processes.foreground(command, {**self.env, "PYTHONPATH": str(REPO / "tools"), **env}, cwd=REPO)

    # --- databases ----------------------------------------------------------------------------------------------

    def query(self, database: str, statement: str, *values: object, names: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run one SQL statement, committed at once; its rows, if it gives any.

        :param values: for its ``%s``.
        :param names: identifiers for its ``{}``, quoted as such.
        """
        import psycopg2  # of the virtual environment, which `stop` and `clean` do without
        from psycopg2 import sql

        connection = psycopg2.connect(dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def exists(self, database: str) -> bool:
        """Whether there is a database of this name."""
        return bool(self.query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", database))

    def drop(self, database: str) -> None:
        """Drop a database, whoever uses it, and its files."""
        self.query("postgres", "DROP DATABASE IF EXISTS {} WITH (FORCE)", names=[database])
        shutil.rmtree(FILESTORE / database, ignore_errors=True)

    def _sweep(self) -> None:
        """Drop unfinished databases, copies whose owner died and bases that were not used for a week."""
        for (name,) in self.query("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate"):
            lock_path = RUN / f"{name}.lock"
            if name.startswith(KEPT):
                used = lock_path.stat().st_mtime if lock_path.exists() else 0
                stale = name.endswith("_wip") or time.time() - used > BASE_UNUSED_DAYS * 86400
            else:
                # pytest's processes each use a copy of the database held, named after it: name-gw0
                held = RUN / f"{name.partition('-')[0]}.lock"
                stale = name.startswith(PASSING) and not self._held(held)
            if stale:
                log(f"drop the stale database {name}")
                self.drop(name)
                lock_path.unlink(missing_ok=True)
        for lock_path in RUN.glob("*.lock"):
            if lock_path.name.startswith(PASSING) and not self._held(lock_path):
                lock_path.unlink(missing_ok=True)
        list(processes.noted(RUN))  # deletes the notes of dead processes

    @staticmethod
    def _held(path: Path) -> bool:
        """Whether a living process holds this lock file."""
        with contextlib.suppress(FileNotFoundError), open(path) as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _base(self, kind: Base) -> str:
        """The name of the database with all that the add-on depends on; made when there is none yet.

        Each is made on a copy of the one below: modules, then French companies, then further modules.
        """
        depends = sorted({*ast.literal_eval((REPO / "__manifest__.py").read_text())["depends"], *kind.extra})
        companions = self._companions() if kind.auto_install else ()
        flags = [*([] if kind.auto_install else ["--skip-auto-install"]), "--stop-after-init", "--no-http"]
        # the first language is the one of new users
        languages = ["--load-language=en_US,fr_FR"] if kind.french else []
        made_of = (RECIPE, depends, flags, languages, companions, self._stand_in(), str(self.home), PYTHON.parent.parent.name)
        name = "base_" + hashlib.sha256(repr(made_of).encode()).hexdigest()[:8] + ("_companies" if kind.companies else "")
        below = kind._replace(extra=()) if kind.extra else kind._replace(companies=False)
        if not self.exists(name) or not (FILESTORE / name).is_dir():
            self.drop(name)
            unfinished = name + "_wip"
            if below != kind:
                self._copy(self._base(below), unfinished)
            if kind.extra:
                log(f"base database: further {', '.join(kind.extra)}")
                self.odoo("base", "-d", unfinished, "-i", ",".join(kind.extra), *flags)
            elif kind.companies:
                self.odoo("companies", "shell", "-d", unfinished, "--no-http", script=REPO / "tools/shell_companies.py")
            else:
                log(f"base database: {', '.join(depends)}{' and what they auto-install' if kind.auto_install else ''}")
                self._create(unfinished)
                if kind.auto_install:
                    # a module of some countries comes along only where a company is in one of them already
                    self.odoo("base", "-d", unfinished, "-i", "base", *flags, *languages)
                    self.query(unfinished, FRENCH_COMPANY)
                chosen = [*depends, *({STAND_IN} & set(companions))]
                self.odoo("base", "-d", unfinished, "-i", ",".join(chosen), *flags, *languages)
            self._require(unfinished, [*depends, *companions])
            (FILESTORE / unfinished).rename(FILESTORE / name)
            self.query("postgres", "ALTER DATABASE {} RENAME TO {}", names=[unfinished, name])
        (RUN / f"{name}.lock").touch()
        return name

    def _copy(self, base: str, database: str) -> None:
        self.drop(database)
        self.query("postgres", "CREATE DATABASE {} TEMPLATE {}", names=[database, base])
        shutil.copytree(FILESTORE / base, FILESTORE / database, copy_function=os.link)

    def _companions(self) -> tuple[str, ...]:
        """What a French database must have got along, the platform or what stands in for it among them."""
        places = (self.home / "odoo/addons", self.home / "addons")
        present = any((place / PLATFORM / "__manifest__.py").exists() for place in places)
        return (*COMPANIONS, PLATFORM if present else STAND_IN)

    @staticmethod
    def _stand_in() -> str:
        """What the stand-in is made of: a base with another one is another base."""
        sources = sorted((TEST_ADDONS / STAND_IN).rglob("*.py"))
        return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()

    def installed(self, database: str) -> list[str]:
        """The names of the modules of a database."""
        rows = self.query(database, "SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY name")
        return [name for (name,) in rows]

    def _require(self, database: str, modules: Sequence[str]) -> None:
        """Odoo ends well even when it left out a module it could not install: look."""
        query = "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = ANY(%s)"
        missing = set(modules) - {name for (name,) in self.query(database, query, list(modules))}
        if missing:
            fail(f"Odoo did not install {', '.join(sorted(missing))}.", f"look for the reason in {RUN}/*.log")

    def refresh(self, database: str, kind: Base = PLAIN) -> None:
        """Make ``database``, which this process holds, a fresh copy of the base, without the add-on."""
        with self.cluster.exclusive():
            self._copy(self._base(kind), database)

    def install(self, database: str, auto_install: bool = False, bridge: str = "") -> str:
        """Install the add-on as it is now; what Odoo logged.

        :param bridge: the name of a bridge to install with it.
        """
        flags = [] if auto_install else ["--skip-auto-install"]
        name, modules = f"install-{database}", [MODULE, *([bridge] if bridge else [])]
        text = self.odoo(name, "-d", database, "-i", ",".join(modules), *flags, "--stop-after-init", "--no-http")
        self._require(database, modules)
        (RUN / f"{name}.log").unlink()
        return text

    @contextlib.contextmanager
    def database(self, use: str, kind: Base = PLAIN, addon: bool = True, bridge: Bridge | None = None) -> Iterator[str]:
        """A database for one use, dropped afterwards: a copy of the base, with the add-on unless ``addon`` is False.

        :param use: ``test`` or ``check``, the beginning of its name.
        :param bridge: one to install too, beside what it joins.
        """
        kind = kind._replace(extra=(*kind.extra, *bridge.beside)) if bridge else kind
        name = f"{use}_{os.getpid()}"
        with self.hold(name):
            try:
                self.refresh(name, kind)
                if addon:
                    log(f"install {bridge.name if bridge else MODULE}")
                    self.install(name, kind.auto_install, bridge.name if bridge else "")
                yield name
            finally:
                self.drop(name)

    @contextlib.contextmanager
    def empty(self, use: str) -> Iterator[str]:
        """A database without even Odoo in it, dropped afterwards.

        :param use: ``check``, the beginning of its name.
        """
        name = f"{use}_{os.getpid()}"
        with self.hold(name):
            try:
                self._create(name)
                (FILESTORE / name).mkdir(exist_ok=True)
                yield name
            finally:
                self.drop(name)

    def _create(self, database: str) -> None:
        self.drop(database)
        self.query("postgres", "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'", names=[database])

    def keep(self, database: str, name: str) -> None:
        """Keep a copy of a database that nobody is connected to, until a week goes by in which it is not used."""
        (RUN / f"{name}.lock").touch()
        with self.cluster.exclusive():
            self._copy(database, name)

    def clone(self, original: str, database: str) -> None:
        """Make a database, which this process holds, a copy of another that nobody is connected to."""
        with self.cluster.exclusive():
            self._copy(original, database)

    @contextlib.contextmanager
    def copy(self, original: str) -> Iterator[str]:
        """A copy of a database that nobody is connected to, dropped afterwards."""
        name = f"{original}_copy" if original.startswith(PASSING) else f"check_{original}"
        with self.hold(name):
            try:
                with self.cluster.exclusive():
                    self._copy(original, name)
                yield name
            finally:
                self.drop(name)

    @contextlib.contextmanager
    def hold(self, database: str) -> Iterator[None]:
        """Mark a database as used by this process: no other command uses it, nor drops it as left behind.

        :raises SystemExit: when another command holds it.
        """
        path = RUN / f"{database}.lock"
        with open(path, "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fail(f"The database {database} is used by another command.", "`python3 tools/dev.py stop` ends that")
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def background(
        self, what: str, command: Sequence[object], port: int, host: str = LOOPBACK, **env: str
    ) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        """Run a server that listens on ``port`` beside this process (see `processes.background`).

        :param host: its address where that is not this machine's loopback: nobody else's server is there.
        """

        def answers(pid: int) -> bool:
            with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
                return host != LOOPBACK or processes.listens(pid, port)
            return False

        return processes.background(RUN, what, command, {**self.env, **env}, answers)
