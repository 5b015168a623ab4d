"""`jaunt test`: builds, generates, runs; each step can be left out."""

import json
from pathlib import Path

import pytest
from projects import CONFIG, GENERATED, make_shop, record, write_files
from said import SUMMARY, Run, RunIn

BAD_CODE = "def split_words(:\n"


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


def test_tests_of_code_that_was_verified_are_run(shop: Path, run: Run) -> None:
    assert run("test").code == 0
    words = shop / GENERATED / "words.py"
    words.write_text(words.read_text().replace("text.lower().split()", "text.strip().lower().split()"))
    assert run("status", "app.slug").lines[0] == "app.slug: verify"
    said = run("test")
    assert (said.code, "1 passed" in said.out, "1 verified, 2 fresh" in said.out) == (0, True, False)
    assert "verified    app.slug" in said.out


def test_tests_are_not_run_where_something_could_not_be_built(shop: Path, run: Run) -> None:
    record(shop, {"app.words": BAD_CODE})
    said = run("test")
    assert said.code == 3
    assert "passed" not in said.out
    assert said.errors[-1] == "error: the tests were not run, as not everything could be built"


OTHER_SPEC = '''\
import jaunt
from app.tally import Tally


@jaunt.test(deps=[Tally])
def test_tally() -> None:
    """The first number is 1."""
    ...
'''
OTHER_ANSWER = "from app.tally import Tally\n\n\ndef test_tally() -> None:\n    assert Tally().add() == 1\n"


@pytest.mark.parametrize("module", ["tests.test_slug", "app.words"])
def test_what_could_not_be_built_keeps_only_the_tests_that_need_it_from_running(
    shop: Path, run: Run, run_in: RunIn, module: str
) -> None:
    write_files(shop, {"tests/test_tally.py": OTHER_SPEC})
    record(shop, {"tests.test_tally": OTHER_ANSWER, module: BAD_CODE})
    said = run("test")
    assert said.code == 3
    assert "error: not run, as not all that they need could be built: tests.test_slug" in said.errors
    assert said.lines[-1] == "jaunt: 1 test passed"
    facts = run_in(shop, "test", "--json").facts["tests"]
    assert (facts["passed"], facts["not_run"]) == (True, ["tests.test_slug"])


def test_tests_that_ran_and_failed_are_told_though_others_could_not_be_built(shop: Path, run: Run) -> None:
    write_files(shop, {"tests/test_tally.py": OTHER_SPEC})
    record(shop, {"tests.test_tally": OTHER_ANSWER.replace("== 1", "== 2"), "tests.test_slug": BAD_CODE})
    said = run("test")
    assert said.code == 3
    assert said.lines[-1] == "jaunt: 0 tests passed, 1 failure"
    assert said.errors[-1].startswith("error: tests/__generated__/test_tally.py::test_tally: ")


def test_the_verdict_is_jaunts_own_however_quiet_pytest_is(shop: Path, run: Run) -> None:
    (shop / "pytest.ini").write_text("[pytest]\naddopts = -qqq\n")
    assert run("test").lines[-1] == "jaunt: 1 test passed"
    record(shop, {"app.slug": "def slugify(text: str) -> str:\n    return text\n"})
    assert run("test", "--force").lines[-1] == "jaunt: 0 tests passed, 1 failure"


def test_a_project_without_tests_names_no_sandbox(tmp_path: Path, run: Run) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app.py": "LIMIT = 1\n"})
    said = run("test", "--root", str(tmp_path))
    assert (said.code, len(said.lines)) == (0, 1)
    assert said.lines[0].startswith("no spec modules")


OWN_SANDBOX = '\n[sandbox.tests."tests.test_tally"]\nnetwork = "loopback"\nenv = ["SHOP_MODE"]\nread = ["/srv"]\n'
READING_ANSWER = "import os\n\nfrom app.tally import Tally\n\n\ndef test_tally() -> None:\n    assert os.environ["
READING_ANSWER += "'SHOP_MODE'] and Tally().add() == 1\n"


def test_a_test_module_has_the_sandbox_that_is_configured_for_it_and_the_line_says_so(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_MODE", "mine")
    monkeypatch.chdir(tmp_path)
    changes = {"tests/test_tally.py": OTHER_SPEC, "jaunt.toml": CONFIG + OWN_SANDBOX}
    make_shop(tmp_path, changes=changes, answers={"tests.test_tally": READING_ANSWER})
    said = run("test")
    assert (said.code, said.lines[-1]) == (0, "jaunt: 2 tests passed")
    common, own = (line for line in said.lines if "sandbox: " in line)
    assert common.startswith("sandbox: ")
    assert own.startswith("tests.test_tally: sandbox: ")
    assert own.endswith("[sandbox] lets it read /srv, variables SHOP_MODE")


def test_a_dry_run_tells_what_would_be_generated_and_writes_nothing(shop: Path, run: Run, run_in: RunIn) -> None:
    before = sorted(shop.rglob("*"))
    said = run("test", "--dry-run")
    assert (said.code, said.err) == (0, "")
    assert "tests.test_slug" in said.out
    assert "4 to build: 0 from the store, 4 calls of the model" in said.out
    assert "1 to build" in run("test", "--dry-run", "--no-build").out
    assert sorted(shop.rglob("*")) == before
    planned = json.loads(run_in(shop, "test", "--dry-run", "--json").out)
    assert planned["dry_run"]
    assert {"app.slug", "tests.test_slug"} <= {each["module"] for each in planned["modules"]}
    assert sorted(shop.rglob("*")) == before


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
