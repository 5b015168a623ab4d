"""The whole program when it is stopped: what was finished is kept, what it started has ended."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from libraries import spec_file
from processes import child_environment, run_jaunt, run_jaunt_unread
from projects import CONFIG, GENERATED, SHOP_ANSWERS, make_shop, write_files
from said import RunIn
from stopped_builds import stop_while_building

from jaunt.header import parse_header, split_header

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("by", STOPS)
def test_an_interrupted_build_is_130_and_what_was_finished_is_kept(tmp_path: Path, by: signal.Signals) -> None:
    root = make_shop(tmp_path)
    finished = [root / GENERATED / "words.py", root / GENERATED / "tally.py"]
    ended = stop_while_building(root, "build", waiting="app.slug", ready=finished, by=by)
    assert ended.code == 130
    assert ended.err.splitlines()[-1] == "error: interrupted; what was finished is kept"
    assert (root / "cleaned-app.slug").exists(), "the backend's clean-up has run"
    assert sorted(p.name for p in (root / GENERATED).iterdir()) == ["__init__.py", "tally.py", "words.py"]
    again = run_jaunt("build", cwd=root)
    assert again.returncode == 0
    assert again.stdout.splitlines()[-1].startswith("1 generated, 2 fresh")


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("by", STOPS)
def test_json_of_an_interrupted_build_has_what_was_finished(tmp_path: Path, by: signal.Signals) -> None:
    root = make_shop(tmp_path, changes={"src/app/page.py": spec_file("page", "app.slug:slugify")})
    finished = [root / GENERATED / "words.py", root / GENERATED / "tally.py"]
    ended = stop_while_building(root, "build", "--json", waiting="app.slug", ready=finished, by=by)
    facts = json.loads(ended.out)
    assert (ended.code, facts["ok"], facts["exit_code"]) == (130, False, 130)
    assert facts["error"]["message"] == "interrupted"
    assert {module["module"]: module["status"] for module in facts["modules"]} == {
        "app.page": "not started",
        "app.slug": "interrupted",
        "app.tally": "generated",
        "app.words": "generated",
    }
    assert ended.err.splitlines()[-2].startswith("2 generated, 1 not started, 1 interrupted in ")


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_an_interrupted_test_run_is_130_and_leaves_no_process(tmp_path: Path) -> None:
    waits = (
        "import pathlib, threading\nfrom app.slug import slugify\n\n\ndef test_slugify() -> None:\n"
        "    pathlib.Path('waiting-pytest').touch()\n"
        "    assert threading.Event().wait(600) and slugify('a') == 'a'\n"
    )
    # Out of the sandbox, as only there a test can leave us a sign; test_sandbox ends runs that are in it.
    changes = {"jaunt.toml": f'{CONFIG}\n[sandbox]\nmode = "off"\n'}
    root = make_shop(tmp_path, changes=changes, answers={"tests.test_slug": waits})
    ended = stop_while_building(root, "test", "--json", waiting="pytest", ready=[], by=signal.SIGTERM)
    assert ended.code == 130
    assert {module["status"] for module in json.loads(ended.out)["modules"]} == {"generated"}
    assert ended.err.splitlines()[-1] == "error: interrupted; what was finished is kept"


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_killed_build_leaves_whole_files_alone(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    finished = [root / GENERATED / "words.py"]
    ended = stop_while_building(root, "build", waiting="app.slug", ready=finished, by=signal.SIGKILL)
    assert ended.code == -signal.SIGKILL
    for path in (root / GENERATED).glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert path.name == "__init__.py" or parse_header(text) is not None
        compile(text, str(path), "exec")
    assert split_header(finished[0].read_text(encoding="utf-8"))[1] == SHOP_ANSWERS["app.words"]
    again = run_jaunt("build", cwd=root)
    assert again.returncode == 0
    assert "app.slug" in again.stdout
    assert "app.words" not in again.stdout, "what was finished is not built again"


@pytest.mark.parametrize("arguments", [["build"], ["status"], ["--help"]])
def test_a_reader_that_has_gone_is_no_traceback(tmp_path: Path, arguments: list[str]) -> None:
    root = make_shop(tmp_path)
    done = run_jaunt_unread(*arguments, cwd=root)
    assert done.stderr == ""
    assert done.returncode == (0 if arguments == ["--help"] else 130)


class Freed:
    """Something that is freed just as a signal comes."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


class Named:
    """Something in a class that is made just as a signal comes."""

    def __set_name__(self, *_: object) -> None:
        signal.raise_signal(signal.SIGTERM)


def while_freed(_: object) -> None:
    Freed()
    assert not threading.Event().wait(60), "the signal came to nothing"


def while_a_class_is_made(_: object) -> None:
    type("Naming", (), {"named": Named()})


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("while_it_does", [while_freed, while_a_class_is_made])
def test_a_signal_counts_whatever_python_does_just_then(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch, while_it_does: Callable[[object], None]
) -> None:
    monkeypatch.setattr("jaunt.commands.doctor.run", while_it_does)
    said = run_in(tmp_path, "doctor")
    assert (said.code, said.err) == (130, "error: interrupted; what was finished is kept\n")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells when a process hears signals")
def test_a_build_that_is_killed_at_random_does_no_harm(tmp_path: Path) -> None:
    fire = str(Path(__file__).parents[1] / "benchmarks" / "fire")
    command = [sys.executable, fire, "kills", "--kills", "20", "--quick"]
    told = subprocess.run(command, cwd=tmp_path, env=child_environment(), capture_output=True, text=True, check=True)
    assert told.stdout == "kills: 20 tried, 0 did harm\n"


def test_a_build_that_ends_before_a_call_leaves_no_program_to_the_end_of_the_loop(tmp_path: Path) -> None:
    config = '[llm]\nprovider = "command"\ncommand = ["false"]\n[verify]\nrequire_evidence = "error"\n'
    spec = "import jaunt\n\n\n@jaunt.magic\ndef f(x: int) -> int:\n    '''Return it.'''\n    ...\n"
    write_files(tmp_path, {"jaunt.toml": f"version = 1\n{config}", "src/app/__init__.py": "", "src/app/f.py": spec})
    for _ in range(6):  # ty is at work on the spec meanwhile: of builds that left it there, a third said so
        ended = run_jaunt("build", cwd=tmp_path)
        assert ended.returncode == 2
        assert "J114" in ended.stderr
        assert "closed" not in ended.stderr, ended.stderr
