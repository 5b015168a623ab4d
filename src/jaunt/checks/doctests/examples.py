"""The examples in specs' docstrings, run against a candidate before it lands, in the sandbox.

The spec's own docstrings count, as the contract has them; `child.py` is what runs there.
"""

import ast
import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jaunt.checks.doctests.child import LONGEST, Docstring, Order, frame
from jaunt.paths import PACKAGE
from jaunt.plan.module_work import ModuleWork
from jaunt.sandbox.program import Completed, Halt, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox
from jaunt.syntax.source import ModuleSource
from jaunt.text.lines import last_line

_EXAMINER = Path(PACKAGE, "checks", "doctests", "child.py")


def find_examples(spec: ModuleSource, names: Iterable[str]) -> list[Docstring]:
    """Return the docstrings of specs, and of their members, that have examples.

    Raises ValueError, which names symbol and line, for one that doctest can't read.
    """
    found: list[Docstring] = []
    for name in names:
        for label, node in _documented(spec.definitions[name], name):
            text = ast.get_docstring(node, clean=False)
            if not text or ">>>" not in text:
                continue
            import doctest  # it takes 40 ms, and most modules have no examples

            line = node.body[0].lineno
            try:
                if doctest.DocTestParser().get_examples(text):
                    found.append({"name": label, "text": text, "line": line})
            except ValueError as error:
                raise ValueError(f"{spec.path}:{line}: {label}: the examples can't be read: {error}") from error
    return found


@dataclass(frozen=True)
class ExampleRunner:
    """Where candidates are examined. `root` is the project's folder, `bases` are those that module names start from."""

    sandbox: Sandbox
    root: Path
    bases: tuple[str, ...]
    generated_dir: str

    def run(
        self, *arguments: str, stdin: bytes = b"", pass_fds: Sequence[int] = (), halt: Halt | None = None
    ) -> Completed:
        """Run the examiner in the sandbox. Raises JauntConfigError if that can't be used."""
        inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        program = Program(
            [sys.executable, *OWN_BYTECODE, "-P", str(_EXAMINER), *arguments],
            cwd=self.root,
            pythonpath=[*self.bases, *inherited, Path(PACKAGE).parent],
            stdin=stdin,
            pass_fds=pass_fds,
            env={"JAUNT_GENERATED_DIR": self.generated_dir, "PYTHONIOENCODING": "utf-8"},
        )
        return self.sandbox.run(program, halt=halt)


class Findings(NamedTuple):
    """What fails of a candidate, and the modules whose code it needed and that have none yet."""

    errors: list[str]
    unbuilt: list[str]


def run_examples(order: Order, runner: ExampleRunner, halt: Halt | None = None) -> Findings:
    """Import a candidate in a sandbox of its own and run the examples against it; return what fails.

    `halt` ends the run. Raises JauntConfigError if the sandbox can't be used.
    """
    order = with_key(order)
    completed = runner.run(stdin=packed(order), halt=halt)
    errors, missing = read_reports(order, completed.stdout)
    if missing is not None:
        doing = f"running the examples of {missing}" if missing else f"importing {order['spec_module']}"
        message = completed.message or "ended the process with exit code 0"
        errors.append(f"{missing or order['spec_module']}: {doing} {message}{_last_words(completed.stderr)}")
    return Findings(errors, _unbuilt(completed.stdout, order["key"]))


def encode_order(work: ModuleWork, docstrings: Sequence[Docstring], source: str) -> Order:
    """Return what the examiner is told of a module and a candidate."""
    return {
        "spec_module": work.module,
        "generated_module": work.generated_module,
        "source": source,
        "filename": str(work.path),
        "names": [*work.names],
        "docstrings": [*docstrings],
        "single_file": work.is_single_file,
        "bases": [str(base) for base in work.bases],
        "key": "",
    }


def with_key(order: Order) -> Order:
    """Return an order with a new key, without which no report counts."""
    return {**order, "key": secrets.token_hex(16)}


def packed(order: Order) -> bytes:
    """Return an order as the examiner reads it."""
    return frame(json.dumps(order).encode())


def read_reports(order: Order, output: str) -> tuple[list[str], str | None]:
    """Return the errors in what the examiner printed, and which docstring's report is missing.

    That is "" if the one of the import is, None if there is none to wait for.
    """
    reports = _reports(output, order["key"])
    names = ["", *(docstring["name"] for docstring in order["docstrings"])]
    errors = [error for name in names for error in reports.get(name, ())]
    missing = None if reports.get("") else next((name for name in names if name not in reports), None)
    return errors, missing


def _documented(
    node: ast.AST, label: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield label, node
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from _documented(member, f"{label}.{getattr(member, 'name', '')}")


def _reports(output: str, key: str) -> dict[str, list[str]]:
    """Return the errors by docstring, "" for the import; lines without the key don't count."""
    return {record.name: record.errors for record in _records(output, key)}


def _unbuilt(output: str, key: str) -> list[str]:
    """Return the modules that had no code when it was needed, each once."""
    return list(dict.fromkeys(module for record in _records(output, key) for module in record.unbuilt))


class _Record(NamedTuple):
    name: str
    errors: list[str]
    unbuilt: list[str]


def _records(output: str, key: str) -> Iterator[_Record]:
    """Yield what the lines with the key report."""
    for line in output.splitlines():
        try:
            found = json.loads(line)
            if found["key"] == key:
                yield _Record(found["name"], [*map(str, found["errors"])], [*map(str, found["unbuilt"])])
        except (ValueError, KeyError, TypeError):
            continue


def _last_words(stderr: str) -> str:
    said = last_line(stderr)
    return f": {said[:LONGEST]}" if said else ""
