"""Imports modules of the user's project in a child process, never in jaunt's own.

The child is this very file, run as a program: `python importer.py`, names on its standard input, one line of
JSON a module on its standard output.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

IMPORT_SECONDS = 60.0


@dataclass(frozen=True)
class Imported:
    """What came of importing one module: an error in one line, or the arguments of its specs' decorators."""

    error: str = ""
    specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def import_modules(
    names: Sequence[str], *, path: Sequence[str | Path], cwd: Path, seconds: float = IMPORT_SECONDS
) -> dict[str, Imported]:
    """Import modules, in order, in a child process whose `sys.path` starts with `path`.

    Returns name -> `Imported`. A module that ends the process, or hangs for `seconds`, is reported, and the
    ones after it get a child of their own. Specs are stubs there: generated code is not loaded.
    """
    results: dict[str, Imported] = {}
    while pending := [name for name in names if name not in results]:
        request = json.dumps({"names": pending, "path": [str(p) for p in path]})
        command = [sys.executable, "-P", str(Path(__file__).resolve())]
        try:
            child = subprocess.run(
                command, input=request, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd,
                timeout=seconds, check=False, text=True, encoding="utf-8", errors="replace",
            )  # fmt: skip
            output, reason = child.stdout, f"ended the process (exit code {child.returncode})"
        except subprocess.TimeoutExpired as expired:
            printed = expired.stdout or b""
            output = printed.decode("utf-8", "replace") if isinstance(printed, bytes) else printed
            reason = f"did not finish importing within {seconds:g} s"
        for line in output.split("\n")[:-1]:  # the last one is empty, or was cut off
            record = json.loads(line)
            name = record.pop("name")
            results[name] = Imported(**record)
        rest = [name for name in pending if name not in results]
        if rest:
            results[rest[0]] = Imported(error=reason)
    return results


def import_from_bases(
    bases: Mapping[str, Path], *, path: Sequence[str | Path], cwd: Path
) -> dict[str, Imported]:
    """Import modules, each from the folder that its name starts from; `path` is searched after that folder.

    They share a child process, unless two folders hold a package of the same name, such as `tests`.
    """
    groups: list[dict[str, Path]] = []
    members: list[list[str]] = []
    for name, base in bases.items():
        top = name.partition(".")[0]
        found = next((i for i, tops in enumerate(groups) if tops.setdefault(top, base) == base), None)
        if found is None:
            groups.append({top: base})
            members.append([])
            found = len(groups) - 1
        members[found].append(name)
    results: dict[str, Imported] = {}
    for tops, names in zip(groups, members, strict=True):
        results |= import_modules(names, path=list(dict.fromkeys([*tops.values(), *path])), cwd=cwd)
    return results


def _child() -> None:
    request = json.loads(sys.stdin.read())
    # jaunt's own folder comes last: it may be that of all installed packages, which hide no standard one.
    sys.path = [*request["path"], *sys.path, str(Path(__file__).resolve().parent.parent)]
    # What the modules print must not reach the stream that carries the results; nor may a process that they
    # leave behind hold it open.
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ["JAUNT_STUBS_ONLY"] = "1"
    for name in request["names"]:
        results.write(json.dumps({"name": name, **_import_one(name)}) + "\n")
        results.flush()


def _import_one(name: str) -> dict[str, Any]:
    import importlib

    from jaunt.errors import JauntNotBuiltError
    from jaunt.registry import get_magic_registry, get_test_registry
    from jaunt.spec_ref import spec_ref_from_object

    def plain(kwargs: Mapping[str, Any]) -> dict[str, Any]:
        deps = kwargs.get("deps")
        if deps is None:
            return dict(kwargs)
        many = [deps] if isinstance(deps, str) or not isinstance(deps, Iterable) else deps
        return {**kwargs, "deps": [d if isinstance(d, str) else spec_ref_from_object(d) for d in many]}

    try:
        importlib.import_module(name)
        error = ""
    except JauntNotBuiltError:
        error = ""  # module-level code that uses a spec can't run before the build
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - whatever a user's module raises is its report
        error = f"{type(problem).__name__}: {problem}".splitlines()[0]
    entries = [*get_magic_registry().values(), *get_test_registry().values()]
    try:
        specs = {e.qualname: plain(e.decorator_kwargs) for e in entries if e.module == name}
        json.dumps(specs)
    except (TypeError, ValueError) as problem:
        return {"error": error or f"decorator arguments: {problem}"}
    return {"error": error, "specs": specs}


if __name__ == "__main__":
    _child()
