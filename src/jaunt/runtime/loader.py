"""The loader: finds and imports the generated module of a spec, at the spec's first use."""

# pathlib would cost every user's start-up more than all of `import jaunt` does.
# ruff: noqa: PTH112, PTH113, PTH118, PTH120, PTH123, PTH204, PTH208

import functools
import os
import sys
from _thread import RLock
from importlib import import_module
from importlib.machinery import FileFinder, SourceFileLoader
from types import ModuleType

from jaunt.errors import JauntConfigError, JauntNotBuiltError
from jaunt.paths import DEFAULT_GENERATED_DIR, spec_module_to_generated_module
from jaunt.runtime.decoration import unseen_decorator
from jaunt.runtime.spec_module import generated_module_of, is_initialising, set_initialising
from jaunt.spec_ref import code_name

__tracebackhide__ = True  # see __init__.py

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from jaunt.registry import SpecEntry


def load_generated(entry: "SpecEntry") -> "Any":
    """Return what the generated module defines for a spec; raises what `load_module` and `find_generated` do."""
    return find_generated(entry, load_module(entry))


def load_module(entry: "SpecEntry") -> ModuleType:
    """Return the generated module of a spec, which may be half imported.

    Raises JauntNotBuiltError if there is no such module; errors of the generated code itself pass through.
    """
    # Set where specs are collected for a build, so that broken generated code can't hinder its own repair.
    if os.environ.get("JAUNT_STUBS_ONLY"):
        raise _not_built(entry, "is a stub while specs are collected")
    return _import_generated(entry)


def find_generated(entry: "SpecEntry", module: ModuleType) -> "Any":
    """Return what a generated module defines for a spec.

    Raises JauntNotBuiltError if it has no such name, ImportError if it may still get one.
    """
    name = code_name(entry.qualname)
    if name in vars(module):
        return vars(module)[name]
    if is_initialising(module.__name__):
        reason = f"cannot import name {name!r} from half-imported module {module.__name__!r}"
        raise ImportError(reason, name=module.__name__)
    raise _not_built(entry, f"is not built: the generated module {module.__name__} has no {name!r}")


def _not_built(entry: "SpecEntry", reason: str) -> JauntNotBuiltError:
    command = "jaunt build" if entry.kind == "magic" else "jaunt test"
    if archive := _archive_of(entry.source_file):
        command += f", then make {archive} again: it holds no generated code of {entry.module}"
    unseen = unseen_decorator(entry)
    way = f"jaunt can't see that it is a spec, by {unseen}: write @jaunt.{entry.kind}" if unseen else f"run: {command}"
    # The command stands in the message: this error is met in other people's tracebacks and logs, without its hint.
    error = JauntNotBuiltError(f"{entry.spec_ref} {reason} ({way})")
    error.spec_ref = entry.spec_ref
    return error


def _archive_of(path: str) -> str | None:
    """Return the file that a path leads into, such as a zip archive of modules; None for a path of folders."""
    above = os.path.dirname(path)
    while above != path and not os.path.isdir(above):
        if os.path.isfile(above):
            return above
        path, above = above, os.path.dirname(above)
    return None


def _import_generated(entry: "SpecEntry") -> ModuleType:
    folder = os.path.dirname(entry.source_file)
    generated_dir = os.environ.get("JAUNT_GENERATED_DIR") or configured_dir(folder)
    if not generated_dir.isidentifier():
        raise JauntConfigError(
            f"{entry.source_file}: generated_dir {generated_dir!r} is not a name that Python can import",
            hint="correct generated_dir in the configuration, or JAUNT_GENERATED_DIR",
        )
    top = entry.module.partition(".")[0]
    package_path = getattr(sys.modules.get(top), "__path__", None)
    if package_path is None and top == entry.module:
        module = _load_file(top, folder, generated_dir)
    else:
        module = _import_from_package(entry.module, generated_dir, list(package_path or ()))
    if module is None:
        raise _not_built(entry, "is not built")
    return module


def _import_from_package(module: str, generated_dir: str, package_path: "Sequence[str]") -> ModuleType | None:
    """Import the generated module of a module in a package, None if it is missing."""
    generated = spec_module_to_generated_module(module, generated_dir)
    found = _import_if_there(module, generated_dir)  # which waits where another thread imports it
    if found is None and _is_unlisted(generated, package_path):
        found = _import_if_there(module, generated_dir)
    if found is None and _join_portions(generated, package_path):
        found = _import_if_there(module, generated_dir)
    if found is None and (marked := _marked_dir(module, package_path)):
        found = _import_if_there(module, marked)
    return found


def _is_unlisted(generated: str, package_path: "Sequence[str]") -> bool:
    """Whether there is a file of a generated module that Python's listings of folders miss; they are made anew then.

    A build may just have written it. They are not made anew for each module: of 3,000 modules in a folder of 10,000,
    that took 30 s.
    """
    places = [os.path.join(part, *generated.split(".")[1:]) for part in package_path]
    if not any(os.path.isfile(f"{place}.py") or os.path.isdir(place) for place in places):
        return False
    # importlib.invalidate_caches() would do as well, but takes 70 ms on Python 3.13.
    for folder, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, FileFinder) and folder.startswith(tuple(package_path)):
            finder.invalidate_caches()
    return True


def _join_portions(generated: str, package_path: "Sequence[str]") -> bool:
    """Let the packages on the way to a generated module have what each part of a namespace package has of them.

    An `__init__.py` in the generated folder of one distribution, as jaunt once wrote them, hides those of the others.
    Returns whether that is any more than before.
    """
    _, *names = generated.split(".")
    joined = False
    for depth in range(1, len(names)):
        package = sys.modules.get(".".join(generated.split(".")[: depth + 1]))
        search: Any = getattr(package, "__path__", None)
        for part in package_path if isinstance(search, list) else ():  # a namespace package has them all
            folder = os.path.join(part, *names[:depth])
            if folder not in search and os.path.isdir(folder):
                search.append(folder)
                joined = True
    return joined


def _import_if_there(module: str, generated_dir: str) -> ModuleType | None:
    """Import the generated module of a module; None if it, or a generated package on its way, is missing."""
    generated = spec_module_to_generated_module(module, generated_dir)
    if generated in sys.modules:
        return _fill(import_module(generated))
    for above in _half_imported_above(module):
        _hold_place(spec_module_to_generated_module(above, generated_dir), generated_module_of(above))
    finder = _IntoModule(generated, generated_module_of(module))
    sys.meta_path.insert(0, finder)
    try:
        return import_module(generated)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if "." in missing and f"{generated}.".startswith(f"{missing}."):
            return None
        raise
    finally:
        sys.meta_path.remove(finder)


def _half_imported_above(module: str) -> "list[str]":
    """Return the packages that a module is in, the outermost first, whose import has begun and not ended."""
    parts = module.split(".")
    return [name for depth in range(1, len(parts)) if is_initialising(name := ".".join(parts[:depth]))]


_file_locks: "dict[str, RLock]" = {}  # of what is run here, and not by the import system
_held: "dict[ModuleType, Any]" = {}  # generated packages whose code is not run yet, with their import specs


def _hold_place(package: str, module: ModuleType) -> None:
    """Make `module` a generated package of which only the place is there: its code waits until it is asked for.

    The code of a package may need what the package's `__init__.py` binds further down; that of the modules in it,
    which `__init__.py` imports, may not wait for that, as its names are handed on.
    """
    parent, _, name = package.rpartition(".")
    if package in sys.modules or parent not in sys.modules:
        return
    path = getattr(sys.modules[parent], "__path__", None)
    found = (finder.find_spec(package, path) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec: Any = next((each for each in found if each is not None), None)
    if spec is None or spec.submodule_search_locations is None or not isinstance(spec.loader, SourceFileLoader):
        return  # there is no code in it
    load_into(spec, module)
    sys.modules[package] = _import_util().module_from_spec(spec)
    setattr(sys.modules[parent], name, module)
    _held[module] = spec


def _fill(module: ModuleType) -> ModuleType:
    """Run the code of a generated package whose place was held for it; returns it. Other modules stay as they are."""
    spec = _held.get(module)
    if spec is None:
        return module
    with _file_locks.setdefault(module.__name__, RLock()):
        if module in _held and not is_initialising(module.__name__):
            set_initialising(spec, True)
            try:
                spec.loader.exec_module(module)
                del _held[module]
            finally:
                set_initialising(spec, False)
    return module


def _import_util() -> "Any":
    from importlib import util  # 3 ms, for few modules

    return util


class _IntoModule:
    """Finds a generated module as the other finders do, to be loaded into the module object that functions wait for."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self._name = name
        self._module = module

    def find_spec(self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None) -> "Any":
        """Return what the first of the other finders returns; None for all other modules."""
        if name != self._name:
            return None
        finders = [finder for finder in sys.meta_path if not isinstance(finder, _IntoModule)]
        found = (finder.find_spec(name, path, target) for finder in finders if hasattr(finder, "find_spec"))
        spec = next((each for each in found if each is not None), None)
        if spec is not None:
            load_into(spec, self._module)
        return spec


def load_into(spec: "Any", module: ModuleType) -> None:
    """Let an import spec be loaded into a module object; one whose loader makes objects of its own is left alone."""
    if getattr(type(spec.loader), "create_module", None) is SourceFileLoader.create_module:  # which makes none
        module.__name__ = spec.name
        spec.loader.create_module = lambda each: module if each.name == module.__name__ else None


def _load_file(module: str, folder: str, generated_dir: str) -> ModuleType | None:
    """Load the generated code of a single-file module, None if there is none.

    `slug.py` has its generated code beside it, in `<generated_dir>/slug.py`: a package `slug` would hide it.
    So the import system can't find that file; it is loaded as `slug.<generated_dir>`, with what import
    guarantees: once in all threads, visible in sys.modules from its start on, gone from there if it fails.
    """
    name, file = f"{module}.{generated_dir}", os.path.join(folder, generated_dir, f"{module}.py")
    with _file_locks.setdefault(name, RLock()):
        if name in sys.modules:
            return sys.modules[name]
        archived = _archived_code(module, file)
        if archived is None and not os.path.isfile(file):
            return None
        util = _import_util()
        spec: Any = util.spec_from_file_location(name, file)
        load_into(spec, generated_module_of(module))
        loaded = sys.modules[name] = util.module_from_spec(spec)
        set_initialising(spec, True)
        is_whole = False
        try:
            if archived is None:
                spec.loader.exec_module(loaded)
            else:
                exec(compile(archived, file, "exec", dont_inherit=True), vars(loaded))
            is_whole = True
        finally:
            set_initialising(spec, False)
            if not is_whole:
                sys.modules.pop(name, None)
        return loaded


def _archived_code(module: str, file: str) -> bytes | None:
    """Return what the archive that a module was imported from has of a file; None if it has none."""
    get_data = getattr(getattr(sys.modules.get(module), "__loader__", None), "get_data", None)
    try:
        return get_data(file) if get_data else None
    except OSError:
        return None


@functools.cache
def configured_dir(folder: str) -> str:
    """Return `generated_dir` of the nearest configuration from `folder` upward; the default if unset."""
    for name, tables in (("jaunt.toml", ()), ("pyproject.toml", ("tool", "jaunt"))):
        file = os.path.join(folder, name)
        try:
            with open(file, encoding="utf-8", errors="replace") as stream:
                text = stream.read()
        except OSError:
            continue
        if name == "jaunt.toml" or "[tool.jaunt" in text:
            return _read_generated_dir(file, text, tables)
    above = os.path.dirname(folder)
    return DEFAULT_GENERATED_DIR if above == folder else configured_dir(above)


def _read_generated_dir(file: str, text: str, tables: "tuple[str, ...]") -> str:
    if "generated_dir" not in text:  # as nearly always, and tomllib takes a while to import
        return DEFAULT_GENERATED_DIR
    import tomllib  # 10 ms

    try:
        table = tomllib.loads(text)
        for key in (*tables, "paths"):
            table = table.get(key, {})
        return str(table.get("generated_dir", DEFAULT_GENERATED_DIR))
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise JauntConfigError(f"{file}: {error}", hint="correct the file") from error


def _marked_dir(module: str, package_path: "Sequence[str]") -> str | None:
    """Return the folder of the top package that holds the module's generated file, by the file's own header.

    An installed package comes without the configuration that names the folder.
    """
    below = [*module.split(".")[1:]] or ["__init__"]
    for root in package_path:
        for folder in _folders_in(root, os.path.getmtime(root)) if os.path.isdir(root) else ():
            file = os.path.join(root, folder, *below) + ".py"
            if os.path.isfile(file) and _source_module(file) == module:
                return folder
    return None


@functools.lru_cache(maxsize=64)  # else each of 3,000 unbuilt modules lists a folder of as many
def _folders_in(root: str, _mtime: float) -> "list[str]":
    return sorted(name for name in os.listdir(root) if name.isidentifier() and os.path.isdir(os.path.join(root, name)))


def _source_module(file: str) -> str | None:
    from jaunt.header import parse_header  # `re` and `hashlib`, for an installed package without configuration alone

    with open(file, encoding="utf-8", errors="replace") as stream:
        return (parse_header(stream.read()) or {}).get("source_module")
