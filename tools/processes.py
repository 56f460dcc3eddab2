"""The processes that dev.py started: noted in files, so that `dev.py stop` finds them and ends no other."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from odoo_env import fail, tail

PR_SET_PDEATHSIG = 1


class Noted(NamedTuple):
    """A process that was noted and still runs."""

    pid: int
    what: str
    note: Path


def started_at(pid: int) -> str | None:
    """When a process began (ticks since boot), or None when it does not run: a pid alone may be another's by now."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def note(folder: Path, pid: int, what: str) -> Path:
    """Write down that this process is ours; the note is to be deleted when it ends."""
    path = folder / f"{pid}.process"
    path.write_text(json.dumps({"pid": pid, "started": started_at(pid), "what": what}))
    return path


def noted(folder: Path) -> Iterator[Noted]:
    """The noted processes that still run, this one left out; notes of dead ones are deleted."""
    for path in sorted(folder.glob("*.process")):
        try:
            entry = json.loads(path.read_text())
        except (OSError, ValueError):  # just deleted, or half written by a process that was killed
            path.unlink(missing_ok=True)
            continue
        if started_at(entry["pid"]) != entry["started"] or entry["started"] is None:
            path.unlink(missing_ok=True)
        elif entry["pid"] != os.getpid():
            yield Noted(entry["pid"], entry["what"], path)


def end(process: Noted, patience: float = 20) -> None:
    """Ask a process to end; after ``patience`` seconds make it."""
    begun = started_at(process.pid)
    if begun is None:  # the one that started it was quicker
        process.note.unlink(missing_ok=True)
        return
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, sign)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            if started_at(process.pid) != begun:
                process.note.unlink(missing_ok=True)
                return
            time.sleep(0.05)


def _die_with_parent() -> None:
    """In a child, before it becomes another program: end when dev.py is killed and cannot end it (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: Sequence[object], env: Mapping[str, str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program, which Ctrl-C reaches too; `finish` is to follow.

    :param options: of `subprocess.Popen`.
    """
    return subprocess.Popen([str(word) for word in command], env=dict(env), preexec_fn=_die_with_parent, **options)


def finish(process: subprocess.Popen[bytes]) -> None:
    """End a program that `start` started, where it has not ended by itself."""
    if process.poll() is None:
        process.terminate()
        process.wait()


def foreground(command: Sequence[object], env: Mapping[str, str], **options: Any) -> int:
    """Run a program to its end; its exit status.

    Ctrl-C reaches it too: it gets the time to end by itself.

    :param options: of `subprocess.Popen`.
    """
    process = start(command, env, **options)
    try:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()
    finally:
        finish(process)


def listens(pid: int, port: int) -> bool:
    """Whether a server that `background` started, or a child of it, listens on this port: an answer alone may be a stranger's."""
    if sys.platform != "linux":
        return True
    sockets = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = row.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:  # 0A: LISTEN
                    sockets.add(f"socket:[{fields[9]}]")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            if os.getsid(int(folder.parent.name)) == pid and any(os.readlink(file) in sockets for file in folder.iterdir()):
                return True
    return False


@contextlib.contextmanager
def background(
    folder: Path,
    what: str,
    command: Sequence[object],
    env: Mapping[str, str],
    ready: Callable[[int], bool],
    patience: float = 60,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server beside this process and end it afterwards.

    :param folder: where its note and its log (``<what>.log``) go.
    :param ready: asked repeatedly, with the server's process id, until it answers True.
    :param patience: seconds to wait for that.
    :raises SystemExit: when the server ends early or is never ready, with the end of its log.
    """
    log_path = folder / f"{what}.log"
    with open(log_path, "wb") as log_file:
        process = subprocess.Popen(
            [str(word) for word in command],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for dev.py alone, which then ends this one in good order
            preexec_fn=_die_with_parent,
        )
    path = note(folder, process.pid, what)
    try:
        deadline = time.monotonic() + patience
        while not ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                log = tail(log_path.read_text(errors="replace"))
                state = "ended" if process.poll() is not None else "does not answer"
                fail(f"The {what} {state}:\n{log}", f"see {log_path}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        path.unlink(missing_ok=True)
