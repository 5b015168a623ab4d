"""What the import of a candidate does to the process that it is imported in: measured, whatever its text looks like.

An audit hook notes what reaches out of the process; the state of the process is compared before and after. What modules
do that the candidate imports is not its own effect: they are imported before, and what happens below a nested import is
left out. All of this runs in the sandbox, in a process of the candidate's own.
"""

# pathlib would cost each examination more than this does.
# ruff: noqa: PTH109, PTH118, PTH208

import ast
import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from operator import is_
from types import CodeType, FrameType, ModuleType
from typing import Any

from jaunt.checks.examiner.plain import is_plain
from jaunt.checks.examiner.protocol import Wrong
from jaunt.paths import PACKAGE
from jaunt.process.boundary import caught

_EXPECTED = "expected imports, definitions and constants only at module level; move it into a function"

_REACHES_OUT = frozenset(
    """
    os.chdir os.chflags os.chmod os.chown os.exec os.fork os.forkpty os.kill os.killpg os.link os.lockf
    os.mkdir os.posix_spawn os.putenv os.remove os.removexattr os.rename os.rmdir os.setxattr os.spawn
    os.startfile os.symlink os.system os.truncate os.unsetenv os.utime subprocess.Popen pty.spawn
    _thread.start_new_thread _thread.start_joinable_thread signal.pthread_kill time.sleep sys.addaudithook
    sys.settrace sys.setprofile sys.unraisablehook threading.setprofile builtins.input builtins.breakpoint
    resource.setrlimit resource.prlimit mmap.__new__ fcntl.fcntl fcntl.flock fcntl.ioctl fcntl.lockf
    sqlite3.connect webbrowser.open urllib.Request syslog.openlog syslog.syslog tempfile.mkstemp
    tempfile.mkdtemp
    """.split()  # noqa: SIM905 - a list of 50 lines is not read any better
)
"""Events of Python's audit hooks that a candidate may cause by nothing that it calls on import."""
_FAMILIES = ("socket.", "ctypes.", "shutil.", "ftplib.", "smtplib.", "http.", "imaplib.", "poplib.", "telnetlib.")
_ONLY_DIRECT = frozenset(
    ["exec", "compile", "sys._getframe", "code.__new__", "marshal.loads", "gc.get_objects", "gc.get_referrers"]
)
"""Events that the standard library causes in its own work, `namedtuple` say: not the candidate's own code."""


_RUNTIME = os.path.join(PACKAGE, "runtime")
_FILES_OF_PYTHON = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/localtime", "/dev/urandom", "/dev/null")


class Effects:
    """Notes the effects of running a candidate's code, in `errors`; its spec module waits for `names`."""

    def __init__(self, filename: str, spec_module: str, names: list[str]) -> None:
        self.errors: list[Wrong] = []
        self._filename = filename
        self._spec_module = spec_module
        self._names = names
        self._is_on = False

    def run(self, tree: ast.Module, module: ModuleType) -> None:
        """Run the code of a candidate in its module; raises what it raises."""
        code = compile(tree, self._filename, "exec", dont_inherit=True)
        if is_plain(tree):
            exec(code, vars(module))
            return
        imports = _imports(tree, self._filename)
        caught(lambda: exec(imports, {**vars(module)}))  # what it raises, the code will raise again
        before = _World({module.__name__}, {self._spec_module: self._names})
        sys.addaudithook(self._hear)
        threads: list[str] = []
        threading.settrace(lambda frame, event, _: threads.append(event))  # no Python before 3.12 has an event for them
        self._is_on = True
        try:
            exec(code, vars(module))
        finally:
            self._is_on = False
            threading.settrace(None)
            self.errors += [Wrong(message=f"a thread is started on import, {_EXPECTED}")] if threads else []
            changed = dict.fromkeys(before.changes())
            self.errors += [Wrong(message=f"{each} is changed on import, {_EXPECTED}") for each in changed]

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        is_open, only_direct = event == "open", event in _ONLY_DIRECT
        if not (is_open or only_direct or event in _REACHES_OUT or event.startswith(_FAMILIES)):
            return
        self._is_on = False  # what is done here is an event, too
        line = self._line(sys._getframe(1), only_direct=only_direct)
        if line is not None and not (is_open and _is_of_python(*arguments)):
            what = f"`{str(arguments[0])[:80]}` is opened" if is_open else f"`{event}` is done"
            self.errors.append(Wrong(line=line, message=f"{what} on import, {_EXPECTED}"))
        self._is_on = True

    def _line(self, frame: FrameType | None, *, only_direct: bool) -> int | None:
        """Return the candidate's line that an event comes from; None if it is another's, or of an import below it."""
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self._filename:
                return frame.f_lineno
            if only_direct or file.startswith(("<frozen importlib", _RUNTIME)):
                return None
            frame = frame.f_back
        return None


def _is_of_python(path: object, _mode: object, flags: object) -> bool:
    """Whether a file is opened to be read, and the standard library reads it by itself: a time zone, say."""
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    if not isinstance(path, str) or (isinstance(flags, int) and flags & writes):
        return False
    return os.path.realpath(path).startswith((sys.prefix, sys.base_prefix, *_FILES_OF_PYTHON))


def _imports(tree: ast.Module, filename: str) -> CodeType:
    """Return the code of a module's imports, those that it tries included."""
    imports = (ast.Import, ast.ImportFrom)
    statements: list[ast.stmt] = [
        each
        for each in tree.body
        if isinstance(each, imports) or (isinstance(each, ast.Try) and all(isinstance(e, imports) for e in each.body))
    ]
    return compile(ast.Module(statements, []), filename, "exec", dont_inherit=True)


class _World:
    """The state of this process that code can change, as it was when this was made.

    Of the modules in `without` nothing is looked at; `waiting` are names of modules that jaunt itself may bind.
    """

    def __init__(self, without: set[str], waiting: Mapping[str, list[str]]) -> None:
        self._without = without
        self._waiting = waiting
        self._modules = dict(sys.modules)
        self._namespaces = {
            name: vars(module)
            for name, module in self._modules.items()
            if isinstance(module, ModuleType) and name not in without
        }
        self._names = {name: {**names} for name, names in self._namespaces.items()}
        self._state = dict(_state())

    def changes(self) -> Iterator[str]:
        """Yield what is no longer as it was; names in modules get back what they were bound to.

        So the rest is looked at by Python's own functions, those of `builtins` first.
        """
        yield from self._restored("builtins")
        for name in self._names:
            yield from self._restored(name)
        for name, value in _state():
            if self._state.get(name, value) != value:
                yield name
        for name, module in self._modules.items():
            if name not in self._without and sys.modules.get(name) is not module:
                yield f"sys.modules[{name!r}]"
        for name, module in list(sys.modules.items()):
            if name not in self._modules and getattr(module, "__spec__", None) is None:
                yield f"sys.modules[{name!r}]"

    def _restored(self, module: str) -> list[str]:
        """Put back what was bound in a module, and return the names that were bound to something else."""
        before, names = self._names[module], self._namespaces[module]
        now = {**names}
        if before.keys() == now.keys() and False not in [*map(is_, before.values(), now.values())]:
            return []
        names |= before
        different = [each for each in {**before, **now} if now.get(each, _NOTHING) is not before.get(each, _NOTHING)]
        changed = [each for each in different if not self._may_change(module, each, now.get(each, _NOTHING))]
        names |= now
        for each in changed:
            if each in before:
                names[each] = before[each]
            else:
                del names[each]
        return [f"{module}.{each}" for each in changed]

    def _may_change(self, module: str, name: str, value: object) -> bool:
        """Whether an import, or jaunt, or a module's own cache sets a name."""
        if _equal(self._names[module].get(name, _NOTHING), value):
            return True
        if isinstance(value, ModuleType) or "__jaunt_spec_ref__" in getattr(value, "__dict__", {}):
            return True
        if name in self._waiting.get(module, ()) or name.startswith("__jaunt_"):
            return True
        return name.startswith("_") and getattr(value, "__module__", None) not in self._without


_NOTHING = object()


def _equal(before: object, now: object) -> bool:
    """Whether a plain value was bound anew, and is the same."""
    return type(before) is type(now) and isinstance(now, str | bytes | int | float | tuple) and before == now


def _state() -> Iterator[tuple[str, object]]:
    """Yield by name what can be compared of the process, besides the names in its modules."""
    for name in ("path", "meta_path", "path_hooks", "argv", "warnoptions"):
        yield f"sys.{name}", [*map(_plain, getattr(sys, name))]
    yield "os.environ", dict(os.environ)
    yield "the working directory", _working_directory()
    yield "warnings.filters", [*warnings.filters]
    yield "what is run at the end (atexit)", atexit._ncallbacks()  # its canary is in the tests
    yield "the number of threads", len(threading.enumerate())
    yield "the open files", sorted(os.listdir("/proc/self/fd")) if sys.platform == "linux" else []
    yield "what is printed", _printed()
    yield "the recursion limit", sys.getrecursionlimit()
    yield "the garbage collection", (gc.isenabled(), gc.get_threshold(), len(gc.callbacks))
    yield "the handlers of signals", [*map(signal.getsignal, _SIGNALS), signal.getitimer(signal.ITIMER_REAL)]
    for name, state in _OF_MODULES.items():
        if name in sys.modules:
            yield f"the state of {name}", state(sys.modules[name])


_SIGNALS = [
    number
    for name in ["INT", "TERM", "ALRM", "HUP", "CHLD", "USR1", "USR2", "PIPE", "QUIT", "SEGV"]
    if (number := getattr(signal, f"SIG{name}", None))
]
_OF_MODULES: Mapping[str, Callable[[Any], object]] = {
    "logging": lambda module: (_logger(module.root), module.root.manager.disable),
    "random": lambda module: module.getstate(),
    "locale": lambda module: module.setlocale(module.LC_ALL),
    "decimal": lambda module: repr(module.getcontext()),
    "socket": lambda module: module.getdefaulttimeout(),
    "copyreg": lambda module: len(module.dispatch_table),
    "codecs": lambda module: [module.lookup_error(name) for name in ("strict", "replace", "ignore")],
    "multiprocessing": lambda module: module.get_start_method(allow_none=True),
}


def _logger(logger: Any) -> tuple[object, ...]:
    return logger.level, logger.disabled, [*logger.handlers], [*logger.filters]


def _plain(entry: object) -> object:
    """Return an entry of a list so that it is compared by what it is: of foreign objects, by which one."""
    return entry if isinstance(entry, str) else id(entry)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _printed() -> tuple[int, ...]:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    return tuple(os.fstat(number).st_size for number in (1, 2))
