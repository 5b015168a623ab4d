"""The keeper: a process beside this one that ends what this one has started, should this one be killed.

Nothing of ours runs when a process is killed, and no system but Linux can tie a program to the one that started it: so
a pipe tells. It is told of each program before it begins, and of its end; when the pipe closes, it kills those that are
left, and removes their folders.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress

from jaunt.process.keeper_child import End
from jaunt.process.python import python_command
from jaunt.process.tree import in_forked_children


class _Keeper:
    """The pipe to the keeper of this process, which is started when it is first told something."""

    def __init__(self) -> None:
        self._pipe: int | None = None
        self._lock = threading.Lock()

    def tell(self, mark: str, end: End | None) -> None:
        """Say what is to be done about a mark, None for nothing any more; without a keeper, nothing happens."""
        with self._lock, suppress(OSError):
            if self._pipe is None:
                self._pipe = _start()
            os.write(self._pipe, json.dumps([mark, end]).encode() + b"\n")

    def forget(self) -> None:
        """Leave the keeper to the process that this one was forked from."""
        if self._pipe is not None:
            with suppress(OSError):
                os.close(self._pipe)
        self._pipe, self._lock = None, threading.Lock()


def _start() -> int:
    ours, theirs = os.pipe()[::-1]
    try:
        subprocess.Popen(
            python_command("jaunt.process.keeper_child", options=("-I", "-S")),
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a signal to the terminal's processes is not for it
            cwd="/" if sys.platform != "win32" else None,
        )
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return ours


_keeper = _Keeper()
in_forked_children(_keeper.forget)


def keep_watch(mark: str, *, folder: str, group: int | None = None) -> None:
    """Have all that has `mark` in its environment killed, and a process group, and a folder removed, if this dies."""
    _keeper.tell(mark, {"folder": folder, "group": group})


def end_watch(mark: str) -> None:
    """Have nothing done any more about what has a mark."""
    _keeper.tell(mark, None)
