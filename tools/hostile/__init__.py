"""Answers changed on their way: a proxy of ours between the client and the simulator, and what must hold all the same."""

import sys

from odoo_env import REPO

# where the add-on's services are, which need no Odoo
sys.path.append(str(REPO))
