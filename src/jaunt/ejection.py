"""Ejection: a spec module's handwritten parts and its generated code as one ordinary module, without a trace of jaunt.

Each generated definition takes the place of its stub, with the docstring, the overloads and the other decorators that the
stub has; what it needs besides stands before it. Comments stay where they are. Pure text in and out.
"""

import ast
import builtins
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jaunt.errors import JauntRefusedError
from jaunt.rewriting import Edits, merge_decorators, merge_docstrings, without_own_imports
from jaunt.scopes import Names, names_of
from jaunt.source import Definition, ModuleSource, first_line

_HINT = "rename one of them (`jaunt accept` takes an edit of the generated file over), then eject"


@dataclass(frozen=True, eq=False)
class Item:
    """A module-level statement with the comments before it, and the names that it binds and uses.

    `stub` is the spec that it declares, if it is a stub; `blanks` counts the empty lines before it.
    """

    node: ast.stmt
    text: str
    names: Names
    blanks: int = 0
    stub: str | None = None

    @property
    def is_import(self) -> bool:
        """Whether it is an import, and nothing but."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def eject_source(spec: ModuleSource, generated: ModuleSource, names: Collection[str], *, shared: Collection[str] = ()) -> str:
    """Return the source of the module that takes the place of `spec`, whose specs `names` all stand in it.

    `generated` is the generated code without its header, named as the generated module is. `shared` are names that
    other modules import from the spec module: their imports are kept. Raises JauntRefusedError where the two don't go
    together.
    """
    own = without_own_imports(generated, spec.module)
    hand, made = _hand_items(spec, names), _items(own)
    made = _without_copies(made, hand, spec, own, names)
    _refuse_conflicts(hand, made, spec, own, names)
    imports, made = [i for i in made if i.is_import], [i for i in made if not i.is_import]
    made = [_finished(item, spec, own) for item in made]
    merged = _merge(hand, made, spec)
    return _assemble(spec, own, merged, imports, shared)


# --- the two modules, in pieces ----------------------------------------------------------------------


def _items(source: ModuleSource, stubs: Mapping[ast.stmt, str] | None = None) -> list[Item]:
    """Return the statements of a module but for its docstring; those that share a line are refused."""
    lines = source.text.split("\n")
    body = source.tree.body[1:] if ast.get_docstring(source.tree, clean=False) is not None else source.tree.body
    end = source.tree.body[0].end_lineno or 0 if len(body) < len(source.tree.body) else 0
    items = []
    for node in body:
        start = first_line(node) if isinstance(node, Definition) else node.lineno
        if start <= end:
            raise JauntRefusedError(f"{source.path}:{start}: two statements share a line", hint="put each on its own line")
        between = lines[end : start - 1]
        comments = "\n".join(between).strip("\n")
        code = "\n".join(lines[start - 1 : node.end_lineno])
        blanks = next((i for i, line in enumerate(between) if line.strip()), len(between))
        text = f"{comments}\n{code}" if comments.strip() else code
        items.append(Item(node, text, names_of(code), blanks, (stubs or {}).get(node)))
        end = node.end_lineno or node.lineno
    return items


def _hand_items(spec: ModuleSource, names: Collection[str]) -> list[Item]:
    stubs: dict[ast.stmt, str] = {}
    for name in names:
        node = spec.definitions[name]
        if node not in spec.tree.body:
            raise JauntRefusedError(
                f"{spec.path}:{node.lineno}: {name} stands in a block", hint="move it to the top level of the module, then eject"
            )
        stubs[node] = name
    return _items(spec, stubs)


def _without_copies(
    made: Sequence[Item], hand: Sequence[Item], spec: ModuleSource, own: ModuleSource, names: Collection[str]
) -> list[Item]:
    """Return the generated statements that the module doesn't have already."""
    present = {ast.dump(item.node) for item in hand if item.stub is None and not item.is_import}
    kept = []
    for item in made:
        overload = isinstance(item.node, Definition) and item.node.name in names and item.node is not own.definitions[item.node.name]
        if overload and spec.overloads_of(getattr(item.node, "name", "")):
            continue  # those of the spec stand
        if ast.dump(item.node) in present or item.names.bound == {"__all__"}:
            continue
        kept.append(item)
    return kept


def _refuse_conflicts(
    hand: Sequence[Item], made: Sequence[Item], spec: ModuleSource, own: ModuleSource, names: Collection[str]
) -> None:
    """Raise JauntRefusedError if a name means one thing in the handwritten part and another in the generated code."""
    kept = [item for item in hand if item.stub is None]
    by_hand = set().union(*(item.names.bound for item in kept)) - set(names)
    by_model = set().union(*(item.names.bound for item in made)) - set(names)
    for name in sorted(by_hand & by_model):
        path = own.bindings.get(name)
        if path is None or path != spec.bindings.get(name):
            raise JauntRefusedError(f"{spec.path}: {name} is defined by hand and in the generated code", hint=_HINT)
    builtin = set(dir(builtins))
    used_by_model = set().union(*(item.names.used for item in made)) - by_model - set(names)
    used_by_hand = set().union(*(item.names.used for item in kept)) - by_hand - set(names)
    taken = (used_by_model & by_hand - {*_own_imports(own, spec.module)}) | (used_by_hand & by_model)
    for name in sorted(taken & builtin):
        raise JauntRefusedError(
            f"{spec.path}: {name} is Python's own in one of spec and generated code, and another thing in the other", hint=_HINT
        )


def _own_imports(own: ModuleSource, module: str) -> Iterator[str]:
    """Yield the names that generated code took from its spec module before its imports of it were dropped."""
    yield from (name for name, path in own.bindings.items() if path.startswith(f"{module}."))


def _finished(item: Item, spec: ModuleSource, own: ModuleSource) -> Item:
    """Return a generated definition of a spec with what its stub says of it; any other statement as it is."""
    node = item.node
    if not isinstance(node, Definition) or node.name not in spec.definitions or node is not own.definitions.get(node.name):
        return item
    stub = spec.definitions[node.name]
    if not any(spec.spec_decorator(d) for d in stub.decorator_list):
        return item
    edits = Edits(own.text)
    merge_decorators(edits, spec, stub, own, node)
    merge_docstrings(edits, spec.text, stub, node)
    code = edits.applied(first_line(node), node.end_lineno or node.lineno)
    comments = item.text[: len(item.text) - len(edits.original(first_line(node), node.end_lineno or node.lineno))]
    return Item(node, comments + code, names_of(code), item.blanks)


# --- their order -------------------------------------------------------------------------------------


class _CannotOrder(Exception):
    """No order of the statements defines all names before they are used."""


def _merge(hand: Sequence[Item], made: Sequence[Item], spec: ModuleSource) -> list[Item]:
    """Return all statements but the stubs, in an order that keeps those of both modules."""
    for is_deep in (True, False):
        try:
            return _Merge(hand, made, is_deep=is_deep).run()
        except _CannotOrder:
            continue
    raise JauntRefusedError(
        f"{spec.path}: the handwritten and the generated code need each other's names while they are defined",
        hint="eject it by hand",
    )


class _Merge:
    """Two sequences of statements becoming one: a generated definition comes where its stub was, or earlier if need be.

    With `is_deep`, a name that is used while the module is imported counts with all that it uses in turn.
    """

    def __init__(self, hand: Sequence[Item], made: Sequence[Item], *, is_deep: bool) -> None:
        self._hand, self._made, self._is_deep = hand, made, is_deep
        self._by_hand = {name: i for i, item in enumerate(hand) if item.stub is None for name in item.names.bound}
        self._by_model = {name: i for i, item in enumerate(made) for name in item.names.bound}
        self._next_hand = self._next_made = 0
        self._waiting_hand = self._waiting_made = False
        self._merged: list[Item] = []

    def run(self) -> list[Item]:
        """Return the merged statements; raises _CannotOrder."""
        self._take_hand(len(self._hand) - 1)
        self._take_made(len(self._made) - 1)
        return self._merged

    def _take_hand(self, last: int, *, passing: bool = False) -> None:
        """Take handwritten statements up to `last`; `passing` the stubs, as what is in their place is on its way."""
        if last >= self._next_hand and self._waiting_hand:
            raise _CannotOrder
        while self._next_hand <= last:
            item = self._hand[self._next_hand]
            if item.stub is not None:
                self._next_hand += 1
                if not passing:
                    self._take_made(self._by_model[item.stub])
                continue
            self._waiting_hand = True
            for name in self._needed(item):
                self._take_made(self._by_model.get(name, -1))
            self._waiting_hand = False
            self._merged.append(item)
            self._next_hand += 1

    def _take_made(self, last: int) -> None:
        if last >= self._next_made and self._waiting_made:
            raise _CannotOrder
        while self._next_made <= last:
            item = self._made[self._next_made]
            self._waiting_made = True
            for name in self._needed(item):
                self._take_hand(self._by_hand.get(name, -1), passing=True)
            self._waiting_made = False
            self._merged.append(item)
            self._next_made += 1

    def _needed(self, item: Item) -> Iterable[str]:
        """Return the names that have to be defined before a statement is run."""
        needed = set(item.names.now)
        pending = list(needed) if self._is_deep else []
        while pending:
            name = pending.pop()
            for items, index in ((self._hand, self._by_hand), (self._made, self._by_model)):
                if name in index:
                    new = items[index[name]].names.used - needed
                    needed |= new
                    pending += new
        return sorted(needed - item.names.bound)


# --- the module --------------------------------------------------------------------------------------


def _assemble(
    spec: ModuleSource, own: ModuleSource, merged: Sequence[Item], imports: Sequence[Item], shared: Collection[str]
) -> str:
    """Return the merged module's text: docstring, imports, then the rest."""
    statements = [item for item in merged if not item.is_import]
    by_hand = [item for item in merged if item.is_import]
    unused = _unused(spec, by_hand, statements, shared)
    needed = _imported(own, imports)
    known = spec.bindings
    added = {name: origin for name, origin in needed.items() if known.get(name) != _path(origin) or name in unused}
    head, body, position = [], [], 0
    for index, item in enumerate(merged):
        if item.is_import:
            position = index + 1
        elif position:
            break
    for index, item in enumerate(merged):
        if item.is_import:
            item = _only(item, spec, unused - added.keys(), added)
        if item is not None:
            (head if index < position else body).append(item)
    head += [Item(ast.Pass(), line, Names()) for line in _import_lines(added)]
    head.sort(key=lambda item: not item.text.startswith("from __future__"))
    lines = [_preamble(spec, own), *_spaced(head), *_spaced(body, first=2 if head else 1), _tail(spec)]
    return "\n".join(line for line in lines if line is not None).strip("\n") + "\n"
