"""Never twice, never lost for invoices that go as their PDF and data: real commits, real processes and real kills."""

import signal

import pytest

from ...support import commits_case
from ...support.places import SUPPORT

SCRIPT = SUPPORT / "commits_submission_script.py"
SUBMIT = "/cpro/factures/v1/soumettre"


@pytest.fixture(scope="module")
def shop():
    with commits_case.opened(SCRIPT) as shop:
        shop.run("setup")
        yield shop


@pytest.mark.parametrize(
    ("point", "arrived"),
    [("after_intent", 0), ("after_file", 0), ("after_request", 1), ("after_answer", 1), ("before_result", 1)],
)
def test_killed(shop, point, arrived):
    """A process that dies anywhere on the way leaves a state from which the invoice arrives exactly once."""
    shop.simulator.reset()
    if point == "after_request":
        shop.simulator.fault(SUBMIT, "timeout_after", delay=25)
    code, _result = shop.run(point, CHORUS_TIMEOUT="30")
    assert code == -signal.SIGKILL
    assert len(shop.simulator.invoices()) == arrived
    assert shop.states()[point][0] == "sending"
    state, identifier = shop.recover()[point]
    assert state == "deposited"
    assert [row["identifiantFactureCPP"] for row in shop.simulator.invoices()] == [int(identifier)]
    assert shop.simulator.calls(SUBMIT) == 1


def test_double_click(shop):
    shop.simulator.reset()
    shop.simulator.control("options", latency=0.3)
    assert shop.run("double_click")[1] == ["sent", "told"]
    shop.simulator.control("options", latency=0)
    assert shop.recover()["double_click"][0] == "deposited"
    assert len(shop.simulator.invoices()) == shop.simulator.calls(SUBMIT) == 1
