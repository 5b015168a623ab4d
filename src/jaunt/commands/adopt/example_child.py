"""A child process in the sandbox that calls functions of a module, and tells what they give where that is all they do.

Standard input has one line of JSON: `module`, and `calls`, pairs of a function's name and the text of its arguments.
The answer is a line of JSON on the descriptor that the first argument names: for each call what a doctest would show,
as a list of lines; none for a call that prints, changes its arguments, reaches out, or gives what no literal is.
"""

import ast
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from jaunt.process.boundary import caught
from jaunt.syntax.source import parse_or_none

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
    shown = [_show(getattr(module, name), name, arguments, heard) for name, arguments in request["calls"]]
    results.write(json.dumps(shown))
    results.flush()


def _show(function: Callable[..., Any], name: str, text: str, heard: _Heard) -> list[str]:
    given = _arguments(text)
    before = repr(given)
    came: list[Any] = []
    printed = io.StringIO()
    heard.events, heard.is_on = [], True
    with redirect_stdout(printed), redirect_stderr(printed):
        error = caught(lambda: came.append(function(*given[0], **given[1])))
    heard.is_on = False
    if heard.events or printed.getvalue() or repr(given) != before:
        return []
    if error is not None:
        return _shown_error(name, text, error)
    shown = repr(came[0])
    return [f">>> {name}({text})", shown] if _is_literal(shown, came[0]) else []


def _shown_error(name: str, text: str, error: BaseException) -> list[str]:
    """Return how a doctest shows an error that a function is there to raise; nothing for others."""
    last = f"{type(error).__name__}: {error}"
    if type(error) not in (ValueError, KeyError, IndexError, ZeroDivisionError) or not _is_short(last):
        return []
    return [f">>> {name}({text})", "Traceback (most recent call last):", "    ...", last]


def _arguments(text: str) -> tuple[Sequence[Any], dict[str, Any]]:
    tree = parse_or_none(f"f({text})")
    call = next(node for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, ast.Call))
    given = [ast.literal_eval(each) for each in call.args]
    return given, {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg}


def _is_literal(shown: str, value: object) -> bool:
    """Whether what is shown of a value is short, and is the value itself."""
    if value is None or not _is_short(shown):
        return False
    again: list[object] = []
    return caught(lambda: again.append(ast.literal_eval(shown))) is None and again == [value]


def _is_short(line: str) -> bool:
    return 0 < len(line) <= _LONGEST and line.isprintable() and "\\" not in line and '"""' not in line
