"""Functions of a spec module: forwarders, each of which becomes the generated function once that is loaded.

A function's code and defaults can be replaced, its namespace can't. So a forwarder is made with the namespace that the
generated module will have: as soon as the code is there, the very object that was decorated, and that others may have
got hold of long before, is the generated function. No call goes through a frame of jaunt's any more, and a function has
one identity for good: pickle, registries and patches rely on that.
"""

import functools
from types import FunctionType

from jaunt.registry import mark
from jaunt.runtime.methods import keep_of_stub
from jaunt.runtime.spec_module import generated_module_of, hand_over, is_initialising, wait_for
from jaunt.spec_ref import code_name

__tracebackhide__ = True  # see __init__.py
TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import Any

    from jaunt.registry import SpecEntry

_COROUTINE, _ASYNC_GENERATOR, _GENERATOR = 0x80, 0x200, 0x20  # as in `inspect`
_ASYNC_ITERATORS = {"AsyncIterator", "AsyncIterable", "AsyncGenerator"}

_TARGET = "__jaunt_target__"
"""The keyword-only parameter whose default is what a forwarder calls: a closure could not be replaced by other code."""


def make_forwarder(stub: FunctionType, entry: "SpecEntry") -> "Callable[..., Any]":
    """Return a function of the stub's sort, a coroutine function say, that loads the generated one when it is called.

    If `entry` is of kind "magic", an access of its module from outside loads it before that.
    """

    def load_and_call(*args: "Any", **kwargs: "Any") -> "Any":
        __tracebackhide__ = True  # pytest leaves the frame out
        return load_function(entry, forward)(*args, **kwargs)

    def load() -> bool:
        load_function(entry, forward)
        return (forward.__kwdefaults__ or {}).get(_TARGET) is not load_and_call

    template: Any = _template(stub)
    forward: Any = FunctionType(template.__code__, vars(generated_module_of(entry.module)), stub.__name__)
    forward.__kwdefaults__ = {_TARGET: load_and_call}
    functools.update_wrapper(forward, stub)
    if entry.kind == "magic":
        wait_for(entry, stub.__module__, load)
    return mark(forward, entry)


def copy_of(function: FunctionType) -> FunctionType:
    """Return a function like another one, of the same code."""
    copy: Any = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    copy.__kwdefaults__ = function.__kwdefaults__
    functools.update_wrapper(copy, function)
    del copy.__wrapped__
    return copy


def redirect(stub: "Any", forward: "Callable[..., Any]") -> None:
    """Let calls of a stub, which somebody may have kept, reach its forwarder."""
    template: Any = _template(stub)
    stub.__kwdefaults__ = {_TARGET: forward}
    stub.__defaults__ = None
    stub.__code__ = template.__code__
    stub.__wrapped__ = forward


def load_function(entry: "SpecEntry", forward: "Any") -> "Callable[..., Any]":
    """Load a generated function and return it: `forward`, which becomes it, or what that has to forward to.

    Raises what `load_module` does.
    """
    from jaunt.runtime.loader import find_generated, load_module  # here, as `import jaunt` can do without it

    generated = load_module(entry)
    target: Any = find_generated(entry, generated)
    is_method = "." in entry.qualname
    if is_initialising(generated.__name__):
        return target  # which may be decorated yet
    if target is forward:
        hand_over(entry, forward, generated)
        return forward
    if type(target) is FunctionType and target.__globals__ is forward.__globals__ and target.__closure__ is None:
        _become(forward, target, stub=entry.obj if is_method else None)
        vars(generated)[code_name(entry.qualname)] = forward
        hand_over(entry, forward, generated)
        return forward
    # What a test has put there for a while, a mock say, is called but not kept.
    if getattr(target, "__module__", None) == generated.__name__:
        forward.__kwdefaults__ = {_TARGET: target}
    return target


def _become(forward: "Any", target: FunctionType, *, stub: "Any" = None) -> None:
    """Make one function the same as another one of the same namespace, but for its name, place and docstring.

    That of a method, whose `stub` is given, keeps what the class body made of its signature.
    """
    # Another thread may call at any time: until the code is replaced, the old parameter has to be there, too.
    forward.__kwdefaults__ = {**(target.__kwdefaults__ or {}), _TARGET: target}
    forward.__defaults__ = target.__defaults__
    forward.__code__ = target.__code__
    forward.__kwdefaults__ = target.__kwdefaults__
    if stub is not None:
        keep_of_stub(forward, target, stub)
    # Python 3.14 works annotations out when they are asked for, and they may name what only type checkers import.
    for name in ("__annotate__" if hasattr(target, "__annotate__") else "__annotations__", "__type_params__"):
        if stub is None and hasattr(target, name):
            setattr(forward, name, getattr(target, name))
    vars(forward).pop("__wrapped__", None)  # the stub, by which `inspect` tells what a forwarder looks like
    vars(forward).update(vars(target))


def _template(stub: FunctionType) -> "Callable[..., Any]":
    """Return the function whose code a forwarder for `stub` has at first."""
    flags = stub.__code__.co_flags
    if flags & _ASYNC_GENERATOR or (flags & _COROUTINE and _promises_async_items(stub)):
        return _async_generator
    return _coroutine if flags & _COROUTINE else _generator if flags & _GENERATOR else _function


def _promises_async_items(stub: FunctionType) -> bool:
    """Return whether a stub without a `yield` is that of an async generator, by its return annotation."""
    try:
        annotation = stub.__annotations__.get("return")
    except NameError:  # Python 3.14: it names something that is not there yet, or for type checkers alone
        return False
    if not isinstance(annotation, str):
        annotation = getattr(getattr(annotation, "__origin__", annotation), "__name__", "")
    return annotation.partition("[")[0].rpartition(".")[2].strip(" '\"") in _ASYNC_ITERATORS


# What forwarders do at first. The module is no part of them, its names are not there: they run in other namespaces.


def _function(*args: "Any", __jaunt_target__: "Any", **kwargs: "Any") -> "Any":
    __tracebackhide__ = True
    return __jaunt_target__(*args, **kwargs)


async def _coroutine(*args: "Any", __jaunt_target__: "Any", **kwargs: "Any") -> "Any":
    __tracebackhide__ = True
    return await __jaunt_target__(*args, **kwargs)


def _generator(*args: "Any", __jaunt_target__: "Any", **kwargs: "Any") -> "Generator[Any, Any, Any]":
    __tracebackhide__ = True
    return (yield from __jaunt_target__(*args, **kwargs))


async def _async_generator(*args: "Any", __jaunt_target__: "Any", **kwargs: "Any") -> "AsyncGenerator[Any, Any]":
    __tracebackhide__ = True
    items = __jaunt_target__(*args, **kwargs)
    try:
        item = await anext(items)
        while True:
            try:
                sent = yield item
            except BaseException as error:  # noqa: BLE001 - as `yield from` does, which async has not
                item = await items.athrow(error)
            else:
                item = await items.asend(sent)
    except StopAsyncIteration:
        return
