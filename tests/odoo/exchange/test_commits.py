"""Never twice, never lost, with real commits, real processes and real kills; in a database of its own, through `odoo shell`.

The three double deposits shown in other software (a request run again after a serialization failure, a double click, a second
click after a time-out) are here too.
"""

import signal

import pytest

from ...support import commits_case
from ...support.places import SUPPORT

SCRIPT = SUPPORT / "commits_script.py"
DEPOSIT = "/cpro/factures/v1/deposer/flux"


@pytest.fixture(scope="module")
def shop():
    with commits_case.opened(SCRIPT) as shop:
        shop.run("setup")
        yield shop


@pytest.fixture
def fresh(shop):
    """The shop with nothing at Chorus Pro that this test did not send."""
    shop.simulator.reset()
    return shop


@pytest.mark.parametrize(
    ("point", "sent", "state"),
    [
        ("before_intent", 0, "to_send"),
        ("after_intent", 0, "sending"),
        ("after_request", 1, "sending"),
        ("after_answer", 1, "sending"),
        ("before_result", 1, "sending"),
    ],
)
def test_killed(fresh, point, sent, state):
    """A process that dies at any point of a deposit leaves a state from which the invoice arrives exactly once."""
    if point == "after_request":
        fresh.simulator.fault(DEPOSIT, "timeout_after", delay=5)
    code, _result = fresh.run(point)
    assert code == -signal.SIGKILL
    assert len(fresh.deposits()) == sent
    assert fresh.states()[point][0] == state
    end = fresh.recover()[point]
    if point == "before_intent":
        assert end == ("to_send", None), "nothing was asked for, nothing is sent"
        assert not fresh.deposits()
    else:
        assert end[0] == "deposited"
        assert [row["identifiantFactureCPP"] for row in fresh.simulator.invoices()] == [int(end[1])]
        assert len(fresh.deposits()) == 1


def test_serialization_retry(fresh):
    assert fresh.run("retry")[1] == {"second": "told", "tries": 2}
    assert fresh.recover()["retry"][0] == "deposited"
    assert len(fresh.deposits()) == 1


def test_double_click(fresh):
    fresh.simulator.control("options", latency=0.3)
    assert fresh.run("double_click")[1] == ["sent", "told"]
    fresh.simulator.control("options", latency=0)
    assert fresh.recover()["double_click"][0] == "deposited"
    assert len(fresh.deposits()) == 1


def test_one_number_sent_twice_at_once(fresh):
    """Of two invoices with one number, sent by two people at once, one arrives; the other person is told, and it may go later."""
    assert fresh.run("same_number")[1] == ["sent", "told"]
    states = fresh.recover()
    assert sorted(states[ref][0] for ref in ("first_journal", "second_journal")) == ["deposited", "to_send"]
    assert len(fresh.simulator.invoices()) == len(fresh.deposits()) == 1


def test_user_beside_cron(fresh):
    fresh.run("beside_cron")
    assert fresh.recover()["beside_cron"][0] == "deposited"
    assert len(fresh.deposits()) == 1


def test_second_click_after_time_out(fresh):
    fresh.simulator.fault(DEPOSIT, "timeout_after", delay=5)
    assert fresh.run("time_out")[1] == ["checking", "told"]
    assert fresh.recover()["time_out"][0] == "deposited"
    assert len(fresh.deposits()) == 1


@pytest.mark.parametrize(
    ("point", "done"),
    [("act_after_intent", 0), ("act_after_request", 1), ("act_after_answer", 1), ("act_before_result", 1)],
)
def test_answer_killed(fresh, point, done):
    """A process that dies at any point of an answer to the public body: the answer arrives exactly once."""

    def completed():
        (row,) = fresh.simulator.invoices()
        return [step["statut"] for step in row["history"]].count("COMPLETEE")

    code, _result = fresh.run(point)
    assert code == -signal.SIGKILL
    assert completed() == done
    fresh.recover()
    assert completed() == 1
    rows = fresh.work.query(
        fresh.database,
        "SELECT action.state, move.chorus_state FROM chorus_action action JOIN account_move move ON move.id = action.move_id"
        " WHERE move.ref = %s",
        point,
    )
    assert [tuple(row) for row in rows] == [("done", "completed")]


def test_answer_double_click(fresh):
    """Two people complete the same invoice at once: one answer arrives, the other person is told."""
    fresh.simulator.control("options", latency=0.2)
    assert fresh.run("act_double_click")[1] == ["sent", "told"]
    fresh.simulator.control("options", latency=0)
    fresh.recover()
    (row,) = fresh.simulator.invoices()
    assert [step["statut"] for step in row["history"]].count("COMPLETEE") == 1
