"""The loopback interface: in a network of its own, and, by `network = "loopback"`, the TCP servers of this machine's.

The supervisor, in the sandbox, listens wherever a server here listens, and hands those sockets over; jaunt, outside,
connects what comes to them to the server (`forwarding.py`). There is no other way out.
"""

# pathlib would double the start-up time of the supervisor.
# ruff: noqa: PTH123

import fcntl
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress

Door = tuple[str, int]
"""An address of the loopback interface, and a port."""

MOST_DOORS = 200
"""How many sockets are handed over: the kernel takes 253 at once."""

_ADDRESSES = ("127.0.0.1", "::1")
_FIRST_PORT = 1024  # those below are the system's own, and in bwrap nobody may listen there
_LISTENS = "0A"
_OF_LOOPBACK = {
    "00000000": _ADDRESSES[:1],
    "0100007F": _ADDRESSES[:1],
    "0" * 32: _ADDRESSES,  # any address, which may mean those of IPv4 too
    "0" * 24 + "01000000": _ADDRESSES[1:],
}
"""The addresses at which a server can be reached, by the one that it listens at, as the kernel writes it."""


def open_doors() -> list[Door]:
    """Return where TCP servers listen on this machine's loopback interface just now, from port 1024 on."""
    found: dict[Door, None] = {}
    for table in ("tcp", "tcp6"):
        with suppress(OSError), open(f"/proc/net/{table}", encoding="ascii") as file:
            for line in [*file][1:]:
                _, local, _, state = line.split()[:4]
                address, _, port = local.partition(":")
                if state == _LISTENS and int(port, 16) >= _FIRST_PORT:
                    found |= dict.fromkeys((each, int(port, 16)) for each in _OF_LOOPBACK.get(address, ()))
    return [*found][:MOST_DOORS]


def raise_interface() -> None:
    """In a network of its own: let the loopback interface be up, where it is not already."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sh", b"lo", 0x41)
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS


def hand_over(doors: Sequence[Door], through: int) -> None:
    """In the sandbox: listen at the doors, and send these sockets through a descriptor, which stays open."""
    listening: list[socket.socket] = []
    for address, port in doors:
        with suppress(OSError):  # no IPv6 here, say
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listening.append(socket.create_server((address, port), family=family))
    channel = socket.socket(fileno=through)
    socket.send_fds(channel, [b"x"], [each.fileno() for each in listening])
    channel.detach()
    for each in listening:
        each.close()
