"""The examples in specs' docstrings, run against a candidate before it lands, in the sandbox.

The spec's own docstrings count, as the contract has them; `examiner.py` is what runs there. Starting a sandbox takes
ten times as long as the examples of most modules, so several candidates may share one.
"""

import ast
import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from jaunt.examiner import LONGEST, Docstring, Orders
from jaunt.sandbox import OWN_BYTECODE, Completed, Halt, Sandbox
from jaunt.source import ModuleSource

LARGEST_BATCH = 64 if hasattr(os, "pidfd_open") else 1
"""How many candidates may share a sandbox."""

_EXAMINER = Path(__file__).with_name("examiner.py").resolve()


def find_examples(spec: ModuleSource, names: Iterable[str]) -> list[Docstring]:
    """Return the docstrings of specs, and of their members, that have examples.

    Raises ValueError, which names symbol and line, for one that doctest can't read.
    """
    found = []
    for name in names:
        for label, node in _documented(spec.definitions[name], name):
            text = ast.get_docstring(node, clean=False)
            if not text or ">>>" not in text:
                continue
            import doctest  # it takes 40 ms, and most modules have no examples

            line = node.body[0].lineno
            try:
                if doctest.DocTestParser().get_examples(text):
                    found.append(Docstring(label, text, line))
            except ValueError as error:
                raise ValueError(f"{spec.path}:{line}: {label}: the examples can't be read: {error}") from error
    return found


def run_examples(
    many: Sequence[Orders], sandbox: Sandbox, *, root: Path, generated_dir: str, halt: Halt | None = None
) -> list[list[str]]:
    """Import candidates in the sandbox and run the examples against each; return what fails, candidate by candidate.

    `root` is the project's folder; `halt` ends the run. In company, a candidate may fail for want of time, or by what
    another does. Raises JauntConfigError if the sandbox can't be used.
    """
    many = [replace(orders, key=secrets.token_hex(16)) for orders in many]
    inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    completed = sandbox.run(
        [sys.executable, *OWN_BYTECODE, "-P", str(_EXAMINER), str(len(many))],
        cwd=root,
        pythonpath=[*many[0].bases, *inherited, _EXAMINER.parents[1]],
        readable=list(dict.fromkeys(Path(orders.filename).parent for orders in many)),
        stdin=b"".join(map(_packed, many)),
        env={"JAUNT_GENERATED_DIR": generated_dir, "PYTHONIOENCODING": "utf-8"},
        halt=halt,
    )
    return [_errors(orders, completed) for orders in many]


def _errors(orders: Orders, completed: Completed) -> list[str]:
    reports = _reports(completed.stdout, orders.key)
    errors = [error for name in ("", *(d.name for d in orders.docstrings)) for error in reports.get(name, ())]
    missing = [name for name in ("", *(d.name for d in orders.docstrings)) if name not in reports]
    if missing and not reports.get(""):
        doing = f"running the examples of {missing[0]}" if missing[0] else f"importing {orders.spec_module}"
        message = completed.message or "ended the process with exit code 0"
        errors.append(f"{missing[0] or orders.spec_module}: {doing} {message}{_last_words(completed.stderr)}")
    return errors


def _packed(orders: Orders) -> bytes:
    """Return orders as the child process reads them: their length in eight digits, then JSON."""
    content = json.dumps(asdict(orders)).encode()
    return b"%08d%b" % (len(content), content)


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
    reports: dict[str, list[str]] = {}
    for line in output.splitlines():
        try:
            record = json.loads(line)
            if record["key"] == key:
                reports[record["name"]] = [str(error) for error in record["errors"]]
        except (ValueError, KeyError, TypeError):
            continue
    return reports


def _last_words(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    return f": {lines[-1][:LONGEST]}" if lines else ""
