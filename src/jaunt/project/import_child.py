"""The importer's child: imports modules of the user's project, and tells the arguments of their decorators.

`importer.py` starts it: one line of JSON on its standard input, one line a module on its standard output. With the
number of a descriptor as its argument, as in a sandbox, it writes there, and first an empty line: it has begun.
"""

import importlib
import json
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from jaunt.errors import JauntNotBuiltError
from jaunt.process.boundary import caught
from jaunt.project.from_source import import_from_source
from jaunt.project.unbuilt import unbuilt_behind
from jaunt.registry import clear_registries, get_magic_registry, get_test_registry
from jaunt.spec_ref import spec_ref_from_object


def main() -> None:
    """Import what the request names."""
    request = json.loads(sys.stdin.readline())
    descriptor = int(sys.argv[1]) if len(sys.argv) > 1 else None
    if descriptor is None:
        threading.Thread(target=_end_with_parent, args=(os.dup(0),), daemon=True).start()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - the other one may have read ahead
    import_from_source(request["path"])
    sys.path[:0] = request["path"]
    # What the modules print must not reach the stream that carries the results; nor may a process that they
    # leave behind hold it open.
    results = os.fdopen(os.dup(1) if descriptor is None else descriptor, "w", encoding="utf-8")
    if descriptor is not None:
        os.set_inheritable(descriptor, False)
        results.write("\n")
        results.flush()
    os.dup2(2, 1)
    os.environ["JAUNT_STUBS_ONLY"] = "1"
    registered: dict[str, dict[str, Any]] = {}  # module -> name -> entry
    for name in request["names"]:
        results.write(json.dumps({"name": name, **_import_one(name, registered)}) + "\n")
        results.flush()


def _end_with_parent(request_stream: int) -> None:
    os.read(request_stream, 1)  # nothing more is ever written: this ends when the other side is closed
    os._exit(1)


def _import_one(name: str, registered: dict[str, dict[str, Any]]) -> dict[str, Any]:
    def plain(kwargs: Mapping[str, Any]) -> dict[str, Any]:
        deps = kwargs.get("deps")
        if deps is None:
            return dict(kwargs)
        many = [deps] if isinstance(deps, str) or not isinstance(deps, Iterable) else deps
        return {**kwargs, "deps": [d if isinstance(d, str) else spec_ref_from_object(d) for d in many]}

    problem = caught(lambda: importlib.import_module(name))
    if isinstance(problem, KeyboardInterrupt):
        raise problem
    error = exception = ""
    # Module-level code that uses a spec can't run before the build.
    unbuilt = unbuilt_behind(problem) if problem is not None else []
    if problem is not None and not unbuilt and not isinstance(problem, JauntNotBuiltError):
        exception = type(problem).__name__
        error = f"{exception}: {problem}".splitlines()[0]
    # Gone through once: each module would have to look at the specs of all before it.
    for entry in [*get_magic_registry().values(), *get_test_registry().values()]:
        registered.setdefault(entry.module, {})[entry.qualname] = entry
    clear_registries()
    try:
        specs = {qualname: plain(e.decorator_kwargs) for qualname, e in registered.get(name, {}).items()}
        json.dumps(specs)
    except (TypeError, ValueError) as problem:
        return {"error": error or f"decorator arguments: {problem}", "unbuilt": unbuilt, "exception": exception}
    return {"error": error, "specs": specs, "unbuilt": unbuilt, "exception": exception}
