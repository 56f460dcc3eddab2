"""Answers changed on their way, in small; the long run, with Odoo, is `dev.py hostile`."""

import os
import re
import subprocess
import sys

import pytest

from ..support import simulated


@pytest.mark.skipif(not os.environ.get("ODOO_RC"), reason="uses the command's environment: only within `dev.py test`")
def test_a_short_run_of_changed_answers():
    """Whatever comes in answer to whichever method: a value or one of our own errors, in time, in little memory."""
    command = [sys.executable, simulated.ROOT / "tools/dev.py", "hostile", "--client", "--answers", "700", "--seed", "7"]
    environment = {**os.environ, "PYTHONPATH": str(simulated.ROOT / "tools")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    head, row = (line.split() for line in done.stdout.splitlines()[:2])
    counts = dict(zip(head, map(int, row), strict=True))
    assert counts["violated"] == 0
    assert counts["answers"] >= 700
    assert counts["changed"] > 100
    kinds = dict(re.findall(r"^  (\w+) +(\d+)  ", done.stdout, re.MULTILINE))
    for kind in ("field", "missing", "nesting", "page", "shape", "refusal", "connection", "cut", "drip", "swollen", "endless",
                 "repeated", "headers", "encoding", "slow", "status"):  # fmt: skip
        assert int(kinds.get(kind, 0)) > 0, f"the run had nothing of this: {kind}\n{done.stdout}"
