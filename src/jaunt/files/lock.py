"""A lock between processes: one build asks the model for a contract, and the others wait for its answer."""

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:  # imported when the first lock is taken: it takes 50 ms
    from filelock import BaseFileLock

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5  # seconds between two tries


class Turn(Generic[T]):
    """The right to ask for one contract, which the file `path` stands for; an asynchronous context manager.

    Entering waits until no other process has it, and calls `on_wait` once if one has; it then returns what `look`
    returns. Waiting holds no thread, and may be cancelled. The operating system takes the lock back from a process that
    ends, however it ends. Where locks don't work, nobody waits, and `problem` says why.
    """

    def __init__(self, path: Path, look: Callable[[], T], *, on_wait: Callable[[], None] | None = None) -> None:
        self.problem = ""
        self._look = look
        self._path = path
        self._on_wait = on_wait
        self._lock: BaseFileLock | None = None

    async def __aenter__(self) -> T:
        import asyncio  # it takes 20 ms, which a command that only looks into the store needn't pay

        pause = _FIRST_PAUSE
        while not self._take():  # not in a thread: a try is over before one would begin
            if self._on_wait is not None and pause == _FIRST_PAUSE:
                self._on_wait()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        with ExitStack() as unless_entered:
            unless_entered.callback(self._give_back)
            found = self._look()
            unless_entered.pop_all()
        return found

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def _take(self) -> bool:
        """Return whether there is nothing to wait for: the lock was taken, or locks don't work here."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _try_lock(self._path)
        except OSError as error:
            self.problem = error.strerror or str(error)
            return True
        return self._lock is not None

    def _give_back(self) -> None:
        if self._lock is not None:
            _remove_and_release(self._path, self._lock)
            self._lock = None


def remove_idle_lock(path: Path) -> None:
    """Remove a lock's file that a process which was killed has left; one that is held stays."""
    with suppress(OSError):
        lock = _try_lock(path)
        if lock is not None:
            _remove_and_release(path, lock)


def why_no_lock(folder: Path) -> str | None:
    """Return why locks don't work in a folder, None if they do; to try, a file is made in it for a moment."""
    path = folder / f".jaunt-{os.getpid()}.lock"
    try:
        lock = _try_lock(path)
        if lock is None:
            return f"{path} is locked by another process"
        try:
            return None if _try_lock(path) is None else "two can have the same lock at a time"
        finally:
            _remove_and_release(path, lock)
    except OSError as error:
        return error.strerror or str(error)


def _try_lock(path: Path) -> "BaseFileLock | None":
    """Return the lock, taken; None if another holder has it. Raises OSError where locks don't work."""
    from filelock import FileLock, Timeout  # 50 ms, which a command that takes no lock needn't pay

    # Never filelock's own substitute where the file system has no locks: it would outlive a process that is killed.
    lock = FileLock(path, blocking=False, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock


def _remove_and_release(path: Path, lock: "BaseFileLock") -> None:
    with suppress(OSError):  # Windows removes no file that is open
        path.unlink()  # before the release: whoever has opened it meanwhile then finds it gone, and tries again
    lock.release()
