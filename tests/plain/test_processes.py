"""Whose server answers on a port, and where the simulator moves when its port is taken: real sockets, real processes."""

import contextlib
import socket
import subprocess
import sys

import pytest

from ..support.commits_case import workspace

SERVER = """
import socket, sys
server = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
server.bind((sys.argv[1], 0))
if sys.argv[2] == "listen":
    server.listen()
else:
    server.connect((sys.argv[1], int(sys.argv[2])))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""
#: A program that runs the server as a child of its own.
PARENT = """
import subprocess, sys
sys.exit(subprocess.call([sys.executable, "-c", *sys.argv[1:]]))
"""


@pytest.fixture
def processes():
    return pytest.importorskip("processes", reason="needs tools/ on the path, as `dev.py test` has it")


linux = pytest.mark.skipif(sys.platform != "linux", reason="who owns a socket is read from /proc")


@contextlib.contextmanager
def program(code, *arguments):
    """A program started as `processes.background` does: itself, and the port that its server printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        yield process, int(process.stdout.readline())
        process.stdin.close()


@contextlib.contextmanager
def taken():
    """A port on which this very process listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@linux
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_server_listens_on_its_own_port(address, processes):
    with program(SERVER, address, "listen") as (server, port):
        assert processes.listens(server.pid, port)


@linux
def test_a_child_of_the_server_listens(processes):
    with program(PARENT, SERVER, "127.0.0.1", "listen") as (parent, port):
        assert processes.listens(parent.pid, port)


@linux
def test_a_port_that_a_stranger_listens_on_is_not_the_servers(processes):
    with program(SERVER, "127.0.0.1", "listen") as (server, own), taken() as port:
        with socket.create_connection(("127.0.0.1", port), 5):
            assert not processes.listens(server.pid, port)
        assert processes.listens(server.pid, own)


@linux
def test_a_port_that_one_calls_from_is_not_listened_on(processes):
    with taken() as called, program(SERVER, "127.0.0.1", str(called)) as (caller, port):
        assert not processes.listens(caller.pid, port)


@linux
def test_a_server_that_ended_listens_no_more(processes):
    with program(SERVER, "127.0.0.1", "listen") as (server, port):
        pass
    assert not processes.listens(server.pid, port)


def test_the_simulator_moves_to_a_free_port(monkeypatch):
    """The address that the demonstration's companies call follows; without an address there is nothing to follow."""
    demo = pytest.importorskip("demo", reason="needs tools/ on the path, as `dev.py test` has it")
    with workspace() as work, work.database("test") as database, taken() as wanted:
        monkeypatch.setattr(demo, "DATABASE", database)

        def addresses():
            return [address for (address,) in work.query(database, "SELECT chorus_simulator_url FROM res_company")]

        assert demo.settled_port(work, wanted) != wanted
        assert addresses() == [None]
        work.query(database, "UPDATE res_company SET chorus_simulator_url = %s", f"http://127.0.0.1:{wanted}")
        port = demo.settled_port(work, wanted)
        assert port != wanted
        assert addresses() == [f"http://127.0.0.1:{port}"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", port))
        assert demo.settled_port(work, port) == port, "nobody took it: it stays"
        assert addresses() == [f"http://127.0.0.1:{port}"]
