"""What is remembered of test runs, in `.jaunt/tested.json`; where it is missing or damaged, all tests run."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.json_record import read_record, write_record
from jaunt.process.frozen import frozen

_FILE = Path(".jaunt", "tested.json")
_VERSION = 1


@frozen
class FileState:
    """A file as it was read: its stamp, a digest of its content, and of a Python file what `syntax.mentions` says."""

    stamp: str
    digest: str
    names: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    anything: bool = False


@frozen
class Pass:
    """When all tests of a module last passed, in one run and whole.

    `key` stands for all that they could tell; `tests` is how many they were, `at` the time, in seconds since the epoch.
    `outside` names the list of files that the run loaded from outside the project, `met` the project's own files that
    it loaded though no text says so.
    """

    key: str
    tests: int
    at: float
    outside: str = ""
    met: tuple[str, ...] = ()


@frozen
class Tested:
    """All that is remembered. `reports` are files of the project that `jaunt test` itself wrote, at a person's wish."""

    files: Mapping[str, FileState] = field(default_factory=dict)
    passed: Mapping[str, Pass] = field(default_factory=dict)
    outside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reports: tuple[str, ...] = ()


def read_tested(root: Path) -> Tested:
    """Return what is remembered of the project at `root`."""
    try:
        return read_record(root / _FILE, Tested, version=_VERSION)
    except (OSError, ValueError):
        return Tested()


def write_tested(root: Path, tested: Tested) -> None:
    """Keep what is to be remembered; where that can't be done, more tests run the next time."""
    used = {each.outside for each in tested.passed.values()}
    kept = Tested(tested.files, tested.passed, {n: f for n, f in tested.outside.items() if n in used}, tested.reports)
    with suppress(JauntWriteError):
        ensure_state_folder(root)
        write_record(root / _FILE, kept, within=root, version=_VERSION, durable=False)
