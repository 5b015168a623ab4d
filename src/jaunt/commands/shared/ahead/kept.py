"""What would end a build before a model is asked, and neither sources nor settings alone tell.

Stubs that a metaclass or a decorator of another module, or a base, would keep are told by an import.
"""

import ast
from collections.abc import Collection, Iterator
from contextlib import suppress

from jaunt.commands.shared.ahead.quiet import Quiet
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.plan import Plan
from jaunt.project.importer import import_from_bases
from jaunt.spec_ref import code_name
from jaunt.specs.refused.inner_decorators import KNOWN, hands_on
from jaunt.syntax.source import Function, ModuleSource, own_decorators, read_source


def with_refused(plan: Plan, modules: Collection[str], quiet: Quiet) -> Plan:
    """Return a plan with the problems of those of its modules in which jaunt's decorators refuse a spec on import.

    Imported, in a child process, are those alone whose specs have bases or decorators of other packages or modules, or
    bases with an `__init_subclass__`; `quiet` is told of the others.
    """
    project = plan.project
    bases = {m: project.modules[m].base for m in modules if project.scan and _asks_for_import(plan, m)}
    quiet.note(m for m in modules if m not in bases)
    if not bases:
        return plan
    imported = import_from_bases(bases, path_of=project.bases_from, cwd=project.root)
    refused = {
        module: JauntDiscoveryError(each.error, hint=each.hint)
        for module, each in imported.items()
        if each.error and each.hint and project.modules[module].path in each.error
    }
    return plan.with_problems(refused)


def _asks_for_import(plan: Plan, module: str) -> bool:
    project = plan.project
    if project.kind_of(module) != "build":
        return False
    with suppress(JauntDiscoveryError):  # that is told of elsewhere
        source = read_source(module, project.modules[module].path, project.handed)
        names = [code_name(entry.qualname) for entry in project.modules[module].entries]
        nodes = (source.definitions[name] for name in names if name in source.definitions)
        return any(not hands_on(source, each) for node in nodes for each in own_decorators(source, node)) or any(
            _has_hook(source, each) or not _is_known(source, each)
            for name in names
            for each in _makers(source, name, set())
        )
    return False


def _makers(source: ModuleSource, name: str, seen: set[str]) -> Iterator[ast.expr]:
    """Yield what makes a spec that is a class: bases and metaclasses, those of its bases in the module too."""
    node = source.definitions.get(name)
    if node is None or name in seen:
        return
    seen.add(name)
    if isinstance(node, ast.ClassDef):
        yield from (each.value for each in node.keywords if each.arg == "metaclass")
        for base in node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            yield plain
            if isinstance(plain, ast.Name):
                yield from _makers(source, plain.id, seen)


def _has_hook(source: ModuleSource, maker: ast.expr) -> bool:
    """Whether it is a class of the module that is told of its subclasses."""
    found = source.definitions.get(maker.id) if isinstance(maker, ast.Name) else None
    members = found.body if isinstance(found, ast.ClassDef) else []
    return any(isinstance(each, Function) and each.name == "__init_subclass__" for each in members)


def _is_known(source: ModuleSource, maker: ast.expr) -> bool:
    """Whether it is told by its name, or by what the module itself says of it, that it keeps no stub."""
    path = source.dotted(maker)
    if path is None:
        return isinstance(maker, ast.Name)  # a builtin, or defined in the module
    top = path.partition(".")[0]
    return top in KNOWN or path.rpartition(".")[0] == source.module
