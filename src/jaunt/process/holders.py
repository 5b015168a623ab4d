"""Who keeps an object: what refers to it, and is no part of what it is made of."""

import gc
import sys
from collections.abc import Mapping, Sequence
from types import FrameType, FunctionType, GeneratorType, ModuleType

from jaunt.process.boundary import caught

_LEVELS = 8
"""How far away a module may be whose namespace leads to a holder."""


def holders_of(owner: object, kept: Sequence[object], *, besides: Sequence[object] = ()) -> list[object]:
    """Return what refers to one of the objects `kept`, among which is `owner`, a function or a class.

    What only `owner` leads to, such as its closure, the objects in that and theirs, is part of it, and left out. So are
    `besides`.
    """
    gc.collect()  # frames and cells in circles that nobody has any more
    parts = _reached_from(owner)
    ignored = {id(kept), id(besides), *map(id, kept), *map(id, besides), id(parts)}
    holders = []
    for one in kept:
        for holder in gc.get_referrers(one):  # no comprehension: its cells would be among them
            if id(holder) in ignored or isinstance(holder, FrameType | GeneratorType) or type(holder) is owner:
                continue
            if id(holder) not in parts or _is_of_a_module(holder, ignored):
                holders.append(holder)
    return holders


def _reached_from(owner: object) -> set[int]:
    """Return the ids of what an object leads to, but for modules and other classes, and what is in them."""
    found: set[int] = set()
    pending = [owner]
    while pending:
        each = pending.pop()
        if id(each) in found or isinstance(each, ModuleType) or (isinstance(each, type) and each is not owner):
            continue
        found.add(id(each))
        if isinstance(each, FunctionType):  # whose globals are not its own
            pending += [each.__closure__, each.__dict__, each.__defaults__, each.__kwdefaults__]
        else:
            pending += gc.get_referents(each)
    return found


def _is_of_a_module(holder: object, ignored: set[int]) -> bool:
    """Whether a module's namespace or a class leads to an object, by a way that is not one of the `ignored`."""
    namespaces = {id(getattr(module, "__dict__", None)) for module in list(sys.modules.values())}
    level = [holder]
    mine: list[object] = [level, namespaces, ignored]  # lists of this function refer to what is in them, too
    seen = {*ignored, id(holder)}
    for _ in range(_LEVELS):
        above: list[object] = []
        mine.append(above)
        for each in level:
            found = gc.get_referrers(each)
            mine.append(found)
            ours = {id(mine), *map(id, mine)}
            for referrer in found:
                if id(referrer) in seen or id(referrer) in ours or isinstance(referrer, FrameType):
                    continue
                if id(referrer) in namespaces or isinstance(referrer, type):
                    return True
                seen.add(id(referrer))
                above.append(referrer)
        level = above
    return False


def name_of(holder: object) -> str:
    """Return what people know a holder by: the name of a module that it is, or else what sort of object."""
    for name, module in list(sys.modules.items()):
        values = getattr(module, "__dict__", None) or {}
        if values is holder:
            return name
        for key, value in list(values.items()):
            if value is holder or getattr(value, "__dict__", None) is holder:
                return f"{name}.{key}"
    return f"{'an' if type(holder).__name__[0] in 'aeiouAEIOU' else 'a'} {type(holder).__name__}"


def subclass_hook(made: type) -> str:
    """Return the name of the `__init_subclass__` that a class was handed to when made, "" for those of Python."""
    for base in made.__mro__[1:]:
        if "__init_subclass__" in vars(base):
            is_own = base.__module__.partition(".")[0] not in {*sys.stdlib_module_names, "typing_extensions"}
            return f"{base.__name__}.__init_subclass__" if is_own else ""
    return ""


def lasting(holders: Sequence[object], stub: object) -> list[object]:
    """Return those of some holders in which what takes the stub's place later stands beside it.

    Those are not the tables that have it as a value alone: made anew, the class has its place there, by the same name.
    """
    return [each for each in holders if not isinstance(each, dict) or _is_key(stub, each) or not _keys_of(stub, each)]


def refusal_of_another(made: type, holders: Sequence[object], arguments: Mapping[str, object]) -> BaseException | None:
    """Return what a class's base raises as another class of its name is made, if it is for what stands in `holders`.

    Those are the tables that the base has put the class into; `arguments` stand beside the bases of the class.
    """
    tables = [each for each in holders if isinstance(each, dict) and not {"__module__", "__name__"} & {*each}]
    before = [dict(each) for each in tables]

    def make() -> None:
        namespace = {name: each for name, each in vars(made).items() if name not in {"__dict__", "__weakref__"}}
        type(made)(made.__name__, made.__bases__, namespace, **arguments)

    for table in tables:
        for key in _keys_of(made, table):
            del table[key]
    alone = caught(make)
    _refill(tables, before)
    problem = caught(make) if tables and alone is None else None
    _refill(tables, before)
    return problem


def _refill(tables: Sequence[dict[object, object]], contents: Sequence[dict[object, object]]) -> None:
    for table, content in zip(tables, contents, strict=True):
        table.clear()
        table.update(content)


def _is_key(one: object, table: dict[object, object]) -> bool:
    return any(each is one for each in table)


def _keys_of(one: object, table: dict[object, object]) -> list[object]:
    return [key for key, each in table.items() if each is one]
