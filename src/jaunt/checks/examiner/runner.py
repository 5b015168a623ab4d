"""The examiner, started in a sandbox: for one candidate, or to stay."""

import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from jaunt.checks.examiner.protocol import KEY, LONGEST, Order, frame
from jaunt.checks.examiner.questions import NO_ANSWER, Examination, read_report
from jaunt.paths import PACKAGE
from jaunt.process.frozen import frozen
from jaunt.process.python import python_command
from jaunt.project.project import Project
from jaunt.sandbox.program import Completed, Halt, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox
from jaunt.text.flaw import Flaw
from jaunt.text.lines import last_line

NOTHING: Mapping[str, str] = MappingProxyType({})
_EXAMINER = Path(PACKAGE, "checks", "examiner", "child.py")


@frozen
class ExaminerRunner:
    """Where candidates are examined. `root` is the project's folder, `bases` are those that module names start from."""

    sandbox: Sandbox
    root: Path
    bases: tuple[str, ...]
    generated_dir: str

    def run(
        self, *arguments: str, stdin: bytes = b"", pass_fds: Sequence[int] = (), halt: Halt | None = None
    ) -> Completed:
        """Run the examiner in the sandbox. Raises JauntConfigError if that can't be used."""
        return self.run_program(_EXAMINER, *arguments, stdin=stdin, pass_fds=pass_fds, halt=halt)

    def run_program(
        self,
        path: Path,
        *arguments: str,
        stdin: bytes = b"",
        pass_fds: Sequence[int] = (),
        env: Mapping[str, str] = NOTHING,
        halt: Halt | None = None,
    ) -> Completed:
        """Run a program of jaunt's in the sandbox, as `run`, with `env` added to its environment."""
        command = [sys.executable, *OWN_BYTECODE, "-P", str(path), *arguments]
        program = self._program(command, stdin, pass_fds)
        return self.sandbox.run(replace(program, env={**program.env, **env}), halt=halt)

    def importer(self, request: str, results: int) -> Program:
        """Return the program that imports spec modules for a request, and writes to the descriptor `results`."""
        command = python_command("jaunt.project.import_child", str(results), options=(*OWN_BYTECODE, "-P"))
        return self._program(command, f"{request}\n".encode(), [results])

    def _program(self, command: Sequence[str], stdin: bytes, pass_fds: Sequence[int]) -> Program:
        inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        return Program(
            command,
            cwd=self.root,
            pythonpath=[*self.bases, *inherited, Path(PACKAGE).parent],
            stdin=stdin,
            pass_fds=pass_fds,
            env={"JAUNT_GENERATED_DIR": self.generated_dir, "PYTHONIOENCODING": "utf-8"},
        )


EXAMPLE_SECONDS = 30
"""How long a module's candidate may take."""


def project_runner(project: Project) -> ExaminerRunner:
    """Return where the candidates of a project are examined."""
    limits = replace(project.config.sandbox, seconds=min(EXAMPLE_SECONDS, project.config.sandbox.seconds))
    bases = tuple(map(str, project.bases()))
    return ExaminerRunner(Sandbox(limits), project.root, bases, project.generated_dir)


class Findings(NamedTuple):
    """What fails of a candidate, and the modules whose code it needed and that have none yet."""

    errors: list[Flaw]
    unbuilt: list[str]


def examine_alone(asked: Examination, runner: ExaminerRunner, halt: Halt | None = None) -> Findings:
    """Examine a candidate in a sandbox of its own; return what fails.

    `halt` ends the run. Raises JauntConfigError if the sandbox can't be used.
    """
    key = new_key()
    completed = runner.run(stdin=packed([asked.order], key), halt=halt)
    return findings_of(asked, key, completed.stdout, completed.stderr, completed.message)


def findings_of(asked: Examination, key: str, printed: str, told: str, message: str) -> Findings:
    """Return what fails of a candidate, by what its examiner `printed`, `told` on standard error, and how it ended."""
    errors, unbuilt, missing = read_report(asked, key, printed)
    if missing is not None:
        said = last_line(told)
        message = message or "ended the process with exit code 0"
        what = f"{missing.message} {message}{f': {said[:LONGEST]}' if said else ''}"
        errors.append(Flaw(what, symbol=missing.symbol, kind=NO_ANSWER))
    return Findings(errors, unbuilt)


def new_key() -> str:
    """Return a key that nobody can guess."""
    return secrets.token_hex(KEY // 2)


def packed(orders: Sequence[Order], key: str) -> bytes:
    """Return the orders about a candidate and a key as the examiner reads them."""
    return frame(json.dumps([*orders]).encode()) + key.encode()
