"""What a candidate imports: nothing made up, nothing undeclared, and not the stubs that it implements.

An import has to lead to the standard library, to a file of the project, to a dependency that the project
declares, or to a module that `[verify] allow_imports` names. A name that a model made up is thus never
imported, and never installed.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jaunt.checks.static.purity import evaluated
from jaunt.plan.module_work import ModuleWork
from jaunt.syntax.branches import catches_import_error
from jaunt.syntax.source import (
    Definition,
    Function,
    ModuleSource,
    assignment_targets,
    dotted_path,
    first_line,
    parse_or_none,
)
from jaunt.text.flaw import Flaw

_OF_OTHER_PYTHONS = frozenset(
    {
        *("annotationlib", "compression"),  # of 3.14
        *("asynchat", "asyncore", "distutils", "imp", "smtpd"),  # until 3.11
        *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis"),
        *("nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),  # until 3.12
    }
)
"""Modules of the standard library of some Pythons, which code may import where it has looked at the version."""
_OF_TYPE_CHECKERS = frozenset({"_typeshed", "typing_extensions"})
"""Modules that each type checker has by itself."""
_STANDARD = sys.stdlib_module_names | _OF_OTHER_PYTHONS
_OPENS_A_BROWSER = {"antigravity", "this"}
_IMPORTS_BY_CALL = re.compile("import_module|__import__")
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def import_errors(candidate: ModuleSource, work: ModuleWork, allowed: frozenset[str]) -> list[Flaw]:
    """Return what is wrong with a candidate's imports, in functions too.

    `allowed` are top-level modules that may be imported besides the standard library and the project.
    """
    return [Flaw(error, line=line) for line, error in sorted(set(_Imports(candidate, work, allowed)))]


class _Imports:
    """What a candidate imports, gone through: yields a line and what is wrong there, for each fault."""

    def __init__(self, candidate: ModuleSource, work: ModuleWork, allowed: frozenset[str]) -> None:
        self._candidate = candidate
        self._work = work
        self._allowed = allowed
        self._generated_dir = work.generated_module.split(".")[1]
        self._stubs = stub_paths(work.spec, work.names, work.bases)
        self._late = late_names(work.spec, work.names)
        self._unrun = _OF_TYPE_CHECKERS | (_heads(_type_checking(work.spec)) - {"jaunt"})
        """What a candidate may import for type checkers alone: it never runs, so there need be no such dependency."""

    def __iter__(self) -> Iterator[tuple[int, str]]:
        candidate = self._candidate
        for_type_checkers = {id(statement) for statement in _type_checking(candidate)}
        at_top = {id(statement) for statement in candidate.statements} - for_type_checkers
        nodes = all_statements(candidate.tree)
        for node in nodes:
            if id(node) in for_type_checkers and (heads := _heads([node])) and heads <= self._unrun:
                continue
            if isinstance(node, ast.Import):
                yield from ((node.lineno, e) for alias in node.names for e in self._module_errors(alias.name))
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, e) for e in self._from_errors(node, at_top=id(node) in at_top))
            elif isinstance(node, ast.Try) and _is_optional_import(node) and self._may_fail(node):
                yield node.lineno, "catches a failed import, expected one import that works"
        yield from self._expression_errors(all_bindings(candidate, nodes))

    def _from_errors(self, node: ast.ImportFrom, *, at_top: bool) -> Iterator[str]:
        module = self._candidate.absolute(node)
        names = [alias.name for alias in node.names]
        if "*" in names:
            yield f"imports everything from {module}, expected the names that it uses"
        for name in names:
            if f"{module}.{name}" in self._stubs:
                yield self._calls_stub(name)
            elif at_top and module == self._work.imported_as and name in self._late.names:
                yield (
                    f"imports {name} from {module} at module level, expected inside the function that uses it: "
                    f"{module} binds it below {self._late.below}"
                )
        if self._generated_dir in names:
            module = f"{module}.{self._generated_dir}"
        yield from self._module_errors(module, relative=ast.unparse(node) if node.level else "")

    def _may_fail(self, node: ast.Try) -> bool:
        """Whether an import whose failure is caught is one that the project doesn't ask for."""
        for statement in node.body:
            if isinstance(statement, ast.Import):
                modules = [alias.name for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom):
                modules = [self._candidate.absolute(statement)]
            else:
                modules = []
            if any(list(self._module_errors(module)) for module in modules):
                return True
        return False

    def _module_errors(self, module: str, *, relative: str = "") -> Iterator[str]:
        """Yield why a module may not be imported."""
        head = module.partition(".")[0]
        if self._generated_dir in module.split("."):
            if relative:
                yield f"`{relative}` means {module} here, expected an import by the module's whole name"
            else:
                yield f"imports {module}, which is generated, expected an import from its spec module"
        elif head in _OPENS_A_BROWSER:
            yield f"imports {module}, which has effects on import"
        elif head == "__main__" or (head not in self._allowed and head not in _STANDARD):
            found = _in_project(module, self._work.bases)
            if found is False:
                yield f"imports {module}, but the project has no such module"
            elif found is None:
                yield self._undeclared(module)

    def _undeclared(self, module: str) -> str:
        if module.partition(".")[0] == "jaunt":
            return f"imports {module}, expected plain code that knows nothing of jaunt"
        tests = " or pytest" if self._work.kind == "test" else ""
        return f"imports {module}, expected the standard library{tests}, the project or a declared dependency"

    def _calls_stub(self, name: str) -> str:
        own = name.rpartition(".")[2]
        return f"uses {name} from {self._work.imported_as}, the stub that this module implements; use its own {own}"

    def _expression_errors(self, bindings: Mapping[str, str]) -> Iterator[tuple[int, str]]:
        """Yield an error for each import by a call, and each use of a stub by way of its module."""
        names, text = {path.rpartition(".")[2] for path in self._stubs}, self._candidate.text
        if not any(f".{name}" in text for name in names) and not _IMPORTS_BY_CALL.search(text):
            return  # as nearly always, and looking at every node would take as long as all else
        for node in ast.walk(self._candidate.tree):
            if isinstance(node, ast.Call) and (module := _imported_by_call(node, bindings)):
                yield from ((node.lineno, error) for error in self._module_errors(module))
            elif isinstance(node, ast.Attribute) and node.attr in names and dotted_path(node, bindings) in self._stubs:
                yield node.lineno, self._calls_stub(ast.unparse(node))


def all_statements(tree: ast.Module) -> list[ast.AST]:
    """Return the statements of a tree, those in functions too; far quicker than `ast.walk`."""
    found: list[ast.AST] = [tree]
    for node in found:
        for block in _BLOCKS:
            found += getattr(node, block, ())
    return found


def all_bindings(candidate: ModuleSource, statements: Iterable[ast.AST]) -> dict[str, str]:
    """Return what names stand for in a candidate: at module level, and by the imports in its functions."""
    bindings: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bindings.update(candidate.imports(node))
    return bindings | candidate.bindings


def stub_paths(spec: ModuleSource, names: Collection[str], bases: Iterable[Path]) -> frozenset[str]:
    """Return the paths that mean the specs `names` of a module: also in packages that re-export them."""
    paths = {f"{spec.module}.{name}" for name in names}
    package = spec.module.rpartition(".")[0]
    while package:
        files = (base.joinpath(*package.split("."), "__init__.py") for base in bases)
        text = next((text for file in files if (text := _text_of(file)) is not None), "")
        if any(name in text for name in names):
            tree = parse_or_none(text) or ast.Module([], [])  # what can't be parsed is reported where it is imported
            bindings = ModuleSource(package, "__init__.py", text, tree).bindings
            paths |= {f"{package}.{name}" for name, path in bindings.items() if path in paths}
        package = package.rpartition(".")[0]
    return frozenset(paths)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


class Late(NamedTuple):
    """What a spec module binds too late for its generated module to import at the top, and below what it does so."""

    names: frozenset[str]
    below: str


def late_names(spec: ModuleSource, names: Collection[str]) -> Late:
    """Return what a spec module binds only below the line that loads its generated module.

    That is its first class spec, or what calls a function spec while the module is imported: it is half imported then,
    so the generated module can't import those names yet.
    """
    found = _loads_code(spec, names)
    if found is None:
        return Late(frozenset(), "")
    start, below = found
    early = {name for statement in spec.statements if statement.lineno < start for name in _bound(spec, statement)}
    late = {name for statement in spec.statements if statement.lineno >= start for name in _bound(spec, statement)}
    return Late(frozenset(late - early), below)


def _loads_code(spec: ModuleSource, names: Collection[str]) -> tuple[int, str] | None:
    """Return the first line that loads a module's generated code as the module is imported, and what stands there."""
    classes = [d for name in names if isinstance(d := spec.definitions.get(name), ast.ClassDef)]
    found = [(first_line(node), "its first class spec") for node in classes]
    functions = {name for name in names if isinstance(spec.definitions.get(name), Function)}
    for statement in spec.tree.body:
        nodes = evaluated([statement])
        called = (n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
        if name := next((name for name in called if name in functions), None):
            found.append((statement.lineno, f"line {statement.lineno}, which calls the spec {name} on import"))
    return min(found, default=None)


def imported_heads(spec: ModuleSource) -> frozenset[str]:
    """Return the top-level modules that a spec module imports itself."""
    return _heads(spec.statements)


def _heads(statements: Iterable[ast.AST]) -> frozenset[str]:
    names: list[str] = []
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            names.append(statement.module or "")
        elif isinstance(statement, ast.Import):
            names += (alias.name for alias in statement.names)
    return frozenset(name.partition(".")[0] for name in names)


def _in_project(module: str, bases: Iterable[Path]) -> bool | None:
    """Return whether a module is a file of the project; None if not even its top-level package is."""
    known = False
    for base in bases:
        parts = module.split(".")
        if _exists(base.joinpath(*parts)):
            return True
        known = known or (base / parts[0] / "__init__.py").is_file() or (base / f"{parts[0]}.py").is_file()
    return False if known else None


def _exists(path: Path) -> bool:
    """Return whether a module is at `path`: a file, an extension, a package, or a folder of modules."""
    if path.with_name(f"{path.name}.py").is_file() or (path / "__init__.py").is_file():
        return True
    return (
        any(path.parent.glob(f"{path.name}.*.so"))
        or any(path.parent.glob(f"{path.name}.*.pyd"))
        or _holds_modules(path)
    )


def _holds_modules(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.py"))


def _imported_by_call(node: ast.Call, bindings: Mapping[str, str]) -> str:
    """Return the module that `importlib.import_module("name")` or `__import__("name")` imports, else ""."""
    path = dotted_path(node.func, bindings) or getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    literal = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return literal if path in {"importlib.import_module", "__import__"} else ""


def _is_optional_import(node: ast.Try) -> bool:
    imports = any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in node.body)
    return imports and any(catches_import_error(handler) for handler in node.handlers)


def _type_checking(candidate: ModuleSource) -> list[ast.stmt]:
    """Return the imports that only type checkers see."""
    blocks = (s for s in candidate.tree.body if isinstance(s, ast.If) and ast.unparse(s.test).endswith("TYPE_CHECKING"))
    return [statement for block in blocks for statement in block.body]


def _bound(spec: ModuleSource, statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds by hand; a block's statements come on their own."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, Definition):
        if not any(spec.spec_decorator(decorator) for decorator in statement.decorator_list):
            yield statement.name
    else:
        targets = assignment_targets(statement)
        yield from (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
