"""Who keeps an object: what refers to it, and is no part of what it is made of."""

import gc
import sys
from collections.abc import Sequence
from types import FrameType, FunctionType, GeneratorType, ModuleType

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
