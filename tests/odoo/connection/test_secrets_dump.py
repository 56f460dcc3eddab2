"""What a stolen dump tells, and what a neutralized copy can do: with committed data, `pg_dump`, and a database restored."""

import json
import shutil
import subprocess

import pytest

from ...support import commits_case, simulated
from ...support.places import SUPPORT

SCRIPT = SUPPORT / "secrets_script.py"
KEY = "a key kept outside the database"
# not the simulator's own, which stand in README, hence in the dump
SECRETS = CLIENT_SECRET, PASSWORD = ("Dumped-Client-Word-31", "Dumped-Account-Word-32")


@pytest.fixture(scope="module")
def place():
    """A database set up by the guided way, the simulator it is connected to, and the workspace."""
    if not shutil.which("pg_dump"):
        pytest.skip("this PostgreSQL comes without pg_dump")
    with commits_case.workspace() as work, work.database("test") as database:
        simulator = simulated.Simulator()
        try:
            simulator.control(
                "directory",
                applications=[{"client_id": simulated.CLIENT_ID, "client_secret": CLIENT_SECRET}],
                accounts=[{"login": simulated.ACCOUNT, "password": PASSWORD}],
            )
            assert run(work, database, simulator, "setup", CHORUS_SECRET_KEY=KEY) == {"established": True}
            yield work, database, simulator
        finally:
            simulator.stop()


def run(work, database, simulator, step, **variables):
    """Run a step of the script: its result."""
    environment = {
        **work.env,
        "STEP": step,
        "SIMULATOR": simulator.url,
        "SUPPLIER": simulated.SUPPLIER,
        "CLIENT_ID": simulated.CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "ACCOUNT": simulated.ACCOUNT,
        "PASSWORD": PASSWORD,
        **variables,
    }
    command = work.odoo_command("shell", "-d", database, "--no-http", "--log-level=error")
    with open(SCRIPT, "rb") as script:
        done = subprocess.run(command, env=environment, stdin=script, capture_output=True, text=True, timeout=120, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stdout + done.stderr
    return json.loads(lines[0].removeprefix("RESULT "))


def dump(database):
    """The whole database as SQL text."""
    return subprocess.run(["pg_dump", "--no-owner", database], capture_output=True, text=True, check=True).stdout


def test_dump(place):
    """Neither the secrets nor the key that opens them; they are there, sealed."""
    _work, database, _simulator = place
    text = dump(database)
    assert "cp1:" in text
    assert simulated.ACCOUNT in text, "the grep finds what is in clear"
    for secret in (*SECRETS, KEY):
        assert secret not in text


def test_neutralized_copy(place, tmp_path):
    """A copy restored from a dump, then neutralized: no access data left, production refused, no call made."""
    work, database, simulator = place
    copy = f"{database}_copy"
    path = tmp_path / "dump.sql"
    path.write_text(dump(database))
    work.query("postgres", "CREATE DATABASE {}", names=[copy])
    try:
        subprocess.run(["psql", "--quiet", "-d", copy, "-f", str(path)], capture_output=True, check=True)
        subprocess.run(work.odoo_command("neutralize", "-d", copy), env=work.env, capture_output=True, check=True)
        simulator.reset()
        assert run(work, copy, simulator, "look", CHORUS_SECRET_KEY=KEY) == {
            "environment": False, "companies": 0, "secrets": 0, "production": False, "neutralized": True,
        }  # fmt: skip
        assert simulator.state()["calls"] == {}
        for secret in SECRETS:
            assert secret not in dump(copy)
    finally:
        work.drop(copy)
