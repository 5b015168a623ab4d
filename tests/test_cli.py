"""The jaunt command as a person uses it: flags, lines, exit codes."""

import gc
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from folders import REPOSITORY
from processes import run_jaunt, run_python
from projects import edit
from said import Run

import jaunt
from jaunt import codes
from jaunt.cli import DEPENDENCIES, main
from jaunt.commands import COMMANDS


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["buidl"], "did you mean 'build'?"),
        (["xyzzy"], "choose from: init, example, doctor, "),
        (["build", "--froce"], "did you mean '--force'?"),
        (["build", "--jbos=3"], "did you mean '--jobs'?"),
        (["status", "--force"], "unknown option --force"),
        (["build", "--forc"], "did you mean '--force'?"),
        (["graph", "app.slug"], "unexpected argument 'app.slug': say --target app.slug"),
        (["--root", ".", "build"], "options come after the command"),
        (["build", "--target"], "expected one argument"),
        ([], "no command is given"),
    ],
)
def test_wrong_usage_is_2_with_one_line_that_helps(shop: Path, run: Run, argv: list[str], expected: str) -> None:
    said = run(*argv)
    assert (said.code, said.out, len(said.errors)) == (2, "", 1)
    assert expected in said.err
    assert "--help" in said.err


@pytest.mark.parametrize("words", [["build"], ["build", "--json"], ["test"], ["watch"]])
def test_a_dependency_that_is_not_installed_is_2_with_one_line(shop: Path, words: list[str]) -> None:
    """`pip install --no-deps` is how production installs jaunt."""
    package = "doit"
    code = f"import sys\nsys.modules[{package!r}] = None\nfrom jaunt.cli import main\nsys.exit(main({words}))"
    done = run_python("-c", code, cwd=shop)
    said = f"{package} is not installed, which `jaunt {words[0]}` needs (pip install {package}, or install jaunt"
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(f"error[{codes.TOOL}]: {said}")
    if "--json" in words:
        assert json.loads(done.stdout)["error"]["message"].startswith(said)


def test_tests_that_cannot_run_for_want_of_pytest_are_2_with_one_line(built_shop: Path) -> None:
    code = (
        "import sys\nsys.modules['pytest'] = None\nfrom jaunt.cli import main\nsys.exit(main(['test', '--no-build']))"
    )
    done = run_python("-c", code, cwd=built_shop)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(
        f"error[{codes.TOOL}]: pytest is not installed, which running tests needs (pip install pytest"
    )


def test_the_packages_that_jaunt_installs_are_those_that_it_declares() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.split(r"[<>=]", each)[0] for each in project["dependencies"]} == DEPENDENCIES


def test_another_missing_module_is_not_taken_for_one_of_them(shop: Path) -> None:
    code = "import sys\nsys.modules['jaunt.build'] = None\nfrom jaunt.cli import main\nsys.exit(main(['build']))"
    done = run_python("-c", code, cwd=shop)
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_fits_a_small_terminal_and_has_an_example(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = run(*command, "--help")
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.lines)) <= 80
    assert len(said.lines) <= 24
    assert "example: jaunt" in said.out
    assert "exit codes:" in said.out


def test_version(run: Run) -> None:
    assert run("--version").lines == [f"jaunt {jaunt.__version__}"]


def test_no_project_is_2_and_says_how_to_start(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("build", "test", "status"):
        said = run(command)
        assert (said.code, len(said.errors)) == (2, 1)
        assert "jaunt.toml" in said.err
    assert run("build", "--root", "nowhere").code == 2
    assert run("build", "--config", "none.toml").code == 2


def test_python_m_jaunt_and_the_jaunt_program_are_the_same(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("jaunt")
    by_module = run_jaunt("--version", cwd=tmp_path)
    assert (by_module.returncode, by_module.stdout, by_module.stderr) == (
        0,
        f"jaunt {jaunt.__version__}\n",
        "",
    )
    if not program.exists():
        pytest.skip("jaunt is on the path, but not installed")
    by_name = subprocess.run([program, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert by_name.stdout == by_module.stdout


def test_what_the_output_cannot_encode_is_escaped(shop: Path) -> None:
    edit(shop / "src/app/words.py", "the words", "the w\N{LATIN SMALL LETTER O WITH DIAERESIS}rds")
    done = run_jaunt("prompt", "app.words", cwd=shop, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Return the w\\xf6rds of" in done.stdout


@pytest.mark.parametrize(
    ("argv", "command", "said"),
    [
        (["buidl"], "buidl", "did you mean 'build'?"),
        (["build", "--jbos", "3"], "build", "did you mean '--jobs'?"),
        (["build", "--jobs", "many"], "build", "--jobs"),
        (["build", "extra"], "build", "'extra'"),
        (["status", "app.slgu"], "status", "did you mean 'app.slug'?"),
        (["build", "--target", "src/app/slgu.py"], "build", "did you mean 'src/app/slug.py'?"),
        (["build", "--plan", "gone.json"], "build", "gone.json"),
        (["build", "--config", "jant.toml"], "build", "jant.toml"),
        (["graph", "--format", "htm"], "graph", "html"),
        (["store"], "store", "action"),
        (["accept"], "accept", "MODULE"),
        (["completion", "bsh"], "completion", "bash"),
        (["example", "textki"], "example", "textkit"),
        ([], None, "--json"),
    ],
)
def test_json_of_a_command_line_that_is_wrong(
    shop: Path, run: Run, argv: list[str], command: str | None, said: str
) -> None:
    answer = run(*argv, "--json")
    (line,) = answer.lines
    facts = json.loads(line)
    assert (answer.code, facts["command"], facts["ok"], facts["exit_code"]) == (2, command, False, 2)
    assert said in facts["error"]["message"]
    assert answer.errors == [f"error: {facts['error']['message']}"]


def test_json_and_help_leave_standard_output_to_the_object(shop: Path) -> None:
    said = run_jaunt("build", "--help", "--json", cwd=shop)
    assert (said.returncode, json.loads(said.stdout)) == (0, {"command": "build", "ok": True, "exit_code": 0})
    assert "usage: jaunt build" in said.stderr


def test_json_of_a_bug_is_an_object_too(shop: Path) -> None:
    code = (
        "import jaunt.commands.status, sys\n"
        "def run(arguments):\n    print('noise')\n    raise RuntimeError('a bug')\n"
        "jaunt.commands.status.run = run\n"
        "from jaunt.cli import main\nsys.exit(main(['status', '--json']))\n"
    )
    done = run_python("-c", code, cwd=shop)
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["ok"], facts["error"]) == (1, False, {"type": "RuntimeError", "message": "a bug"})
    assert "noise" in done.stderr
    assert "Traceback" in done.stderr


# pytest has the pipe to us as well: had it been left behind, it would have kept us waiting.


def test_the_command_line_of_a_program_that_calls_main_is_not_read() -> None:
    assert main([]) == 2


def test_a_command_leaves_the_collector_of_its_process_as_it_was(tmp_path: Path) -> None:
    before = gc.get_threshold()
    assert main(["--root", str(tmp_path / "missing"), "status"]) != 0
    assert gc.get_threshold() == before
