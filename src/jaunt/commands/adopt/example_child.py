"""A child process in the sandbox that calls functions of a module, and tells what they give where that is all they do.

Standard input has one line of JSON: `module`, and `calls`, each the name of a function or method, the expression that
an example shows, the text of its arguments, the expression that is run, which has these as `args` and `named`, and the
text of the instance that it is called on. The answer is a line of JSON on the descriptor that the first argument names:
for each call what a doctest would show, as a list of lines, none for a call that prints, changes its arguments, reaches
out, or gives what its text does not say; the lines of the module's code that it ran; and why there are none.
"""

import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from enum import Enum
from types import FrameType, ModuleType
from typing import Any

from jaunt.process.boundary import caught

_LONGEST = 70
_REACHES_OUT = ("open", "socket.", "subprocess.", "os.", "shutil.", "tempfile.", "ctypes.", "sqlite3.", "signal.")


class _Heard:
    """Notes whether a call does something that reaches out of the process, as Python's audit hooks tell."""

    def __init__(self) -> None:
        self.is_on = False
        self.events: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _: tuple[Any, ...]) -> None:
        if self.is_on and event.startswith(_REACHES_OUT):
            self.events.append(event)


def main() -> None:
    """Make the calls."""
    request = json.loads(sys.stdin.readline())
    results = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
    module = importlib.import_module(request["module"])
    heard = _Heard()
    shown = [_show(module, call, heard) for _, *call in request["calls"]]
    results.write(json.dumps(shown))
    results.flush()


def _show(module: ModuleType, call: Sequence[str], heard: _Heard) -> tuple[list[str], list[int], str]:
    """Return what a doctest shows of a call, the lines that it ran, and why there is nothing to be shown."""
    text, given_text, run, instance = call
    ran: set[int] = set()
    came: list[Any] = []
    given: list[tuple[Sequence[Any], dict[str, Any]]] = []
    printed = io.StringIO()
    heard.events, heard.is_on = [], True
    with redirect_stdout(printed), redirect_stderr(printed):
        error = caught(
            lambda: (eval(instance or "0", dict(vars(module))), given.append(_arguments(module, given_text)))
        )
        if error is not None:
            return [], [], f"{instance or given_text} raises {type(error).__name__}"
        before = repr(given)
        args, named = given[0]
        names = {**vars(module), "args": args, "named": named}
        sys.settrace(_noting(str(module.__file__), ran))
        error = caught(lambda: came.append(eval(run, names)))
        sys.settrace(None)
    heard.is_on = False
    why = _effect(heard, printed, is_changed=repr(given) != before)
    if why:
        return [], [], why
    if error is not None:
        lines = _shown_error(text, error)
        return lines, sorted(ran), "" if lines else f"{text} raises {type(error).__name__}"
    shown = repr(came[0])
    if not _is_said(module, shown, came[0]):
        return [], [], f"{text} gives None" if came[0] is None else f"{text} gives what its repr does not say"
    return [f">>> {text}", shown], sorted(ran), ""


def _effect(heard: _Heard, printed: io.StringIO, *, is_changed: bool) -> str:
    if heard.events:
        return f"it reaches out ({heard.events[0]})"
    return "it prints" if printed.getvalue() else "it changes its arguments" if is_changed else ""


def _noting(file: str, ran: set[int]) -> Callable[..., Any]:
    """Return a function for `sys.settrace` that notes which lines of a file are run."""

    def note(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != file:
            return None
        if event == "line":
            ran.add(frame.f_lineno)
        return note

    return note


def _shown_error(text: str, error: BaseException) -> list[str]:
    """Return how a doctest shows an error that a function is there to raise; nothing for others."""
    last = f"{type(error).__name__}: {error}"
    if type(error) not in (ValueError, KeyError, IndexError, ZeroDivisionError) or not _is_short(last):
        return []
    return [f">>> {text}", "Traceback (most recent call last):", "    ...", last]


def _arguments(module: ModuleType, text: str) -> tuple[Sequence[Any], dict[str, Any]]:
    return eval(f"(lambda *args, **named: (args, named))({text})", dict(vars(module)))


def _is_said(module: ModuleType, shown: str, value: object) -> bool:
    """Whether what is shown of a value is short, and is the value itself where the module's names are known."""
    if value is None or not _is_short(shown):
        return False
    if isinstance(value, Enum) and type(value).__repr__ is Enum.__repr__:
        return True  # `<Genre.NOVEL: 'novel'>`: no code, but always the same
    again: list[object] = []
    error = caught(lambda: again.append(eval(shown, dict(vars(module)))))
    return error is None and type(again[0]) is type(value) and bool(again[0] == value)


def _is_short(line: str) -> bool:
    return 0 < len(line) <= _LONGEST and line.isprintable() and "\\" not in line and '"""' not in line
