"""axe-core, which judges whether screens can be used by who sees badly or has no mouse: an npm package, fetched once."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from odoo_env import CACHE, log, tail

PACKAGE = "axe-core@4.14.1"
#: What npm's registry says of this archive.
INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
SCRIPT = CACHE / PACKAGE / "axe.min.js"
#: A machine without network is not waited for: npm would try for minutes.
PACK = ("npm", "pack", "--silent", "--fetch-retries=1", "--fetch-timeout=30000", PACKAGE)


def fetch() -> None:
    """Put the script at ``SCRIPT``; it stays missing, which is said, where npm, the network or the right archive is.

    `tests/odoo/followup/test_accessibility.py` is then skipped by name.
    """
    if SCRIPT.exists():
        return
    if not shutil.which(PACK[0]):
        log("No npm here, hence no axe-core: no screen is judged for accessibility (install npm for that)")
        return
    with tempfile.TemporaryDirectory(prefix="axe-") as folder:
        done = subprocess.run(PACK, capture_output=True, text=True, errors="replace", cwd=folder, check=False)
        archive = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or not archive:
            log(f"npm gave no axe-core: no screen is judged for accessibility\n{tail(done.stderr)}")
            return
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY.partition("-")[2]:
            log(f"What npm gave is not the {PACKAGE} expected: no screen is judged for accessibility")
            return
        with tarfile.open(archive) as files:
            script = files.extractfile("package/axe.min.js").read()
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    unfinished = SCRIPT.with_suffix(".part")
    unfinished.write_bytes(script)
    unfinished.rename(SCRIPT)
