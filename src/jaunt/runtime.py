"""The decorators `@magic` and `@test`: register a spec, and put its generated code in its place."""

# pathlib would cost every user's start-up more than all of `import jaunt` does.
# ruff: noqa: PTH100, PTH112, PTH113, PTH118, PTH119, PTH120, PTH122, PTH123, PTH208

import functools
import os
import sys
from _thread import RLock
from types import FunctionType, ModuleType

from jaunt.errors import JauntConfigError, JauntDiscoveryError, JauntNotBuiltError
from jaunt.paths import DEFAULT_GENERATED_DIR, spec_module_to_generated_module
from jaunt.registry import SpecEntry, register_magic, register_test
from jaunt.spec_ref import SpecRef

__tracebackhide__ = True  # pytest leaves the frames of this file out: a failing test shows its own line

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
    from typing import Any, Protocol, TypeVar, overload

    from jaunt.registry import SpecKind

    Spec = str | Callable[..., Any] | type
    F = TypeVar("F", bound=Callable[..., Any] | type)

    class Decorator(Protocol):
        """Gives back the very type that it is put on, bare or with arguments."""

        @overload
        def __call__(self, spec: F, /) -> F: ...
        @overload
        def __call__(
            self,
            *,
            deps: Iterable[Spec] | Spec | None = None,
            prompt: str | None = None,
            infer_deps: bool | None = None,
        ) -> Callable[[F], F]: ...


def _typed(decorator: "Any") -> "Decorator":
    return decorator


@_typed
def magic(spec=None, /, *, deps=None, prompt=None, infer_deps=None):
    """Make a module-level function or class a spec, whose code a model writes in `jaunt build`.

    `deps` are the specs it builds on (objects, or references such as "app.slug:slugify"); `prompt` is further
    advice to the model; `infer_deps` overrides the configuration. Bare `@magic` does as well.

    A function is replaced by a wrapper, which loads the generated code at its first call; a class is replaced
    by the generated one. What isn't built raises JauntNotBuiltError when it is called.
    Raises JauntDiscoveryError for anything that can't be a spec.
    """
    return _decorator("magic", spec, deps=deps, prompt=prompt, infer_deps=infer_deps)


@_typed
def test(spec=None, /, *, deps=None, prompt=None, infer_deps=None):
    """Make a module-level test function a spec, whose code a model writes in `jaunt test`.

    Takes what `magic` takes and raises what it raises, but is for functions alone.
    """
    return _decorator("test", spec, deps=deps, prompt=prompt, infer_deps=infer_deps)


vars(test)["__test__"] = False  # else pytest collects the name that `from jaunt import test` binds


def _decorator(kind: "SpecKind", spec: "Any", **arguments: "Any") -> "Any":
    kwargs = {name: value for name, value in arguments.items() if value is not None}

    def decorate(obj: "Any") -> "Any":
        entry = _entry(kind, obj, kwargs)
        (register_magic if kind == "magic" else register_test)(entry)
        return _replace_class(obj, entry) if isinstance(obj, type) else _forwarder(obj, entry)

    return decorate if spec is None else decorate(spec)


def _entry(kind: "SpecKind", obj: "Any", kwargs: "dict[str, Any]") -> SpecEntry:
    name = getattr(obj, "__qualname__", None) or type(obj).__name__
    problem = _problem(kind, obj, name)
    if problem is None:
        module = obj.__module__ if obj.__module__ != "__main__" else _main_module_name()
        if all(part.isidentifier() for part in module.split(".")):
            file = getattr(sys.modules.get(obj.__module__), "__file__", None) or _decorated_at()[0]
            return SpecEntry(kind, SpecRef(f"{module}:{name}"), module, name, os.path.abspath(file), obj, kwargs)
        problem = f"{module!r} is not a module name", "put the spec in a file that can be imported"
    reason, hint = problem
    file, line = _decorated_at()
    raise JauntDiscoveryError(f"@jaunt.{kind} on {name} ({file}:{line}): {reason}", hint=hint)


def _problem(kind: "SpecKind", obj: "Any", name: str) -> "tuple[str, str] | None":
    """Return why an object can't be a spec and what to do, None if it can."""
    takes = "functions and classes" if kind == "magic" else "functions"
    if isinstance(obj, staticmethod | classmethod | property):
        return (
            f"a {type(obj).__name__} is not a spec",
            "make its class the spec, or a function at module level",
        )
    if not isinstance(obj, FunctionType | type) or (kind == "test" and isinstance(obj, type)):
        return f"not for a {type(obj).__name__}, only for {takes}", "put it directly above a `def` or `class`"
    if "__jaunt_spec_ref__" in vars(obj):
        return "it is a spec already", "remove one of the decorators"
    if "." in name:
        return "a spec stands at module level, not in a class or function", "move it to the top of its module"
    if name == "<lambda>":
        return "a lambda is not a spec", "write it as a `def` with annotations and a docstring"
    if obj.__module__ == "typing":
        return "an @overload is not a spec", "decorate the implementation below the overloads alone"
    if isinstance(obj, type) and type(obj) is not type:
        return f"its metaclass is {type(obj).__name__}", "only classes without a metaclass can be generated"
    return None


def _main_module_name() -> str:
    """Return the name that the program's main module would be imported by."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return spec.name
    return os.path.splitext(os.path.basename(getattr(main, "__file__", "")))[0]


def _decorated_at() -> "tuple[str, int]":
    """Return file and line of the code that uses a decorator: the nearest frame outside this file."""
    frame = sys._getframe()
    while frame.f_globals is globals() and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


# ----------------------------------------------------------------------------------------------------
# Functions: a wrapper of the same sort


def _forwarder(stub: "FunctionType", entry: SpecEntry) -> "Callable[..., Any]":
    """Return a function of the stub's sort, a coroutine function say, that forwards to the generated one."""

    def load(*args: "Any", **kwargs: "Any") -> "Any":
        nonlocal target
        target = _load(entry)
        _take_parameters(forward, target)
        return target(*args, **kwargs)

    target: Callable[..., Any] = load
    flags = stub.__code__.co_flags  # those of `inspect`
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
    return _mark(forward, entry)


_COROUTINE, _ASYNC_GENERATOR, _GENERATOR, _VARIADIC = 0x80, 0x200, 0x20, 0x0C


def _take_parameters(forward: "Any", generated: "Any") -> None:
    """Give a forwarder the parameters of the generated function, where those are all named.

    To gather and spread `*args, **kwargs` takes 70 to 140 ns a call; with the parameters spelled out, it takes 25.
    """
    if type(generated) is not FunctionType or forward.__code__.co_flags & _ASYNC_GENERATOR:
        return
    code = generated.__code__
    if code.co_flags & _VARIADIC:
        return
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    positional, keywords = names[: code.co_argcount], names[code.co_argcount :]
    parameters = [*positional, *(("*", *keywords) if keywords else ())]
    if code.co_posonlyargcount:
        parameters.insert(code.co_posonlyargcount, "/")
    target = "target"
    while target in names:
        target += "_"
    call = f"{target}({', '.join([*positional, *(f'{name}={name}' for name in keywords)])})"
    if forward.__code__.co_flags & _COROUTINE:
        call = f"await {call}"
    elif forward.__code__.co_flags & _GENERATOR:
        call = f"(yield from {call})"
    sort = "async def" if forward.__code__.co_flags & _COROUTINE else "def"
    text = f"def make({target}):\n  {sort} forward({', '.join(parameters)}): return {call}\n  return forward"
    namespace: dict[str, Any] = {}
    exec(compile(text, "<jaunt>", "exec"), namespace)
    # The code comes last: another thread may call at any time.
    forward.__defaults__, forward.__kwdefaults__ = generated.__defaults__, generated.__kwdefaults__
    forward.__code__ = namespace["make"](None).__code__


def _mark(obj: "Any", entry: SpecEntry) -> "Any":
    obj.__jaunt_spec_ref__, obj.__jaunt_kind__ = entry.spec_ref, entry.kind
    return obj


# ----------------------------------------------------------------------------------------------------
# Classes: the generated class itself, now or as soon as it can be loaded


def _replace_class(stub: type, entry: SpecEntry) -> type:
    """Return the generated class, or the stub where it can't be loaded yet."""
    _make_stub_retry(stub, entry)
    try:
        return _load_class(entry)
    except JauntNotBuiltError:
        pass
    except (ImportError, AttributeError) as error:
        if not _needs_half_imported(error, entry.module):
            raise
        _load_on_access(entry)
    return stub


def _make_stub_retry(stub: "Any", entry: SpecEntry) -> None:
    """Let calls of the stub, its class and static methods reach the generated class, or say that there is none."""
    generated: type | None = None

    def load() -> type:
        nonlocal generated
        generated = generated or _load_class(entry)
        return generated

    @functools.wraps(stub.__init__, assigned=(), updated=())  # keeps inspect.signature(stub)
    def __new__(cls: type, *args: "Any", **kwargs: "Any") -> "Any":
        load()
        if cls is not stub:
            raise JauntNotBuiltError(
                f"{cls.__module__}.{cls.__qualname__} derives from the stub of {entry.spec_ref}, as the "
                "generated class could not be loaded when it was defined",
                hint=f"define {cls.__qualname__} in a module of its own; after a build, start Python again",
            )
        return load()(*args, **kwargs)

    for name, member in list(vars(stub).items()):
        if isinstance(member, classmethod | staticmethod) and not name.startswith("__"):
            setattr(stub, name, _forwarding_method(name, member, load))
    stub.__new__ = staticmethod(__new__)
    _mark(stub, entry)


def _forwarding_method(
    name: str, member: "classmethod | staticmethod", load: "Callable[[], type]"
) -> "classmethod | staticmethod":
    """Return a method of the stub, which needs no instance, that calls the generated one; it would return None."""
    is_class_method = isinstance(member, classmethod)

    @functools.wraps(member.__func__)
    def forward(*args: "Any", **kwargs: "Any") -> "Any":
        return getattr(load(), name)(*args[is_class_method:], **kwargs)

    return type(member)(forward)


def _load_class(entry: SpecEntry) -> type:
    """Return the generated class, made one of the spec module, in which it takes the stub's place."""
    stub: Any = entry.obj
    generated = _load(entry)
    generated.__module__, generated.__qualname__ = stub.__module__, stub.__qualname__  # what pickle goes by
    namespace = getattr(sys.modules.get(stub.__module__), "__dict__", {})
    if namespace.get(entry.qualname) is stub:
        namespace[entry.qualname] = generated
    return _mark(generated, entry)


def _needs_half_imported(error: ImportError | AttributeError, spec_module: str | None = None) -> bool:
    """Whether an import failed for want of what a module defines further down, and so may succeed later."""
    if isinstance(error, ImportError):
        return error.name is not None and (error.name == spec_module or _is_initialising(error.name))
    owner = getattr(error.obj, "__name__", "")
    return _is_initialising(owner) or _is_initialising(f"{owner}.{error.name}")


def _is_initialising(module: str) -> bool:
    return getattr(getattr(sys.modules.get(module), "__spec__", None), "_initializing", False)


def _load_on_access(entry: SpecEntry) -> None:
    """Load a generated class at the first access of its name from outside its half-imported spec module.

    The generated code imports what its spec module defines further down, so it can't be loaded before all of
    that is there. Until then, as with importlib.util.LazyLoader, the module is of a class of its own, with a
    property for each such name; the last of them to be read or set gives the module its usual class back.
    """
    stub: Any = entry.obj
    name, module = entry.qualname, sys.modules.get(stub.__module__)
    if type(module) is ModuleType:
        module.__class__ = type("module", (_WaitingModule,), {"__jaunt_waiting__": set()})
    if not isinstance(module, _WaitingModule):
        return
    waiting = module.__jaunt_waiting__

    def settle() -> None:
        waiting.discard(name)
        if not waiting:
            module.__class__ = ModuleType

    def read(_: ModuleType) -> "Any":
        if name in waiting:
            try:
                _load_class(entry)
                settle()
            except JauntNotBuiltError:
                settle()  # the stub says so when it is called
            except (ImportError, AttributeError) as error:
                if not _needs_half_imported(error):
                    raise
        return vars(module).get(name, stub)

    def write(_: ModuleType, value: object) -> None:
        settle()
        vars(module)[name] = value

    waiting.add(name)
    setattr(type(module), name, property(read, write))


class _WaitingModule(ModuleType):
    """A spec module with generated classes that wait for the first access of their names."""

    __jaunt_waiting__: "set[str]"


# ----------------------------------------------------------------------------------------------------
# Loading: at the first use of a spec


def _load(entry: SpecEntry) -> "Any":
    """Return what the generated module defines for a spec.

    Raises JauntNotBuiltError if there is no such module or no such name in it; errors of the generated code
    itself pass through.
    """
    # Set where specs are collected for a build, so that broken generated code can't hinder its own repair.
    if os.environ.get("JAUNT_STUBS_ONLY"):
        raise _not_built(entry, "is a stub while specs are collected")
    module = _import_generated(entry)
    if entry.qualname in vars(module):
        return vars(module)[entry.qualname]
    if _is_initialising(module.__name__):
        reason = f"cannot import name {entry.qualname!r} from half-imported module {module.__name__!r}"
        raise ImportError(reason, name=module.__name__)
    raise _not_built(entry, f"is not built: the generated module {module.__name__} has no {entry.qualname!r}")


def _not_built(entry: SpecEntry, reason: str) -> JauntNotBuiltError:
    command = "jaunt build" if entry.kind == "magic" else "jaunt test"
    # The command stands in the message: this error is met in other people's tracebacks and logs, without its hint.
    return JauntNotBuiltError(f"{entry.spec_ref} {reason} (run: {command})")


def _import_generated(entry: SpecEntry) -> ModuleType:
    folder = os.path.dirname(entry.source_file)
    generated_dir = os.environ.get("JAUNT_GENERATED_DIR") or _configured_dir(folder)
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
    from importlib.machinery import FileFinder

    # A build may just have written there, which Python's listings of folders can miss.
    # importlib.invalidate_caches() would do as well, but takes 70 ms on Python 3.13.
    for folder, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, FileFinder) and folder.startswith(tuple(package_path)):
            finder.invalidate_caches()
    found = _import_if_there(spec_module_to_generated_module(module, generated_dir))
    if found is None and (marked := _marked_dir(module, package_path)):
        found = _import_if_there(spec_module_to_generated_module(module, marked))
    return found


def _import_if_there(generated: str) -> ModuleType | None:
    """Import a generated module; None if it, or a generated package on its way, is missing."""
    from importlib import import_module

    try:
        return import_module(generated)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if "." in missing and f"{generated}.".startswith(f"{missing}."):
            return None
        raise


_file_locks: "dict[str, RLock]" = {}


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
        if not os.path.isfile(file):
            return None
        from importlib.util import module_from_spec, spec_from_file_location

        spec: Any = spec_from_file_location(name, file)
        loaded = sys.modules[name] = module_from_spec(spec)
        spec._initializing = True
        try:
            spec.loader.exec_module(loaded)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        finally:
            spec._initializing = False
        return loaded


@functools.cache
def _configured_dir(folder: str) -> str:
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
    return DEFAULT_GENERATED_DIR if above == folder else _configured_dir(above)


def _read_generated_dir(file: str, text: str, tables: "tuple[str, ...]") -> str:
    if "generated_dir" not in text:  # as nearly always, and tomllib takes a while to import
        return DEFAULT_GENERATED_DIR
    import tomllib

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
        for folder in sorted(os.listdir(root)) if os.path.isdir(root) else ():
            file = os.path.join(root, folder, *below) + ".py"
            if folder.isidentifier() and os.path.isfile(file) and _source_module(file) == module:
                return folder
    return None


def _source_module(file: str) -> str | None:
    from jaunt.header import parse_header

    with open(file, encoding="utf-8", errors="replace") as stream:
        return (parse_header(stream.read()) or {}).get("source_module")
