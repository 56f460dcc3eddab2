"""What `test_commits` and those like it share: a database of its own, and steps run in it as processes of their own."""

import atexit
import contextlib
import functools
import json
import pathlib
import signal
import subprocess

import pytest

from . import simulated


class Shop:
    """A database, the simulator it is connected to, and the script whose steps run in `odoo shell`."""

    def __init__(self, work, database, simulator, script):
        self.work, self.database, self.simulator, self.script = work, database, simulator, script

    def run(self, step, **variables):
        """Run a step in a process of its own.

        :return: its exit status and the result it printed, None when it did not get that far.
        """
        environment = {
            **self.work.env,
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
        command = self.work.odoo_command("shell", "-d", self.database, "--no-http", "--log-level=error")
        with open(self.script, "rb") as script:
            done = subprocess.run(
                command, env=environment, stdin=script, capture_output=True, text=True, timeout=120, check=False
            )
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        assert lines or done.returncode == -signal.SIGKILL, done.stdout + done.stderr
        return done.returncode, json.loads(lines[0].removeprefix("RESULT ")) if lines else None

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
        # nobody else sends now: whoever is still "sending" is dead, and what the platform does not show it does not have
        self.run("recover", CHORUS_STALE="0", CHORUS_SHOWN_AFTER="0")
        return self.states()


@contextlib.contextmanager
def workspace():
    """The databases of `tools/dev.py test`; without them the test is skipped."""
    module = pytest.importorskip("workspace", reason="needs the databases of `tools/dev.py test`")
    from odoo import release

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
            shop.simulator.stop()
