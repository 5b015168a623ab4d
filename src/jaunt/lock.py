"""Locks between processes: one build asks the model for a contract, and the others wait for its answer.

Each contract is a byte of one file of the store, which nothing is ever written to: to take it is one system call, where
a file of its own would have to be made and removed again.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5  # seconds between two tries


@dataclass(frozen=True)
class Place:
    """What can be locked: a byte of a file, which need not be that long, by its offset; there are 2**60 of them."""

    file: Path
    offset: int


class Turn(Generic[T]):
    """The right to ask for one contract, which `place` stands for; an asynchronous context manager.

    Entering waits until nobody else has it, and calls `on_wait` once if somebody has; it then returns what `look`
    returns. Waiting holds no thread, and may be cancelled. The operating system takes the lock back from a process that
    ends, however it ends. Where locks don't work, nobody waits, and `problem` says why.
    """

    def __init__(self, place: Place, look: Callable[[], T], *, on_wait: Callable[[], None] | None = None) -> None:
        self.problem = ""
        self._look = look
        self._place = place
        self._on_wait = on_wait
        self._lock: Lock | None = None

    async def __aenter__(self) -> T:
        import asyncio  # it takes 20 ms, which a command that only looks into the store needn't pay

        pause = _FIRST_PAUSE
        while not self._take():  # not in a thread: a try is over before one would begin
            if self._on_wait is not None and pause == _FIRST_PAUSE:
                self._on_wait()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        try:
            return self._look()
        except BaseException:
            self._give_back()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def _take(self) -> bool:
        """Return whether there is nothing to wait for: the lock was taken, or there is none to be had."""
        try:
            self._lock = try_lock(self._place)
        except OSError as error:
            self.problem = error.strerror or str(error)
            return True
        return self._lock is not None

    def _give_back(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


@dataclass
class _OpenFile:
    """A file that this process has locks in.

    It is opened once for all of them, and closed with the last: whenever a process closes a descriptor of a file, it
    loses all its locks in it, those that were taken by way of another descriptor or another name of the file as well.
    """

    descriptor: int
    held: set[int] = field(default_factory=set)


_open_files: dict[tuple[int, int], _OpenFile] = {}  # by device and inode, as a file may have many names
_mutex = threading.Lock()


@dataclass(frozen=True)
class Lock:
    """One byte of a file, taken."""

    file: tuple[int, int]
    offset: int

    def release(self) -> None:
        """Let others have it; to do so twice has no effect."""
        with _mutex:
            opened = _open_files.get(self.file)
            if opened is None or self.offset not in opened.held:
                return
            opened.held.remove(self.offset)
            if opened.held:
                _free_byte(opened.descriptor, self.offset)
            else:
                _close(self.file)


def try_lock(place: Place) -> Lock | None:
    """Take a place and return the lock; None if somebody else has it, in this process or another.

    The file and its folder are made if missing. Raises OSError where locks don't work.
    """
    with _mutex:
        file = _identity(place.file)
        opened = _open_files.get(file)
        if opened is None:
            opened = _open_files[file] = _OpenFile(os.open(place.file, os.O_RDWR))
        try:
            if place.offset in opened.held or not _try_byte(opened.descriptor, place.offset):
                return None
            opened.held.add(place.offset)
            return Lock(file, place.offset)
        finally:
            if not opened.held:
                _close(file)


def why_no_lock(folder: Path) -> str | None:
    """Return why locks don't work in a folder, None if they do; to try, a file is made in it for a moment."""
    place = Place(folder / f".jaunt-{os.getpid()}.lock", 0)
    try:
        lock = try_lock(place)
        if lock is None:
            return f"{place.file} is locked by another process"
        try:
            other = subprocess.run([sys.executable, "-c", _TRY, str(place.file)], capture_output=True, check=False)
            return None if other.returncode == _REFUSED else "two can have the same lock at a time"
        finally:
            lock.release()
            place.file.unlink()
    except OSError as error:
        return error.strerror or str(error)


_REFUSED = 9
_TRY = f"""
import fcntl, sys
try:
    fcntl.lockf(open(sys.argv[1], "r+b"), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 0)
except OSError:
    sys.exit({_REFUSED})
"""


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from all others, whatever its name; it is made if missing."""
    try:
        found = os.stat(path)  # noqa: PTH116 - once for each module: without pathlib it takes half the time
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        found = path.stat()
    return found.st_dev, found.st_ino


def _try_byte(descriptor: int, offset: int) -> bool:
    try:
        import fcntl
    except ImportError:
        raise OSError("Windows has no locks that jaunt can use") from None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
    except (BlockingIOError, PermissionError):  # some systems say EAGAIN, others EACCES
        return False
    return True


def _free_byte(descriptor: int, offset: int) -> None:
    import fcntl

    with suppress(OSError):
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, offset)


def _close(file: tuple[int, int]) -> None:
    os.close(_open_files.pop(file).descriptor)


def _forget() -> None:
    """Begin anew in a child process that was forked: it has none of its parent's locks."""
    global _mutex
    _open_files.clear()
    _mutex = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
