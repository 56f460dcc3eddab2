"""Starts Odoo for a run of faults, without its server for live messages, which plays no part there.

In prefork mode Odoo starts that other server by running its own script again with the word ``gevent``; started as a module
it has no script that could be run so.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Be Odoo; as the other server, do nothing for as long as Odoo lives."""
    if "gevent" in sys.argv:
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(2)
        return
    folder = str(Path(__file__).resolve().parent)
    sys.path[:] = [path for path in sys.path if path != folder]  # this folder's modules are not Odoo's
    from odoo.cli import main as odoo

    odoo()


main()
