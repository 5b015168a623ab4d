"""The processes that stem from this one, as /proc has them: what they take, and how to end them."""

# pathlib would double the start-up time of the supervisor, which every run pays.
# ruff: noqa: PTH115, PTH116, PTH123, PTH208

import os
import stat
import sys
from contextlib import suppress
from typing import NamedTuple

from jaunt.process.tree import kill_tree


class Process(NamedTuple):
    """What /proc says of a process: memory in bytes, processor time in seconds."""

    parent: int
    alive: bool
    memory: int
    cpu: float


def kill_all(program: int) -> None:
    """Kill the process group of a child, and all descendants; those that are born meanwhile, too."""

    def alive() -> list[int]:
        reap(0)
        return [process for process, found in descendants().items() if found.alive]

    kill_tree(program, alive)
    reap(0)


def reap(program: int) -> int | None:
    """Bury what has ended, orphans too; return the wait status of the program if it is among that."""
    status = None
    with suppress(ChildProcessError):
        while True:
            process, ended = os.waitpid(-1, os.WNOHANG)
            if process == program:
                status = ended
            if process == 0:
                break
    return status


def descendants() -> dict[int, Process]:
    """Return the processes that stem from this one; none where there is no /proc."""
    if sys.platform != "linux":
        return {}
    everyone = {int(name): found for name in os.listdir("/proc") if name.isdigit() and (found := _read_stat(name))}
    children: dict[int, list[int]] = {}
    for process, found in everyone.items():
        children.setdefault(found.parent, []).append(process)
    pending = [int(os.readlink("/proc/self"))]  # not getpid(): /proc may be that of an outer namespace
    tree = {}
    while pending:
        for process in children.get(pending.pop(), []):
            tree[process] = everyone[process]
            pending.append(process)
    return tree


def _read_stat(process: str) -> Process | None:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None  # gone already
    state, parent, user, system, pages = (fields[i] for i in (0, 1, 11, 12, 21))
    cpu = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return Process(int(parent), state not in b"ZX", int(pages) * os.sysconf("SC_PAGE_SIZE"), cpu)


def open_counter() -> int | None:
    """Open the count of bytes that this process wrote, and those of its descendants that it has buried."""
    try:
        return os.open("/proc/self/io", os.O_RDONLY)
    except OSError:
        return None  # no such count on this system


def count_written(own: int, tree: dict[int, Process]) -> int:
    """Return how many bytes a tree of processes wrote; `own` is what `open_counter` gave."""
    total = _bytes_written(os.pread(own, 1024, 0))
    for process in tree:
        with suppress(OSError), open(f"/proc/{process}/io", "rb") as file:
            total += _bytes_written(file.read())
    return total


def unnamed_bytes(tree: dict[int, Process]) -> int:
    """Return how much room is taken by what has no name in any folder: files that are open, in memory or on a disk.

    Shared memory of System V counts, too.
    """
    sizes = {}
    for process in tree:
        with suppress(OSError):
            for number in os.listdir(f"/proc/{process}/fd"):
                with suppress(OSError):
                    found = os.stat(f"/proc/{process}/fd/{number}")
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        sizes[found.st_dev, found.st_ino] = 512 * found.st_blocks
    return sum(sizes.values()) + _shared_memory(tree)


def _shared_memory(tree: dict[int, Process]) -> int:
    """Return the size of the segments of a tree; in namespaces, where this process is the first, all belong to it."""
    total = 0
    with suppress(OSError), open("/proc/sysvipc/shm") as file:
        names = file.readline().split()
        for values in map(str.split, file):
            segment = dict(zip(names, values, strict=False))
            if os.getpid() == 1 or int(segment["cpid"]) in tree:
                total += int(segment["rss"])
    return total


def _bytes_written(counters: bytes) -> int:
    return int(counters.partition(b"wchar:")[2].split()[0])
