"""Forwarders: functions that stand in a spec module and forward each call to the generated function."""

import functools
from types import FunctionType

from jaunt.registry import mark

__tracebackhide__ = True  # see runtime.py

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from types import CodeType
    from typing import Any

    from jaunt.registry import SpecEntry

_COROUTINE, _ASYNC_GENERATOR, _GENERATOR, _VARIADIC = 0x80, 0x200, 0x20, 0x0C  # as in `inspect`


def make_forwarder(stub: FunctionType, entry: "SpecEntry") -> "Callable[..., Any]":
    """Return a function of the stub's sort, a coroutine function say, that forwards to the generated one."""

    def load(*args: "Any", **kwargs: "Any") -> "Any":
        nonlocal target
        from jaunt.runtime.loader import load_generated  # here, as `import jaunt` can do without it

        target = load_generated(entry)
        _take_parameters(forward, target)
        return target(*args, **kwargs)

    target: Callable[..., Any] = load
    flags = stub.__code__.co_flags
    if flags & _COROUTINE:

        async def forward(*args: "Any", **kwargs: "Any") -> "Any":
            return await target(*args, **kwargs)
    elif flags & _ASYNC_GENERATOR:

        async def forward(*args: "Any", **kwargs: "Any") -> "AsyncGenerator[Any, Any]":
            items = target(*args, **kwargs)
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
    elif flags & _GENERATOR:

        def forward(*args: "Any", **kwargs: "Any") -> "Generator[Any, Any, Any]":
            return (yield from target(*args, **kwargs))
    else:

        def forward(*args: "Any", **kwargs: "Any") -> "Any":
            return target(*args, **kwargs)

    functools.update_wrapper(forward, stub)
    return mark(forward, entry)


def _take_parameters(forward: "Any", generated: "Any") -> None:
    """Give a forwarder the parameters of the generated function, where those are all named.

    To gather and spread `*args, **kwargs` takes 70 to 180 ns a call; with the parameters spelled out, it takes 25.
    They stay those of the first call: a `__defaults__` that the generated function is given later is not seen.
    """
    if type(generated) is not FunctionType or generated.__code__.co_flags & _VARIADIC:
        return
    if forward.__code__.co_flags & _ASYNC_GENERATOR:
        return  # its body is more than a call, and takes far longer than to gather and spread
    code = _spelled_out(forward.__code__, generated.__code__)
    # The code comes last: another thread may call at any time.
    forward.__defaults__, forward.__kwdefaults__ = generated.__defaults__, generated.__kwdefaults__
    forward.__code__ = code


def _spelled_out(forward: "CodeType", generated: "CodeType") -> "CodeType":
    """Return the code of a forwarder with the parameters of the generated code in the place of `*args, **kwargs`."""
    names = generated.co_varnames[: generated.co_argcount + generated.co_kwonlyargcount]
    positional, keywords = names[: generated.co_argcount], names[generated.co_argcount :]
    parameters = [*positional, *(("*", *keywords) if keywords else ())]
    if generated.co_posonlyargcount:
        parameters.insert(generated.co_posonlyargcount, "/")
    target = "target"
    while target in names:
        target += "_"
    call = f"{target}({', '.join([*positional, *(f'{name}={name}' for name in keywords)])})"
    sort = "def"
    if forward.co_flags & _COROUTINE:
        sort, call = "async def", f"await {call}"
    elif forward.co_flags & _GENERATOR:
        call = f"(yield from {call})"
    # Within another function, `target` is a cell, as it is in the forwarder.
    text = f"def make({target}):\n  {sort} forward({', '.join(parameters)}): return {call}\n  return forward"
    namespace: dict[str, Any] = {}
    exec(compile(text, "<jaunt>", "exec"), namespace)
    return namespace["make"](None).__code__
