"""The normal form of an annotation, in which two ways to write one type are equal text.

Equal are: quoted and unquoted; `Optional[X]`, `Union[X, None]` and `X | None`, in any order; `typing.List`
and `list`; `collections.abc.Iterable`, `typing.Iterable` and an imported `Iterable`; `Self` and the class
itself; a type alias and what it stands for; type variables of another name; `list[Any]` and `list`;
`Annotated[X, ...]` and `X`.
"""

import ast
from collections.abc import Collection, Iterable, Iterator

from jaunt.syntax.canonical import canonical
from jaunt.syntax.source import ModuleSource, last_name, parse_annotation, unquoted, written_name
from jaunt.syntax.spelling import RENAMED

_TYPE_VARIABLES = {"TypeVar", "ParamSpec", "TypeVarTuple"}

_ITERATORS = {"Generator": ("Iterator", "Iterable"), "AsyncGenerator": ("AsyncIterator", "AsyncIterable")}

_LONGEST_ALIAS = 2_000  # characters; aliases of aliases of aliases can grow without bound


class AnnotationReader:
    """Reads the annotations of one signature.

    `module` is the module that it stands in, `named` other modules whose type aliases it may use, by name;
    `owner` is the class that the signature is in, if any; `type_parameters` are those of a `def f[T]`. With
    `expand`, a type alias is replaced by what it stands for.
    """

    def __init__(
        self,
        module: ModuleSource,
        named: Iterable[ModuleSource] = (),
        *,
        owner: str | None = None,
        type_parameters: Collection[str] = (),
        expand: bool = False,
    ) -> None:
        self._module = module
        self._named = {m.module: m for m in (*named, module)}
        self._owner = owner
        self._type_parameters = type_parameters
        self._expand = expand
        self._variables: dict[str, str] = {}
        self._aliases: dict[tuple[str, str], list[str]] = {}

    def normal(self, node: ast.expr) -> str:
        """Return the normal form of an annotation; raises RecursionError if it is nested beyond reason."""
        return self._union(node, self._module)

    def _members(self, node: ast.expr, module: ModuleSource) -> Iterator[str]:
        """Yield the normal forms of a union's members; of any other type, its own."""
        match node:
            case ast.Constant(value=None):
                yield "None"
            case ast.Constant(value=str(text)):
                quoted = parse_annotation(text)
                yield from [repr(text)] if quoted is None else self._members(quoted, module)
            case ast.Constant(value=value) if value is ...:
                yield "..."
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                yield from self._members(left, module)
                yield from self._members(right, module)
            case ast.Name() | ast.Attribute():
                yield from (self._expanded(node, module) if self._expand else None) or [self._name(node, module)]
            case ast.Subscript(value=head, slice=inner):
                yield from self._subscript(self._name(head, module), inner, module)
            case ast.List(elts=elements):
                yield f"[{', '.join(self._union(e, module) for e in elements)}]"
            case _:
                yield canonical(node)

    def _union(self, node: ast.expr, module: ModuleSource) -> str:
        return " | ".join(sorted(set(self._members(node, module))))

    def _subscript(self, head: str, inner: ast.expr, module: ModuleSource) -> Iterator[str]:
        arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if head in {"Optional", "Union"}:
            for argument in arguments:
                yield from self._members(argument, module)
            if head == "Optional":
                yield "None"
        elif head == "Annotated" and arguments:
            yield from self._members(arguments[0], module)
        elif head == "Literal":
            yield f"Literal[{', '.join(sorted(map(canonical, arguments)))}]"
        else:
            forms = [self._union(argument, module) for argument in arguments]
            bare = bool(forms) and head not in {"tuple", "Callable"} and set(forms) == {"Any"}
            yield head if bare else f"{head}[{', '.join(forms)}]"

    def _name(self, node: ast.expr, module: ModuleSource) -> str:
        path = module.dotted(node) or (
            written_name(node) if isinstance(node, ast.Name | ast.Attribute) else canonical(node)
        )
        home, _, name = path.rpartition(".")
        handed_on = self._named[home].bindings.get(name, "") if home in self._named else ""
        if handed_on.rpartition(".")[0] in {"typing", "typing_extensions"}:  # by way of a module that imports it
            home, _, name = handed_on.rpartition(".")
        unknown = home in self._named and name not in self._named[home].bindings  # as in the spec, where `*` binds it
        if unknown or home in {"typing", "typing_extensions", ""}:
            name = RENAMED.get(name, name)
        if self._owner and name in {"Self", self._owner}:
            return "Self"
        if name in self._type_parameters or self._is_type_variable(node, module):
            return self._variables.setdefault(name, f"type variable {len(self._variables) + 1}")
        return "None" if name == "NoneType" else name

    def _expanded(self, node: ast.expr, module: ModuleSource) -> list[str] | None:
        """Return the members of the type that an alias stands for; None if `node` is no alias."""
        home, name = self._home(node, module)
        value = unquoted(home.constants.get(name)) if home else None
        if home is None or not isinstance(value, ast.Subscript | ast.BinOp | ast.Name | ast.Attribute):
            return None
        key = (home.module, name)
        if key not in self._aliases:
            self._aliases[key] = [name]  # what it is within itself
            members = sorted(set(self._members(value, home)))
            self._aliases[key] = members if sum(map(len, members)) <= _LONGEST_ALIAS else [name]
        return self._aliases[key]

    def _is_type_variable(self, node: ast.expr, module: ModuleSource) -> bool:
        home, name = self._home(node, module)
        value = home.constants.get(name) if home else None
        if home is None or not isinstance(value, ast.Call):
            return False
        return (home.dotted(value.func) or "").rpartition(".")[2] in _TYPE_VARIABLES

    def _home(self, node: ast.expr, module: ModuleSource) -> tuple[ModuleSource | None, str]:
        """Return the module that a name is assigned in, if it is at hand, and its name there."""
        if isinstance(node, ast.Name) and node.id in module.constants:
            return module, node.id
        path, _, name = (module.dotted(node) or "").rpartition(".")
        return self._named.get(path), name


def as_iterator(node: ast.expr) -> list[ast.expr]:
    """Return `Iterator[X]` and `Iterable[X]` for `Generator[X, ...]`, which they may stand for."""
    parsed = unquoted(node)
    if not isinstance(parsed, ast.Subscript):
        return []
    yielded = parsed.slice.elts[0] if isinstance(parsed.slice, ast.Tuple) and parsed.slice.elts else parsed.slice
    return [ast.Subscript(ast.Name(name), yielded) for name in _ITERATORS.get(last_name(parsed), ())]


def inner_type(node: ast.expr | None, names: Collection[str]) -> ast.expr | None:
    """Return the last argument of a generic whose name is among `names`: X of `Coroutine[Any, Any, X]`."""
    node = unquoted(node)
    if not isinstance(node, ast.Subscript) or last_name(node.value) not in names:
        return None
    return node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
