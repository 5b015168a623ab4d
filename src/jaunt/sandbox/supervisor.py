"""The supervisor: stands between jaunt and untrusted code; it sets the limits, watches, and kills what is left.

`supervision.py` starts it in an isolated Python, with an order, see `SandboxOrder`, as its argument. When all is over
it writes one JSON object, see `Ended`, to the `control` socket. That the socket's other end is closed tells it to stop:
jaunt has given up, or is dead.
"""

# pathlib would double the start-up time, which every run pays.
# ruff: noqa: PTH118

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

from jaunt.sandbox import linux
from jaunt.sandbox.confine import become_program
from jaunt.sandbox.mounts import restrict_files, sockets_in_reach
from jaunt.sandbox.order import Ended, Reason, SandboxOrder
from jaunt.sandbox.processes import count_written, descendants, kill_all, open_counter, reap, unnamed_bytes

TICK = 0.05  # seconds from one look at the processes to the next
_LOOK_SECONDS = 0.5  # from one look at the scratch folder to the next
_A_FILE = 1 << 14  # bytes that each file in it, however small, counts for at least


def main() -> NoReturn:
    """Carry out the order; the exit code says nothing, what is written to `control` does."""
    order: SandboxOrder = json.loads(sys.argv[1])
    try:
        if order["namespaces"]:
            sockets = sockets_in_reach() if order["mounted"] is not None else []
            linux.enter_namespaces(network=order["network"])
            if order["mounted"] is not None:
                restrict_files(order["mounted"], sockets, memory=order["memory"])
        if order["through"] >= 0 or (order["namespaces"] and not order["network"]):
            from jaunt.sandbox import loopback  # 3 ms of each start, and needed with a network of its own alone

            loopback.raise_interface()
            if order["through"] >= 0:
                loopback.hand_over(order["doors"], order["through"])
        ended = _supervise(order)
    except OSError as error:
        ended = Ended(reason="setup", exit_code=None, message=str(error))
    with suppress(OSError):  # nobody is there to hear it
        os.write(order["control"], json.dumps(ended).encode())
    os._exit(0)  # for the first process of a namespace, this kills all others in it


def _supervise(order: SandboxOrder) -> Ended:
    written = open_counter()  # now: a process that hides may not open it any more
    linux.adopt_orphans()
    linux.hide_from_own_user()
    program = os.fork()
    if program == 0:
        become_program(order)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for descriptor in order["keep"]:
        os.close(descriptor)
    try:
        return _watch(order, program, written)
    finally:
        kill_all(program)


def _watch(order: SandboxOrder, program: int, written: int | None) -> Ended:
    begin = time.monotonic()
    look = begin + _LOOK_SECONDS
    ended = [os.pidfd_open(program)] if hasattr(os, "pidfd_open") else []
    while True:
        readable, _, _ = select.select([order["control"], *ended], [], [], TICK)
        reason: Reason | None
        status = reap(program)
        if status is not None:
            reason = _why_it_ended(status, order)
        elif order["control"] in readable:
            reason = "stopped"
        elif time.monotonic() - begin > order["seconds"]:
            reason = "timeout"
        else:
            reason = _excess(order, written)
        if reason is None and time.monotonic() > look:
            reason = "written" if _fills_disk(order) else None
            look = time.monotonic() + _LOOK_SECONDS
        if _printed() > order["output"]:
            reason = "output"  # last: what is printed counts as written, too, and may have come in the meantime
        if reason:
            return Ended(reason=reason, exit_code=None if status is None else os.waitstatus_to_exitcode(status))


def _why_it_ended(status: int, order: SandboxOrder) -> Reason:
    if not os.WIFSIGNALED(status):
        return "ok" if status == 0 else "exit"
    spent = os.times()
    out_of_time = spent.children_user + spent.children_system >= order["cpu_seconds"] * 0.9
    killed = os.WTERMSIG(status)
    return "cpu" if killed == signal.SIGXCPU or (killed == signal.SIGKILL and out_of_time) else "signal"


def _excess(order: SandboxOrder, written: int | None) -> Reason | None:
    """Return which limit all processes together have exceeded, if any."""
    tree = descendants()
    spent = os.times()
    cpu = spent.children_user + spent.children_system + sum(each.cpu for each in tree.values())
    if len(tree) > order["processes"]:
        return "processes"
    if sum(each.memory for each in tree.values()) > order["memory"]:
        return "memory"
    if cpu > order["cpu_seconds"]:
        return "cpu"
    if written is not None and count_written(written, tree) > order["written"]:
        return "written"
    return None


def _fills_disk(order: SandboxOrder) -> bool:
    """Whether the scratch folder, or what has no name, holds too much: room can be taken without a byte written."""
    size = unnamed_bytes(descendants())
    for folder, _, names in os.walk(order["scratch"]):
        size += _A_FILE
        for name in names:
            with suppress(OSError):
                size += max(_A_FILE, 512 * os.lstat(os.path.join(folder, name)).st_blocks)
        if size > order["written"]:
            return True
    return False


def _printed() -> int:
    return os.fstat(1).st_size + os.fstat(2).st_size
