"""A build of one module in which the n-th file operation fails, for all n; run by path, it says what came of each.

It is run as `python failing_files.py FOLDER ERROR`, with the name of an errno, or of a signal that ends the build
there. It prints JSON: for each n what failed, how that build and the next one ended, how often the model was asked by
both, and which files were not whole in between.
"""

import errno
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from backends import FakeBackend
from works import build_work, make_work

from jaunt.build.eager import answers
from jaunt.build.memory.history import History
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Store, kept_answers
from jaunt.generate.spec_context import ModuleSpecContext

OPERATIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "os.chmod"}
OPERATIONS |= {"os.utime", "os.truncate", "os.link", "os.symlink", "fcntl.flock", "os.fsync", "os.posix_fallocate"}
WITHOUT_PATH = ("fsync", "posix_fallocate")
"""Functions of `os` that no audit hook is told of."""


class Failing:
    """Lets one file operation below a folder fail."""

    def __init__(self, folder: Path, code: int) -> None:
        self.folder, self.code = str(folder), code
        self.armed, self.count, self.told = 0, 0, -1
        sys.addaudithook(self.look)
        for name in WITHOUT_PATH:
            setattr(os, name, self.counted(name))

    def arm(self, number: int, told: int = -1) -> None:
        """Let the operation of this number fail, counted from now, and write into `told` what it was; 0 for none."""
        self.armed, self.count, self.told = number, 0, told

    def look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and event in OPERATIONS and isinstance(arguments[0], str | os.PathLike):
            path = os.fspath(arguments[0])
            if isinstance(path, str) and path.startswith(self.folder):
                self.note(f"{event} {path.removeprefix(self.folder)}")

    def note(self, what: str) -> None:
        self.count += 1
        if self.count == self.armed:
            os.write(self.told, what.encode())
            if self.code < 0:
                os.kill(os.getpid(), -self.code)
            raise OSError(self.code, os.strerror(self.code))

    def counted(self, name: str) -> Any:
        def call(*_: Any) -> None:  # nothing is lost by not waiting for the disk
            if self.armed:
                self.note(name)

        return call


def settings(root: Path, backend: FakeBackend) -> BuildSettings:
    store = Store(root / ".jaunt" / "store")
    kept = answers.FirstAnswers(kept_answers(store, root / ".jaunt"))
    history = History(root, run=1)
    return BuildSettings(backend, store=store, answers=kept, history=history, rejected=root / ".jaunt" / "rejected")


class PipedBackend(FakeBackend):
    """Tells of each call through a pipe, as its process may be killed."""

    def __init__(self, told: int) -> None:
        super().__init__()
        self.told_by = told

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        os.write(self.told_by, b"x")
        return await super().generate_module(ctx, extra_error_context=extra_error_context)


def build_in_fork(failing: Failing, number: int, root: Path, backend: FakeBackend) -> tuple[str, str]:
    """Build in a process of its own, whose n-th operation fails; return what failed, and how the build ended."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        work = make_work(root)
        failing.arm(number, theirs)
        status = build_work(work, settings(root, backend)).status
        failing.arm(0)
        os.write(theirs, f"\n{status}".encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        what, _, status = pipe.read().partition("\n")
    os.waitpid(child, 0)
    return what, status


def torn(root: Path) -> list[str]:
    """Return the files of the generated folder and of the store that are there, but not whole."""
    paths = [*root.glob("**/__generated__/[a-z]*.py"), *root.glob(".jaunt/store/**/[0-9a-f]*.py")]
    return [str(path) for path in paths if not path.read_text().endswith("return 1\n")]


def main(folder: Path, code: int) -> None:
    answers.WORTH_KEEPING = -1.0  # what this model says takes no time, and is to be kept all the same
    failing, found, number = Failing(folder, code), [], 0
    while True:
        number += 1
        root = folder / str(number)
        ours, theirs = os.pipe()
        backend = PipedBackend(theirs)
        failed, first = build_in_fork(failing, number, root, backend)
        broken = torn(root)
        second = build_work(make_work(root), settings(root, backend)).status
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            found.append([failed, first, second, len(pipe.read()), broken])
        shutil.rmtree(root)
        if not failed:
            break
    print(json.dumps(found))


if __name__ == "__main__":
    name = sys.argv[2]
    main(Path(sys.argv[1]), -signal.Signals[name] if name.startswith("SIG") else getattr(errno, name))
