"""Three hundred customers completed with real commits, a worker killed in the middle; and a Chorus Pro that is not there.

In a database of its own, through `odoo shell`.
"""

import json
import signal

import pytest

from ...support import commits_case
from ...support.places import SUPPORT

SCRIPT = SUPPORT / "directory_commits_script.py"
SEARCH = "/cpro/structures/v1/rechercher"
SIRETS = [f"277777{number:08d}" for number in range(288)]


@pytest.fixture(scope="module")
def shop():
    with commits_case.opened(SCRIPT) as shop:
        structures = [{"siret": siret, "designationStructure": f"Structure {siret}", "ville": "Partout"} for siret in SIRETS]
        shop.simulator.control("directory", structures=structures)
        shop.run("setup", SIRETS=json.dumps(SIRETS))
        yield shop


def test_a_worker_killed_in_the_middle_loses_nothing(shop):
    """Each customer has its own result; the next run asks for the rest, and a second click for nobody."""
    shop.run("ask")
    assert shop.run("states")[1] == {"waiting": 300, "customers": 300, "filled": 0}
    code, _result = shop.run("killed")
    assert code == -signal.SIGKILL
    assert shop.run("states")[1] == {"found": 99, "waiting": 201, "customers": 300, "filled": 99}
    assert shop.simulator.calls(SEARCH) == 101
    shop.run("job")
    assert shop.run("states")[1] == {"found": 288, "unknown": 6, "ambiguous": 6, "customers": 300, "filled": 288}
    assert shop.simulator.calls(SEARCH) == 302, "300 customers, our own structure, and the answer that died with its process"
    shop.run("ask")
    shop.run("job")
    assert shop.simulator.calls(SEARCH) == 302
    assert shop.run("states")[1]["found"] == 288


def test_without_chorus_pro_work_goes_on(shop):
    """The simulator is stopped: posting, editing and printing work, and the invoice says what could not be checked."""
    shop.simulator.stop()
    _code, end = shop.run("offline")
    assert (end["state"], end["printed"], end["obstacles"]) == ("posted", True, [])
    assert "what Hôpital requires (service code, engagement number) could not be checked yet" in end["alert"]
    assert "cannot be reached" in end["alert"]
