"""What a candidate has defined when its import is over, compared with what its specs declare.

Its text was compared before; here counts what is bound to the names then, whatever made it.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, UnionType
from typing import Any, Union, get_args, get_origin

from jaunt.checks.examiner.protocol import Order, Wrong
from jaunt.process.boundary import caught
from jaunt.registry import get_magic_registry
from jaunt.spec_ref import code_name

_MADE_BY_PYTHON = {"__module__", "__dict__", "__weakref__", "__doc__", "__qualname__", "__annotations__", "__new__"}
_AWAITED = ("Awaitable", "Coroutine", "Future", "Task", "Async")


def shape_errors(order: Order, spec: Mapping[str, Any], defined: Mapping[str, Any]) -> list[Wrong]:
    """Return in what the names that a candidate `defined` differ from the specs; `spec` are the spec module's names."""
    entries = (entry for entry in get_magic_registry().values() if entry.module == order["spec_module"])
    registry = {code_name(entry.qualname): entry for entry in entries}
    shape = _Shape(order, spec, defined)
    errors: list[Wrong] = []
    for name in order["names"]:
        entry = registry.get(name)
        if name not in defined:
            errors.append(Wrong(symbol=name, message=_GONE))
        elif entry is not None:
            errors += shape.compare(name, entry.obj, defined[name])
    return errors


class _Shape:
    """Compares what is defined in a candidate with the stubs of its spec module."""

    def __init__(self, order: Order, spec: Mapping[str, Any], defined: Mapping[str, Any]) -> None:
        self._order = order
        self._spec = spec
        self._defined = defined

    def compare(self, symbol: str, stub: Any, found: Any) -> Iterator[Wrong]:
        """Yield what is wrong with what is found of a symbol, and of its members."""
        if isinstance(stub, type):
            if not isinstance(found, type):
                yield _is_other(symbol, found, "class")
                return
            for name, member in vars(stub).items():
                if name not in _MADE_BY_PYTHON:
                    yield from self._compare_member(f"{symbol}.{name}", member, found, name)
        elif isinstance(found, type) or not callable(found):
            yield _is_other(symbol, found, "function")
        else:
            yield from self._compare_function(symbol, stub, found)

    def _compare_member(self, symbol: str, member: Any, owner: type, name: str) -> Iterator[Wrong]:
        kind = next((each for each in (staticmethod, classmethod, property) if isinstance(member, each)), None)
        if kind is None and not isinstance(member, FunctionType) and not _is_nested(member, symbol):
            return  # an attribute: its value may be the instance's
        found = inspect.getattr_static(owner, name, _NOTHING)
        if found is _NOTHING:
            yield Wrong(symbol=symbol, message=_GONE)
        elif isinstance(member, type):
            yield from self.compare(symbol, member, found)
        elif kind is None and isinstance(found, FunctionType):
            yield from self._compare_function(symbol, member, found)
        elif kind is None and not callable(found) and not hasattr(type(found), "__get__"):
            yield _is_other(symbol, found, "method")
        elif kind is property and not hasattr(
            type(found), "__get__"
        ):  # one value for all objects, that is set by anyone
            yield _is_other(symbol, found, "property")
        elif kind in (staticmethod, classmethod):
            bound = getattr(owner, name, None)
            if not callable(bound):
                yield _is_other(symbol, bound, kind.__name__)

    def _compare_function(self, symbol: str, stub: Any, found: Any) -> Iterator[Wrong]:
        differs = () if _is_alike(stub, found) else _signature_errors(stub, found)
        for message in (*differs, *self._annotation_errors(stub, found)):
            yield Wrong(symbol=symbol, message=message)

    def _annotation_errors(self, stub: Any, found: Any) -> Iterator[str]:
        expected, given = _annotations(stub), _annotations(found)
        for name, annotation in expected.items():
            if name in given and self._differ(
                self._value(annotation, self._spec), self._value(given[name], self._defined)
            ):
                where = "the return value" if name == "return" else f"the parameter {name!r}"
                yield f"annotates {where} with {_shown(given[name])} of its own, expected that of the spec module"

    def _value(self, annotation: Any, names: Mapping[str, Any]) -> Any:
        """Return what an annotation means: what a quoted name is bound to."""
        if isinstance(annotation, str):
            builtin = vars(sys.modules["builtins"])
            return names.get(annotation, builtin.get(annotation, annotation))
        return annotation

    def _differ(self, expected: Any, given: Any) -> bool:
        """Whether a class, or one in the same generic, is another class; whatever else differs was compared as text."""
        mine, others = get_args(expected), get_args(given)
        if not mine and not others and isinstance(expected, type) and isinstance(given, type):
            return self._place(expected) != self._place(given)
        if len(mine) != len(others) or _generic(expected) is not _generic(given):
            return False
        if _generic(expected) is Union:  # in any order
            return any(all(self._differ(each, other) for other in others) for each in mine)
        return any(map(self._differ, mine, others))

    def _place(self, each: type) -> tuple[str, str]:
        """Return where a class is from: one that is a spec, from its spec module."""
        of_spec = each.__qualname__.partition(".")[0] in self._order["names"]  # or a class in its body
        is_spec = each.__module__ == self._order["generated_module"] and of_spec
        return self._order["spec_module"] if is_spec else each.__module__, each.__qualname__


_NOTHING = object()
_GONE = "is not there when the import is over, expected its definition to stay"


def _is_other(symbol: str, found: object, expected: str) -> Wrong:
    return Wrong(symbol=symbol, message=f"is {_shown(found)} when the import is over, expected a {expected}")


def _is_nested(member: object, symbol: str) -> bool:
    """Whether a member is a class that stands in the body of the class around it: others are values, itself perhaps."""
    return isinstance(member, type) and member.__qualname__ == symbol


def _is_alike(stub: Any, found: Any) -> bool:
    """Whether two functions are called in the same way, as nearly always; what differs takes longer to say."""
    if type(found) is not FunctionType or vars(found):
        return False
    mine, own = stub.__code__, found.__code__
    counts = [
        (each.co_argcount, each.co_posonlyargcount, each.co_kwonlyargcount, each.co_flags & _HOW)
        for each in (mine, own)
    ]
    variadic = (mine.co_flags & inspect.CO_VARARGS > 0) + (mine.co_flags & inspect.CO_VARKEYWORDS > 0)
    count = mine.co_argcount + mine.co_kwonlyargcount + variadic
    return (
        counts[0] == counts[1]
        and mine.co_varnames[:count] == own.co_varnames[:count]
        and len(stub.__defaults__ or ()) == len(found.__defaults__ or ())
        and (stub.__kwdefaults__ or {}).keys() == (found.__kwdefaults__ or {}).keys()
    )


_HOW = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_COROUTINE


def _signature_errors(stub: Any, found: Any) -> Iterator[str]:
    expected = inspect.signature(stub)
    signatures: list[inspect.Signature] = []
    if caught(lambda: signatures.append(inspect.signature(found))) is not None:
        yield f"has no signature when the import is over, expected {expected}"
        return
    (signature,) = signatures
    same = _parameters(expected) == _parameters(signature)
    if not same or (not _takes(found, expected) and _takes(stub, expected)):  # a spec's own decorators may do as much
        yield f"takes {signature} when the import is over, expected {expected}"
    first = next(iter(expected.parameters.values()), None)
    by_keyword = first is not None and first.kind is not first.POSITIONAL_ONLY
    if by_keyword and hasattr(found, "dispatch") and hasattr(found, "registry"):
        yield f"can't be called by keyword, as @singledispatch has made it; expected {expected}"
    if inspect.iscoroutinefunction(stub) != inspect.iscoroutinefunction(found) and not _may_await(stub):
        is_async = inspect.iscoroutinefunction(stub)
        yield f"is {'not ' if is_async else ''}async when the import is over, expected it as in the spec"


def _generic(annotation: Any) -> Any:
    origin = get_origin(annotation)
    return Union if origin is UnionType else origin


def _parameters(signature: inspect.Signature) -> list[tuple[str, object, bool]]:
    found = [(each.name, each.kind, each.default is each.empty) for each in signature.parameters.values()]
    return sorted(found, key=lambda each: each[0] if each[1] is inspect.Parameter.KEYWORD_ONLY else "")


def _takes(found: Any, expected: inspect.Signature) -> bool:
    """Whether what runs takes the calls of a signature: one can be written on a function that has another."""
    code = found if type(found) is FunctionType else None
    if code is None:
        return True
    plain: Any = FunctionType(code.__code__, {}, code.__name__, code.__defaults__, code.__closure__)
    plain.__kwdefaults__ = code.__kwdefaults__
    own = inspect.signature(plain)
    parameters = [
        each for each in expected.parameters.values() if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    named = {each.name: None for each in parameters if each.kind is each.KEYWORD_ONLY}
    by_name = {each.name: None for each in parameters if each.kind is not each.POSITIONAL_ONLY}
    positional = [None for each in parameters if each.kind is not each.KEYWORD_ONLY]
    only = [None for each in parameters if each.kind is each.POSITIONAL_ONLY]
    calls: list[Callable[[], object]] = [lambda: own.bind(*positional, **named), lambda: own.bind(*only, **by_name)]
    return all(caught(call) is None for call in calls)


def _may_await(stub: Any) -> bool:
    """Whether a stub's return annotation leaves it open whether the function is `async`."""
    return any(word in str(_annotations(stub).get("return", "")) for word in _AWAITED)


def _annotations(function: Any) -> Mapping[str, Any]:
    found: list[Mapping[str, Any]] = [{}]
    caught(lambda: found.append(inspect.get_annotations(function)))  # they may name what only type checkers import
    return found[-1]


def _shown(value: object) -> str:
    return f"{value.__name__!r}" if isinstance(value, type | FunctionType) else f"a {type(value).__name__}"
