"""`jaunt doctor`: each thing that a build needs, a line each, and what to do."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import REPOSITORY
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from processes import python_path, run_jaunt
from projects import make_shop, write_files

from jaunt.commands.doctor import machine
from jaunt.commands.doctor.finding import Finding
from jaunt.commands.doctor.findings import machine_findings, project_findings, spec_findings
from jaunt.config import load_config
from jaunt.project.project import load_project

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef f() -> int:\n    """One."""\n    ...\n'


def findings(root: Path) -> dict[str, Finding]:
    """Return what is found in a project, by subject; the worst of each."""
    config = load_config(root=root)
    found = [*project_findings(config), *spec_findings(load_project(config))]
    order = ["ok", "warn", "fail"]
    return {each.subject: each for each in sorted(found, key=lambda each: order.index(each.level))}


def project(root: Path, config: str) -> Path:
    write_files(root, {"jaunt.toml": config, "src/app.py": SPEC, "tests/__init__.py": ""})
    return root


def test_a_project_that_builds_is_well(tmp_path: Path) -> None:
    done = run_jaunt("doctor", cwd=make_shop(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split()[:2] for line in done.stdout.splitlines()]
    subjects = [
        "python",
        "doit",
        "packaging",
        "pytest",
        "config",
        "ruff",
        "ty",
        "provider",
        "sandbox",
        "paths",
        "lock",
        "specs",
    ]
    assert [subject for _, subject in lines[: len(subjects)]] == subjects
    assert not [line for line in lines if line[0] == "fail"]
    assert not (tmp_path / ".jaunt").exists(), "it writes nothing"


def test_json_has_every_check(tmp_path: Path) -> None:
    done = run_jaunt("doctor", "--json", cwd=project(tmp_path, ""))
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["ok"], facts["exit_code"]) == (2, False, 2)
    failed = [check for check in facts["checks"] if check["level"] == "fail"]
    assert [check["subject"] for check in failed] == ["provider"]
    assert failed[0]["hint"]


def test_without_a_project_the_machine_is_checked_all_the_same(tmp_path: Path) -> None:
    done = run_jaunt("doctor", cwd=tmp_path)
    assert done.returncode == 2
    assert "ok    python" in done.stdout
    assert "jaunt init" in next(line for line in done.stdout.splitlines() if line.startswith("fail"))


def test_a_broken_configuration_is_one_line(tmp_path: Path) -> None:
    done = run_jaunt("doctor", cwd=project(tmp_path, "[llm]\nprovidr = 'x'\n"))
    assert (done.returncode, done.stderr) == (2, "")
    assert "did you mean 'provider'" in done.stdout


def test_the_releases_are_those_that_the_package_asks_for() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {each.name: each.specifier for each in map(Requirement, project["dependencies"])}
    assert {name: SpecifierSet(wanted) for name, wanted in machine.wanted_releases().items()} == asked
    assert machine.wanted_python() == project["requires-python"]
    assert {each.level for each in machine_findings()} == {"ok"}


def test_a_release_that_jaunt_does_not_know_is_told_with_the_command_that_installs_one_it_knows(
    tmp_path: Path,
) -> None:
    """The package's metadata and a doit of another release stand in a folder before the installed ones."""
    for name, version, more in (("doit", "0.38.0", ""), ("jaunt", "9", "Requires-Dist: doit<0.38,>=0.37\n")):
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}Requires-Python: >=3.11\n"
        write_files(tmp_path / "packages", {f"{name}-{version}.dist-info/METADATA": text})
    root = project(tmp_path / "shop", "")
    done = run_jaunt("doctor", "--json", cwd=root, PYTHONPATH=python_path(tmp_path / "packages"))
    (found,) = [each for each in json.loads(done.stdout)["checks"] if each["subject"] == "doit"]
    assert (found["level"], found["hint"]) == ("fail", "pip install 'doit<0.38,>=0.37'")
    assert found["text"].startswith("0.38.0 ")


# --- provider ----------------------------------------------------------------------------------------


def test_a_missing_key_names_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    root = project(tmp_path, '[llm]\nprovider = "openai"\nmodel = "m"\napi_key_env = "SHOP_KEY"\n')
    found = findings(root)["provider"]
    assert found.level == "fail"
    assert "SHOP_KEY" in found.text


def test_a_key_that_is_set_is_never_shown(tmp_path: Path) -> None:
    pytest.importorskip("openai")
    root = project(tmp_path, '[llm]\nprovider = "openai"\nmodel = "m"\napi_key_env = "SHOP_KEY"\n')
    done = run_jaunt("doctor", "--json", cwd=root, SHOP_KEY="sk-very-secret-key")
    assert done.returncode == 0, done.stdout
    for said in (done.stdout, done.stderr):
        assert "SHOP_KEY is set" in said
        assert "very-secret" not in said


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ("", "no provider is configured"),
        ('provider = "opnai"', "unknown provider"),
        ('provider = "command"\ncommand = "no-such-program-here"', "no-such-program-here"),
        ('provider = "recorded"\nrecordings = "nowhere"', "nowhere"),
    ],
)
def test_a_provider_that_cannot_be_used_fails(tmp_path: Path, config: str, text: str) -> None:
    found = findings(project(tmp_path, f"[llm]\n{config}\n"))["provider"]
    assert found.level == "fail"
    assert text in found.text
    assert found.hint


def test_a_script_that_the_command_will_not_find_is_a_warning(tmp_path: Path) -> None:
    write_files(tmp_path, {"ask.sh": "cat\n"})
    settings = '[llm]\nprovider = "command"\ncommand = ["sh", "{}ask.sh"]\n'
    found = findings(project(tmp_path, settings.replace("{}", "")))["provider"]
    assert (found.level, found.text) == ("warn", "ask.sh is not in the empty folder that the command runs in")
    assert "{root}" in found.hint
    assert findings(project(tmp_path, settings.replace("{}", "{root}/")))["provider"].level == "ok"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A server on this machine that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_server_that_answers_is_ok_and_is_sent_nothing(tmp_path: Path, server: socket.socket) -> None:
    pytest.importorskip("openai")
    port = server.getsockname()[1]
    settings = f'[llm]\nprovider = "openai"\nmodel = "m"\nbase_url = "http://127.0.0.1:{port}/v1"\n'
    found = findings(project(tmp_path, settings))
    assert found["server"] == Finding("ok", "server", f"127.0.0.1:{port} answers")
    connection, _ = server.accept()
    with connection:
        assert connection.recv(1) == b""


def test_a_server_that_is_not_there_fails(tmp_path: Path, server: socket.socket) -> None:
    pytest.importorskip("openai")
    port = server.getsockname()[1]
    server.close()
    settings = f'[llm]\nprovider = "openai"\nmodel = "m"\nbase_url = "http://127.0.0.1:{port}/v1"\n'
    found = findings(project(tmp_path, settings))["server"]
    assert (found.level, "does not answer" in found.text) == ("fail", True)


# --- tools and sandbox -------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "level"), [("error", "fail"), ("warn", "warn"), ("off", "ok")])
def test_a_missing_tool_is_as_bad_as_the_configuration_says(tmp_path: Path, severity: str, level: str) -> None:
    root = project(tmp_path / "shop", f'[verify]\nruff = "{severity}"\n')
    code = (
        "import sys, sysconfig; from pathlib import Path; "
        "from jaunt.checks.tools import tool as verify; from jaunt.commands.doctor import findings as health; "
        "from jaunt.config import load_config; "
        "print(*[each.level for each in health.project_findings(load_config()) if each.subject == 'ruff'])"
    )
    # A Python in an environment of its own, where no tool is installed, with nothing else on PATH.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    folder = tmp_path / "bare" / "bin"
    environment = {**os.environ, "PATH": str(folder), "PYTHONPATH": str(REPOSITORY / "src")}
    done = subprocess.run(
        [folder / "python", "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{level}\n", done.stderr


def test_no_sandbox_is_a_warning_and_an_impossible_one_fails(tmp_path: Path) -> None:
    assert findings(project(tmp_path / "a", '[sandbox]\nmode = "off"\n'))["sandbox"].level == "warn"
    found = findings(project(tmp_path / "b", '[sandbox]\nmode = "limits"\nstrict = true\n'))["sandbox"]
    assert (found.level, bool(found.hint)) == ("fail", True)


def test_what_is_opened_to_single_test_modules_is_a_line_of_its_own(tmp_path: Path) -> None:
    root = project(tmp_path, '[sandbox.tests."tests.test_db*"]\nenv = ["DB_URL"]\n')
    assert "DB_URL" in findings(root)["sandbox of tests.test_db*"].text
    assert "DB_URL" not in findings(root)["sandbox"].text


# --- folders and files -------------------------------------------------------------------------------


def test_a_missing_folder_is_a_warning(tmp_path: Path) -> None:
    found = findings(project(tmp_path, '[paths]\nsource_roots = ["src", "lib"]\n'))["paths"]
    assert (found.level, "lib is missing" in found.text) == ("warn", True)


def test_a_state_folder_that_cannot_be_made_fails(tmp_path: Path) -> None:
    root = project(tmp_path, "")
    (root / ".jaunt").write_text("", encoding="utf-8")
    found = findings(root)["paths"]
    assert (found.level, ".jaunt" in found.text) == ("fail", True)


def test_a_generated_folder_that_leads_elsewhere_fails(tmp_path: Path) -> None:
    root = project(tmp_path / "shop", "")
    (root / "src/__generated__").symlink_to(tmp_path)
    assert findings(root)["paths"].level == "fail"


def test_what_a_killed_build_has_left_is_named_and_what_one_at_work_has_made_is_not(tmp_path: Path) -> None:
    root = project(tmp_path, "")
    left = [f"src/__generated__/.jaunt-{number}.tmp" for number in range(5)]
    write_files(root, dict.fromkeys(left, ""))
    assert "leftovers" not in findings(root)
    for name in left:
        os.utime(root / name, (1, 1))
    found = findings(root)["leftovers"]
    assert found.level == "warn"
    assert found.text.startswith("5 of builds that were killed: ")
    assert found.text.endswith(" and 2 more")


def test_specs_that_are_missing_or_broken_are_told(tmp_path: Path) -> None:
    write_files(tmp_path / "none", {"jaunt.toml": "", "src/app.py": ""})
    assert findings(tmp_path / "none")["specs"].level == "warn"
    root = project(tmp_path / "broken", "")
    (root / "src/app.py").write_text(f"{SPEC}def (\n", encoding="utf-8")
    found = findings(root)["specs"]
    assert (found.level, "1 broken module" in found.text) == ("fail", True)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@needs_git
@pytest.mark.parametrize(("ignored", "level"), [("__generated__/\n", "warn"), ("*.log\n", "ok")])
def test_generated_code_that_git_ignores_is_a_warning(tmp_path: Path, ignored: str, level: str) -> None:
    root = project(tmp_path, "")
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / ".gitignore").write_text(f"# mine\n{ignored}", encoding="utf-8")
    found = findings(root)["git"]
    assert found.level == level
    assert level == "ok" or "'__generated__/' in .gitignore:2" in found.text


@needs_git
def test_without_a_repository_nothing_is_said_of_git(tmp_path: Path) -> None:
    assert "git" not in findings(project(tmp_path, ""))


# --- the lock between builds --------------------------------------------------------------------------


def test_locks_are_tried_where_the_store_is(tmp_path: Path) -> None:
    store = tmp_path / "shared" / "store"
    store.mkdir(parents=True)
    root = project(tmp_path / "shop", '[store]\npath = "../shared/store"\n')
    found = findings(root)["lock"]
    assert (found.level, found.text.endswith(f"locks in {root / '../shared/store'}")) == ("ok", True)
    assert list(store.iterdir()) == []


def test_a_readonly_store_needs_no_lock(tmp_path: Path) -> None:
    assert "readonly" in findings(project(tmp_path, "[store]\nreadonly = true\n"))["lock"].text


def test_a_folder_without_locks_is_a_warning_with_what_to_do(tmp_path: Path) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a file system that makes no files")
    found = findings(project(tmp_path, '[store]\npath = "/proc/self/store"\n'))["lock"]
    assert (found.level, "pay for the same modules" in found.text) == ("warn", True)
    assert "[store] path" in found.hint


def test_a_cycle_of_inferred_dependencies_is_found_unless_they_are_off(tmp_path: Path) -> None:
    for module, other in (("app", "other"), ("other", "app")):
        spec = SPEC.replace("import jaunt", f"import jaunt\nimport {other}", 1).replace("One.", f"As `{other}.f`.")
        write_files(tmp_path, {"jaunt.toml": "", f"src/{module}.py": spec})
    assert "dependency cycle" in run_jaunt("doctor", cwd=tmp_path).stdout
    assert "dependency cycle" not in run_jaunt("doctor", "--no-infer-deps", cwd=tmp_path).stdout
