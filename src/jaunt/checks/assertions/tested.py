"""What generated tests have to do with what they are for: they import it, and each of them uses it."""

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import partial

from jaunt.checks.names import CandidateNames
from jaunt.plan.module_work import ModuleWork
from jaunt.spec_ref import import_path, module_of
from jaunt.specs.graph import SpecGraph
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets, dotted_path, last_name
from jaunt.text.flaw import Flaw

Tested = Mapping[str, frozenset[str]]
"""The name of a test spec -> the dotted paths of the specs of other modules that it depends on."""

_FIXTURES_OF_PYTEST = {
    *("cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "doctest_namespace", "monkeypatch"),
    *("pytestconfig", "record_property", "recwarn", "request", "subtests", "tmp_path", "tmp_path_factory", "tmpdir"),
    *("self", "cls"),
}
_PATCHING = {"setattr", "delattr", "patch", "object", "setitem", "multiple"}
_EXCEPTIONS = ("Error", "Exception", "Warning")


def tested_by(work: ModuleWork, graph: SpecGraph) -> dict[str, frozenset[str]]:
    """Return what each of a module's test specs depends on in other modules."""
    return {
        entry.qualname: frozenset(
            import_path(ref) for ref in graph.get(entry.spec_ref, ()) if module_of(ref) != work.module
        )
        for entry in work.entries
    }


def dependency_names(candidate: ModuleSource, spec: ModuleSource, tested: Tested) -> dict[str, str]:
    """Return the names, in the candidate or in the spec module, of what is under test: name -> dotted path."""
    paths = frozenset[str]().union(*tested.values())
    bound = {n: path for module in (spec, candidate) for n, path in module.bindings.items() if path in paths}
    return {**{path.rpartition(".")[2]: path for path in sorted(paths)}, **bound}


def dependency_errors(candidate: ModuleSource, spec: ModuleSource, tested: Tested) -> list[Flaw]:
    """Return an error for each name of what is under test that the candidate binds to something else, and for each test
    that doesn't use what its spec depends on.
    """
    names = dependency_names(candidate, spec, tested)
    errors = [*_bound_anew(candidate, names)]
    uses = _Uses(candidate, _first_party(spec, tested))
    for test, paths in tested.items():
        for label, nodes in _tests(candidate, test):
            errors += uses.errors(label, nodes, paths) if paths else ()
    return errors


def _bound_anew(candidate: ModuleSource, names: Mapping[str, str]) -> Iterator[Flaw]:
    for statement in candidate.statements:
        for name, path in _binds(candidate, statement).items():
            if name in names and path != names[name]:
                home = names[name].rpartition(".")[0]
                how = (
                    "imported from elsewhere" if isinstance(statement, ast.ImportFrom | ast.Import) else "defined anew"
                )
                yield Flaw(f"is {how}, expected `from {home} import {name}`", line=statement.lineno, symbol=name)
        for node in ast.walk(statement) if isinstance(statement, Definition) else ():
            if isinstance(node, ast.Global):
                for name in (each for each in node.names if each in names):
                    home = names[name].rpartition(".")[0]
                    yield Flaw(f"is bound anew, expected `from {home} import {name}`", line=node.lineno, symbol=name)


def _binds(candidate: ModuleSource, statement: ast.stmt) -> dict[str, str | None]:
    """Return what a statement of a module binds: name -> dotted path, None for a value of its own."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {**candidate.imports(statement)}
    if isinstance(statement, Definition):
        return {statement.name: None}
    targets = [*assignment_targets(statement), *(i.optional_vars for i in getattr(statement, "items", ()))]
    bound = [n.id for target in targets if target for n in ast.walk(target) if isinstance(n, ast.Name)]
    path = candidate.dotted(statement.value) if isinstance(statement, ast.Assign) else None
    return dict.fromkeys(bound, path)


def _tests(candidate: ModuleSource, name: str) -> Iterator[tuple[str, list[Function]]]:
    """Yield each test of a spec, with all functions of the class that it is a method of."""
    owner, _, method = name.partition("::")
    found = candidate.definitions.get(owner)
    if isinstance(found, Function):
        yield owner, [found]
    elif isinstance(found, ast.ClassDef):
        methods = [member for member in found.body if isinstance(member, Function)]
        helpers = [member for member in methods if not member.name.startswith("test")]
        for member in methods:
            if member.name.startswith("test") and method in {"", member.name}:
                yield f"{owner}.{member.name}", [member, *helpers]


def _first_party(spec: ModuleSource, tested: Tested) -> frozenset[str]:
    """Return the top-level packages of the project, as far as the tests' own imports tell."""
    return frozenset({spec.module, *(path for paths in tested.values() for path in paths)})


class _Uses:
    """What the tests of one candidate use."""

    def __init__(self, candidate: ModuleSource, first_party: Collection[str]) -> None:
        self._candidate = candidate
        self._own = f"{candidate.module}."
        self._heads = {path.partition(".")[0] for path in first_party}
        self._names = CandidateNames(candidate)

    def errors(self, label: str, nodes: list[Function], paths: frozenset[str]) -> Iterator[Flaw]:
        """Yield what is wrong with a test, its helpers in the same class included, for what it is to test."""
        shown = ", ".join(sorted(paths))
        used, replaced = {*self._paths(nodes)}, {*self._replaced(nodes, paths)}
        left, flaw = paths - replaced, partial(Flaw, line=nodes[0].lineno, about=label)
        if replaced and not any(_leads_to(path, left) for path in used):
            yield flaw(f"{label} replaces what it is to test ({shown}): call the real one")
        elif not any(_leads_to(path, paths) or self._may_lead_there(path) for path in used):
            yield flaw(f"{label} uses nothing of what it is to test ({shown}): import it and call it")

    def _may_lead_there(self, path: str) -> bool:
        """Whether a path is a fixture from elsewhere, or another part of the project, which may call what is tested."""
        if path == "":
            return True
        is_theirs = path.partition(".")[0] in self._heads and "." in path and not f"{path}.".startswith(self._own)
        return is_theirs and not path.endswith(_EXCEPTIONS)

    def _paths(self, nodes: list[Function]) -> Iterator[str]:
        """Yield the dotted paths of what functions use, also by way of others; "" for a fixture from elsewhere."""
        seen: set[str] = set()
        pending: list[ast.AST] = [*nodes]
        while pending:
            node = pending.pop()
            names = [*_chains(node, self._bound_in(node))]
            if isinstance(node, Function):
                names += self._fixtures(node)
            for path in names:
                own = path.removeprefix(self._own).partition(".")[0] if path.startswith(self._own) else path
                inner = self._candidate.definitions.get(own) or self._candidate.constants.get(own)
                if inner is None:
                    yield path
                elif own not in seen:
                    seen.add(own)
                    pending.append(inner)

    def _bound_in(self, node: ast.AST) -> Mapping[str, str]:
        """Return what the names in a function stand for; what the function binds itself stands for nothing."""
        bound = {**{name: f"{self._own}{name}" for name in self._candidate.constants}, **self._candidate.bindings}
        for each in ast.walk(node):
            if isinstance(each, ast.arg):
                bound.pop(each.arg, None)
            elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and isinstance(node, Function):
                bound.pop(each.id, None)
            elif isinstance(each, Definition) and each is not node:
                bound.pop(each.name, None)
        for each in ast.walk(node):
            if isinstance(each, ast.Import | ast.ImportFrom):
                bound.update(self._candidate.imports(each))
        return bound

    def _fixtures(self, function: Function) -> Iterator[str]:
        """Yield what a test gets as arguments: functions of the module by name, "" for what comes from elsewhere."""
        strings = [n.value for d in function.decorator_list for n in ast.walk(d) if isinstance(n, ast.Constant)]
        given = {part.strip() for each in strings if isinstance(each, str) for part in each.split(",")}
        args = function.args
        defaults = len(args.defaults)
        wanted = [a.arg for a in [*args.posonlyargs, *args.args][: -defaults or None] + args.kwonlyargs]
        for name in [*wanted, *given]:
            if name in self._candidate.definitions:
                yield f"{self._own}{name}"
            elif name in wanted and name not in given | _FIXTURES_OF_PYTEST and not _is_helper(function):
                yield ""

    def _replaced(self, nodes: list[Function], paths: frozenset[str]) -> Iterator[str]:
        """Yield what is under test and is patched."""
        for function in nodes:
            bound = self._bound_in(function)
            for node in ast.walk(function):
                targets = node.targets if isinstance(node, ast.Assign) else []
                yield from (
                    p for t in targets if isinstance(t, ast.Attribute) and (p := dotted_path(t, bound)) in paths
                )
                if isinstance(node, ast.Call) and last_name(node.func) in _PATCHING:
                    texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                    owners = ["", *(f"{dotted_path(argument, bound)}." for argument in node.args)]
                    yield from (path for path in paths for o in owners for text in texts if f"{o}{text}" == path)


def _is_helper(function: Function) -> bool:
    is_fixture = any(last_name(decorator) == "fixture" for decorator in function.decorator_list)
    return not (is_fixture or function.name.startswith("test"))


def _leads_to(path: str, paths: Collection[str]) -> bool:
    """Whether a dotted path is that of something under test, of a part of it, or of a module that it is in."""
    return any(f"{path}.".startswith(f"{each}.") or f"{each}.".startswith(f"{path}.") for each in paths if path)


def _chains(node: ast.AST, bound: Mapping[str, str]) -> Iterator[str]:
    """Yield the dotted paths of the names in code, each with all of its attributes, and those that stand in texts."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Name | ast.Attribute) and (path := dotted_path(node, bound)):
        yield path
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
        yield from (word for word in node.value.split() if all(part.isidentifier() for part in word.split(".")))
    for child in ast.iter_child_nodes(node):
        yield from _chains(child, bound)
