"""A small project that is built over and over, while something goes wrong: in a fork of this process, or in its own."""

import faulthandler
import json
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from escapes import ESCAPES, FORK_BOMB
from projects import SHOP, SHOP_ANSWERS, write_files
from reaches import REACHES

from jaunt.cli import main
from jaunt.commands.shared.result import EXIT_CODES, EXIT_CRASH
from jaunt.header import parse_header

HANGS = 60.0
"""Seconds after which a build counts as one that hangs."""

ESCAPE_KINDS = len(ESCAPES) + len(FORK_BOMB) + sum(map(len, REACHES.values()))
"""How many ways out of the sandbox the tests try."""

ANSWERER = """\
import os, re, sys, time
prompt = sys.stdin.read()
time.sleep({thinks})
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
print(open(os.path.join({folder!r}, module)).read(), flush=True)
os.close(1)
calls = os.open(os.path.join({folder!r}, "calls"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(calls, f"{{module}} {{time.time()}}\\n".encode())
os._exit(0)
"""
"""The model: it counts what it has answered in full."""

QUICK = '[verify]\nrobustness = "off"\nty = "off"\n'


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, None if it was killed or hung, and all that it printed."""

    code: int | None
    said: str
    hung: bool = False

    @property
    def faults(self) -> list[str]:
        """What is wrong with how it ended, whatever went wrong around it."""
        found = ["it hung"] if self.hung else []
        found += [word for word in ("Traceback", "Exception ignored", "Event loop is closed") if word in self.said]
        if self.code is not None and (self.code not in EXIT_CODES or self.code == EXIT_CRASH):
            found.append(f"exit code {self.code}")
        return found


class Arena:
    """The project, made anew for each trial in `folder`, with a model beside it that counts its answers.

    What jaunt writes is on `disk`, by default in `folder` too.
    """

    def __init__(self, folder: Path, *, config: str = QUICK, thinks: float = 0.0, disk: Path | None = None) -> None:
        self.folder = folder
        self.project = (disk or folder) / "project"
        self.model = folder / "model"
        self.temp = (disk or folder) / "tmp"
        command = json.dumps([sys.executable, "-ISE", str(self.model / "answer.py")])
        toml = f'[llm]\nprovider = "command"\ncommand = {command}\n{config}'
        write_files(self.model, {"answer.py": ANSWERER.format(folder=str(self.model), thinks=thinks), **SHOP_ANSWERS})
        write_files(folder / "template", {**SHOP, "jaunt.toml": toml})
        os.environ["TMPDIR"] = str(self.temp)
        os.environ["PYTHONFAULTHANDLER"] = "1"
        faulthandler.enable()

    def begin(self) -> None:
        """Make the project as it is before its first build."""
        for path in (self.project, self.temp):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "template", self.project)
        self.temp.mkdir()
        (self.model / "calls").unlink(missing_ok=True)

    def calls(self) -> Counter[str]:
        """Return how often each module was answered since `begin`."""
        return Counter(module for module, _ in self.answered())

    def answered(self) -> list[tuple[str, float]]:
        """Return which modules were answered since `begin`, and when."""
        file = self.model / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(module, float(at)) for module, at in (line.split() for line in lines)]

    def run(
        self,
        *argv: str,
        before: Callable[[], object] = lambda: None,
        kill_after: float | None = None,
        number: int = signal.SIGKILL,
        from_start: bool = False,
    ) -> Ended:
        """Run a command of jaunt to its end, or until it is killed after some seconds.

        With `from_start`, it is a new Python, and is killed at that time after jaunt's first line: what comes before is
        Python's to tell.
        """
        output = self.folder / "output"
        child = os.fork()
        if child == 0:
            _become(argv, self.project, output, before, from_start=from_start)
        while from_start and not _listens(child):
            time.sleep(0.001)
        begin, killed = time.monotonic(), False
        code: int | None = None
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                break
            passed = time.monotonic() - begin
            if kill_after is not None and passed >= kill_after and not killed:
                os.kill(child, number)
                killed = True
            if passed > HANGS:
                os.kill(child, signal.SIGABRT)  # by which Python says where it is
                os.waitpid(child, 0)
                return Ended(None, output.read_text(errors="replace"), hung=True)
            time.sleep(0.002)
        return Ended(None if killed and code == -number else code, output.read_text(errors="replace"))

    def torn(self) -> list[str]:
        """Return the generated files that are not whole."""
        found = []
        for path in self.project.glob("**/__generated__/*.py"):
            text = path.read_text(errors="replace")
            with suppress(SyntaxError, ValueError):
                compile(text, str(path), "exec")
                if path.name == "__init__.py" or parse_header(text) is not None:
                    continue
            found.append(f"{path.name} is torn")
        return found

    def after(self, *build: str) -> list[str]:
        """Build once more, with nothing in the way; return what is wrong with what came of it."""
        ended = self.run(*(build or ("build",)))
        found = [f"afterwards: {fault}" for fault in ended.faults]
        if ended.code != 0:
            found.append(f"afterwards: the build ends with {ended.code}: {ended.said[-500:]}")
        return found + self.torn()

    def paid_twice(self) -> list[str]:
        """Return the modules that were answered more than once."""
        return [f"{module} was paid for {count} times" for module, count in self.calls().items() if count > 1]


def _listens(process: int) -> bool:
    """Return whether a process handles SIGTERM, or has ended."""
    try:
        caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    except OSError:
        return True
    return caught is None or bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1) or _has_ended(process)


def _has_ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _become(
    argv: Sequence[str], project: Path, output: Path, before: Callable[[], object], *, from_start: bool
) -> None:
    """Go on as a command of jaunt."""
    code = 70
    try:
        os.setsid()
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.chdir(project)
        before()
        if from_start:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background ignores it
            os.execv(sys.executable, [sys.executable, "-m", "jaunt", *argv])
        code = main([*argv])
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except Exception:  # noqa: BLE001 - as the interpreter does it
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
