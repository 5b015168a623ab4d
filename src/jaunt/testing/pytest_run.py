"""The verdict on a test run: pytest in the sandbox, believed only as far as its signed record goes.

An exit code proves nothing, as code under test may end the process with any. A run passes if the record is
complete, and every expected test was collected, was called and passed in all its variants.

What is left to code that is determined to cheat: it runs in the same process as the tests that judge it. It
could walk the stack or the garbage collector's list to the recorder's key and sign a record of its own, or
give back objects that claim to equal everything. Neither happens by accident.
"""

import ast
import json
import os
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import NamedTuple

from jaunt.files.plain import read_plain
from jaunt.files.scratch import temporary_scratch
from jaunt.paths import DEFAULT_GENERATED_DIR, PACKAGE
from jaunt.process.frozen import frozen
from jaunt.sandbox.program import Completed, Halt, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox
from jaunt.syntax.source import parse_or_none
from jaunt.testing.run_record import Failure, RunRecord, merged, read_record
from jaunt.testing.settings_files import SETTINGS
from jaunt.testing.workers import require_xdist, with_workers

RECORDER = Path(PACKAGE, "testing", "pytest_child.py")
"""The program that runs pytest and keeps the record."""


class Case(NamedTuple):
    """A test that was collected: its node id, its file, and how long it took, in seconds."""

    node_id: str
    file: Path
    seconds: float


@frozen
class TestRun:
    """What came of a test run: what failed, how many tests passed, how the process ended if there was one.

    `cases` are the tests that were collected. `whole` holds the files all of whose tests ran and passed, none of them
    left out, with their numbers; none, if anything failed that is no test of a file. `loaded` are the files of the
    modules that were loaded in the end.
    """

    __test__ = False  # else pytest takes it for a collection of tests

    failures: tuple[Failure, ...]
    tests: int = 0
    completed: Completed | None = None
    cases: tuple[Case, ...] = ()
    whole: Mapping[Path, int] = field(default_factory=dict)
    loaded: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every expected test passed."""
        return not self.failures


def judge_tests(
    files: Collection[Path] | Mapping[Path, Sequence[str]],
    *,
    sandbox: Sandbox,
    cwd: Path,
    pythonpath: Sequence[Path | str] = (),
    pytest_args: Sequence[str] = (),
    generated_dir: str = DEFAULT_GENERATED_DIR,
    workers: int = 0,
    halt: Halt | None = None,
) -> TestRun:
    """Run pytest on `files`, from the project's root `cwd`, in the sandbox; all that is expected must pass.

    `files` may name, for each file, the functions that must run ("test_a", or "TestA" or "TestA::test_a" of
    a class); else these are all that pytest would collect by name. A `conftest.py` in a generated folder is refused,
    and so is a run that changes the files which decide about it. With `workers`, that many processes of pytest-xdist
    run the tests. `halt` ends the run. Raises JauntConfigError if there is no such sandbox here, or no pytest-xdist.
    """
    if workers:
        require_xdist()
    cwd = cwd.resolve()
    named = files if isinstance(files, Mapping) else {file: tuple(_named_tests(file)) for file in files}
    wanted = {file.resolve(): names for file, names in named.items()}
    files = [*wanted]
    refusals = tuple(_refusals(wanted, cwd, generated_dir))
    if refusals:
        return TestRun(refusals)
    before = _state(files, cwd)
    program = Program(
        [sys.executable, *OWN_BYTECODE, "-P", str(RECORDER)],
        cwd=cwd,
        pythonpath=pythonpath,
        readable=files,
        env={"JAUNT_GENERATED_DIR": generated_dir},
    )
    args = ["-p", "jaunt.pytest_plugin.generated", f"--rootdir={cwd}"]
    args += with_workers(pytest_args, workers) if workers else pytest_args
    record, completed = _run(program, [*args, *map(str, files)], sandbox, halt)
    changed = [path for path, state in _state(files, cwd).items() if state != before.get(path)]
    failures = [Failure(_shown(path, cwd), "was changed during the run") for path in changed]
    failures += _failures(record, wanted, completed, cwd)
    return TestRun(
        tuple(failures),
        len(record.finished()),
        completed,
        cases=tuple(Case(test, file, record.seconds.get(test, 0.0)) for test, file in record.collected.items()),
        whole=_whole(record, files, failures, cwd),
        loaded=record.loaded,
    )


def _run(program: Program, args: Sequence[str], sandbox: Sandbox, halt: Halt | None) -> tuple[RunRecord, Completed]:
    """Run the recorder with arguments for pytest; return what it wrote down, and how it ended."""
    key = secrets.token_bytes(32)
    with temporary_scratch() as scratch, tempfile.TemporaryFile() as report:
        own = ["-o", f"cache_dir={scratch / 'pytest'}"]
        records = scratch / "records"
        records.mkdir()
        orders = {"key": key.hex(), "report": report.fileno(), "records": str(records), "args": [*own, *args]}
        ordered = replace(
            program,
            stdin=json.dumps(orders).encode(),
            env={
                **program.env,
                "COVERAGE_FILE": str(scratch / "coverage"),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
                # Else, without a sandbox, it would share a folder with all that this user runs, and at its end remove
                # what others have left there, which may take longer than any limit.
                "PYTEST_DEBUG_TEMPROOT": str(scratch),
            },
            pass_fds=[report.fileno()],
        )
        completed = sandbox.run(ordered, scratch=scratch, halt=halt)
        report.seek(0)
        record = read_record(report.read(), key)
        of_workers = {name: read_record(_content(records / name), key) for name in record.workers}
        return merged(record, of_workers) if of_workers else record, completed


def _content(path: Path) -> bytes:
    """Return what a file holds, nothing if it is gone."""
    try:
        return read_plain(path)
    except OSError:
        return b""


def _refusals(wanted: Mapping[Path, Sequence[str]], cwd: Path, generated_dir: str) -> Iterator[Failure]:
    """Yield what there is to say against a run before it is begun."""
    planted = dict.fromkeys(each for file in wanted for each in _planted_conftests(file, generated_dir))
    for conftest in planted:
        yield Failure(_shown(conftest, cwd), "conftest.py in a generated folder")
    for file, names in wanted.items():
        if not names:
            yield Failure(_shown(file, cwd), "there is no test to run")
    if not wanted:
        yield Failure("pytest", "there is no test to run")


def _failures(
    record: RunRecord, wanted: Mapping[Path, Sequence[str]], completed: Completed, cwd: Path
) -> Iterator[Failure]:
    why = completed.message or "ended before its tests did, with exit code 0"
    if record.end is None:
        yield Failure("pytest", f"the run {why}", completed.stdout + completed.stderr)
    elif record.end != 0 and not record.failures:
        yield Failure("pytest", f"pytest ended with exit code {record.end}", completed.stdout + completed.stderr)
    if not record.genuine:
        yield Failure("pytest", "the record of the run was tampered with")
    yield from (Failure("pytest", text) for text in record.lost)
    yield from record.failures.values()
    for test in sorted(record.collected.keys() - set(record.finished()) - record.failures.keys()):
        running = test in record.running
        yield Failure(test, f"did not finish: the run {why}" if running else "did not run to its end")
    for file, names in wanted.items():
        tests = [test.partition("::")[2] for test, place in record.collected.items() if place.resolve() == file]
        for name in names:
            if not any(test == name or test.startswith((f"{name}[", f"{name}::")) for test in tests):
                yield Failure(f"{_shown(file, cwd)}::{name}", "was not collected")


def _whole(record: RunRecord, files: Sequence[Path], failures: Sequence[Failure], cwd: Path) -> dict[Path, int]:
    """Return the files of which everything ran and passed, with the numbers of their tests."""
    failed = {(cwd / failure.node_id.partition("::")[0]).resolve() for failure in failures}
    if not failed <= {*files}:
        return {}  # something that is no test of a file: nobody knows what else is not as it should be
    tests = Counter(record.collected[test].resolve() for test in record.finished())
    left_out = {file.resolve() for file in record.left_out}
    return {file: tests[file] for file in files if tests[file] and file not in failed | left_out}


def _planted_conftests(file: Path, generated_dir: str) -> Iterator[Path]:
    """Yield each `conftest.py` that stands in a generated folder and would have a say about `file`."""
    for folder in file.parents:
        if generated_dir not in folder.parts:
            return
        if (folder / "conftest.py").exists():
            yield folder / "conftest.py"


def _state(files: Sequence[Path], cwd: Path) -> dict[Path, tuple[int, ...] | None]:
    """Return the state of all files that decide about a run; its time of change can't be set back."""
    folders = {folder for file in files for folder in file.parents if cwd in (folder, *folder.parents)} | {cwd}
    deciding = {*files, *(folder / "conftest.py" for folder in folders), *(cwd / name for name in SETTINGS)}
    return {path: _stamp(path) for path in sorted(deciding)}


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _named_tests(file: Path) -> Iterator[str]:
    """Yield the names in a file that pytest collects by default; none for a file that is not Python."""
    try:
        tree = parse_or_none(read_plain(file))
    except OSError:
        return
    for statement in tree.body if tree else ():
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test"):
                yield name
            case ast.ClassDef(name=name) if name.startswith("Test"):
                yield name


def _shown(path: Path, cwd: Path) -> str:
    return os.path.relpath(path, cwd) if path.is_relative_to(cwd) else str(path)
