"""Which side is wrong where a generated test fails: the code, or the test.

The failing test is put to the question, in this order. Does the code violate an example or a property of its own
docstring, or the test another one? Does the docstring of the test's own spec give the case? Does the error come from
the code, and no docstring names it? Then the code is wrong. Else only a case that the model has derived disagrees with
code that keeps to all that is written: then it is the test.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from jaunt.errors import JauntDiscoveryError
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.registry import SpecEntry
from jaunt.spec_ref import module_of
from jaunt.specs.dag import dependencies_of
from jaunt.specs.texts import extract_source_segment
from jaunt.syntax.source import parse_or_none
from jaunt.testing.run_record import Failure

DERIVED_MARK = "# derived"

Side = Literal["code", "test"]

_NOT_BUILT = "JauntNotBuiltError"
_UNFINISHED = "did not finish"
_MISFIT = re.compile(
    r"keyword argument|positional argument|required .*argument|is not defined|cannot import name|has no attribute"
    r"|Field required|Extra inputs"
)
"""How Python, and what builds classes of models, say that a name or an argument is not there."""
_OF_BUILTIN = re.compile(
    r"'(?:NoneType|str|int|float|bool|bytes|list|dict|tuple|set|frozenset|coroutine|generator)' obj"
)
"""A value that has come out of some call, and may be the wrong one."""
_EXAMPLE = re.compile(r"^\s*>>> (?P<call>.+)\n\s*(?!>>>|\.\.\.)(?P<result>\S.*)$", re.MULTILINE)


@frozen
class Blame:
    """What is wrong where a test fails: `modules` of the side, and why, for people.

    A `derived` case tells nothing against the code by itself.
    """

    test: str
    side: Side
    modules: tuple[str, ...]
    why: str
    derived: bool = False


@frozen
class Case:
    """A test that failed: its spec, the file of its code, and the statement that it failed at, if that is known."""

    failure: Failure
    entry: SpecEntry
    file: Path

    @property
    def statement(self) -> ast.stmt | None:
        """The innermost statement of the test that pytest names as the one that failed."""
        lines = re.findall(rf"{re.escape(self.file.name)}:(\d+)", self.failure.details)
        tree = parse_or_none(self._source)
        return _statement_at(tree, int(lines[-1])) if tree and lines else None

    @property
    def text(self) -> str:
        """That statement's text, "" if it is not known."""
        found = self.statement
        return "\n".join(self._source.splitlines()[found.lineno - 1 : found.end_lineno]) if found else ""

    @property
    def is_example(self) -> bool:
        """Whether all values of the statement stand in the docstring of the test's spec; what can't be told is none."""
        found, contract = self.statement, _contract(self.entry)
        if found is None or not contract:
            return False
        values = [node.value for node in ast.walk(found) if isinstance(node, ast.Constant)]
        shown = [str(value) in contract or repr(value) in contract for value in values]
        return DERIVED_MARK not in self.text and bool(shown) and all(shown)

    @property
    def _source(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""


def blamed(project: Project, case: Case, violations: Mapping[str, Sequence[str]]) -> Blame | None:
    """Return which side is wrong where a test failed, None if neither is: the code is not built.

    `violations` are, by module, what its own examples and properties say against the code as it stands.
    """
    failure, entry = case.failure, case.entry
    if failure.exception == _NOT_BUILT:
        return None
    under_test = {module_of(dep) for dep in project.graph[entry.spec_ref]}
    modules = tuple(sorted(m for m in under_test if project.kind_of(m) == "build"))
    test = failure.node_id
    wrong = tuple(module for module in modules if violations.get(module))
    if wrong:
        return Blame(test, "code", wrong, f"{wrong[0]} violates its own docstring: {violations[wrong[0]][0]}")
    found = by_misfit(project, case) or _by_example(project, case) or _by_error(project, case)
    if found is not None:
        return found
    if modules and failure.message.startswith(_UNFINISHED):
        return Blame(test, "code", modules, f"{', '.join(modules)} did not come to an end")
    if modules and case.is_example:
        return Blame(test, "code", modules, f"the docstring of {entry.spec_ref} gives the case that fails")
    kept = f"{', '.join(modules)} keeps to its docstring" if modules else "it depends on no code of a spec"
    return Blame(test, "test", (entry.module,), f"{kept}, and only a derived case disagrees", derived=True)


def by_misfit(project: Project, case: Case) -> Blame | None:
    """Blame a test that names what there is not: the error is raised where it calls, and not in generated code."""
    failure = case.failure
    said = failure.message
    if not _MISFIT.search(said) or _OF_BUILTIN.search(said) or failure.exception in ("", "AssertionError", "Failed"):
        return None
    if any(_lines_in(project, module, failure) for module in _code_under(project, case)):
        return None
    why = f"{failure.exception} is raised where it uses what is not of this form (any more)"
    return Blame(failure.node_id, "test", (case.entry.module,), why)


def _code_under(project: Project, case: Case) -> list[str]:
    """Return the modules of generated code that a test can come to."""
    below = dependencies_of(project.dag, [case.entry.module])
    return [module for module in sorted(below) if project.kind_of(module) == "build"]


def _lines_in(project: Project, module: str, failure: Failure) -> list[str]:
    """Return the lines of a module's generated code that a traceback passes through."""
    place = project.generated_path(module)
    shown = place.relative_to(project.root) if place.is_relative_to(project.root) else place
    return re.findall(rf"^(?:.*/)?{re.escape(shown.as_posix())}:(\d+)", failure.details, re.MULTILINE)


def _by_example(project: Project, case: Case) -> Blame | None:
    """Judge an assertion of what a call gives by the examples of the docstrings that have the same call."""
    asserted = _asserted(case.statement)
    if asserted is None:
        return None
    call, expected = asserted
    for dep in sorted(project.graph[case.entry.spec_ref]):
        spec = project.specs.get(dep)
        for example, result in _examples(_contract(spec)) if spec is not None and spec.kind == "magic" else ():
            if example != call:
                continue
            if result == expected:
                return Blame(
                    case.failure.node_id,
                    "code",
                    (module_of(dep),),
                    f"{dep} gives no {expected} for {call}, its example",
                )
            why = f"it expects {expected} of {call}, for which the docstring of {dep} has {result}"
            return Blame(case.failure.node_id, "test", (case.entry.module,), why)
    return None


def _by_error(project: Project, case: Case) -> Blame | None:
    """Judge an error that comes from generated code by whether a docstring names it."""
    failure = case.failure
    if not failure.exception or failure.exception in ("Failed", "AssertionError"):
        return None
    for module in _code_under(project, case):
        lines = _lines_in(project, module, failure)
        if not lines:
            continue
        used = [project.specs[dep] for dep in project.graph[case.entry.spec_ref] if dep in project.specs]
        specs = [*project.modules[module].entries, *used]
        named = next((e.spec_ref for e in specs if re.search(rf"\b{failure.exception}\b", _contract(e))), None)
        if named is not None:
            why = f"{failure.exception} is what the docstring of {named} names, and only a derived case disagrees"
            return Blame(failure.node_id, "test", (case.entry.module,), why, derived=True)
        why = f"{failure.exception} comes from {module}, line {lines[-1]}, and no docstring names it"
        return Blame(failure.node_id, "code", (module,), why)
    return None


def _asserted(statement: ast.stmt | None) -> tuple[str, str] | None:
    """Return the call, and the value that it has to give, of `assert call == value`, as canonical text."""
    match statement:
        case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right])):
            pair = (left, right) if isinstance(left, ast.Call) else (right, left)
            if isinstance(pair[0], ast.Call) and _is_value(pair[1]):
                return ast.unparse(pair[0]), ast.unparse(pair[1])
    return None


def _is_value(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    return True


def _examples(contract: str) -> Iterator[tuple[str, str]]:
    """Yield the examples of a spec, call and value, as canonical text."""
    for found in _EXAMPLE.finditer(contract):
        trees = [parse_or_none(found[part].strip()) for part in ("call", "result")]
        texts = [ast.unparse(tree) for tree in trees if tree is not None]
        if len(texts) == len(trees):
            yield texts[0], texts[1]


def _contract(entry: SpecEntry) -> str:
    try:
        return extract_source_segment(entry)
    except JauntDiscoveryError:
        return ""


def _statement_at(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the innermost simple statement that stands on a line."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert | ast.Expr | ast.Assign | ast.With | ast.Return)
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(found, key=lambda node: node.lineno, default=None)
