"""The jaunt command as a person uses it: flags, lines, exit codes."""

import gc
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from libraries import spec_file
from processes import python_path, run_jaunt, run_jaunt_unread, run_python
from projects import CONFIG, SHOP_ANSWERS, edit, make_shop, record, write_files
from stopped_builds import stop_while_building

import jaunt
from jaunt.cli import main
from jaunt.commands import COMMANDS
from jaunt.commands.shared.result import stop_signals
from jaunt.header import parse_header, split_header

PROGRESS = re.compile(r"\[ *\d+/\d+\] (generated|failed|interrupted) +\S+ +\d+\.\d s")
SUMMARY = re.compile(
    r"(\d+ (generated|fresh|failed|interrupted), )*\d+ (generated|fresh|failed|interrupted) in \d+\.\d s"
)

BAD_CODE = "def split_words(:\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project SHOP, as the working directory."""
    root = make_shop(tmp_path / "shop")
    monkeypatch.chdir(root)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTHONPATH", python_path())
    return root


class Said:
    """What main printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        self.lines, self.errors = out.splitlines(), err.splitlines()

    @property
    def built(self) -> list[tuple[str, str]]:
        """(status, module) of each progress line, sorted."""
        return sorted(
            (line.split("]")[1].split()[0], line.split("]")[1].split()[1])
            for line in self.lines
            if PROGRESS.fullmatch(line)
        )


Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run main in this process and return what it said."""

    def call(*argv: str) -> Said:
        capfd.readouterr()
        code = main(argv)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        assert all(line.startswith(("error: ", "warning: ")) for line in err.splitlines()), err
        return Said(code, out, err)

    return call


GENERATED = "src/app/__generated__"


# --- build -------------------------------------------------------------------------------------------


def test_build_has_a_line_a_module_and_a_summary(shop: Path, run: Run) -> None:
    said = run("build")
    assert said.code == 0
    assert [bool(PROGRESS.fullmatch(line)) for line in said.lines] == [True, True, True, False]
    assert SUMMARY.fullmatch(said.lines[-1])
    assert said.lines[-1].startswith("3 generated in ")
    assert [line.partition("]")[0] for line in said.lines[:-1]] == ["[1/3", "[2/3", "[3/3"]
    assert said.built == [("generated", m) for m in ("app.slug", "app.tally", "app.words")]
    assert said.err == ""
    assert sorted(p.name for p in (shop / GENERATED).glob("*.py")) == [
        "__init__.py",
        "slug.py",
        "tally.py",
        "words.py",
    ]


def test_a_second_build_runs_nothing(shop: Path, run: Run) -> None:
    run("build")
    said = run("build")
    assert (said.code, said.built, said.err) == (0, [], "")
    assert said.lines[-1].startswith("3 fresh in ")


def test_a_changed_spec_rebuilds_its_module_and_its_dependents(shop: Path, run: Run) -> None:
    run("build")
    source = shop / "src/app/words.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("Return the words", "Give the words"), encoding="utf-8"
    )
    record(shop, SHOP_ANSWERS)
    said = run("build")
    assert said.built == [("generated", "app.slug"), ("generated", "app.words")]
    assert said.lines[-1].startswith("2 generated, 1 fresh in ")


def test_a_failed_module_is_3_and_the_rest_is_built(shop: Path, run: Run) -> None:
    record(shop, {"app.words": BAD_CODE})
    said = run("build")
    assert said.code == 3
    assert said.built == [("failed", "app.slug"), ("failed", "app.words"), ("generated", "app.tally")]
    assert said.lines[-1].startswith("1 generated, 2 failed in ")
    first, kept, dependent = said.errors
    assert first.startswith("error: app.words: ")
    assert "syntax" in first
    assert ".jaunt/rejected/app.words" in kept
    assert dependent == "error: app.slug: dependency failed: app.words"
    assert sorted(p.name for p in (shop / GENERATED).glob("*.py")) == ["__init__.py", "tally.py"]


def test_a_changed_contract_without_a_new_recording_says_so(shop: Path, run: Run) -> None:
    source = shop / "src/app/tally.py"
    source.write_text(source.read_text(encoding="utf-8").replace("upwards", "downwards"), encoding="utf-8")
    said = run("build")
    assert said.code == 3
    (error,) = said.errors
    assert "app.tally" in error
    assert "contract has changed" in error
    assert "recordings/app.tally.py" in error
    assert str(shop) not in error


@pytest.mark.parametrize("jobs", ["1", "16"])
def test_jobs(shop: Path, run: Run, jobs: str) -> None:
    assert run("build", "--jobs", jobs).code == 0


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", ""])
def test_a_wrong_number_of_jobs_is_2(shop: Path, run: Run, jobs: str) -> None:
    said = run("build", f"--jobs={jobs}")
    assert said.code == 2
    assert len(said.errors) == 1
    assert "at least 1" in said.err
    assert not (shop / GENERATED).exists()


@pytest.mark.parametrize("target", ["app.slug", "app.slug:slugify", "src/app/slug.py", "./src/app/../app/slug.py"])
def test_a_target_is_built_with_its_dependencies(shop: Path, run: Run, target: str) -> None:
    assert run("build", "--target", target).built == [("generated", "app.slug"), ("generated", "app.words")]


def test_targets_add_up(shop: Path, run: Run) -> None:
    said = run("build", "--target", "app.words", "--target=app.tally")
    assert said.built == [("generated", "app.tally"), ("generated", "app.words")]


def test_a_test_module_as_a_target_of_build_means_what_it_tests(shop: Path, run: Run) -> None:
    said = run("build", "--target", "tests.test_slug")
    assert said.built == [("generated", "app.slug"), ("generated", "app.words")]
    assert not (shop / "tests/__generated__").exists()


def test_an_unknown_target_is_2_and_the_nearest_is_named(shop: Path, run: Run) -> None:
    said = run("build", "--target", "app.slgu")
    assert said.code == 2
    assert said.errors == ["error: unknown target 'app.slgu' (did you mean 'app.slug'?)"]
    said = run("status", "--target", "zzz")
    assert (said.code, len(said.errors)) == (2, 1)
    assert "jaunt status" in said.err


def test_force_builds_what_is_fresh_but_only_the_targets(shop: Path, run: Run) -> None:
    run("build")
    assert len(run("build", "--force").built) == 3
    assert run("build", "--force", "--target", "app.slug").built == [("generated", "app.slug")]
    forced = run("build", "--force", "--target", "app.words")
    assert ("generated", "app.words") in forced.built
    assert ("generated", "app.tally") not in forced.built


def test_no_infer_deps_keeps_to_the_declared_ones(shop: Path, run: Run) -> None:
    write_files(
        shop,
        {"src/app/slug.py": 'import jaunt\nfrom app.words import split_words\n\n\n@jaunt.magic\n'
         'def slugify(text: str) -> str:\n    """Join `split_words`."""\n    ...\n'},
    )  # fmt: skip
    assert [m for _, m in run("build", "--target", "app.slug").built] == ["app.slug", "app.words"]
    (shop / GENERATED).rename(shop / "old")
    assert [m for _, m in run("build", "--target", "app.slug", "--no-infer-deps").built] == ["app.slug"]


def test_the_root_may_be_named_from_elsewhere(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    assert run("build", "--root", "shop").code == 0
    assert run("status", "--root", str(shop)).lines[-1] == "3 fresh, 1 unbuilt"


def test_a_subfolder_finds_the_project_above_it(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "src/app")
    assert run("build").code == 0
    assert (shop / GENERATED / "slug.py").is_file()
    assert run("build", "--target", "slug.py").lines[-1].startswith("2 fresh")


def test_another_configuration_file(shop: Path, run: Run) -> None:
    write_files(shop, {"other.toml": CONFIG + '\n[paths]\ngenerated_dir = "_made"\n'})
    assert run("build", "--config", "other.toml").code == 0
    assert (shop / "src/app/_made/slug.py").is_file()
    assert not (shop / GENERATED).exists()


def test_a_hand_edit_is_kept_named_and_overwritten_only_with_force(shop: Path, run: Run) -> None:
    run("build")
    path = shop / GENERATED / "words.py"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    said = run("build")
    assert (said.code, said.built) == (0, [])
    (warning,) = said.errors
    assert f"{GENERATED}/words.py" in warning
    assert "--force" in warning

    source = shop / "src/app/words.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("Return the words", "Give the words"), encoding="utf-8"
    )
    record(shop, SHOP_ANSWERS)
    said = run("build")
    assert said.code == 3
    assert said.errors[0].startswith(
        f"error: {GENERATED}/words.py was edited by hand; spec changed: app.words:split_words"
    )
    assert "--force" in said.errors[0]
    assert path.read_text(encoding="utf-8").endswith("# mine\n")

    assert run("build", "--force").code == 0
    assert "# mine" not in path.read_text(encoding="utf-8")


def test_a_record_that_cannot_be_written_is_a_warning_and_no_failure(shop: Path, run: Run) -> None:
    (shop / ".jaunt/timings.json").mkdir(parents=True)
    said = run("build")
    assert said.code == 0
    assert len(said.built) == 3
    (warning,) = said.errors
    assert warning.startswith("warning: ")
    assert ".jaunt/timings.json" in warning


def test_a_spec_without_docstring_is_built_with_one_warning(shop: Path, run: Run) -> None:
    write_files(shop, {"src/app/bare.py": "import jaunt\n\n\n@jaunt.magic\ndef bare() -> int: ...\n"})
    record(shop, {"app.bare": "def bare() -> int:\n    return 1\n"})
    said = run("build")
    assert said.code == 0
    (warning,) = said.errors
    assert warning.startswith("warning: src/app/bare.py: bare has no docstring")
    assert run("build").err == ""


def test_no_provider_is_2_with_one_line_and_nothing_is_written(shop: Path, run: Run) -> None:
    write_files(shop, {"jaunt.toml": "version = 1\n"})
    said = run("build")
    assert said.code == 2
    assert len(said.errors) == 1
    assert "provider" in said.err
    assert not (shop / GENERATED).exists()


# --- test --------------------------------------------------------------------------------------------


def test_test_builds_generates_and_runs(shop: Path, run: Run) -> None:
    said = run("test")
    assert said.code == 0
    assert len(said.built) == 4
    assert "1 passed" in said.out
    assert said.err == ""
    assert (shop / "tests/__generated__/test_slug.py").is_file()
    assert run("status").lines[-1] == "4 fresh"


def test_failing_tests_are_4(shop: Path, run: Run) -> None:
    record(shop, {"app.slug": "def slugify(text: str) -> str:\n    return text\n"})
    said = run("test")
    assert said.code == 4
    assert "1 failed" in said.out
    (error,) = said.errors
    assert error.startswith("error: tests/__generated__/test_slug.py::test_slugify: ")


def test_tests_are_not_run_where_something_could_not_be_built(shop: Path, run: Run) -> None:
    record(shop, {"app.words": BAD_CODE})
    said = run("test")
    assert said.code == 3
    assert "passed" not in said.out
    assert said.errors[-1] == "error: the tests were not run, as not everything could be built"


def test_a_project_without_tests_names_no_sandbox(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app.py": "LIMIT = 1\n"})
    said = run("test", "--root", str(tmp_path))
    assert (said.code, len(said.lines)) == (0, 1)
    assert said.lines[0].startswith("no spec modules")


def test_no_run_generates_and_starts_no_pytest(shop: Path, run: Run) -> None:
    said = run("test", "--no-run")
    assert (said.code, len(said.built)) == (0, 4)
    assert SUMMARY.fullmatch(said.lines[-1])


def test_no_build_leaves_the_modules_under_test(shop: Path, run: Run) -> None:
    said = run("test", "--no-build", "--no-run")
    assert said.built == [("generated", "tests.test_slug")]
    assert not (shop / GENERATED).exists()


def test_a_test_of_what_is_not_built_fails_and_says_how_to_build_it(shop: Path, run: Run) -> None:
    said = run("test", "--no-build")
    assert said.code == 4
    assert "JauntNotBuiltError" in said.out


def test_pytest_args_reach_pytest(shop: Path, run: Run) -> None:
    said = run("test", "--pytest-args=-v", "--pytest-args", "--pytest-args=-k", "--pytest-args=nothing")
    assert said.code == 2, "an option needs its value: --pytest-args alone is a usage error"
    said = run("test", "--pytest-args=-k", "--pytest-args=nothing")
    assert said.code == 4
    assert "1 deselected" in said.out


def test_a_target_of_test_that_is_no_test_names_the_tests_of_it(shop: Path, run: Run) -> None:
    said = run("test", "--target", "app.slug")
    assert said.code == 2
    assert len(said.errors) == 1
    assert "tests.test_slug" in said.err
    assert run("test", "--target", "tests.test_slug", "--no-run").built == [
        ("generated", "app.slug"),
        ("generated", "app.words"),
        ("generated", "tests.test_slug"),
    ]


# --- status ------------------------------------------------------------------------------------------


def test_status_lists_each_module_with_its_reason_and_writes_nothing(shop: Path, run: Run) -> None:
    before = sorted(shop.rglob("*"))
    said = run("status")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "unbuilt  app.slug",
        "unbuilt  app.tally",
        "unbuilt  app.words",
        "unbuilt  tests.test_slug",
        "4 unbuilt",
    ]
    assert sorted(shop.rglob("*")) == before

    run("test", "--no-run")
    source = shop / "src/app/words.py"
    source.write_text(
        source.read_text(encoding="utf-8")
        .replace("Return the words", "Give the words")
        .replace("text: str", "text: str = ''"),
        encoding="utf-8",
    )
    assert run("status").lines == [
        "fresh    app.tally",
        "stale    app.slug         dependency changed: app.words:split_words",
        "stale    app.words        spec changed: split_words (docstring, signature)",
        "stale    tests.test_slug  dependency changed: app.slug:slugify",
        "1 fresh, 3 stale",
    ]


def test_status_takes_targets(shop: Path, run: Run) -> None:
    said = run("status", "--target", "app.slug")
    assert [line.split()[1] for line in said.lines[:-1]] == ["app.slug", "app.words"]


# --- wrong usage, help -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["buidl"], "did you mean 'build'?"),
        (["xyzzy"], "choose from: build, test, status, "),
        (["build", "--froce"], "did you mean --force?"),
        (["build", "--jbos=3"], "did you mean --jobs?"),
        (["status", "--force"], "unknown option --force"),
        (["build", "--forc"], "did you mean --force?"),
        (["build", "app.slug"], "unexpected argument 'app.slug'"),
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


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_fits_a_small_terminal_and_has_an_example(
    run, command: list[str], monkeypatch: pytest.MonkeyPatch
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


# --- a real process ----------------------------------------------------------------------------------


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


def test_a_built_spec_works_in_a_program(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    program = "from app.slug import slugify\nfrom app.tally import Tally\nprint(slugify('A b'), Tally().add())"
    unbuilt = run_python("-c", program, cwd=root, PYTHONPATH=python_path(root / "src"))
    assert unbuilt.returncode != 0
    assert "JauntNotBuiltError: app.slug:slugify is not built" in unbuilt.stderr
    assert "run: jaunt build" in unbuilt.stderr
    assert run_jaunt("build", cwd=root).returncode == 0
    built = run_python("-c", program, cwd=root, PYTHONPATH=python_path(root / "src"))
    assert (built.returncode, built.stdout) == (0, "a-b 1\n")


def test_a_single_file_module_is_built_beside_itself_and_works(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "jaunt.toml": CONFIG + '\n[paths]\nsource_roots = ["."]\n',
            "shout.py": ('import jaunt\n\n\n@jaunt.magic\ndef shout(text: str) -> str:\n    """Louder."""\n    ...\n'),
        },
    )
    record(tmp_path, {"shout": "def shout(text: str) -> str:\n    return text.upper()\n"})
    assert run_jaunt("build", cwd=tmp_path).returncode == 0
    assert (tmp_path / "__generated__/shout.py").is_file()
    assert not (tmp_path / "shout").exists()
    done = run_python("-c", "from shout import shout; print(shout('a'))", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("A\n", "")


def test_a_namespace_package_in_two_roots_stays_importable(tmp_path: Path) -> None:
    stub = 'import jaunt\n{}\n\n@jaunt.magic\ndef {}(x: int) -> int:\n    """x and {}."""\n    ...\n'
    write_files(
        tmp_path,
        {
            "jaunt.toml": CONFIG + '\n[paths]\nsource_roots = ["a", "b"]\n',
            "a/acme/one.py": stub.format("", "one", 1),
            "b/acme/two.py": stub.format("from acme.one import one\n", "two", "`one`"),
        },
    )
    one = "def one(x: int) -> int:\n    return x + 1\n"
    two = "from acme.one import one\n\n\ndef two(x: int) -> int:\n    return x + one(0)\n"
    record(tmp_path, {"acme.one": one, "acme.two": two})
    assert run_jaunt("build", cwd=tmp_path).returncode == 0
    assert run_jaunt("build", "--force", cwd=tmp_path).returncode == 0
    assert not list(tmp_path.rglob("__init__.py"))  # in one root, it would hide the other
    path = python_path(tmp_path / "a", tmp_path / "b")
    done = run_python("-c", "from acme.two import two; print(two(1))", cwd=tmp_path, PYTHONPATH=path)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_a_generated_dir_of_ones_own_works_from_build_to_run(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"jaunt.toml": CONFIG + '\n[paths]\ngenerated_dir = "_made"\n'})
    done = run_jaunt("test", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout
    assert (root / "src/app/_made/slug.py").is_file()
    assert not list(root.rglob("__generated__"))
    assert run_jaunt("status", cwd=root).stdout.splitlines()[-1] == "4 fresh"


def test_what_the_output_cannot_encode_is_escaped(shop: Path) -> None:
    edit(shop / "src/app/words.py", "the words", "the w\N{LATIN SMALL LETTER O WITH DIAERESIS}rds")
    done = run_jaunt("prompt", "app.words", cwd=shop, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Return the w\\xf6rds of" in done.stdout


# --- one JSON object, whatever goes wrong ------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "command", "said"),
    [
        (["buidl"], "buidl", "did you mean 'build'?"),
        (["build", "--jbos", "3"], "build", "did you mean --jobs?"),
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


# --- ends --------------------------------------------------------------------------------------------

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_signal_that_is_ignored_asks_for_no_end() -> None:
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert stop_signals() == [signal.SIGTERM]
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert stop_signals() == [signal.SIGTERM, signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, usual)


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
        "import pathlib, threading\n\n\ndef test_slugify() -> None:\n"
        "    pathlib.Path('waiting-pytest').touch()\n"
        "    assert threading.Event().wait(600)\n"
    )
    # Out of the sandbox, as only there a test can leave us a sign; test_sandbox ends runs that are in it.
    changes = {"jaunt.toml": f'{CONFIG}\n[sandbox]\nmode = "off"\n'}
    root = make_shop(tmp_path, changes=changes, answers={"tests.test_slug": waits})
    ended = stop_while_building(root, "test", "--json", waiting="pytest", ready=[], by=signal.SIGTERM)
    assert ended.code == 130
    assert {module["status"] for module in json.loads(ended.out)["modules"]} == {"generated"}
    assert ended.err.splitlines()[-1] == "error: interrupted; what was finished is kept"
    # pytest has the pipe to us as well: had it been left behind, it would have kept us waiting.


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


def test_the_command_line_of_a_program_that_calls_main_is_not_read() -> None:
    assert main([]) == 2


def test_a_command_leaves_the_collector_of_its_process_as_it_was(tmp_path: Path) -> None:
    before = gc.get_threshold()
    assert main(["--root", str(tmp_path / "missing"), "status"]) != 0
    assert gc.get_threshold() == before
