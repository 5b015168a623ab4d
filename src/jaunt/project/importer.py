"""The importer: imports modules of the user's project in a child process, never in jaunt's own.

The child is `import_child.py`, run as a program: names on its standard input, one line of JSON a module on its
standard output, or on another descriptor where that is a sandbox's.
"""

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from jaunt.process.frozen import frozen
from jaunt.process.python import python_command
from jaunt.spec_ref import import_name

IMPORT_SECONDS = 60.0


@frozen
class Imported:
    """What came of importing one module: an error in one line, or the arguments of its specs' decorators.

    `unbuilt` are the modules of the specs that it uses as it is imported: it is only built after them.
    """

    error: str = ""
    specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unbuilt: Sequence[str] = ()
    exception: str = field(default="", compare=False)
    """The name of the exception's class, if one was raised."""
    hint: str = field(default="", compare=False)
    """What to do about the error, where it is jaunt's own."""
    line: int = field(default=0, compare=False)
    """The line of the module at which the import ended, 0 if that is not known."""

    def place(self, path: str | Path) -> str:
        """Return where the import of a module in this file ended: the file, and the line if it is known."""
        return f"{path}:{self.line}" if self.line else str(path)


class ImportChild(Protocol):
    """A child process that imports modules, as a context around it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def kill(self) -> None:
        """End it, if it has not ended."""

    def next_line(self, seconds: float) -> tuple[str | None, str]:
        """Return the next line of its answer, or None and the reason why there is none after `seconds`."""
        ...


StartChild = Callable[[str, Path], ImportChild]
"""Starts a child for a request, in a folder."""


def import_modules(
    names: Sequence[str],
    *,
    path: Sequence[str | Path],
    cwd: Path,
    seconds: float = IMPORT_SECONDS,
    note: Callable[[str, Imported], None] = lambda name, imported: None,
    start: StartChild | None = None,
) -> dict[str, Imported]:
    """Import modules, in order, in a child process whose `sys.path` starts with `path`.

    Returns name -> `Imported`; `note` is told of each as soon as it is known. A module that ends the process, or takes
    more than `seconds`, is reported, and the ones after it get a child of their own; one that `start` has started, as
    it has limits, is not taken at its word if others were imported in it before: then the module is tried alone.
    Specs are stubs there: generated code is not loaded.
    """
    results: dict[str, Imported] = {}
    while pending := [name for name in names if name not in results]:
        for name, imported in _import_in_child(pending, path, cwd, seconds, start):
            results[name] = imported
            note(name, imported)
    return results


def _import_in_child(
    names: Sequence[str], path: Sequence[str | Path], cwd: Path, seconds: float, start: StartChild | None
) -> Iterator[tuple[str, Imported]]:
    """Yield what came of each module, the one that ended the child or hangs in it last."""
    request = json.dumps({"names": [*names], "path": [str(p) for p in path]})
    with (start or _Child)(request, cwd) as child:
        for name in names:
            line, reason = child.next_line(seconds)
            if line is None:
                child.kill()
                if start is None or name == names[0]:
                    yield name, Imported(error=reason)
                return
            record = json.loads(line)
            yield (
                record["name"],
                Imported(
                    record["error"],
                    record.get("specs", {}),
                    tuple(record["unbuilt"]),
                    record["exception"],
                    record.get("hint", ""),
                    record.get("line", 0),
                ),
            )


class _Child:
    """A child process whose output is read line by line; it outlives its block by a second at most.

    Its standard input stays open as long as it is wanted, so that it can tell when this process is no more.
    """

    def __init__(self, request: str, cwd: Path) -> None:
        command = python_command("jaunt.project.import_child")
        self._process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        # In a thread, as a read can't be given up: a process that a module left behind may hold the pipe open.
        threading.Thread(target=self._talk, args=(request,), daemon=True).start()

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1.0 if error is None else 0.0)
        self.kill()

    def kill(self) -> None:
        """End the process, if it has not ended."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def next_line(self, seconds: float) -> tuple[str | None, str]:
        """Return the next line of output, or None and the reason why there is none after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            try:
                line = self._lines.get(timeout=2.0 if ended else 0.2)
            except queue.Empty:
                if not ended:
                    continue
                line = ""
            if line.endswith("\n"):
                return line, ""
            return None, f"ended the process (exit code {self._process.wait()})"  # the line, if any, was cut off
        return None, f"did not finish importing within {seconds:g} s"

    def _talk(self, request: str) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with contextlib.suppress(OSError):  # it ended before it had read everything
            stdin.write(f"{request}\n")
            stdin.flush()
        with stdout:
            for line in stdout:
                self._lines.put(line)
        self._lines.put("")


@dataclass
class _Group:
    """Modules that share a child process: the folder of each top-level name, and by imported names the project's."""

    path: Sequence[Path]
    tops: dict[str, Path] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def takes(self, name: str, base: Path, path: Sequence[Path]) -> bool:
        """Whether a module can be imported beside the others; then its folder is noted."""
        is_seen = [*path] == [*self.path]
        return is_seen and self.tops.setdefault(import_name(name).partition(".")[0], base) == base


def import_from_bases(
    bases: Mapping[str, Path],
    *,
    path_of: Callable[[Path], Sequence[Path]],
    cwd: Path,
    note: Callable[[str, Imported], None] = lambda name, imported: None,
    start: StartChild | None = None,
) -> dict[str, Imported]:
    """Import modules, each from the folder that its name starts from; `path_of` that is searched after it.

    `note` and `start` are as in `import_modules`. They share a child process, unless two folders hold a package of the
    same name, such as `tests`, or they see the folders in another order.
    """
    groups: list[_Group] = []
    for name, base in bases.items():
        path = path_of(base)
        group = next((each for each in groups if each.takes(name, base, path)), None)
        if group is None:
            groups.append(group := _Group(path))
            group.takes(name, base, path)
        group.names[import_name(name)] = name
    results: dict[str, Imported] = {}
    for group in groups:
        names, search = group.names, list(dict.fromkeys([*group.tops.values(), *group.path]))

        def told(name: str, imported: Imported, names: Mapping[str, str] = names) -> None:
            note(names[name], imported)

        imported = import_modules([*names], path=search, cwd=cwd, note=told, start=start)
        results |= {names[name]: each for name, each in imported.items()}
    return results
