"""Which addresses may be a simulator's."""

import pytest

from ...services.api.environment import address_problem


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8099",
        "http://127.0.0.1:8099/",
        "https://localhost",
        "http://[::1]:8099",
        "http://127.3.2.1",
        "http://Localhost:1",
    ],
)
def test_on_this_machine(address):
    assert address_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "", "127.0.0.1:8099", "//127.0.0.1", "ftp://127.0.0.1", "file:///etc/passwd", "http://", "http://:80", "http://127.0.0.1:8099/path",
        "http://127.0.0.1:8099?x=", "http://127.0.0.1:8099#x", "http://127.0.0.1:8099/#", "http://user@127.0.0.1", "http://user:word@127.0.0.1",
        "http://127.0.0.1@evil.example", "http://127.0.0.1:80\\@evil.example", "http://127.0.0.1\n.evil.example", " http://127.0.0.1",
        "http://127.0.0.1:99999", "http://127.0.0.1:port", "http://127.0.0.1:0", "http://[::1", "http://127.0.0.1.evil.example",
        "http://localhost.evil.example", "http://2130706433", "http://127.1", "http://0.0.0.0", "http://10.0.0.1", "http://169.254.169.254",
        "http://evil.example",
    ],
)  # fmt: skip
def test_anywhere_else(address):
    assert address_problem(address)


def test_machines_that_are_allowed():
    assert address_problem("http://tests.example:8099", ["tests.example"]) is None
    assert address_problem("https://TESTS.example", ["Tests.Example"]) is None
    assert address_problem("http://10.0.0.1", ["tests.example", "10.0.0.1"]) is None
    assert address_problem("http://other.example", ["tests.example"])
    assert address_problem("http://tests.example/path", ["tests.example"])
    assert address_problem("http://sub.tests.example", ["tests.example"])
