"""What asks this process to end - Ctrl-C, SIGTERM, SIGHUP - and what comes of it, whatever it does just then.

What the handler of a signal raises can hit any line: one of an import, of asyncio as it makes its loop, of Python as it
frees something or ends. There it is lost, or told as a traceback. So it is raised only while a command is `at_work`,
and once; an event loop is told to cancel what it runs; else it is noted, and raised when a command is at work next.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

EXIT_INTERRUPTED = 130

INTERRUPTED = "interrupted; what was finished is kept"

_PATIENCE = 1.0
"""Seconds after which a further signal ends the process at once; one that closes a terminal may send two."""


class _Stop:
    """Whether this process was asked to end, and what its handler may do about it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget whatever was."""
        self.raises = False
        self.cancel: Callable[[], object] | None = None
        self.code, self.is_decided = EXIT_INTERRUPTED, False
        self.since: float | None = None
        self.is_noted = False

    def ask(self, *_: object) -> None:
        """Handle a signal that asks for an end: the first one for all, till somebody loses patience."""
        now = time.monotonic()
        if self.since is None:
            self.since, self.is_noted = now, True
            self.tell()
        elif now - self.since > _PATIENCE:
            self._leave()

    def tell(self, *_: object) -> None:
        """Do about what is noted what can be done just now; raises KeyboardInterrupt where that is allowed."""
        if not self.is_noted:
            return
        if self.raises:
            self.is_noted = False
            raise KeyboardInterrupt
        if self.cancel is not None:
            self.cancel()

    def _leave(self) -> NoReturn:
        """End this process at once: what it has started is ended by its keeper."""
        if self.code == EXIT_INTERRUPTED:
            _say()
        os._exit(self.code)


def _say() -> None:
    """Say that this process was interrupted, where nothing that could do it better may be there."""
    with suppress(OSError):
        os.write(2, f"error: {INTERRUPTED}\n".encode())


_stop = _Stop()


def stop_signals() -> list[signal.Signals]:
    """Return the signals by which a process is asked to end; one that is ignored, as by nohup, stays so.

    SIGHUP is one: when a terminal closes, the programs that write code, in sessions of their own, are not told of it.
    """
    known = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))  # Windows has no SIGHUP
    return [each for each in known if each is not None and signal.getsignal(each) is not signal.SIG_IGN]


def listen() -> None:
    """Handle the signals from now on, to the very end of this process, for a program whose command begins soon."""
    _listen()
    atexit.register(_end)  # as early as can be, so that it is called last


def listen_in(program: str) -> None:
    """Handle the signals to the very end of this process, if it is a program that is not ours, named so.

    Once `raise_in` is called they are raised wherever it is, and end it by one line and the code of ours.
    """
    if _is_program(program) and threading.current_thread() is threading.main_thread():
        listen()
        sys.unraisablehook = _raised_again(sys.unraisablehook)
        sys.excepthook = _told_in_a_line(sys.excepthook)


def raise_in(program: str) -> None:
    """Let a signal raise KeyboardInterrupt from now on in a program that is not ours, named so, till it is at its end.

    So does one that has come since `listen_in`.
    """
    if _is_program(program):
        atexit.register(_raise_no_more)
        _stop.raises = True
        _stop.tell()


def decide(code: int) -> None:
    """Say by which code this process ends, now that its command is over: no signal changes it any more.

    After `listen` it ends at once when all threads have ended and all that waits for the end is done.
    """
    _stop.code, _stop.is_decided = code, True


@contextmanager
def listening() -> Generator[None]:
    """Handle the signals in a block, unless `listen` was called; not where it isn't the main thread that runs it."""
    usual = _listen()
    hook, sys.unraisablehook = sys.unraisablehook, _raised_again(sys.unraisablehook)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if usual:
            for number, handler in usual.items():
                signal.signal(number, handler)
            _stop.begin()


@contextmanager
def at_work() -> Generator[None]:
    """Let a signal raise KeyboardInterrupt in a block, wherever it is; so does one that is noted."""
    before, _stop.raises = _stop.raises, True
    try:
        _stop.tell()
        yield
    finally:
        _stop.raises = before


@contextmanager
def held(cancel: Callable[[], object] | None = None) -> Generator[None]:
    """Let a signal wait for the end of a block that no exception may hit; `cancel`, if any, is called at once.

    Raises KeyboardInterrupt at the end, if one came, and a command is at work.
    """
    before = _stop.raises, _stop.cancel
    _stop.raises, _stop.cancel = False, cancel
    try:
        _stop.tell()
        yield
    finally:
        _stop.raises, _stop.cancel = before
    _stop.tell()


def was_asked() -> bool:
    """Return whether a signal was noted that nothing was done about; from now on it counts as done."""
    noted, _stop.is_noted = _stop.is_noted, False
    return noted


def _listen() -> dict[signal.Signals, Any]:
    """Set the handlers; return those before, none if they are set or can't be."""
    usual: dict[signal.Signals, Any] = {}
    with suppress(ValueError):  # only the main thread may set handlers
        for number in stop_signals():
            before = signal.getsignal(number)
            if before != _stop.ask:
                signal.signal(number, _stop.ask)
                usual[number] = before
    return usual


def _is_program(name: str) -> bool:
    """Return whether this process runs a program by its name, or as `python -m NAME`."""
    folder, _, file = sys.argv[0].replace(os.sep, "/").rpartition("/")
    return file in (name, f"{name}.exe") or (file == "__main__.py" and folder.endswith(f"/{name}"))


def _raise_no_more() -> None:
    _stop.raises = False


def _told_in_a_line(usual: Callable[..., object]) -> Callable[..., None]:
    """Return a hook by which a KeyboardInterrupt that ends a program is a line, not a traceback."""

    def tell(kind: type[BaseException], *rest: object) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            usual(kind, *rest)
            return
        _stop.raises = False
        decide(EXIT_INTERRUPTED)
        _say()

    return tell


def _end() -> None:
    """Hear no more signals, and end this process here, by the code that was decided on.

    Python itself would end by SIGINT if a KeyboardInterrupt ever went through the `exec` of a text, as dataclasses do;
    it aborts where there is no memory to end daemon threads in; and to free all objects takes a fifth of a build that
    has nothing to do.
    """
    for number in stop_signals():
        signal.signal(number, signal.SIG_IGN)
    if _stop.is_decided:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(_stop.code)


def _raised_again(usual: Callable[["sys.UnraisableHookArgs"], object]) -> Callable[["sys.UnraisableHookArgs"], object]:
    """Return a hook that has raised once more what a signal raises while Python frees something: there it is lost."""

    def tell(fault: "sys.UnraisableHookArgs") -> None:
        if not isinstance(fault.exc_value, KeyboardInterrupt):
            usual(fault)
            return
        _stop.is_noted = True
        with suppress(AttributeError, ValueError):  # Windows has no timers
            signal.signal(signal.SIGALRM, _stop.tell)
            signal.setitimer(signal.ITIMER_REAL, 0.01)

    return tell
