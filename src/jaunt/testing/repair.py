"""Held-out repair: the failures of generated tests, as far as the model that is to repair the code may see them.

An *example case* is an assertion whose values all stand in the docstring of the test spec: the contract gives them away
itself, so its failure is shown whole. Any other is a *derived case*: of that the model is told an opaque id and the
class of the exception, so that it has to read the contract again and can't fit the code to the answer key.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.generate.usage import Usage
from jaunt.project.project import Project
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.texts import extract_source_segment
from jaunt.syntax.source import parse_or_none
from jaunt.testing.run_record import Failure

DERIVED_MARK = "# derived"


class RepairBackend(GeneratorBackend):
    """The project's backend, told from the first attempt on which tests the code that it replaces has failed."""

    def __init__(self, backend: LazyBackend, failures: Mapping[str, Sequence[str]]) -> None:
        self._backend = backend
        self._failures = failures

    @property
    def usage_by_module(self) -> Mapping[str, Usage]:
        """What the calls for each spec module took."""
        return self._backend.usage_by_module

    @property
    def is_free(self) -> bool:
        """Whether the project's backend is."""
        return self._backend.is_free

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Ask the backend."""
        errors = [*self._failures.get(ctx.spec_module, ()), *(extra_error_context or [])]
        return await self._backend.generate_module(ctx, extra_error_context=errors)

    async def close(self) -> None:
        """Close the backend."""
        await self._backend.close()


def repairs(project: Project, failures: Iterable[Failure]) -> dict[str, list[str]]:
    """Return which modules are to be repaired, and what the model is told for each.

    They are the modules that the failed tests' specs depend on directly; a failure that belongs to no test spec, or
    whose spec depends on nothing, repairs nothing.
    """
    specs = _test_specs(project)
    told: dict[str, list[str]] = {}
    for failure in failures:
        file, _, test = failure.node_id.partition("::")
        entry = specs.get(((project.root / file).resolve(), re.split(r"[\[:]", test)[0]))
        if entry is None:
            continue
        text = describe(failure, entry, project.generated_path(entry.module))
        for module in sorted({module_of(dep) for dep in project.graph[entry.spec_ref]}):
            if project.kind_of(module) == "build":
                told.setdefault(module, []).append(text)
    return told


def describe(failure: Failure, entry: SpecEntry, file: Path) -> str:
    """Return what the model is told of one failure of the test spec `entry`, whose code is in `file`."""
    if is_example(failure, entry, file):
        return f"the test {entry.qualname} fails: {failure.message}\n{failure.details}".rstrip()
    opaque = hashlib.sha256(failure.node_id.encode()).hexdigest()[:8]
    return f"a test that is not shown ({opaque}) fails with {failure.exception or 'an error'}: read the contract again"


def is_example(failure: Failure, entry: SpecEntry, file: Path) -> bool:
    """Whether a failed assertion is an example case; what can't be told is none."""
    lines = re.findall(rf"{re.escape(file.name)}:(\d+)", failure.details)
    try:
        source = file.read_text(encoding="utf-8")
        contract = extract_source_segment(entry)
    except (OSError, UnicodeDecodeError, JauntDiscoveryError):
        return False
    tree = parse_or_none(source)
    statement = _statement_at(tree, int(lines[-1])) if tree and lines else None
    if statement is None:
        return False
    text = "\n".join(source.splitlines()[statement.lineno - 1 : statement.end_lineno])
    values = [node.value for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    shown = [str(value) in contract or repr(value) in contract for value in values]
    return DERIVED_MARK not in text and bool(shown) and all(shown)


def _statement_at(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the innermost simple statement that stands on a line."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert | ast.Expr | ast.Assign | ast.With | ast.Return)
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(found, key=lambda node: node.lineno, default=None)


def _test_specs(project: Project) -> dict[tuple[Path, str], SpecEntry]:
    """Return the test specs by generated file and name."""
    found: dict[tuple[Path, str], SpecEntry] = {}
    for ref, entry in project.specs.items():
        if entry.kind == "test":
            found[project.generated_path(module_of(SpecRef(ref))).resolve(), entry.qualname] = entry
    return found
