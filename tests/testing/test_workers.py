"""`jaunt test -j N`: as much is proved with several processes as with one, and a process that is lost is told."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from projects import write_files
from pytest_runs import NO_PLUGINS, WITHOUT_PLUGINS
from said import RunIn

from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.pytest_run import TestRun, judge_tests

GOOD = """\
import os

import pytest


def test_where() -> None:
    assert os.environ["PYTEST_XDIST_WORKER"].startswith("gw")


@pytest.mark.parametrize("number", range(3))
def test_numbers(number: int, worker_id: str) -> None:
    assert number >= 0 and worker_id


def test_key_is_out_of_sight(request: pytest.FixtureRequest) -> None:
    assert "jaunt" not in request.config.workerinput
"""
RECORDS = "import os, pathlib\n\nrecords = pathlib.Path(os.environ['TMPDIR']).parent / 'records'\n\n\n"

BAD: Mapping[str, tuple[dict[str, str], str]] = {
    "a test fails": ({"test_b.py": "def test_b():\n    assert 1 == 2\n"}, "test_b.py::test_b: assert 1 == 2"),
    "a test is skipped": (
        {"test_b.py": "import pytest\n\n\ndef test_b():\n    pytest.skip('no')\n"},
        "test_b.py::test_b: was skipped: Skipped: no",
    ),
    "a file that can't be loaded": ({"test_b.py": "import nowhere\n\n\ndef test_b(): ...\n"}, "test_b.py: "),
    "a worker is killed": (
        {"test_b.py": "import os\n\n\ndef test_b():\n    os.kill(os.getpid(), 9)\n"},
        "pytest: worker gw",
    ),
    "a worker ends as if all were well": (
        {"test_b.py": "import os\n\n\ndef test_b():\n    os._exit(0)\n"},
        "pytest: worker gw",
    ),
    "a worker is killed when its tests are over": (
        {
            "test_b.py": "def test_b(): ...\n",
            "conftest.py": "import os\n\n\ndef pytest_sessionfinish(session):\n"
            "    if hasattr(session.config, 'workerinput'):\n        os.kill(os.getpid(), 9)\n",
        },
        "pytest: worker gw",
    ),
    "a record is removed": (
        {"test_b.py": f"{RECORDS}def test_b():\n    [each.unlink() for each in records.iterdir()]\n"},
        "pytest: worker gw",
    ),
    "a record is added to": (
        {
            "test_b.py": f"{RECORDS}def test_b():\n    for each in records.iterdir():\n"
            "        with each.open('a') as out:\n            out.write('noise\\n')\n"
        },
        "pytest: the record of the run was tampered with",
    ),
    "an expected test is not there": ({"test_b.py": "def other(): ...\n"}, "test_b.py::test_b: was not collected"),
}


def judge(root: Path, files: Mapping[str, str]) -> TestRun:
    """Judge the test modules of a folder, all those that have to be there, by two workers."""
    write_files(root, {"test_a.py": GOOD, **files})
    expected = {root / "test_a.py": ["test_where", "test_numbers", "test_key_is_out_of_sight"]}
    expected |= {root / "test_b.py": ["test_b"]} if "test_b.py" in files else {}
    return judge_tests(expected, sandbox=Sandbox(WITHOUT_PLUGINS), cwd=root, workers=2)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[TestRun]]]:
    """The runs of all of BAD, two at a time."""
    os.environ[NO_PLUGINS] = "1"
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(judge, tmp_path_factory.mktemp("bad"), files) for name, (files, _) in BAD.items()}
    del os.environ[NO_PLUGINS]


@pytest.mark.parametrize("name", BAD)
def test_nothing_less_than_all_tests_passing_is_green(name: str, judged: dict[str, Future[TestRun]]) -> None:
    run = judged[name].result()
    assert not run.passed
    told = [str(failure) for failure in run.failures]
    assert any(text.startswith(BAD[name][1]) for text in told), told
    assert len(told) == len(set(told))


def test_a_failure_leaves_the_other_file_whole(judged: dict[str, Future[TestRun]]) -> None:
    run = judged["a test fails"].result()
    assert [str(failure) for failure in run.failures] == [BAD["a test fails"][1]]
    assert {file.name: number for file, number in run.whole.items()} == {"test_a.py": 5}
    assert judged["a worker is killed"].result().whole == {}


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os._exit(0)"])
def test_a_lost_worker_takes_one_test_with_it(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_PLUGINS, "1")
    bad = f"import os\n\n\ndef test_1(): ...\n\n\ndef test_2():\n    {end}\n\n\ndef test_3(): ...\n"
    others = {f"test_{name}.py": "def test(): ...\n" for name in "cd"}
    files = {"test_a.py": GOOD, "test_b.py": bad, **others}
    write_files(tmp_path, files)
    run = judge_tests([tmp_path / name for name in files], sandbox=Sandbox(WITHOUT_PLUGINS), cwd=tmp_path, workers=1)
    assert {failure.node_id for failure in run.failures} == {"pytest", "test_b.py::test_2"}
    assert run.tests == 9


def test_all_that_passed_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_PLUGINS, "1")
    run = judge(tmp_path, {"test_b.py": "def test_b(): ...\n"})
    assert (run.failures, run.tests) == ((), 6)
    assert {file.name: number for file, number in run.whole.items()} == {"test_a.py": 5, "test_b.py": 1}
    assert sorted(case.node_id for case in run.cases)[-1] == "test_b.py::test_b"
    assert all(case.seconds > 0 for case in run.cases)
    assert any(file.endswith("xdist/remote.py") or "xdist" in file for file in run.loaded)


def test_the_command_takes_a_number_of_workers(shop: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_PLUGINS, "1")
    (shop / "jaunt.toml").write_text(f'{(shop / "jaunt.toml").read_text()}\n[sandbox]\nenv = ["{NO_PLUGINS}"]\n')
    said = run_in(shop, "test", "-j", "2")
    assert (said.code, said.lines[-1]) == (0, "jaunt: 1 test passed")
    assert run_in(shop, "test", "-j", "0").code == 2
    assert "unchanged" in run_in(shop, "test").lines[-1]
