"""What `dev.py hosts` says where it cannot run, and how it tells that a deposit is on its way: the rest is seen by running it."""

import socket
import threading

import pytest

network = pytest.importorskip("hosts.network", reason="needs tools/ on the path, as `dev.py test` has it")


def test_without_root_it_says_so(monkeypatch):
    monkeypatch.setattr(network.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="needs root"):
        network.enter()


def test_without_its_tools_it_says_so(monkeypatch):
    monkeypatch.setattr(network.os, "geteuid", lambda: 0)
    monkeypatch.setattr(network.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit, match="Missing on this machine: ip, nsenter, unshare"):
        network.enter()


def test_a_deposit_is_on_its_way_until_it_is_answered(monkeypatch):
    monkeypatch.setattr(network, "CENTRE", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as platform, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        relay = network.Relay(port)
        relay.port = platform.getsockname()[1]
        asked, answer = threading.Event(), threading.Event()

        def serve():
            connection, _address = platform.accept()
            with connection:
                connection.recv(1000)
                asked.set()
                answer.wait(10)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                connection.recv(1000)

        server = threading.Thread(target=serve)
        server.start()
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"POST /cpro/factures/v1/deposer/flux HTTP/1.1\r\n\r\n")
            assert asked.wait(10)
            assert relay.depositing["127.0.0.1"] == 1
            answer.set()
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            assert relay.depositing["127.0.0.1"] == 0
        server.join(10)
        relay.stop()
        assert relay.connections["127.0.0.1"] == 1
