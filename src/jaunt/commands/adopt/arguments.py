"""Arguments to try a function with: those of calls in the project, and some that are drawn by annotations and code.

Each is a text that means the same in the function's own module, where its examples are to stand.
"""

import ast
import builtins
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from jaunt.commands.adopt.compose import code_of
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.project.project import Project
from jaunt.syntax.source import Function, ModuleSource, last_name, parse_annotation, parse_source

_MOST_CALLS = 16
_MOST_DRAWN = 60
_MOST_VALUES = 12
_FEW = 3
_MOST_PACKAGES = 5
_LONGEST = 60  # arguments, as text
_PLAIN: Mapping[str, Sequence[str]] = {
    "str": ("''", "'a'", "'Hello, World!'", "'a b  c'", "'-1.5'", "'12'"),
    "int": ("0", "1", "10", "-1", "100"),
    "float": ("0.0", "1.5", "-2.25"),
    "bool": ("True", "False"),
    "bytes": ("b''", "b'ab'"),
    "complex": ("1j",),
    "None": ("None",),
    "list": ("[]", "[1, 2]"),
    "dict": ("{}", "{'a': 1}"),
    "set": ("set()", "{1}"),
    "tuple": ("()", "(1, 2)"),
    "Iterable": ("[]", "[1, 2]"),
    "Sequence": ("[]", "[1, 2]"),
    "Any": ("0", "'a'", "None"),
    "object": ("0", "'a'", "None"),
}
_CALLED: Mapping[str, Sequence[str]] = {
    "decimal.Decimal": ("0", "'1.005'", "'-12.50'", "1000"),
    "fractions.Fraction": ("0", "1, 3", "-7, 2"),
    "datetime.date": ("2024, 2, 29", "2025, 1, 1", "2025, 12, 31"),
    "datetime.datetime": ("2024, 2, 29, 12, 30", "2025, 1, 1"),
    "datetime.timedelta": ("0", "days=1", "minutes=90"),
    "pathlib.PurePosixPath": ("'a/b.txt'", "'/'"),
}
"""Dotted name of a class -> arguments that make one."""
_SERIES = {"list", "List", "Sequence", "Iterable", "Collection", "Iterator", "MutableSequence"}
_SETS = {"set", "Set", "AbstractSet", "frozenset", "FrozenSet"}
_TABLES = {"dict", "Dict", "Mapping", "MutableMapping"}
_BUILTIN_CALLS = {"float", "int", "complex", "set", "frozenset", "range", "bytes", "tuple", "list", "dict"}
_FIT = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.keyword, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.expr_context),
)


def arguments_for(project: Project, source: ModuleSource, name: str, node: Function) -> list[str]:
    """Return the texts of arguments to try a function with: those of calls first, of tests before others.

    `node` has the parameters that are to be given.
    """
    called = list(dict.fromkeys(_called_with(project, source, name)))[:_MOST_CALLS]
    return list(dict.fromkeys([*called, *_drawn(source, node)]))


def drawn_for(source: ModuleSource, node: Function) -> list[str]:
    """Return the texts of arguments for the parameters of `node`, drawn by their annotations alone."""
    return list(dict.fromkeys(_drawn(source, node)))


def constructed(project: Project, source: ModuleSource, name: str, owner: ast.ClassDef) -> list[str]:
    """Return the texts of arguments to make an instance of a class with: those of calls first, then drawn ones."""
    called = list(dict.fromkeys(_called_with(project, source, name)))[:_MOST_CALLS]
    return list(dict.fromkeys([*called, *_drawn(source, _maker(source, owner))]))


def members_of_enum(owner: ast.ClassDef) -> list[str]:
    """Return the names of the members of an enum, none of another class."""
    if not any((last_name(base) or "").endswith(("Enum", "Flag")) for base in owner.bases):
        return []
    names = (t.id for s in owner.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name))
    return [each for each in names if not each.startswith("_")]


def _maker(source: ModuleSource, owner: ast.ClassDef) -> Function:
    """Return a function that takes what makes an instance of a class: its `__init__`, else its annotated fields."""
    for each in owner.body:
        if isinstance(each, ast.FunctionDef) and each.name in ("__init__", "__new__"):
            return without_first(each)
    bases = [source.definitions.get(last_name(base) or "") for base in owner.bases]
    inherited = [_maker(source, b) for b in bases if isinstance(b, ast.ClassDef) and b.lineno < owner.lineno]
    if not owner.decorator_list and not any(_has_fields(base) for base in owner.bases):
        return inherited[0] if inherited else _function([], [])
    fields = [s for s in owner.body if isinstance(s, ast.AnnAssign) and last_name(s.annotation) != "ClassVar"]
    needed = [each for each in fields if each.value is None or not _has_default(each.value)]
    given = [ast.arg(each.target.id, each.annotation) for each in needed if isinstance(each.target, ast.Name)]
    above = [each for maker in inherited[:1] for each in maker.args.args]
    return _function([*above, *given], [])


def _has_fields(base: ast.expr) -> bool:
    return last_name(base) in ("NamedTuple", "BaseModel", "Struct")


def _has_default(value: ast.expr) -> bool:
    """Whether a field's value is a default, and not a call that says other things of it."""
    if not isinstance(value, ast.Call) or last_name(value.func) not in ("field", "Field", "ib"):
        return True
    return bool(value.args) or any((k.arg or "").endswith(("default", "factory")) for k in value.keywords)


def _function(parameters: list[ast.arg], defaults: list[ast.expr]) -> ast.FunctionDef:
    arguments = ast.arguments([], parameters, None, [], [], None, defaults)
    return ast.FunctionDef("f", arguments, [ast.Pass()], [], lineno=1, col_offset=0)


def without_first(node: Function) -> Function:
    """Return a method without the parameter that Python binds."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args][1:]
    alone = _function(positional, arguments.defaults[-len(positional) :] if positional else [])
    alone.args.kwonlyargs, alone.args.kw_defaults = arguments.kwonlyargs, arguments.kw_defaults
    alone.body = node.body
    return alone


def _called_with(project: Project, source: ModuleSource, name: str) -> Iterator[str]:
    wanted, names = name.rpartition(".")[2], _Names(project, source)
    files = find_files(project.roots, generated_dir=project.generated_dir)
    for file in sorted(files, key=lambda each: each.kind != "test"):
        data = read_plain(file.path)
        if wanted.encode() not in data:
            continue
        try:
            other = parse_source(file.name, str(file.path), data)
        except JauntDiscoveryError:
            continue
        for node in ast.walk(other.tree):
            if isinstance(node, ast.Call) and names.mean(node.func, other, name):
                text = ast.unparse(node)[len(ast.unparse(node.func)) + 1 : -1]
                parts = [*node.args, *node.keywords]
                if all(names.are_known(part, other) for part in parts) and _is_short(text):
                    yield text


class _Names:
    """What names in other modules of a project mean in a module, by whichever package hands them on."""

    def __init__(self, project: Project, source: ModuleSource) -> None:
        self._source, self._bases = source, project.bases()
        self._packages: dict[str, Mapping[str, str]] = {}

    def mean(self, function: ast.expr, other: ModuleSource, name: str) -> bool:
        """Whether an expression in a module `other` means the function or class of a name."""
        if other.module == self._source.module:
            return ast.unparse(function) == name
        head, _, rest = name.partition(".")
        path, behind = other.dotted(function) or "", f".{rest}" if rest else ""
        return path.endswith(behind) and self._own(path.removesuffix(behind)) == f"{self._source.module}.{head}"

    def are_known(self, node: ast.AST, other: ModuleSource) -> bool:
        """Whether an argument in a module `other` is of constants, and of names that mean the same in the module."""
        if isinstance(node, ast.keyword) and node.arg is None:
            return False
        return all(
            isinstance(each, _FIT) and (not isinstance(each, ast.Name) or self._is_known(each.id, other))
            for each in ast.walk(node)
        )

    def _is_known(self, name: str, other: ModuleSource) -> bool:
        own, there = self._path(name, self._source), self._path(name, other)
        return name in _BUILTIN_CALLS if own is None and there is None else own == there

    def _path(self, name: str, module: ModuleSource) -> str | None:
        path = module.bindings.get(name) or (f"{module.module}.{name}" if name in _bound(module) else None)
        return path and self._own(path)

    def _own(self, path: str) -> str:
        """Return where the name of a path is bound first; packages are looked through."""
        for _ in range(_MOST_PACKAGES):
            package, _, name = path.rpartition(".")
            if package not in self._packages:
                self._packages[package] = self._bindings_of(package)
            if name not in self._packages[package]:
                break
            path = self._packages[package][name]
        return path

    def _bindings_of(self, package: str) -> Mapping[str, str]:
        files = (base.joinpath(*package.split("."), "__init__.py") for base in self._bases)
        file = next((each for each in files if package and each.is_file()), None)
        if file is None:
            return {}
        try:
            return parse_source(package, str(file), read_plain(file)).bindings
        except (JauntDiscoveryError, OSError):
            return {}


def _is_short(text: str) -> bool:
    return len(text) <= _LONGEST and "\\" not in text and '"""' not in text


def _bound(source: ModuleSource) -> set[str]:
    targets = [n.id for s in source.tree.body for n in ast.walk(s) if isinstance(n, ast.Name) and _is_stored(n)]
    return {*source.definitions, *targets}


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _drawn(source: ModuleSource, node: Function, under_way: frozenset[ast.ClassDef] = frozenset()) -> Iterator[str]:
    """Yield arguments by annotation: each value of each parameter comes once, then mixtures of them do.

    `under_way` are the classes that they are to make an instance of, and so don't take.
    """
    values = _Values(source, node, under_way)
    positional = [*node.args.posonlyargs, *node.args.args]
    needed = len(positional) - len(node.args.defaults)
    keywords = dict(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    named = [(f"{each.arg}=", each, default is None) for each, default in keywords.items()]
    parameters = [("", values.of(each.annotation)) for each in positional[:needed]]
    parameters += [(name, values.of(each.annotation)) for name, each, is_needed in named if is_needed]
    if not all(found for _, found in parameters):
        return
    named += [(f"{each.arg}=", each, False) for each in positional[needed:] if each in node.args.args]
    options = [(name, values.of(each.annotation)) for name, each, is_needed in named if not is_needed]
    options = [(name, found) for name, found in options if found]
    mixed = random.Random(0)
    for number in range(_MOST_DRAWN):
        is_first = number < max((len(found) for _, found in parameters), default=1)
        chosen = [f"{n}{f[number % len(f)] if is_first else mixed.choice(f)}" for n, f in parameters]
        chosen += [] if is_first else [f"{n}{mixed.choice(f)}" for n, f in options if mixed.random() < 0.5]
        text = ", ".join(chosen)
        if _is_short(text):
            yield text


class _Values:
    """Texts of values, by annotation, for a function: constants that its own code has are among them."""

    def __init__(self, source: ModuleSource, node: Function, under_way: frozenset[ast.ClassDef]) -> None:
        self._source, self._under_way = source, under_way
        constants = [n.value for s in code_of(node) for n in ast.walk(s) if isinstance(n, ast.Constant)]
        self._numbers = [str(c + d) for c in constants if type(c) is int and abs(c) < 10**6 for d in (0, -1, 1)]
        self._texts = [repr(c) for c in constants if isinstance(c, str) and 0 < len(c) < 20 and c.isprintable()]

    def of(self, annotation: ast.expr | None) -> list[str]:
        """Return values that an annotation allows, none if it says too little."""
        return list(dict.fromkeys(self._of(annotation)))[:_MOST_VALUES]

    def _of(self, annotation: ast.expr | None) -> Sequence[str]:
        match annotation:
            case ast.Constant(value=None):
                return ["None"]
            case ast.Constant(value=str() as text):
                return self._of(parse_annotation(text))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._mixed([left, right])
            case ast.Subscript(slice=inner):
                arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return self._of_generic(last_name(annotation), arguments)
            case ast.Name() | ast.Attribute():
                return self._of_name(annotation)
        return []

    def _mixed(self, annotations: Sequence[ast.expr]) -> list[str]:
        kinds = [self._of(each) for each in annotations]
        return [kind[i] for i in range(max(map(len, kinds))) for kind in kinds if i < len(kind)]

    def _of_generic(self, name: str | None, arguments: Sequence[ast.expr]) -> Sequence[str]:
        if name == "Literal":
            return [ast.unparse(each) for each in arguments]
        if name == "Union":
            return self._mixed(arguments)
        if name == "Optional":
            return [*self._of(arguments[0]), "None"]
        inner = [self._of(each) for each in arguments if not _is_ellipsis(each)]
        if not all(inner):
            return []
        if name in _TABLES and len(inner) == 2:
            keys, found = inner
            return ["{}", f"{{{keys[-1]}: {found[0]}}}", f"{{{keys[0]}: {found[-1]}, {keys[-1]}: {found[0]}}}"]
        if name in {"tuple", "Tuple"} and len(inner) == len(arguments):
            return [f"({', '.join(kind[i % len(kind)] for kind in inner)},)" for i in range(max(map(len, inner)))]
        if name in {*_SERIES, "tuple", "Tuple"}:
            left, right = "()" if name in {"tuple", "Tuple"} else "[]"
            end = "," if left == "(" else ""
            few = [f"{left}{each}{end}{right}" for each in inner[0][:2]]
            return [f"{left}{right}", f"{left}{', '.join(inner[0][:4])}{right}", *few]
        return [f"{{{', '.join(inner[0][:3])}}}", "set()"] if name in _SETS else []

    def _of_name(self, annotation: ast.expr) -> Sequence[str]:
        name = last_name(annotation) or ""
        written, path = ast.unparse(annotation), self._source.dotted(annotation) or ""
        if path in _CALLED:
            return [f"{written}({arguments})" for arguments in _CALLED[path]]
        node = self._source.definitions.get(written)
        if isinstance(node, ast.ClassDef):
            return [f"{written}.{member}" for member in members_of_enum(node)] or self._made(written, node)
        own = self._numbers if name == "int" else self._texts if name == "str" else []
        if name in _PLAIN and not hasattr(builtins, path):
            return [*_PLAIN[name], *own]
        return []

    def _made(self, written: str, node: ast.ClassDef) -> list[str]:
        """Return calls that make an instance of a class of the module."""
        if node in self._under_way:
            return []
        drawn = _drawn(self._source, _maker(self._source, node), self._under_way | {node})
        return [f"{written}({arguments})" for arguments in dict.fromkeys(islice(drawn, _FEW))]


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
