"""pytest's fixtures for the tests of the simulator, apart: Odoo's own runner knows no pytest, and a server has none.

As there is no conftest.py (`tools/pytest_addon.py` says why), each module takes them by an assignment:
``client, process = fixtures.client, fixtures.process``.
"""

import pytest

from .simulator_case import Client, Process


@pytest.fixture(scope="module")
def process():
    """A simulator for the tests of a module, where nothing is processed but on ``advance``; it must not complain."""
    with Process("--control", "--processing-time", "never") as running:
        yield running
    assert running.err == ""


@pytest.fixture
def client(process):
    """A client of a simulator that is as new."""
    one = Client(process.url)
    one.control("reset")
    yield one
    one.http.close()
