"""The importer's child: imports modules of the user's project, and tells the arguments of their decorators.

`importer.py` starts it: one line of JSON on its standard input, one line a module on its standard output. With the
number of a descriptor as its argument, as in a sandbox, it writes there, and first an empty line: it has begun.
"""

import importlib
import json
import os
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import CellType, FrameType, FunctionType
from typing import Any

from jaunt import codes
from jaunt.errors import JauntDiscoveryError, JauntError, JauntNotBuiltError
from jaunt.process.boundary import caught
from jaunt.process.holders import holders_of, lasting, name_of, refusal_of_another, subclass_hook
from jaunt.project.from_source import import_from_source
from jaunt.project.unbuilt import unbuilt_behind
from jaunt.registry import SpecEntry, clear_registries, get_magic_registry, get_test_registry, watch
from jaunt.runtime import PLAIN_METACLASSES, magic
from jaunt.spec_ref import code_name, spec_ref_from_object
from jaunt.specs.refused import BELONGS_ABOVE

_NO_PLAIN_DECORATOR = re.compile(
    rb"""^[ \t\f]*@(?![ ]?[\w.]+ (?:\( [^()"'\\#\n]* \))? \n[ \t\f]* (?:def|class|async)\b)""",
    re.MULTILINE | re.VERBOSE,
)


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
    watch(refuse_kept)
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

    before = set(sys.modules)
    problem = caught(lambda: importlib.import_module(name))
    if isinstance(problem, KeyboardInterrupt):
        raise problem
    if problem is not None:
        _forget(set(sys.modules) - before)
    error = exception = hint = ""
    line = 0
    # Module-level code that uses a spec can't run before the build.
    unbuilt = unbuilt_behind(problem) if problem is not None else []
    if problem is not None and not unbuilt and not isinstance(problem, JauntNotBuiltError):
        exception = type(problem).__name__
        told = isinstance(problem, JauntError)
        error = (str(problem) if told else f"{exception}: {problem}").splitlines()[0]
        hint = (problem.hint or "") if isinstance(problem, JauntError) else ""
        line = _line_of(problem, name)
    # Gone through once: each module would have to look at the specs of all before it.
    for entry in [*get_magic_registry().values(), *get_test_registry().values()]:
        registered.setdefault(entry.module, {})[entry.qualname] = entry
    clear_registries()
    try:
        specs = {qualname: plain(e.decorator_kwargs) for qualname, e in registered.get(name, {}).items()}
        json.dumps(specs)
    except (TypeError, ValueError) as problem:
        return {
            "error": error or f"decorator arguments: {problem}",
            "unbuilt": unbuilt,
            "exception": exception,
            "line": line,
        }
    return {"error": error, "specs": specs, "unbuilt": unbuilt, "exception": exception, "hint": hint, "line": line}


def _line_of(problem: BaseException, name: str) -> int:
    """Return the line of a module's own text that an error came through last, 0 if it came through none."""
    trace, line = problem.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _forget(modules: Iterable[str]) -> None:
    """Let go of modules whose package could not be imported, so that an import of them fails by that as well."""
    for name in sorted(modules):
        if "." in name and name.rpartition(".")[0] not in sys.modules:
            sys.modules.pop(name, None)


def refuse_kept(entry: SpecEntry) -> None:
    """Raise JauntDiscoveryError if a decorator below jaunt's, a metaclass or a base gave a stub to what keeps it.

    So it does if such a decorator has handed on another definition than the one below it.
    """
    _refuse_other(entry)
    stub = entry.obj
    is_of_metaclass = isinstance(stub, type) and type(stub).__module__ not in PLAIN_METACLASSES
    hook = subclass_hook(stub) if isinstance(stub, type) and not is_of_metaclass else ""
    has_decorators = _has_inner_decorators(entry)
    if not (is_of_metaclass or hook or has_decorators):
        return
    kept = [stub, *_wrapped(stub, entry)]
    holders = holders_of(stub, kept, besides=[entry])
    by = f"its metaclass {type(stub).__name__}" if is_of_metaclass else hook or "a decorator below @jaunt.magic"
    problem = ""
    if isinstance(stub, type) and hook and not has_decorators:
        refusal = refusal_of_another(stub, holders, _class_arguments(entry))
        holders = lasting(holders, stub)
        if refusal is not None:
            problem = f"{by} takes no other class in the stub's place: {type(refusal).__name__}: {refusal}"
    if holders:
        problem = f"{by} gave the stub to {name_of(holders[0])}, which would keep it"
    if problem:
        raise JauntDiscoveryError(
            f"{entry.source_file}:{_line_in(entry.source_file)}: {entry.qualname}: {problem}",
            hint="write the class by hand" if is_of_metaclass or hook else BELONGS_ABOVE,
            code=codes.KEPT_STUB,
        )


def _refuse_other(entry: SpecEntry) -> None:
    """Raise JauntDiscoveryError if what became a spec is not the definition that jaunt's decorator stands above."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != magic.__module__:
        frame = frame.f_back
    while frame is not None and frame.f_globals.get("__name__") == magic.__module__:
        frame = frame.f_back
    path = os.path.abspath(frame.f_code.co_filename) if frame is not None else ""  # noqa: PTH100 - as below
    if frame is None or _has_plain_decorators(path):
        return
    below = _decorated(frame.f_globals.get("__name__", ""), path, frame.f_lineno)
    if below and below != entry.qualname.rpartition(".")[2]:
        raise JauntDiscoveryError(
            f"{path}:{frame.f_lineno}: {below}: a decorator below @jaunt.{entry.kind} puts {entry.qualname} in its "
            "place",
            hint="use functools.wraps in that decorator, or write it above jaunt's",
            code=codes.KEPT_STUB,
        )


def _decorated(module: str, path: str, line: int) -> str:
    """Return the name of the definition that jaunt's decorator in a line of a file stands above, "" if none is seen."""
    parser = _parser()
    try:
        source = parser.read_source(module, path)
    except JauntDiscoveryError:
        return ""
    for node in source.top_definitions.values():  # a method has no decorators below jaunt's
        own = next((each for each in node.decorator_list if source.spec_decorator(each) is not None), None)
        if own is not None and own.lineno <= line <= own.end_lineno:
            return node.name
    return ""


def _class_arguments(entry: SpecEntry) -> dict[str, object]:
    """Return what is written beside the bases of a class spec, as far as it is constants."""
    node, _ = _written(entry)
    keywords = [each for each in getattr(node, "keywords", ()) if type(each.value).__name__ == "Constant"]
    return {each.arg: each.value.value for each in keywords}


def _line_in(path: str) -> int:
    """Return the line of a file that is being run, which is that of the decorator."""
    frame: FrameType | None = sys._getframe()
    while frame.f_back is not None and os.path.abspath(frame.f_code.co_filename) != path:  # noqa: PTH100 - as above
        frame = frame.f_back
    return frame.f_lineno


def _has_inner_decorators(entry: SpecEntry) -> bool:
    return not _has_plain_decorators(entry.source_file) and _written(entry)[1]


def _written(entry: SpecEntry) -> tuple[object, bool]:
    """Return the definition of a spec, None where it can't be read, and whether it has decorators below jaunt's."""
    parser = _parser()
    try:
        source = parser.read_source(entry.module, entry.source_file)
    except JauntDiscoveryError:
        return None, False  # which is told where it is read
    node = source.definitions.get(code_name(entry.qualname))
    return node, node is not None and bool(parser.own_decorators(source, node))


def _parser() -> Any:
    from jaunt.syntax import source  # 15 ms, which few modules need

    return source


@lru_cache(maxsize=8)
def _has_plain_decorators(path: str) -> bool:
    """Whether each decorator in a file is one short line, and the only one: it takes 20 times as long to parse it."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes 4 ms to import
            data = file.read()
    except OSError:
        return False
    return _NO_PLAIN_DECORATOR.search(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")) is None


def _wrapped(stub: object, entry: SpecEntry) -> list[object]:
    """Return the functions of the spec's own text that decorators have wrapped."""
    cells = [cell.cell_contents for cell in getattr(stub, "__closure__", None) or () if cell != CellType()]
    inner = [getattr(stub, "__wrapped__", None), *cells]
    return [
        e
        for e in inner
        if isinstance(e, FunctionType) and e.__code__.co_name == entry.qualname.rpartition(".")[2] and e is not stub
    ]
