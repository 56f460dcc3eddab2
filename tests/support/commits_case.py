"""What `test_commits` and those like it share: a database of its own, and steps run in it as processes of their own."""

import atexit
import contextlib
import functools
import json
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import time

import pytest

from . import simulated
from .places import SUPPORT

#: Seconds for a step.
PATIENCE = 120


class Started:
    """An Odoo that has started and waits for steps, which it makes processes of their own; see `steps_server`."""

    def __init__(self, work, database, environment):
        asked, self._ask = os.pipe()
        self._answered, answer = os.pipe()
        command = work.odoo_command("shell", "-d", database, "--no-http", "--log-level=error")
        with open(SUPPORT / "steps_server.py", "rb") as script:
            self._process = subprocess.Popen(
                command,
                env={**environment, "STEPS": f"{asked} {answer}"},
                stdin=script,
                pass_fds=(asked, answer),
                start_new_session=True,
            )
        os.close(asked)
        os.close(answer)

    def run(self, script, environment):
        """A step's exit status, what it wrote on standard output, and on standard error."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = (pathlib.Path(folder, name) for name in ("out", "err"))
            asked = {"script": str(script), "environment": environment, "out": str(out), "err": str(err)}
            os.write(self._ask, json.dumps(asked).encode() + b"\n")
            assert select.select([self._answered], [], [], PATIENCE)[0], f"no end within {PATIENCE} s: {environment}"
            answer = os.read(self._answered, 100)
            assert answer, "Odoo did not start"
            return int(answer), out.read_text(), err.read_text()

    def stop(self):
        """End it, and a step that has not ended."""
        os.close(self._ask)
        os.close(self._answered)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Shop:
    """A database, the simulator it is connected to, and the script whose steps run in `odoo shell`."""

    def __init__(self, work, database, simulator, script):
        self.work, self.database, self.simulator, self.script = work, database, simulator, script
        self._started = {}

    def run(self, step, **variables):
        """Run a step in a process of its own.

        :return: its exit status and the result it printed, None when it did not get that far.
        """
        environment = {
            "STEP": step,
            "SIMULATOR": self.simulator.url,
            "SUPPLIER": simulated.SUPPLIER,
            "RECIPIENT": simulated.TOWN,
            "CLIENT_ID": simulated.CLIENT_ID,
            "CLIENT_SECRET": simulated.CLIENT_SECRET,
            "ACCOUNT": simulated.ACCOUNT,
            "PASSWORD": simulated.PASSWORD,
            "CHORUS_TIMEOUT": "3",
            **variables,
        }
        code, out, err = self._odoo(environment).run(self.script, environment)
        lines = [line for line in out.splitlines() if line.startswith("RESULT ")]
        assert lines or code == -signal.SIGKILL, out + err
        return code, json.loads(lines[0].removeprefix("RESULT ")) if lines else None

    def _odoo(self, environment):
        """One that was started with the durations of these variables, which are read at the start."""
        durations = frozenset((name, value) for name, value in environment.items() if name.startswith("CHORUS_"))
        if durations not in self._started:
            self._started[durations] = Started(self.work, self.database, {**self.work.env, **dict(durations)})
        return self._started[durations]

    def close(self):
        """End all that it started."""
        for started in self._started.values():
            started.stop()
        self.simulator.stop()

    def deposits(self):
        return self.simulator.state()["deposits"]

    def states(self):
        """State and identifier of each invoice, by the step it belongs to."""
        rows = self.work.query(
            self.database, "SELECT ref, chorus_state, chorus_identifier FROM account_move WHERE ref IS NOT NULL"
        )
        return {ref: (state, identifier) for ref, state, identifier in rows}

    def recover(self):
        """Odoo starts again: the states at the end of it."""
        # who began to send is held dead from the next whole second on, and a step begins sooner than that
        time.sleep(1.01 - time.time() % 1)
        # nobody else sends now: whoever is still "sending" is dead, and what the platform does not show it does not have
        self.run("recover", CHORUS_STALE="0", CHORUS_SHOWN_AFTER="0")
        return self.states()


@contextlib.contextmanager
def workspace():
    """The databases of `tools/dev.py test`; without them the test is skipped."""
    reason = "needs the databases of `tools/dev.py test`"
    module = pytest.importorskip("workspace", reason=reason)
    release = pytest.importorskip("odoo.release", reason=reason)
    work = module.Workspace(pathlib.Path(release.__file__).resolve().parent.parent)
    work.open()
    try:
        yield work
    finally:
        work.close()


@functools.cache
def _installed():
    """Where databases are, and one with the add-on: it is installed once a run, each shop is a copy."""
    stack = contextlib.ExitStack()
    work = stack.enter_context(workspace())
    atexit.register(stack.close)
    return work, stack.enter_context(work.database("check"))


@contextlib.contextmanager
def opened(script):
    """A shop with a database of its own and a simulator, both gone at the end."""
    work, original = _installed()
    with work.copy(original) as database:
        shop = Shop(work, database, simulated.Simulator(), script)
        try:
            yield shop
        finally:
            shop.close()
