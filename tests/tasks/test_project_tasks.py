"""The doit command on a project's dodo.py, in real child processes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import child_environment, run_doit, run_jaunt
from projects import CONFIG, GENERATED, SHOP_ANSWERS, make_shop, record, write_files

MODULES = {"slug", "tally", "words"}


def built(root: Path, folder: str = GENERATED) -> set[str]:
    """Return the names of the generated modules in a folder."""
    return {path.stem for path in (root / folder).glob("*.py")} - {"__init__"}


def ran(output: str) -> list[str]:
    """Return the names of our tasks that ran, in the order in which they ended."""
    return re.findall(r"^\.  (\S+) \(\d+\.\d s\)$", output, re.MULTILINE)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- building ----------------------------------------------------------------------------------------


def test_doit_builds_everything_and_then_nothing(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    first = run_doit("build", cwd=root)
    assert (first.returncode, first.stderr) == (0, "")
    assert sorted(ran(first.stdout)) == ["build:app.slug", "build:app.tally", "build:app.words"]
    assert ran(first.stdout).index("build:app.words") < ran(first.stdout).index("build:app.slug")
    assert built(root) == MODULES
    second = run_doit(cwd=root)
    assert (second.returncode, second.stdout) == (0, "jaunt: 3 up to date\n"), "`doit` alone is `doit build`"
    assert run_jaunt("build", cwd=root).stdout.startswith("3 fresh in"), "doit and jaunt agree"


@pytest.mark.parametrize(
    "arguments",
    [["-n", "8", "-P", "thread"], ["-n", "0"], ["-n", "1"], ["-n", "2", "-P", "process"], ["-P", "process"]],
    ids=" ".join,
)
def test_one_module_is_built_with_its_dependencies_by_every_runner(tmp_path: Path, arguments: list[str]) -> None:
    root = make_shop(tmp_path)
    done = run_doit(*arguments, "build:app.slug", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert ran(done.stdout) == ["build:app.words", "build:app.slug"]
    assert built(root) == {"slug", "words"}
    rest = run_doit(*arguments, "build", cwd=root)
    assert ran(rest.stdout) == ["build:app.tally"]


TOP = '''\
import jaunt
from app.slug import slugify


@jaunt.magic(deps=[slugify])
def top(text: str) -> str:
    """Return `slugify(text)`."""
    ...
'''


@pytest.mark.parametrize("arguments", [["-n", "0"], ["-n", "4", "-P", "thread"], ["-P", "process"]], ids=" ".join)
def test_what_depends_on_rebuilt_code_is_verified_without_a_call(tmp_path: Path, arguments: list[str]) -> None:
    answer = "from app.slug import slugify\n\n\ndef top(text: str) -> str:\n    return slugify(text)\n"
    root = make_shop(tmp_path, changes={"src/app/top.py": TOP}, answers={"app.top": answer})
    assert run_doit("build", cwd=root).returncode == 0
    shutil.rmtree(root / ".jaunt")
    (root / GENERATED / "words.py").unlink()
    record(root, {"app.words": SHOP_ANSWERS["app.words"] + "\n\nEND = 1\n"})
    for name in ("app.slug", "app.top"):
        (root / f"recordings/{name}.py").unlink()  # a call for one of these would fail
    info = run_doit("info", "build:app.slug", cwd=root).stdout
    assert "verify: dependency is stale: app.words" in info
    assert "verify src.app.__generated__" not in info
    done = run_doit(*arguments, "build", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert ran(done.stdout) == ["build:app.words", "build:app.slug"], "app.top's dependency is as it was"
    assert run_jaunt("build", cwd=root).stdout.startswith("4 fresh in")


def test_a_target_path_and_a_glob_select_tasks(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    assert ran(run_doit(f"{GENERATED}/tally.py", cwd=root).stdout) == ["build:app.tally"]
    assert run_doit(str(root / GENERATED / "tally.py"), cwd=root).stdout == "jaunt: 1 up to date\n"
    assert ran(run_doit("build:*words", cwd=root).stdout) == ["build:app.words"]


@pytest.mark.parametrize("arguments", [["build", "-a"], ["-a", "build"], ["build", "--always-execute"]], ids=" ".join)
def test_always_builds_what_is_fresh_anew(tmp_path: Path, arguments: list[str]) -> None:
    root = make_shop(tmp_path)
    run_doit("build", cwd=root)
    record(root, {"app.tally": SHOP_ANSWERS["app.tally"] + "# another answer\n"})
    done = run_doit(*arguments, cwd=root)
    assert done.returncode == 0
    assert len(ran(done.stdout)) == 3
    # The model is asked, not the store.
    assert "# another answer" in (root / GENERATED / "tally.py").read_text(encoding="utf-8")


def test_test_builds_generates_and_runs_the_tests_after_the_build(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    done = run_doit("test", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    tasks = ran(done.stdout)
    assert tasks[-1] == "test:run"
    assert set(tasks[:-1]) == {"build:app.slug", "build:app.tally", "build:app.words", "test:tests.test_slug"}
    assert "1 passed" in done.stdout
    again = run_doit("test", cwd=root)
    assert ran(again.stdout) == ["test:run"], "tests run every time, nothing is generated"


def test_a_failing_test_is_a_failed_task(tmp_path: Path) -> None:
    root = make_shop(tmp_path, answers={"app.slug": "def slugify(text: str) -> str:\n    return text\n"})
    done = run_doit("test", cwd=root)
    assert done.returncode != 0
    assert "1 failed" in done.stdout
    assert "FAILED  test:run: tests/__generated__/test_slug.py::test_slugify: " in done.stdout


# --- failures ----------------------------------------------------------------------------------------


OTHER_TEST = '''\
import jaunt
from app.{name} import {name}


@jaunt.test(deps=[{name}])
def test_{name}() -> None:
    """Calls `{name}`."""
    ...
'''


@pytest.mark.parametrize("arguments", [["test"], ["-n", "4", "-P", "process", "test:run"]], ids=" ".join)
def test_what_can_t_be_built_keeps_no_other_test_from_running(tmp_path: Path, arguments: list[str]) -> None:
    # A test module without an answer, one above code without an answer, and the shop's own, which is right.
    changes = {f"tests/test_{name}.py": OTHER_TEST.format(name=name) for name in ("words", "tally")}
    root = make_shop(tmp_path, changes=changes)
    (root / "recordings/app.tally.py").unlink()
    done = run_doit(*arguments, cwd=root)
    assert done.returncode != 0
    assert "1 passed" in done.stdout
    assert "FAILED  test:tests.test_words: " in done.stdout
    said = re.search(r"^FAILED  test:run: (.*)$", done.stdout, re.MULTILINE)
    assert said is not None
    assert said[1] == "not run, as not all that they need could be built: tests.test_tally, tests.test_words"


def test_a_failed_module_fails_its_dependents_by_name_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = make_shop(tmp_path, answers={"app.words": "def split_words(:\n"})
    done = run_doit("build", cwd=root)
    assert done.returncode != 0
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 2
    assert failed[0].startswith("FAILED  build:app.words: ")
    assert "syntax" in failed[0]
    assert failed[1] == "FAILED  build:app.slug was not tried, as it needs build:app.words"
    assert "Traceback" not in done.stdout + done.stderr
    assert built(root) == {"tally"}


@pytest.mark.parametrize("command", [["build"], ["build:app.slug"], ["list"], ["test"], ["clean"]], ids=" ".join)
def test_a_configuration_error_is_one_line(tmp_path: Path, command: list[str]) -> None:
    root = make_shop(tmp_path)
    (root / "jaunt.toml").write_text("[llm]\nprovidr = 'recorded'\n", encoding="utf-8")
    done = run_doit(*command, cwd=root)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == "ERROR: jaunt.toml: llm.providr: unknown key (did you mean 'provider'?)\n"


def test_no_configuration_at_all_says_how_to_start(tmp_path: Path) -> None:
    write_files(tmp_path, {"dodo.py": "from jaunt.tasks import DOIT_CONFIG, task_build, task_test\n"})
    done = run_doit("build", cwd=tmp_path)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "add a jaunt.toml" in done.stderr


def test_a_spec_without_docstring_is_built_with_a_warning(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"src/app/bare.py": "import jaunt\n\n\n@jaunt.magic\ndef bare() -> int: ...\n"})
    record(root, {"app.bare": "def bare() -> int:\n    return 1\n"})
    done = run_doit("build:app.bare", cwd=root)
    assert done.returncode == 0
    assert "warning: src/app/bare.py:5: bare has no docstring" in done.stdout + done.stderr
    assert built(root) == {"bare"}


def test_a_hand_edited_file_is_not_overwritten(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    run_doit("build", cwd=root)
    path = root / GENERATED / "tally.py"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert run_doit("build", cwd=root).returncode == 0
    done = run_doit("build", "-a", cwd=root)
    assert done.returncode != 0
    assert f"FAILED  build:app.tally: {GENERATED}/tally.py was edited by hand" in done.stdout
    assert "jaunt build --force" in done.stdout
    assert path.read_text(encoding="utf-8").endswith("# mine\n")


# --- asking ------------------------------------------------------------------------------------------


def test_list_and_info_tell_what_would_run_and_why(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    run_doit("build", cwd=root)
    edit(root / "src/app/words.py", "Return the words", "Give the words")
    listed = run_doit("list", "--all", "-s", cwd=root)
    assert listed.returncode == 0
    states = {line.split()[1]: line.split()[0] for line in listed.stdout.splitlines()}
    assert {name: states[name] for name in states if ":" in name} == {
        "build:app.slug": "R",
        "build:app.tally": "U",
        "build:app.words": "R",
        "test:run": "R",
        "test:tests.test_slug": "R",
    }
    info = run_doit("info", "build:app.words", cwd=root)
    assert "spec changed: app.words:split_words (docstring)" in info.stdout
    info = run_doit("info", "build:app.slug", cwd=root)
    assert "dependency changed: app.words:split_words" in info.stdout
    assert "build:app.words" in info.stdout
    assert run_doit("info", "build:app.tally", cwd=root).stdout.count("up-to-date") == 1


def test_asking_writes_nothing_into_the_project(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    for command in (["list", "--all", "-s"], ["info", "build:app.slug"], ["clean", "-n"]):
        assert run_doit(*command, cwd=root).stderr == ""
    left = {p.relative_to(root).as_posix() for p in root.rglob("*") if "__pycache__" not in p.parts}
    assert not [name for name in left if "generated" in name or name.startswith(".jaunt")]


# --- cleaning ----------------------------------------------------------------------------------------


def test_clean_removes_what_jaunt_wrote_and_nothing_else(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    before = {p for p in root.rglob("*") if p.is_file()}
    run_doit("build", "test:tests.test_slug", cwd=root)
    edited = root / GENERATED / "tally.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    write_files(root, {f"{GENERATED}/notes.txt": "mine"})

    dry = run_doit("clean", "-n", "build", "test", cwd=root)
    assert dry.returncode == 0
    assert f"executing 'remove {GENERATED}/slug.py'" in dry.stdout
    assert built(root) == MODULES

    done = run_doit("clean", "build", "test", cwd=root)
    assert done.returncode == 0
    assert f"{GENERATED}/tally.py was left: it was edited by hand" in done.stderr
    assert str(root) not in done.stdout + done.stderr
    left = {p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    kept = {p for p in left if not p.relative_to(root).parts[0].startswith((".doit.db", ".jaunt"))} - before
    assert kept == {edited, root / GENERATED / "notes.txt", root / GENERATED / "__init__.py"}
    assert before <= left
    assert not (root / "tests/__generated__").exists()
    again = run_doit("clean", "build", "test", cwd=root)
    assert again.returncode == 0


# --- beside tasks of the user's own ------------------------------------------------------------------

MIXED = """\
from pathlib import Path
from jaunt.tasks import DOIT_CONFIG, task_build, task_test


def count(source, target):
    Path(target).write_text(str(len(Path(source).read_text().splitlines())))


def task_count():
    source = "src/app/__generated__/tally.py"
    return {"actions": [(count, [source, "lines.txt"])], "file_dep": [source], "targets": ["lines.txt"]}


def task_after():
    return {"actions": ["echo after"], "task_dep": ["build:app.slug"], "verbosity": 2}
"""


def test_tasks_of_the_users_own_may_depend_on_ours_and_on_the_files(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"dodo.py": MIXED})
    done = run_doit("count", "after", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert (root / "lines.txt").read_text(encoding="utf-8").isdigit()
    assert done.stdout.index("build:app.slug") < done.stdout.index("after\n")
    assert built(root) == MODULES

    again = run_doit("count", cwd=root)
    assert "-- count" in again.stdout, "what their task depends on has not changed"
    edit(root / "src/app/tally.py", "upwards", "up")
    record(root, {"app.tally": SHOP_ANSWERS["app.tally"] + "# longer\n"})
    changed = run_doit("count", cwd=root)
    assert ran(changed.stdout) == ["build:app.tally"]
    assert ".  count" in changed.stdout


def test_a_users_task_is_not_run_where_our_module_failed(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"dodo.py": MIXED}, answers={"app.words": "nonsense("})
    done = run_doit("after", "count", cwd=root)
    assert done.returncode != 0
    assert ".  after" not in done.stdout
    assert (root / "lines.txt").is_file(), "what doesn't depend on it goes on"


def test_two_projects_share_a_dodo_file(tmp_path: Path) -> None:
    make_shop(tmp_path / "one")
    make_shop(tmp_path / "two")
    write_files(
        tmp_path,
        {
            "dodo.py": (
                "from pathlib import Path\n"
                "from jaunt.tasks import ProjectTasks\n"
                "ONE = ProjectTasks(Path('one'), build='one', test='one-test')\n"
                "TWO = ProjectTasks(Path('two').absolute(), build='two', test='two-test')\n"
                "def task_one():\n    yield from ONE.build_tasks()\n"
                "def task_two():\n    yield from TWO.build_tasks()\n"
            )
        },
    )
    done = run_doit("one:app.slug", "two", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert built(tmp_path / "one") == {"slug", "words"}
    assert built(tmp_path / "two") == MODULES


def test_the_number_of_jobs_comes_from_the_configuration(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"jaunt.toml": CONFIG + "\n[build]\njobs = 3\n"})
    write_files(
        root,
        {
            "dodo.py": (
                "from jaunt.tasks import DOIT_CONFIG, task_build, task_test\nprint(DOIT_CONFIG['num_process'])\n"
            )
        },
    )
    assert run_doit("list", cwd=root).stdout.splitlines()[0] == "3"


def test_from_another_folder_the_project_is_that_of_the_dodo_file(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    done = run_doit("-f", "shop/dodo.py", "build:app.tally", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert built(root) == {"tally"}
    done = run_doit("-k", "build:app.words", cwd=root / "src/app")
    assert done.returncode == 0, done.stderr
    assert built(root) == {"tally", "words"}


def read_only(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run doit in a tree that is mounted read-only, as even root can't write there."""
    mounted = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    script = 'mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" && exec "$@"'
    command = [*mounted, script, "sh", sys.executable, "-m", "doit", *arguments]
    return subprocess.run(
        command, cwd=root, env=child_environment(PYTHONDONTWRITEBYTECODE="1"), capture_output=True, text=True
    )


@pytest.fixture
def mountable(tmp_path: Path) -> None:
    (tmp_path / "mountable").mkdir()
    probe = ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount --bind . . && mount -o remount,bind,ro ."]
    if not shutil.which("unshare") or subprocess.run(probe, cwd=tmp_path / "mountable", capture_output=True).returncode:
        pytest.skip("no mounts can be made here")


def test_a_read_only_tree_is_one_line_a_module_that_says_so(tmp_path: Path, mountable: None) -> None:
    done = read_only(make_shop(tmp_path / "shop"), "build")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 3
    assert "Read-only file system" in failed[0]
    assert "work on a copy" in failed[0]


def test_a_read_only_tree_that_is_built_has_nothing_to_do(tmp_path: Path, mountable: None) -> None:
    root = make_shop(tmp_path / "shop")
    assert run_doit("build", cwd=root).returncode == 0
    for database in root.glob(".doit.db*"):
        database.unlink()
    done = read_only(root, "build")
    assert (done.returncode, done.stdout.splitlines()) == (0, ["jaunt: 3 up to date"]), done.stderr
    assert read_only(root, "list").returncode == 0
    assert list(root.glob(".doit.db*")) == []


# --- the order "eager" -------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 8])
def test_first_requests_are_tasks_without_edges_that_builds_come_after(tmp_path: Path, jobs: int) -> None:
    root = make_shop(tmp_path, changes={"jaunt.toml": f"{CONFIG}[build]\norder = 'eager'\njobs = {jobs}\n"})
    listed = run_doit("list", "--all", cwd=root).stdout
    assert {"ask:app.words", "ask:app.slug", "ask:app.tally"} <= {*re.findall(r"^\S+", listed, re.MULTILINE)}
    done = run_doit("build", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(ran(done.stdout)) == ["build:app.slug", "build:app.tally", "build:app.words"]
    assert "jaunt: 3 run" in done.stdout
    tested = run_doit("test", cwd=root)
    assert (tested.returncode, ran(tested.stdout)[0]) == (0, "test:tests.test_slug")
    again = run_doit("build", "test", cwd=root)
    assert ran(again.stdout) in ([], ["test:run"])
    assert "ask" not in run_doit("list", "--all", cwd=root).stdout
