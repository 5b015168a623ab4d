"""Ejection: a spec module's handwritten parts and its generated code as one module, without a trace of jaunt.

Each generated definition takes the place of its stub, whose docstring, overloads and other decorators it keeps; what it
needs besides stands before it. What was written by hand stays as it is, imports aside. Pure text in and out.
"""

import ast
import builtins
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jaunt import codes
from jaunt.commands.eject.methods import with_classes
from jaunt.commands.eject.rewrite import Import, import_text, with_stubs, without_module_call, without_own_imports
from jaunt.commands.eject.scopes import Names, names_of
from jaunt.errors import JauntRefusedError
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition, ModuleSource, first_line

_HINT = "rename one of them (`jaunt accept` takes an edit of the generated file over), then eject"


def eject_source(
    spec: ModuleSource, generated: ModuleSource, names: Collection[str], *, shared: Collection[str] = ()
) -> str:
    """Return the source of the module that takes the place of `spec`, which holds the specs `names`.

    `generated` is the generated code without its header, named as the generated module is. `shared` are names that
    other modules get from the spec module: it goes on importing those. Raises JauntRefusedError where the two don't go
    together.
    """
    spec = without_module_call(spec)
    own, names = with_classes(without_own_imports(generated, spec.module), spec, names)
    own = with_stubs(own, spec, names)
    hand, made = _items(spec, names), _items(own)
    _refuse_conflicts(hand, made, spec, own, names, taken=_taken(generated, spec.module))
    added = [item for item in made if isinstance(item.node, Import)]
    made = _without_copies([item for item in made if item not in added], hand, spec, names)
    made = _in_order_of_stubs(made, hand)
    edits = Edits(spec.text)
    _put_statements(edits, hand, made, spec)
    _put_imports(edits, hand, [*made, *added], spec, own, shared)
    return edits.applied()


@dataclass(frozen=True, eq=False)
class _Item:
    """A module-level statement, from line `first` to line `last`, its text with the comments before it, and its names.

    `stub` is the spec that it declares, if it is a stub.
    """

    node: ast.stmt
    first: int
    last: int
    text: str
    names: Names
    stub: str | None = None


def _items(source: ModuleSource, stubs: Collection[str] = ()) -> list[_Item]:
    """Return a module's statements but for its docstring."""
    lines = source.text.split("\n")
    body = source.tree.body
    end, begin = 0, 0
    if ast.get_docstring(source.tree, clean=False) is not None:
        end, begin = body[0].end_lineno or 1, 1
    nodes = {source.definitions[name]: name for name in stubs}
    missing = [name for node, name in nodes.items() if node not in body]
    if missing:
        raise JauntRefusedError(
            f"{source.path}: {missing[0]} stands in a block",
            hint="move it to the top level, then eject",
            code=codes.NOT_EJECTED,
        )
    items = []
    for node in body[begin:]:
        first = first_line(node) if isinstance(node, Definition) else node.lineno
        if first <= end:
            raise JauntRefusedError(
                f"{source.path}:{first}: two statements share a line",
                hint="put each on a line of its own",
                code=codes.NOT_EJECTED,
            )
        comments = "\n".join(lines[end : first - 1]).strip("\n")
        end = node.end_lineno or node.lineno
        code = "\n".join(lines[first - 1 : end])
        text = f"{comments}\n{code}" if comments.strip() else code
        items.append(
            _Item(
                node,
                first,
                end,
                text,
                names_of(code),
                nodes.get(node) if isinstance(node, Definition) else None,
            )
        )
    return items


def _without_copies(
    made: Sequence[_Item], hand: Sequence[_Item], spec: ModuleSource, names: Collection[str]
) -> list[_Item]:
    """Return the generated statements that aren't there already; of a spec's overloads, the spec's own stand."""
    present = {ast.dump(item.node) for item in hand if item.stub is None}
    overloaded = {name for name in names if spec.overloads_of(name)}
    last = {name: item for item in made for name in item.names.bound}
    return [
        item
        for item in made
        if ast.dump(item.node) not in present
        and item.names.bound != {"__all__"}
        and not any(name in overloaded and last[name] is not item for name in item.names.bound)
    ]


def _taken(generated: ModuleSource, module: str) -> set[str]:
    """Return the names that generated code has from its spec module, or has no use for, as classes may have."""
    own = {name for name, path in generated.bindings.items() if path.startswith(f"{module}.")}
    return own | ({*dir(builtins)} - names_of(generated.text).used)


def _refuse_conflicts(
    hand: Sequence[_Item],
    made: Sequence[_Item],
    spec: ModuleSource,
    own: ModuleSource,
    names: Collection[str],
    *,
    taken: set[str],
) -> None:
    """Raise JauntRefusedError if a name means one thing in the handwritten part and another in the generated code."""
    kept = [item for item in hand if item.stub is None]
    copies = {ast.dump(item.node) for item in kept}
    new = [item for item in made if ast.dump(item.node) not in copies]
    by_hand = {name for item in kept for name in item.names.bound} - set(names)
    by_model = {name for item in new for name in item.names.bound} - {*names, "__all__"}
    for name in sorted(by_hand & by_model):
        path = own.bindings.get(name)
        if path is None or path != spec.bindings.get(name):
            raise JauntRefusedError(
                f"{spec.path}: {name} is defined by hand, and anew in the generated code",
                hint=_HINT,
                code=codes.NOT_EJECTED,
            )
    builtin = set(dir(builtins))
    used_by_model = {name for item in new for name in item.names.used} & builtin - by_model - taken
    used_by_hand = {name for item in kept for name in item.names.used} & builtin - by_hand
    for name in sorted(used_by_model & by_hand | used_by_hand & by_model):
        raise JauntRefusedError(
            f"{spec.path}: {name} is Python's own in a part of the code only, handwritten or generated",
            hint=_HINT,
            code=codes.NOT_EJECTED,
        )


def _put_statements(edits: Edits, hand: Sequence[_Item], made: Sequence[_Item], spec: ModuleSource) -> None:
    """Put generated statements into the module: definitions in place of their stubs, the others before them."""
    after = defaultdict[int, list[_Item]](list)
    for item, place in zip(made, _places(hand, made, spec), strict=True):
        after[place].append(item)
    for place, item in enumerate(hand):
        lines = [line for new in after[place] for line in ["", "", *new.text.split("\n")]]
        if item.stub is not None:
            edits.replace_lines(item.first, item.last, lines[2:])
        elif lines:
            edits.insert_lines(item.last, lines)


def _places(hand: Sequence[_Item], made: Sequence[_Item], spec: ModuleSource) -> list[int]:
    """Return for each generated statement the handwritten one that it comes after, or in place of.

    Both keep their order. Raises JauntRefusedError if no order has every name defined before it is used.
    """
    stubs = {item.stub: i for i, item in enumerate(hand) if item.stub is not None}
    wanted = [max((stubs[name] for name in item.names.bound if name in stubs), default=-1) for item in made]
    if _keep_their_places(hand, made, wanted):
        return wanted
    for i in reversed(range(len(wanted))):
        if wanted[i] < 0:  # a helper stands before what needs it
            wanted[i] = wanted[i + 1] if i + 1 < len(wanted) else max(stubs.values())
    earliest = max(
        (i for i, item in enumerate(hand) if isinstance(item.node, Import) and i < min(stubs.values())),
        default=0,
    )
    for is_deep in (True, False):
        needs = _Needs(hand, made, is_deep=is_deep)
        for wishes in (wanted, [0] * len(made)):
            places, place = [], earliest
            for item, wish in zip(made, wishes, strict=True):
                place = max([place, wish, *needs.by_hand(item)])
                places.append(place)
            if all(places[j] < i for i, item in enumerate(hand) if item.stub is None for j in needs.by_model(item)):
                return places
    raise JauntRefusedError(
        f"{spec.path}: handwritten and generated code need each other while the module is imported",
        hint="eject it by hand",
        code=codes.NOT_EJECTED,
    )


def _in_order_of_stubs(made: list[_Item], hand: Sequence[_Item]) -> list[_Item]:
    """Return the generated statements as the stubs are ordered, if they are those alone, and none is needed earlier."""
    stubs = {item.stub: i for i, item in enumerate(hand) if item.stub is not None}
    places = [max((stubs[name] for name in item.names.bound if name in stubs), default=-1) for item in made]
    if min(places, default=-1) < 0:
        return made
    ordered = [made[i] for i in sorted(range(len(made)), key=places.__getitem__)]
    needs = _Needs(hand, ordered, is_deep=False)
    return ordered if all(j <= i for i, item in enumerate(ordered) for j in needs.by_model(item)) else made


def _keep_their_places(hand: Sequence[_Item], made: Sequence[_Item], wanted: Sequence[int]) -> bool:
    """Whether the generated statements are the stubs' definitions alone, which can stand where these do.

    What is written by hand found the stubs where they are, so it will find the definitions.
    """
    needs = _Needs(hand, made, is_deep=False)
    in_order = min(wanted, default=-1) >= 0 and list(wanted) == sorted(wanted)
    return in_order and all(
        place <= own for item, own in zip(made, wanted, strict=True) for place in needs.by_hand(item)
    )


class _Needs:
    """Which statements have to be run before another; with `is_deep`, also what the functions it names use."""

    def __init__(self, hand: Sequence[_Item], made: Sequence[_Item], *, is_deep: bool) -> None:
        self._hand = {name: i for i, item in enumerate(hand) if item.stub is None for name in item.names.bound}
        self._made = {name: i for i, item in enumerate(made) for name in item.names.bound}
        self._items = {name: item for item in (*hand, *made) if item.stub is None for name in item.names.bound}
        self._is_deep = is_deep

    def by_hand(self, item: _Item) -> list[int]:
        """Return the places of the handwritten statements that `item` needs."""
        return [self._hand[name] for name in self._names(item) if name in self._hand]

    def by_model(self, item: _Item) -> list[int]:
        """Return the places of the generated statements that `item` needs."""
        return [self._made[name] for name in self._names(item) if name in self._made]

    def _names(self, item: _Item) -> set[str]:
        needed = set(item.names.now)
        pending = list(needed) if self._is_deep else []
        while pending:
            other = self._items.get(pending.pop())
            new = other.names.used - needed if other else set()
            needed |= new
            pending += new
        return needed - item.names.bound


def _put_imports(
    edits: Edits,
    hand: Sequence[_Item],
    made: Sequence[_Item],
    spec: ModuleSource,
    own: ModuleSource,
    shared: Collection[str],
) -> None:
    """Add the generated code's imports to the module's, and drop those that only the stubs had use for."""
    unused = _unused(hand, made, spec, shared)
    plain, names_from = _missing_imports(made, spec, own)
    imports = [(item, item.node) for item in hand if isinstance(item.node, Import)]
    for item, node in imports:
        kept = [alias for alias in node.names if _bound(alias) not in unused]
        can_grow = isinstance(node, ast.ImportFrom) and "#" not in item.text
        more = names_from.pop(spec.absolute(node), []) if can_grow else []
        if more:
            edits.replace_lines(item.first, item.last, [import_text(node, sorted([*kept, *more], key=_rank), spec)])
        elif len(kept) < len(node.names):
            edits.replace_lines(item.first, item.last, [import_text(node, kept, spec)] if kept else [])
    docstring = spec.tree.body[0].end_lineno or 1 if ast.get_docstring(spec.tree, clean=False) is not None else 0
    if future := names_from.pop("__future__", None):
        edits.insert_lines(docstring, ["", ast.unparse(ast.ImportFrom("__future__", future, 0))])
    lines = [ast.unparse(ast.Import([alias])) for alias in plain]
    lines += [ast.unparse(ast.ImportFrom(module, sorted(names, key=_rank), 0)) for module, names in names_from.items()]
    begin = min(item.first for item in hand if isinstance(item.node, Definition))
    last = max((item.last for item, _ in imports if item.last < begin), default=docstring)
    if lines:
        edits.insert_lines(last, lines)


def _unused(hand: Sequence[_Item], made: Sequence[_Item], spec: ModuleSource, shared: Collection[str]) -> set[str]:
    """Return the imported names that nothing has use for once the stubs are gone."""
    kept = [*(item.names for item in hand if item.stub is None), *(item.names for item in made)]
    used = {name for names in kept for name in names.used | names.mentioned}.union(shared)
    for_stubs = {name for item in hand if item.stub is not None for name in item.names.used | item.names.mentioned}
    imported = {name for item in hand if isinstance(item.node, Import) for name in item.names.bound}
    of_jaunt = {name for name in imported if spec.bindings.get(name, "").partition(".")[0] == "jaunt"}
    # What a package's `__init__.py` imports may be there for others.
    candidates = of_jaunt | (set() if spec.is_package else imported & for_stubs)
    return candidates - used


def _missing_imports(
    made: Sequence[_Item], spec: ModuleSource, own: ModuleSource
) -> tuple[list[ast.alias], dict[str, list[ast.alias]]]:
    """Return what generated code imports and the module doesn't: whole modules, and names by module."""
    present = {ast.dump(a) for s in spec.tree.body if isinstance(s, ast.Import) for a in s.names}
    plain: list[ast.alias] = []
    names_from: dict[str, list[ast.alias]] = {}
    for node in (item.node for item in made):
        if isinstance(node, ast.Import):
            plain += [alias for alias in node.names if ast.dump(alias) not in present]
        elif isinstance(node, ast.ImportFrom):
            module = own.absolute(node)
            missing = [a for a in node.names if spec.bindings.get(_bound(a)) != f"{module}.{a.name}"]
            if missing:
                names_from.setdefault(module, []).extend(missing)
    return plain, names_from


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _rank(alias: ast.alias) -> tuple[bool, bool, str]:
    """Sort key that puts constants first, then classes, as the common sorters of imports do."""
    return (not alias.name.isupper(), not alias.name[:1].isupper(), alias.name)
