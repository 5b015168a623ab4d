"""Arguments to try a function with: those of calls in the project, and some that are drawn by annotations and code.

Each is a text that means the same in the function's own module, where its examples are to stand.
"""

import ast
import builtins
import random
from collections.abc import Iterator, Mapping, Sequence

from jaunt.commands.adopt.compose import code_of
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.project.project import Project
from jaunt.syntax.source import Function, ModuleSource, last_name, parse_annotation, parse_source

_MOST_CALLS = 16
_MOST_DRAWN = 60
_MOST_VALUES = 12
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


def arguments_for(project: Project, source: ModuleSource, name: str) -> list[str]:
    """Return the texts of arguments to try a function with: those of calls first, of tests before others."""
    called = list(dict.fromkeys(_called_with(project, source, name)))[:_MOST_CALLS]
    node = source.definitions[name]
    assert isinstance(node, Function)
    return list(dict.fromkeys([*called, *_drawn(source, node)]))


def _called_with(project: Project, source: ModuleSource, name: str) -> Iterator[str]:
    files = find_files(project.roots, generated_dir=project.generated_dir)
    for file in sorted(files, key=lambda each: each.kind != "test"):
        data = read_plain(file.path)
        if name.encode() not in data:
            continue
        try:
            other = parse_source(file.name, str(file.path), data)
        except JauntDiscoveryError:
            continue
        for node in ast.walk(other.tree):
            if isinstance(node, ast.Call) and _is_call_of(node, source, name, other):
                text = ast.unparse(node)[len(ast.unparse(node.func)) + 1 : -1]
                parts = [*node.args, *node.keywords]
                if all(_is_fit(part, other, source) for part in parts) and _is_short(text):
                    yield text


def _is_call_of(node: ast.Call, source: ModuleSource, name: str, other: ModuleSource) -> bool:
    if other.module == source.module:
        return isinstance(node.func, ast.Name) and node.func.id == name
    return other.dotted(node.func) == f"{source.module}.{name}"


def _is_short(text: str) -> bool:
    return len(text) <= _LONGEST and "\\" not in text and '"""' not in text


def _is_fit(node: ast.AST, other: ModuleSource, source: ModuleSource) -> bool:
    """Whether an argument in a module `other` is of constants, and of names that mean the same in `source`."""
    if isinstance(node, ast.keyword) and node.arg is None:
        return False
    for each in ast.walk(node):
        if not isinstance(each, _FIT):
            return False
        if isinstance(each, ast.Name) and not _means_the_same(each.id, other, source):
            return False
    return True


def _means_the_same(name: str, other: ModuleSource, source: ModuleSource) -> bool:
    own = source.bindings.get(name) or (f"{source.module}.{name}" if name in _bound(source) else None)
    there = other.bindings.get(name) or (f"{other.module}.{name}" if name in _bound(other) else None)
    if own is None and there is None:
        return name in _BUILTIN_CALLS
    return own == there


def _bound(source: ModuleSource) -> set[str]:
    targets = [n.id for s in source.tree.body for n in ast.walk(s) if isinstance(n, ast.Name) and _is_stored(n)]
    return {*source.definitions, *targets}


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _drawn(source: ModuleSource, node: Function) -> Iterator[str]:
    """Yield arguments by annotation: each value of each parameter comes once, then mixtures of them do."""
    values = _Values(source, node)
    positional = [*node.args.posonlyargs, *node.args.args]
    needed = len(positional) - len(node.args.defaults)
    keywords = dict(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    named = [(f"{each.arg}=", each, default is None) for each, default in keywords.items()]
    parameters = [("", values.of(each.annotation)) for each in positional[:needed]]
    parameters += [(name, values.of(each.annotation)) for name, each, is_needed in named if is_needed]
    if not parameters or not all(found for _, found in parameters):
        return
    named += [(f"{each.arg}=", each, False) for each in positional[needed:] if each in node.args.args]
    options = [(name, values.of(each.annotation)) for name, each, is_needed in named if not is_needed]
    options = [(name, found) for name, found in options if found]
    mixed = random.Random(0)
    for number in range(_MOST_DRAWN):
        is_first = number < max(len(found) for _, found in parameters)
        chosen = [f"{n}{f[number % len(f)] if is_first else mixed.choice(f)}" for n, f in parameters]
        chosen += [] if is_first else [f"{n}{mixed.choice(f)}" for n, f in options if mixed.random() < 0.5]
        text = ", ".join(chosen)
        if _is_short(text):
            yield text


class _Values:
    """Texts of values, by annotation, for a function: constants that its own code has are among them."""

    def __init__(self, source: ModuleSource, node: Function) -> None:
        self._source = source
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
        if isinstance(node, ast.ClassDef) and any(
            (last_name(base) or "").endswith(("Enum", "Flag")) for base in node.bases
        ):
            return [
                f"{written}.{t.id}"
                for s in node.body
                if isinstance(s, ast.Assign)
                for t in s.targets
                if isinstance(t, ast.Name)
            ]
        own = self._numbers if name == "int" else self._texts if name == "str" else []
        if name in _PLAIN and not (written in self._source.definitions or hasattr(builtins, path)):
            return [*_PLAIN[name], *own]
        return []


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
