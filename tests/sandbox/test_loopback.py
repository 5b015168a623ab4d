"""`network = "loopback"`: servers of this machine's loopback interface are reached, and nothing else."""

import socket
import sys
import threading
from pathlib import Path

import pytest

from jaunt.config import SandboxConfig
from jaunt.sandbox.loopback import open_doors
from jaunt.sandbox.mechanism import problem_with
from jaunt.sandbox.program import Program
from jaunt.sandbox.sandbox import Sandbox

SIZE = 300_000
CLIENT = """
import socket, sys
port, other, size = map(int, sys.argv[1:])
with socket.create_connection(("127.0.0.1", port), timeout=10) as server:
    server.sendall(b"x" * size)
    server.shutdown(socket.SHUT_WR)
    got = b"".join(iter(lambda: server.recv(65536), b""))
print(got == b"y" * size)
for address in (("127.0.0.1", 1), ("127.0.0.2", other), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, timeout=2)
        print("reached", address)
    except OSError:
        pass
with socket.create_server(("127.0.0.1", 0)) as own, socket.create_connection(own.getsockname()):
    print("its own")
"""


def answer(server: socket.socket) -> None:
    """Take one connection, and give back as much as comes, as other letters, once all has come."""
    connection, _ = server.accept()
    with connection:
        got = b"".join(iter(lambda: connection.recv(65536), b""))
        connection.sendall(got.replace(b"x", b"y"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has networks of their own")
@pytest.mark.parametrize("mode", ["limits", "bwrap"])
def test_servers_here_are_reached_and_nothing_else(mode: str, tmp_path: Path) -> None:
    sandbox = Sandbox(SandboxConfig(mode=mode, network="loopback"))
    if problem_with("bwrap" if mode == "bwrap" else "namespaces"):
        pytest.skip(f"{mode} can't make a network here")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.2", 0)) as other:
        ports = [server.getsockname()[1], other.getsockname()[1]]
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        program = Program([sys.executable, "-c", CLIENT, *map(str, ports), str(SIZE)], tmp_path)
        ended = sandbox.run(program)
    assert (ended.stdout, ended.stderr) == ("True\nits own\n", "")
    assert "of the network only the TCP servers of this machine" in sandbox.describe()
    assert "no network" not in sandbox.describe()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has networks of their own")
def test_a_connection_that_is_open_at_the_end_is_closed_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if problem_with("namespaces"):
        pytest.skip("there is no network of its own here")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code = f"import socket; socket.create_connection({silent.getsockname()!r}, timeout=10); print('connected')"
        program = Program([sys.executable, "-c", code], tmp_path)
        ended = Sandbox(SandboxConfig(mode="limits", network="loopback")).run(program)
    assert ended.stdout == "connected\n"
    assert caplog.messages == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/net is Linux's")
def test_doors_are_where_a_server_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        doors = open_doors()
        assert server.getsockname() in doors
        assert silent.getsockname() not in doors
    assert all(port >= 1024 for _, port in doors)
