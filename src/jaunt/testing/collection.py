"""Whether pytest can collect and set up generated tests, before there is a file of them.

It is tried in the sandbox, in a copy of the project's folders: symlinks to all that is there, and the candidate in its
place. No test and no fixture is run (`--setup-plan`).
"""

import json
import re
import secrets
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jaunt.config.sandboxes import sandbox_for
from jaunt.files.atomic import ensure_packages
from jaunt.files.scratch import temporary_scratch
from jaunt.header import format_header
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.sandbox.program import Halt, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox
from jaunt.testing.pytest_run import RECORDER
from jaunt.testing.run_record import Failure, RunRecord, read_record

_SECONDS = 60
_UNBUILT = re.compile(r"JauntNotBuiltError: ([\w.]+):")
_SKIPPED = "was skipped"


def collection_failures(source: str, work: ModuleWork, project: Project, halt: Halt | None = None) -> list[Failure]:
    """Return what keeps pytest from collecting a test module's candidate, or from setting up the tests of its specs.

    `halt` ends the run. Raises JauntConfigError if there is no sandbox.
    """
    with temporary_scratch() as scratch:
        root = scratch / "project"
        file = _mirror(root, work)
        file.write_text(as_generated(source, work), encoding="utf-8")
        record, said = _record(file, root, scratch, work, project, halt)
    failures = [each for each in record.failures.values() if not each.message.startswith(_SKIPPED)]
    if record.end is None or (record.end != 0 and not record.failures):
        failures.append(Failure("pytest", _last_error(said)))
    told = {_named(each, root): each for each in reversed(failures) if _test_of(each) in ("", *work.names)}
    return [replace(each, message=message) for message, each in reversed(told.items())]


def as_generated(source: str, work: ModuleWork) -> str:
    """Return a candidate as a file by which pytest finds what its spec module has for it: fixtures and marks."""
    header = format_header(
        tool_version="", kind="test", source_module=work.imported_as, module_digest=work.digest, spec_refs=[]
    )
    return f"{header}\n{source}"


def stand_in(work: ModuleWork) -> str:
    """Return a module with the stubs of a test module's specs as its tests: what keeps it from being set up is no fault
    of any candidate.
    """
    names = f"vars(importlib.import_module({work.imported_as!r}))"
    head = f"from __future__ import annotations\n\nimport importlib\n\nglobals().update({{**{names}, **globals()}})\n"
    return "\n\n".join([head, *work.texts.own_segments(work.entries).values()])


def unbuilt_in(failures: Sequence[Failure]) -> list[str]:
    """Return the modules whose code failures have missed."""
    return list(dict.fromkeys(name for each in failures for name in _UNBUILT.findall(each.message + each.details)))


def _mirror(root: Path, work: ModuleWork) -> Path:
    """Make a folder that is to the project's as alike as can be, and return where the candidate stands in it."""
    place = work.path.relative_to(work.root)
    here, there = work.root, root
    there.mkdir()
    for part in place.parts:
        if here.is_dir():
            for entry in here.iterdir():
                if entry.name != part:
                    (there / entry.name).symlink_to(entry)
        here, there = here / part, there / part
        if part != place.name:
            there.mkdir()
    if work.packages_below is not None:
        ensure_packages(there.parent, within=root, below=root / work.packages_below.relative_to(work.root))
    return there


def _record(
    file: Path, root: Path, scratch: Path, work: ModuleWork, project: Project, halt: Halt | None
) -> tuple[RunRecord, str]:
    """Return what pytest made of a file, and what it printed."""
    sandbox = sandbox_for(project.config.sandbox, work.module)
    limits = replace(sandbox, seconds=min(_SECONDS, sandbox.seconds))
    key = secrets.token_bytes(32)
    plugins = ["-p", "jaunt.pytest_plugin.generated", "-p", "no:cacheprovider"]
    args = [*plugins, f"--rootdir={root}", *project.config.test.pytest_args, "--setup-plan", str(file)]
    with tempfile.TemporaryFile() as report:
        program = Program(
            [sys.executable, *OWN_BYTECODE, "-P", str(RECORDER)],
            cwd=root,
            pythonpath=[_mirrored(base, work.root, root) for base in work.bases],
            readable=[work.root],
            stdin=json.dumps({"key": key.hex(), "report": report.fileno(), "args": args}).encode(),
            env={
                "JAUNT_GENERATED_DIR": project.generated_dir,
                "COVERAGE_FILE": str(scratch / "coverage"),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
            },
            pass_fds=[report.fileno()],
        )
        completed = Sandbox(limits).run(program, scratch=scratch, halt=halt)
        report.seek(0)
        return read_record(report.read(), key), completed.stdout + completed.stderr + completed.message


def _mirrored(path: Path, root: Path, mirror: Path) -> Path:
    return mirror / path.relative_to(root) if path.is_relative_to(root) else path


def _test_of(failure: Failure) -> str:
    """Return the name of the test that failed, whichever of its variants; "" for the module as a whole."""
    return re.split(r"::|\[", failure.node_id.partition("::")[2])[0]


def _named(failure: Failure, mirror: Path) -> str:
    """Return what a failure says, with the name of the test, and without the folder that it was tried in."""
    message = failure.message.removesuffix(" (in setup)").removesuffix(" (in collection)")
    return f"{_test_of(failure) or 'the module'}: {message}".replace(f"{mirror}/", "")


def _last_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith(("E ", "ERROR"))]
    return next(iter(errors or lines[-1:]), "it ended before it was done")
