import os
import subprocess
import sys

import pytest

from ...support.places import ROOT


@pytest.mark.skipif(not os.environ.get("ODOO_RC"), reason="runs Odoo and PostgreSQL of its own: only within `dev.py test`")
@pytest.mark.parametrize("options", [["--invoices", "24"], ["--invoices", "16", "--queue-job"]], ids=["crons", "queue_job"])
def test_a_short_run_of_faults(options):
    """Calls fail, processes are killed, people click at once: each invoice arrives once and Odoo knows it.

    The long run is `dev.py chaos`.
    """
    command = [sys.executable, ROOT / "tools/dev.py", "chaos", *options, "--seed", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    head, row = (line.split() for line in done.stdout.splitlines()[:2])
    counts = dict(zip(head, map(int, row), strict=True))
    for name in ("faults", "killed", "servers", "frozen", "away", "unknown", "flows"):
        assert counts[name] > 0, f"the run had nothing of this: {name}\n{done.stdout}"
    assert counts["violated"] == 0
