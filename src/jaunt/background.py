"""Work beside the event loop: pure functions in a thread or, if they would hold the interpreter for long, in a child process.

Parsing happens in one step that no thread can interrupt, so a large source would stop the event loop from a thread as well.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LARGE = 20_000
"""From this size on, in characters, a source is parsed in a child process: below it, parsing takes less than 50 ms."""

_CHILD = """
import importlib, pickle, sys
path, module, name, arguments = pickle.load(sys.stdin.buffer)
sys.path[:0] = path
function = getattr(importlib.import_module(module), name)
sys.stdout.buffer.write(pickle.dumps(function(*pickle.loads(arguments))))
"""


async def in_background(function: Callable[P, T], *args: P.args, size: int = 0, **kwargs: P.kwargs) -> T:
    """Return `function(*args)`, computed beside the event loop; `size` is that of the source it parses.

    For a large one the function has to stand at the top of its module, and arguments and result to be fit for pickle.
    Raises what the function raises; RuntimeError if the child process ends without a result.
    """
    if size < LARGE:
        return await asyncio.to_thread(function, *args, **kwargs)
    request = (
        [str(Path(__file__).resolve().parents[1])],
        function.__module__,
        function.__qualname__,
        await asyncio.to_thread(pickle.dumps, args),
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    try:
        output, errors = await child.communicate(pickle.dumps(request))
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise RuntimeError(f"{function.__name__} failed on a source of {size} characters: {' '.join(last)}")
    return pickle.loads(output)
