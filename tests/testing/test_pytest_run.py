"""Verdicts: what passes, what fails and how it is told, and the cheats, none of which may pass."""

import hmac
import importlib.util
import os
import py_compile
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from jaunt.config import SandboxConfig
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.pytest_run import TestRun, judge_tests
from jaunt.testing.run_record import Failure, read_record

NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"  # those of this installation have no part in most of these tests
MODES = ["limits", "off"] + ([] if Sandbox(SandboxConfig()).mechanism == "limits" else ["bwrap"])
GENERATED = "tests/__generated__/test_it.py"


@pytest.fixture(scope="module", autouse=True)
def no_plugins() -> Iterator[None]:
    os.environ[NO_PLUGINS] = "1"
    yield
    del os.environ[NO_PLUGINS]


def judge(
    project: Path, source: str, mode: str = "limits", env: Sequence[str] = (NO_PLUGINS,), **options: Any
) -> TestRun:
    """Judge one generated test module of a project."""
    file = project / GENERATED
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(source))
    sandbox = Sandbox(SandboxConfig(mode=mode, seconds=30, env=list(env)))
    files = options.pop("expected", [file])
    return judge_tests(files, sandbox=sandbox, cwd=project, pythonpath=[project / "src"], **options)


def told(verdict: TestRun) -> list[str]:
    return [str(failure) for failure in verdict.failures]


# What passes

GOOD = """
import asyncio, builtins, logging, os, subprocess, sys, threading, unittest, warnings
from unittest import mock
import pytest
from hypothesis import given, strategies

@pytest.mark.parametrize("n", [1, 2, 3])
def test_variants(n): assert n > 0

@pytest.mark.parametrize("text", ["a::b", "[x]", "é\\n", ""])
def test_odd_names(text): assert isinstance(text, str)

def test_fixture_of_the_users_conftest(seven): assert seven == 7

def test_patched_builtins(monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda: "typed")
    monkeypatch.setattr(os, "write", None)
    monkeypatch.setattr(builtins, "repr", None)
    assert input() == "typed"

def test_mock():
    with mock.patch("os.getcwd", return_value="/x") as patched:
        assert os.getcwd() == "/x"
    patched.assert_called_once_with()

def test_files_and_output(tmp_path, capsys, caplog):
    (tmp_path / "x").write_text("x")
    print("hello")
    logging.warning("careful")
    assert (capsys.readouterr().out, caplog.messages) == ("hello\\n", ["careful"])

def test_processes_and_threads(tmp_path):
    thread = threading.Thread(target=lambda: (tmp_path / "t").touch())
    thread.start()
    thread.join()
    assert (tmp_path / "t").exists()
    assert subprocess.run([sys.executable, "-c", "print(2)"], capture_output=True).stdout == b"2\\n"

def test_a_fork_of_its_own():
    child = os.fork()
    if child == 0:
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5

def test_exceptions_and_warnings():
    with pytest.raises(SystemExit):
        sys.exit(0)
    with pytest.warns(UserWarning):
        warnings.warn("x")

def test_in_another_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert os.listdir() == []

@given(strategies.integers())
def test_property(n): assert n + 0 == n

def test_own_event_loop():
    async def one(): return 1
    assert asyncio.run(one()) == 1

class TestGroup:
    def test_method(self): assert self

class TestOld(unittest.TestCase):
    def test_old(self): self.assertEqual(1, 1)
"""
EXPECTED = ["test_variants", "test_property", "TestGroup", "TestGroup::test_method", "TestOld"]


@pytest.mark.parametrize("mode", MODES)
def test_usual_tests_pass(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "shared"))  # where pytest would clear up after other runs of it
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-ra --strict-markers'\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef seven(): return 7\n")
    verdict = judge(tmp_path, GOOD, mode, env=[], expected={tmp_path / GENERATED: EXPECTED})
    assert told(verdict) == []
    assert verdict.passed
    assert verdict.tests == 19
    kept = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {"pyproject.toml", "conftest.py", "test_it.py"}  # nothing was written into the project
    assert [*(tmp_path / "shared").iterdir()] == []


@pytest.mark.parametrize("env", [[], [NO_PLUGINS]], ids=["loaded", "not loaded"])
def test_pytest_xdist_where_it_is_installed_runs_no_test_elsewhere(env: list[str], tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    if not env:
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -n 2 --dist loadgroup\n")
    verdict = judge(tmp_path, "def test_a(): assert 1 + 1 == 2", env=env, expected={tmp_path / GENERATED: ["test_a"]})
    assert told(verdict) == []


def test_what_a_plugin_needs_is_not_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    source = f"""
    import atexit, sys
    from pathlib import Path
    def say(): Path({str(said)!r}).write_text(str([*Path(sys.pycache_prefix).rglob("hypothesis")]))
    def test_a(): atexit.register(say)
    """
    monkeypatch.delenv(NO_PLUGINS)
    assert told(judge(tmp_path, source, mode="off")) == []
    assert said.read_text() == "[]"


def test_tests_read_the_code_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def one(): return 1")
    assert judge(tmp_path, "import app\ndef test_a(): assert app.one() == 1").passed


# What fails, and how it is told


@pytest.fixture(scope="module")
def ordinary_failures(tmp_path_factory: pytest.TempPathFactory) -> TestRun:
    source = """
    import pytest, unittest
    @pytest.fixture
    def broken(): raise RuntimeError("no database")
    @pytest.fixture
    def untidy():
        yield
        raise OSError("left open")
    def test_wrong(): assert [1, 2] == [1, 3]
    def test_raising(): raise KeyError("x")
    @pytest.mark.parametrize("n", [1, 2])
    def test_one_variant(n): assert n == 1
    def test_setup(broken): pass
    def test_teardown(untidy): pass
    def test_skipped(): pytest.skip("not today")
    @pytest.mark.xfail
    def test_xfailed(): assert False
    def test_subtests(subtests):
        with subtests.test("inner"): assert 1 == 2
    class TestOld(unittest.TestCase):
        def test_old(self): self.assertEqual(1, 2)
        @unittest.skip("later")
        def test_later(self): pass
    def test_leaving():
        import sys
        sys.exit(0)
    """
    return judge(tmp_path_factory.mktemp("failures"), source)


@pytest.mark.parametrize(
    ("test", "message", "exception"),
    [
        ("test_wrong", "assert [1, 2] == [1, 3]", "AssertionError"),
        ("test_raising", "KeyError: 'x'", "KeyError"),
        ("test_one_variant[2]", "assert 2 == 1", "AssertionError"),
        ("test_setup", "RuntimeError: no database (in setup)", "RuntimeError"),
        ("test_teardown", "OSError: left open (in teardown)", "OSError"),
        ("test_skipped", "was skipped: Skipped: not today", "Skipped"),
        ("test_xfailed", "assert False", "AssertionError"),
        ("TestOld::test_old", "AssertionError: 1 != 2", "AssertionError"),
        ("TestOld::test_later", "was skipped: Skipped: later", "Skipped"),
        ("test_leaving", "SystemExit: 0", "SystemExit"),
    ],
)
def test_a_failure_names_the_test_and_says_why(
    test: str, message: str, exception: str, ordinary_failures: TestRun
) -> None:
    by_id = {failure.node_id: failure for failure in ordinary_failures.failures}
    failure = by_id[f"{GENERATED}::{test}"]
    assert (failure.message, failure.exception) == (message, exception)
    assert str(failure) == f"{GENERATED}::{test}: {message}"


def test_a_failure_has_the_longer_text_too(ordinary_failures: TestRun) -> None:
    (wrong,) = (each for each in ordinary_failures.failures if each.node_id.endswith("::test_wrong"))
    assert "At index 1 diff: 2 != 3" in wrong.details


def test_each_failing_test_is_named_once_and_the_rest_count_as_passed(ordinary_failures: TestRun) -> None:
    named = [failure.node_id for failure in ordinary_failures.failures]
    assert len(named) == len(set(named))
    assert f"{GENERATED}::test_one_variant[1]" not in named
    assert ordinary_failures.tests == 1
    assert not ordinary_failures.passed


def test_a_subtest_that_fails_fails_its_test(ordinary_failures: TestRun) -> None:
    assert any("test_subtests" in failure.node_id for failure in ordinary_failures.failures)


def test_no_files_and_files_without_tests_are_failures(tmp_path: Path) -> None:
    sandbox = Sandbox(SandboxConfig(mode="limits"))
    assert told(judge_tests([], sandbox=sandbox, cwd=tmp_path)) == ["pytest: there is no test to run"]
    assert told(judge(tmp_path, "def helper(): assert True")) == [f"{GENERATED}: there is no test to run"]
    assert told(judge(tmp_path, "def test_(:")) == [f"{GENERATED}: there is no test to run"]


def test_an_expected_test_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    source = "def test_a(): assert 1 + 1 == 2"
    verdict = judge(tmp_path, source, expected={tmp_path / GENERATED: ["test_a", "test_", "test_a_b"]})
    assert told(verdict) == [
        f"{GENERATED}::test_: was not collected",
        f"{GENERATED}::test_a_b: was not collected",
    ]


def test_a_test_that_the_arguments_leave_out_is_a_failure(tmp_path: Path) -> None:
    source = "def test_first(): assert 1 + 1 == 2\ndef test_second(): assert 1 + 1 == 2"
    assert told(judge(tmp_path, source, pytest_args=["-k", "first"])) == [
        f"{GENERATED}::test_second: was not collected"
    ]
    assert not judge(tmp_path, source, pytest_args=["--collect-only"]).passed


def test_a_run_that_takes_too_long_names_the_test_that_was_running(tmp_path: Path) -> None:
    file = tmp_path / "test_slow.py"
    file.write_text("import signal\ndef test_quick(): assert 1 + 1 == 2\ndef test_slow(): signal.pause()")
    sandbox = Sandbox(SandboxConfig(mode="limits", seconds=3, env=[NO_PLUGINS]))
    verdict = judge_tests([file], sandbox=sandbox, cwd=tmp_path)
    assert told(verdict) == [
        "pytest: the run took longer than 3 s",
        "test_slow.py::test_slow: did not finish: the run took longer than 3 s",
    ]


def test_options_that_pytest_does_not_know_are_a_failure_with_what_it_said(tmp_path: Path) -> None:
    verdict = judge(tmp_path, "def test_a(): assert 1 + 1 == 2", pytest_args=["--no-such-option"])
    assert not verdict.passed
    assert any("--no-such-option" in failure.details for failure in verdict.failures)


# Cheats

FAILING = "def test_wrong():\n    assert 1 == 2\n"
CHEATS = {
    "exit at import": "import os\nos._exit(0)\n" + FAILING,
    "sys.exit at import": "import sys\nsys.exit(0)\n" + FAILING,
    "exit in a test": "import os\ndef test_a(): os._exit(0)\n" + FAILING,
    "exit after a failure": FAILING + "def test_z():\n    import os\n    os._exit(0)\n",
    "exit in the last test": "import os\ndef test_a(): assert [1]\ndef test_wrong(): os._exit(0)\n",
    "sys.exit in a test": "import sys\ndef test_wrong(): sys.exit(0)\n",
    "pytest.exit": "import pytest\ndef test_wrong(): pytest.exit('done', returncode=0)\n",
    "become another program": "import os\ndef test_wrong(): os.execv('/bin/true', ['true'])\n",
    "kill the process": "import os\ndef test_wrong(): os.kill(os.getpid(), 9)\n",
    "replace runtest": "import pytest\npytest.Function.runtest = lambda self: None\n" + FAILING,
    "replace runtest of all items": "import pytest\npytest.Item.runtest = lambda self: None\n" + FAILING,
    "replace the item class by a subclass's method": """
import pytest
class Easy(pytest.Function):
    def runtest(self): pass
def pytest_pycollect_makeitem(collector, name, obj): return Easy.from_parent(collector, name=name)
import _pytest.python
_pytest.python.Function = pytest.Function = Easy
"""
    + FAILING,
    "replace the code of a hook": """
import _pytest.python
_pytest.python.pytest_pyfunc_call.__code__ = (lambda pyfuncitem: True).__code__
"""
    + FAILING,
    "replace what catches the exception": """
import pytest
original = pytest.CallInfo.from_call
easy = lambda cls, f, when, reraise=None: original(lambda: None, when, reraise)
pytest.CallInfo.from_call = classmethod(easy)
"""
    + FAILING,
    "replace the report": """
import pytest
original = pytest.TestReport.from_item_and_call
def easy(item, call):
    report = original(item, call)
    report.outcome, report.longrepr = "passed", None
    return report
pytest.TestReport.from_item_and_call = easy
"""
    + FAILING,
    "replace pytest.raises": """
import contextlib, pytest
pytest.raises = lambda *_: contextlib.suppress(BaseException)
def test_wrong():
    with pytest.raises(ValueError): pass
""",
    "register a plugin that says passed": """
import pytest
class Easy:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        report.outcome = "passed"
        return report
@pytest.fixture(autouse=True)
def easy(request):
    if not request.config.pluginmanager.hasplugin("easy"):
        request.config.pluginmanager.register(Easy(), "easy")
"""
    + FAILING,
    "register a plugin that swallows the exception": """
import pytest
class Easy:
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        try:
            return (yield)
        except BaseException:
            return True
@pytest.fixture(autouse=True)
def easy(request): request.config.pluginmanager.register(Easy())
"""
    + FAILING,
    "unregister the recorder": """
import pytest
@pytest.fixture(autouse=True)
def quiet(request):
    for plugin in list(request.config.pluginmanager.get_plugins()):
        if type(plugin).__name__ == "Recorder":
            request.config.pluginmanager.unregister(plugin)
"""
    + FAILING,
    "empty the report": FAILING
    + """
import os
def test_z():
    for name in os.listdir("/proc/self/fd"):
        try: os.ftruncate(int(name), 0)
        except OSError: pass
""",
    "write into the report": FAILING
    + """
import os
def test_z():
    for descriptor in range(3, 32):
        try: os.write(descriptor, b"(9, 'end', 0)\\t00\\n")
        except OSError: pass
""",
    "close the report": FAILING + "import os\ndef test_z(): os.closerange(3, 64)\n",
    "end the session early": """
import os
def test_wrong(request):
    request.config.hook.pytest_sessionfinish(session=request.session, exitstatus=0)
    os._exit(0)
""",
    "a fork that goes on as pytest": FAILING + "import os\ndef test_z():\n    if os.fork(): os._exit(0)\n",
    "leave tests out": """
import pytest
@pytest.fixture(autouse=True, scope="session")
def shorter(request): del request.session.items[1:]
def test_a(): assert [1]
"""
    + FAILING,
}

NOT_RUN = {
    "collect nothing": "__test__ = False\n" + FAILING,
    "collect no function": FAILING + "test_wrong.__test__ = False\n",
    "hide the test": FAILING + "del test_wrong\ndef test_other(): assert [1]\n",
    "skip the module": "import pytest\npytest.skip('x', allow_module_level=True)\n" + FAILING,
    "skip by an import": "import pytest\npytest.importorskip('no_such_module')\n" + FAILING,
    "skip by a mark": "import pytest\npytestmark = pytest.mark.skip\n" + FAILING,
    "expect to fail": "import pytest\npytestmark = pytest.mark.xfail\n" + FAILING,
    "expect to fail without running": "import pytest\npytestmark = pytest.mark.xfail(run=False)\n" + FAILING,
    "no variants": "import pytest\n@pytest.mark.parametrize('n', [])\ndef test_wrong(n): assert False\n",
}


@pytest.fixture(scope="module")
def cheated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[TestRun]]]:
    """The verdicts on all cheats, which run a few at a time."""
    sandbox = Sandbox(SandboxConfig(mode="limits", seconds=30, env=[NO_PLUGINS]))

    def judge_cheat(source: str) -> TestRun:
        project = tmp_path_factory.mktemp("cheat")
        (project / "test_it.py").write_text(source)
        expected = {project / "test_it.py": ["test_wrong"]}
        return judge_tests(expected, sandbox=sandbox, cwd=project)

    with ThreadPoolExecutor(3) as pool:
        yield {name: pool.submit(judge_cheat, source) for name, source in CHEATS.items()}


@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_passes(cheat: str, cheated: dict[str, Future[TestRun]]) -> None:
    verdict = cheated[cheat].result()
    assert not verdict.passed
    assert any("test_it.py" in failure.node_id for failure in verdict.failures), told(verdict)


def test_no_test_escapes_by_not_being_run(tmp_path: Path) -> None:
    names = {f"test_{number}.py": source for number, source in enumerate(NOT_RUN.values())}
    for name, source in names.items():
        (tmp_path / name).write_text(source)
    files = [tmp_path / name for name in names]
    sandbox = Sandbox(SandboxConfig(mode="limits", env=[NO_PLUGINS]))
    expected = {file: ["test_wrong"] for file in files}
    verdict = judge_tests(expected, sandbox=sandbox, cwd=tmp_path)
    failed = {failure.node_id.partition("::")[0] for failure in verdict.failures}
    assert [kind for kind, name in zip(NOT_RUN, names, strict=True) if name not in failed] == []


@pytest.mark.parametrize("folder", ["tests/__generated__", "tests/__generated__/deeper"])
def test_a_conftest_planted_beside_generated_tests_is_refused(folder: str, tmp_path: Path) -> None:
    file = tmp_path / "tests/__generated__/deeper/test_a.py"
    file.parent.mkdir(parents=True)
    file.write_text("def test_a(): assert 1 + 1 == 2")
    (tmp_path / folder / "conftest.py").touch()
    verdict = judge_tests([file], sandbox=Sandbox(SandboxConfig(mode="off")), cwd=tmp_path)
    assert told(verdict) == [f"{folder}/conftest.py: conftest.py in a generated folder"]
    assert verdict.completed is None


@pytest.mark.parametrize("written", ["conftest.py", "tests/conftest.py", "pytest.ini", GENERATED])
def test_a_run_that_changes_what_decides_about_it_fails(written: str, tmp_path: Path) -> None:
    path = tmp_path / written
    source = f"""
    from pathlib import Path
    def test_a():
        path = Path({str(path)!r})
        path.write_bytes(path.read_bytes() if path.exists() else b"")
        assert path.exists()
    """
    verdict = judge(tmp_path, source, mode="off")  # no sandbox keeps it from being written
    assert f"{written}: was changed during the run" in told(verdict)


def test_bytecode_planted_beside_the_code_under_test_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name, result in (("good", 1), ("app", 2)):
        file = tmp_path / "src" / f"{name}.py"
        file.write_text(f"def one(): return {result}")
        os.utime(file, (0, 0))  # bytecode is taken for that of a source of its age and size
    planted = importlib.util.cache_from_source(str(tmp_path / "src" / "app.py"))
    mode = py_compile.PycInvalidationMode.TIMESTAMP
    py_compile.compile(str(tmp_path / "src" / "good.py"), cfile=planted, invalidation_mode=mode)
    check = [sys.executable, "-c", "import app; assert app.one() == 1"]
    subprocess.run(check, cwd=tmp_path / "src", check=True)  # so it is what runs elsewhere
    verdict = judge(tmp_path, "import app\ndef test_a(): assert app.one() == 1")
    assert told(verdict) == [f"{GENERATED}::test_a: assert 2 == 1"]


# The record


def test_a_record_is_believed_up_to_the_first_line_that_is_not_genuine() -> None:
    def line(key: bytes, text: str) -> bytes:
        return text.encode() + b"\t" + hmac.digest(key, text.encode(), "sha256").hex().encode() + b"\n"

    key, other = b"k" * 32, b"o" * 32
    first = line(key, "(0, 'collected', 'a::b', '/a')")
    end = line(key, "(1, 'end', 0)")
    assert (read_record(first + end, key).genuine, read_record(first + end, key).end) == (True, 0)
    assert read_record(first + end[:-1], key).end is None  # cut off
    for bad in (
        first + line(other, "(1, 'end', 0)"),  # another key
        first + first + end,  # twice
        end,  # something is missing before it
        first + end + line(key, "(2, 'result', 'a::b', 'call', 'passed', '', '', '')"),  # after the end
        first + b"noise\n" + end,
        b"\n" + first,
    ):
        assert not read_record(bad, key).genuine


def test_a_failure_reads_as_its_test_and_its_message() -> None:
    assert str(Failure("a.py::test_b", "assert 1 == 2")) == "a.py::test_b: assert 1 == 2"
