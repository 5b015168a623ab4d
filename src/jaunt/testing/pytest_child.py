"""The recorder: runs pytest inside the sandbox and keeps a signed record of what came of each test.

`pytest_run.py` starts it by path, `python -P -B pytest_child.py`, with its orders as JSON on standard input.
Untrusted code runs in this very process, so the record is made where that code reaches last: the functions
that write it are closures, made before any of it is imported; pytest's own judgement is not taken, but what
its innermost hooks saw; and a test that passed counts only while pytest's functions are those that were
there at the start.
"""

import hmac
import json
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from inspect import isasyncgenfunction, iscoroutinefunction
from itertools import count
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

_LONGEST = 20_000  # characters of a field
_ASYNC_MARKS = ("anyio", "asyncio", "gen_test", "tornado", "trio", "twisted")
# What decides whether a test ran and passed; more would accuse plugins that patch the rest for good reasons.
_GUARDED = {
    "pytest",
    "pluggy",
    "pluggy._callers",
    "pluggy._hooks",
    "_pytest.assertion",
    "_pytest.assertion.rewrite",
    "_pytest.main",
    "_pytest.nodes",
    "_pytest.outcomes",
    "_pytest.python",
    "_pytest.python_api",
    "_pytest.raises",
    "_pytest.recwarn",
    "_pytest.reports",
    "_pytest.runner",
    "_pytest.skipping",
    "_pytest.unittest",
}
_WORKER = "PYTEST_XDIST_WORKER"
"""The variable by which pytest-xdist tells a worker that it is one."""
_PREFIX = "JAUNT_PYCACHE_PREFIX"
"""Where workers put bytecode of what is not installed."""
_GUARDED_PACKAGES = {"pytest", "_pytest", "pluggy"}


def main() -> None:
    """Run pytest as ordered. The exit code of this process says nothing; the record has pytest's."""
    orders = json.loads(sys.stdin.buffer.read())
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # the orders hold the key
    os.set_inheritable(orders["report"], False)
    key = orders.pop("key")
    record, begin = make_record()
    begin(bytes.fromhex(key), orders["report"])
    plugins = make_plugins(record)
    if "records" in orders:
        os.environ.pop(_WORKER, None)  # of a run that this one is part of
        plugins.append(_make_controller(record, key, orders["records"]))
    code = int(pytest.main(orders["args"], plugins=plugins))
    record("loaded", *loaded_files())
    record("end", code)


def loaded_files() -> list[str]:
    """Return the files that this process has loaded."""
    modules = [each for each in list(sys.modules.values()) if isinstance(each, ModuleType)]
    return [file for each in modules if isinstance(file := vars(each).get("__file__"), str)]


def make_record() -> tuple[Callable[..., None], Callable[[bytes, int], None]]:
    """Return a function that appends a record: its number, a kind and fields, and a signature over all of it.

    A record is the `repr` of a tuple, since that is made in C, where nobody can put in another function. The other
    function that is returned takes the key, and the descriptor of the file: it has to be called first.
    """
    sign, write, form, number = hmac.digest, os.write, repr, count()
    key, descriptor = b"", -1

    def begin(its_key: bytes, its_descriptor: int) -> None:
        nonlocal key, descriptor
        key, descriptor = its_key, its_descriptor

    def record(kind: str, *fields: str | float) -> None:
        short = [field[:_LONGEST] if isinstance(field, str) else field for field in fields]
        text = form((next(number), kind, *short)).encode("utf-8", "backslashreplace")
        write(descriptor, text + b"\t" + sign(key, text, "sha256").hex().encode() + b"\n")

    return record, begin


_Functions = dict[tuple[str, str, str], object]
"""The code of pytest's functions: (module, class or "", name) -> what it runs."""


def make_plugins(record: Callable[..., None]) -> list[object]:
    """Return the pytest plugins that record: what was collected, and how each phase of each test ended."""
    original: _Functions = {}
    callers: set[object] = set()
    return [_make_preparer(original, callers), _make_collector(record), _make_judge(record, original, callers)]


def _make_preparer(original: _Functions, callers: set[object]) -> object:
    """Return the plugin that notes what pytest is, in `original` and `callers`, before anything of the project is."""

    class Preparer:
        def pytest_load_initial_conftests(self) -> None:
            """Look at pytest when its plugins are there, and nothing of the project is."""
            original.update(_functions_of_pytest())
            # Only now: pytest and its plugins come from their own bytecode, as compiling them takes seconds.
            if "_hypothesis_pytestplugin" in sys.modules:
                with suppress(ImportError):
                    import hypothesis.internal.observability  # noqa: F401 - what that plugin imports later on
            sys.dont_write_bytecode = False
            if _PREFIX in os.environ:  # this is a worker
                os.environ["PYTHONPYCACHEPREFIX"] = os.environ.pop(_PREFIX)
                os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            sys.pycache_prefix = os.environ.get("PYTHONPYCACHEPREFIX")

        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config: pytest.Config) -> None:
            """Keep pytest-xdist, where it is loaded and not wanted, from running tests elsewhere."""
            if not config.pluginmanager.has_plugin("jaunt.testing.pytest_worker"):
                config.option.dist = "no"  # no option: where it is installed and not loaded, pytest would not know it

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection(self, session: pytest.Session) -> None:
            callers.update(session.config.hook.pytest_pyfunc_call.get_hookimpls())

    return Preparer()


def _make_collector(record: Callable[..., None]) -> object:
    """Return the plugin that records what was collected, and what could not be."""

    met: dict[str, str] = {}  # node ids of all that was there to run -> file

    class Collector:
        def pytest_itemcollected(self, item: pytest.Item) -> None:
            met[item.nodeid] = str(item.path)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            is_plan = session.config.option.setupplan  # then no test is called, and pytest can't say this itself
            for item in session.items:
                record("collected", item.nodeid, str(item.path))
                met.pop(item.nodeid, None)
                if is_plan and _is_awaited_by_nobody(item):
                    record("unawaited", item.nodeid)
            for file in dict.fromkeys(met.values()):
                record("left out", file)

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if not report.passed:
                record("uncollected", report.nodeid, report.outcome, _last_line(report), report.longreprtext)

    return Collector()


def _make_judge(record: Callable[..., None], original: _Functions, callers: set[object]) -> object:
    """Return the plugin that records how each phase of each test ended; `original` and `callers` are pytest's own."""
    ran: set[str] = set()  # node ids of the tests whose function was called and returned

    class Judge:
        def pytest_runtest_logstart(self, nodeid: str) -> None:
            record("started", nodeid)

        @pytest.hookimpl(wrapper=True, trylast=True)
        def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
            result = yield
            if result:
                ran.add(pyfuncitem.nodeid)
            return result

        @pytest.hookimpl(wrapper=True, trylast=True)
        def pytest_runtest_makereport(
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            report = yield
            raised, phase = call.excinfo, call.when
            if raised is not None:
                outcome = "skipped" if raised.errisinstance(pytest.skip.Exception) else "failed"
                record(
                    "result",
                    item.nodeid,
                    phase,
                    outcome,
                    _first_line(raised, report),
                    raised.typename,
                    report.longreprtext,
                    _seconds(call),
                )
            elif phase == "call" and (changed := _first_change(original, callers, item)):
                record("tampered", item.nodeid, changed)
            else:
                is_called = phase == "call" and isinstance(item, pytest.Function) and not _is_unittest(item)
                outcome = "uncalled" if is_called and item.nodeid not in ran else "passed"
                record("result", item.nodeid, phase, outcome, "", "", "", _seconds(call))
            return report

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if not report.passed:  # a subtest that failed is reported here alone
                record("reported", report.nodeid, report.when, report.outcome, _last_line(report), report.longreprtext)

    return Judge()


def _make_controller(record: Callable[..., None], key: str, records: str) -> object:
    """Return the plugin that gives each worker of pytest-xdist a file for its record, and records which end early."""

    class Controller:
        @pytest.hookimpl(optionalhook=True)
        def pytest_xdist_setupnodes(self) -> None:
            """Let workers load pytest from its own bytecode, as this process does; see the preparer."""
            os.environ[_PREFIX] = os.environ.pop("PYTHONPYCACHEPREFIX", "")
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

        @pytest.hookimpl(optionalhook=True)
        def pytest_configure_node(self, node: Any) -> None:
            record("worker", node.gateway.id)
            node.workerinput["jaunt"] = {"key": key, "file": os.path.join(records, node.gateway.id)}  # noqa: PTH118

        @pytest.hookimpl(optionalhook=True)
        def pytest_testnodedown(self, node: Any, error: object) -> None:
            if error:
                record("lost", node.gateway.id, str(error))

    return Controller()


def _seconds(call: pytest.CallInfo[None]) -> float:
    """Return how long a phase took; nothing, if a test moved the clock."""
    return call.duration if call.duration.__class__ is float and 0 <= call.duration < 1e9 else 0.0


def _is_awaited_by_nobody(item: pytest.Item) -> bool:
    """Whether an item is an async test that no plugin is told to run, by a mark or in other ways."""
    if not isinstance(item, pytest.Function) or _is_unittest(item):
        return False
    is_async = iscoroutinefunction(item.obj) or isasyncgenfunction(item.obj)
    if not is_async or any(item.get_closest_marker(name) for name in _ASYNC_MARKS):
        return False
    callers = item.config.hook.pytest_pyfunc_call.get_hookimpls()
    return not any(_is_conftest(each.plugin) for each in callers)


def _is_unittest(item: pytest.Function) -> bool:
    unittest = sys.modules.get("unittest")  # loaded if any test is one of its classes
    return unittest is not None and isinstance(item.cls, type) and issubclass(item.cls, unittest.TestCase)


def _first_line(raised: pytest.ExceptionInfo[BaseException], report: pytest.TestReport) -> str:
    if raised.typename == "FixtureLookupError":  # whose own text is its arguments
        return _last_line(report)
    lines = raised.exconly(tryshort=True).splitlines()
    return lines[0] if lines else raised.typename


def _last_line(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the line of a report that says most."""
    if isinstance(report.longrepr, tuple):  # file, line, and why it was skipped
        return str(report.longrepr[2])
    lines = report.longreprtext.strip().splitlines()
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return errors[0] if errors else lines[-1] if lines else ""


def _first_change(original: _Functions, callers: set[object], item: pytest.Item) -> str | None:
    """Return the name of one of pytest's functions that is no longer what it was; None if all are."""
    implementations = set(item.config.hook.pytest_pyfunc_call.get_hookimpls())
    late = [each for each in implementations - callers if not _is_conftest(each.plugin)]
    if late or callers - implementations:
        return "the hook pytest_pyfunc_call"
    now = _functions_of_pytest()
    for key, function in original.items():
        if now.get(key) is not function:
            return ".".join(filter(None, key))
    classes = {key[:2] for key in original if key[1]}
    return next((".".join(key) for key in now if key not in original and key[:2] in classes), None)


def _is_conftest(plugin: object) -> bool:
    return os.path.basename(getattr(plugin, "__file__", None) or "") == "conftest.py"  # noqa: PTH119


def _functions_of_pytest() -> _Functions:
    found: _Functions = {}
    for name, module in list(sys.modules.items()):
        if name not in _GUARDED:
            continue
        for inner, value in list(vars(module).items()):
            if isinstance(value, FunctionType):
                found[name, "", inner] = value.__code__
            elif isinstance(value, type) and value.__module__.partition(".")[0] in _GUARDED_PACKAGES:
                found.update({(name, inner, method): code for method, code in _methods(value)})
    return found


def _methods(owner: type) -> Iterator[tuple[str, CodeType]]:
    for name, value in list(vars(owner).items()):
        function: Any = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if isinstance(function, FunctionType):
            yield name, function.__code__


if __name__ == "__main__":
    main()
