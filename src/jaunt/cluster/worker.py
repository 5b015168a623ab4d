"""What runs on a cluster's workers: a function of jaunt's, on the project's files as they were sent.

A worker keeps what it unpacked for as long as it runs, one folder for each state of a project.
"""

import asyncio
import importlib
import inspect
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jaunt.cluster.snapshot import Packed, unpack

_UNPACKING = threading.Lock()
_MOST_STATES = 64
"""Far more than a worker has in use at a time."""


async def perform(base: Packed, later: Packed, function: str, arguments: dict[str, Any], root: str) -> Any:
    """Call a function, "package.module:name", on the project as `base` has it with what changed `later`.

    Paths below `root` among its arguments get below the folder here; where that is in its result, it is `root` again.
    """
    folder = str(await asyncio.to_thread(unpacked, base, later))
    module, _, name = function.partition(":")
    called = getattr(importlib.import_module(module), name)
    given = moved(arguments, below(root, folder))
    if inspect.iscoroutinefunction(called):
        result = await called(**given)
    else:
        result = await asyncio.to_thread(lambda: called(**given))
    return moved(result, lambda text: text.replace(folder, root))


def unpacked(base: Packed, later: Packed) -> Path:
    """Return the folder of a state of a project; it is unpacked but once."""
    with _UNPACKING:
        whole = _kept() / base.digest[:32] / "project"
        if not whole.is_dir():
            _fill(whole, lambda folder: unpack(base, folder))
        if not (later.content or later.gone):
            return whole
        folder = _kept() / f"{base.digest[:32]}-{later.digest[:32]}" / "project"
        if not folder.is_dir():
            _fill(folder, lambda made: _change(whole, made, later))
            _forget_oldest()
        return folder


def _forget_oldest() -> None:
    """Remove the states that were made first: a build makes one with each module that it writes."""
    made = sorted(_kept().glob("*-*"), key=lambda folder: folder.stat().st_mtime_ns)
    for folder in made[:-_MOST_STATES]:
        shutil.rmtree(folder, ignore_errors=True)


def _change(whole: Path, folder: Path, later: Packed) -> None:
    shutil.copytree(whole, folder, copy_function=os.link, dirs_exist_ok=True)
    unpack(later, folder)


def _fill(folder: Path, write: Any) -> None:
    """Have a folder written under another name, so that it is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="unpacking-", dir=folder.parent))
    write(made)
    made.rename(folder)


@cache
def _kept() -> Path:
    """Return this worker's folder; nobody else may read it, and it goes with the worker."""
    kept = tempfile.TemporaryDirectory(prefix="jaunt-cluster-")
    _HELD.append(kept)
    return Path(kept.name).resolve()


_HELD: list[tempfile.TemporaryDirectory[str]] = []


def below(root: str, folder: str) -> Callable[[str], str]:
    """Return what turns a path that is or is below `root`, also as an option's value, into one below `folder`.

    No other text: code that has `root` in it would be other code then.
    """
    path = re.compile(rf"(-[-\w]+=)?{re.escape(root)}(?=/|$)")
    return lambda text: path.sub(lambda match: f"{match[1] or ''}{folder}", text, count=1) if path.match(text) else text


def moved(value: Any, move: Callable[[str], str]) -> Any:
    """Return a value with other texts and paths, in collections and records too."""
    if isinstance(value, str):
        return move(value)
    if isinstance(value, Path):
        return Path(move(str(value)))
    if isinstance(value, dict):
        return {moved(key, move): moved(each, move) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(moved(each, move) for each in value))
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(moved(each, move) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: moved(getattr(value, each.name), move) for each in fields(value)})
    return value
