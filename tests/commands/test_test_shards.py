"""`jaunt test` and `jaunt check` in parts, on several machines, and `--merge`; errors as GitHub shows them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from projects import edit, make_shop, record
from pytest_runs import NO_PLUGINS
from said import Run, RunIn, Said

from jaunt.report.github import annotation, without_commands
from jaunt.testing.shards.report import seconds_in

TALLY_SPEC = '''\
import jaunt
from app.tally import Tally


@jaunt.test(deps=[Tally])
def test_tally() -> None:
    """The first number is 1."""
    ...
'''
TALLY_ANSWER = "from app.tally import Tally\n\n\ndef test_tally() -> None:\n    assert Tally().add() == 1\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop with a second test module; pytest starts without plugins, which takes half the time."""
    monkeypatch.setenv(NO_PLUGINS, "1")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    root = make_shop(
        tmp_path / "shop", changes={"tests/test_tally.py": TALLY_SPEC}, answers={"tests.test_tally": TALLY_ANSWER}
    )
    with (root / "jaunt.toml").open("a") as config:
        config.write(f'\n[sandbox]\nenv = ["{NO_PLUGINS}"]\n')
    monkeypatch.chdir(root)
    return root


Shards = Callable[..., list[Said]]


@pytest.fixture
def shards(shop: Path, run_in: RunIn) -> Shards:
    """A function that runs a command in two parts, with a report of each: `1.xml` and `2.xml`."""

    def run_both(*words: str) -> list[Said]:
        return [run_in(shop, *words, "--shard", f"{n}/2", "--junitxml", f"../{n}.xml") for n in (1, 2)]

    return run_both


def test_parts_are_merged_to_one_verdict(shop: Path, run: Run, shards: Shards) -> None:
    assert run("test", "--no-run").code == 0
    first, second = shards("test", "--no-build")
    assert (first.code, second.code) == (0, 0)
    assert first.lines[0] == second.lines[0].replace("2/2", "1/2") == "shard 1/2: 1 of 2 modules"
    assert first.lines[-1] == second.lines[-1] == "jaunt: 1 test passed"
    merged = run("test", "--merge", "../1.xml", "../2.xml", "--junitxml", "../all.xml")
    assert (merged.code, merged.lines) == (0, ["jaunt: 2 tests passed"])
    one = run("test", "--merge", "../2.xml")
    assert (one.code, one.errors) == (4, ["error: test: shard 1 of 2 is missing"])
    assert one.lines == ["jaunt: 1 test passed, not all of it is there"]
    again = run("test", "--no-build", "--shard", "1/2", "--durations", "../all.xml", "--junitxml", "../1.xml")
    assert again.code == 0
    assert run("test", "--merge", "../1.xml", "../2.xml").code == 4, "one of them was cut by durations"


def test_a_failure_in_a_part_is_a_failure_of_all_and_is_shown_on_its_line(
    shop: Path, run: Run, run_in: RunIn, shards: Shards
) -> None:
    assert run("test", "--no-run").code == 0
    edit(shop / "tests/__generated__/test_tally.py", "== 1", "== 2")
    said = shards("test", "--no-build", "--format", "github")
    assert sorted(each.code for each in said) == [0, 4]
    errors = [line for each in said for line in each.errors if line.startswith("::error")]
    expected = "::error file=tests/__generated__/test_tally.py,line="
    assert len(errors) == 1
    assert errors[0].startswith(expected)
    merged = run_in(shop, "test", "--merge", "../1.xml", "../2.xml", "--format", "github")
    assert (merged.code, merged.lines) == (4, ["jaunt: 1 test passed, 1 failure"])
    assert merged.errors[0].startswith(expected)
    assert merged.errors[0].partition("::tests.test_tally: test_tally: ")[2].startswith("assert 1 == 2")


def test_a_part_that_could_not_be_built_is_red(shop: Path, run: Run, shards: Shards) -> None:
    record(shop, {"app.words": "def split_words(:\n"})
    assert sorted(each.code for each in shards("test")) == [0, 3]
    merged = run("test", "--merge", "../1.xml", "../2.xml")
    assert merged.code == 4
    assert any("tests.test_slug: run (shard " in line for line in merged.errors)


def test_checks_are_split_too_and_only_what_was_checked_is_remembered(shop: Path, run: Run, shards: Shards) -> None:
    assert run("test", "--no-run").code == 0
    slug = shop / "src/app/__generated__/slug.py"
    edit(slug, "text: str", "words: str")
    assert run("accept", "app.slug").code == 4
    said = shards("check", "--verify")
    assert sorted(each.code for each in said) == [0, 4]
    took = seconds_in(shop.parent / "1.xml") | seconds_in(shop.parent / "2.xml")
    assert len(took) == 5, "each module's seconds, for --durations"
    merged = run("test", "--merge", "../1.xml", "../2.xml")
    assert (merged.code, merged.lines) == (4, ["jaunt: 4 modules passed, 1 failure"])
    edit(slug, "words: str", "text: str")
    assert [each.code for each in shards("check", "--verify")] == [0, 0]
    again = seconds_in(shop.parent / "1.xml") | seconds_in(shop.parent / "2.xml")
    assert 0 < len(again) < 5, "what was known to pass takes no time, which is nobody's duration"
    assert run("test", "--merge", "../1.xml", "../2.xml").lines == ["jaunt: 5 modules passed"]
    assert run("check", "--shard", "1/2").code == 2


def test_more_shards_than_modules_are_green(shop: Path, run: Run) -> None:
    assert run("test", "--no-run").code == 0
    files = []
    for number in range(1, 4):
        files.append(f"../{number}.xml")
        assert run("test", "--no-build", "--shard", f"{number}/3", "--junitxml", files[-1]).code == 0
    assert run("test", "--merge", *files).lines == ["jaunt: 2 tests passed"]


def test_a_report_in_the_project_is_no_reason_to_run_its_tests_again(shop: Path, run: Run) -> None:
    for _ in range(2):
        assert "2 passed" in run("test", "--junitxml", "report.xml").out
    assert "all unchanged" in run("test").lines[-1]


def test_durations_that_are_not_there_yet_are_told_and_bad_ones_end_the_command(shop: Path, run: Run) -> None:
    said = run("test", "--no-build", "--shard", "3/3", "--durations", "../none.xml")
    assert (said.code, said.lines[0]) == (0, "../none.xml is not there yet: the shards are cut by names")
    (shop / "bad.xml").write_text("<a/>")
    said = run("test", "--shard", "1/3", "--durations", "bad.xml")
    assert (said.code, len(said.errors)) == (2, 1)
    assert run("test", "--shard", "4/3").code == 2
    for nothing_runs in ("--no-run", "--dry-run", "--merge=bad.xml"):
        assert run("test", "--shard", "1/3", nothing_runs).code == 2
    for option in ("--shard", "--durations", "--junitxml", "--merge"):  # as by a variable of CI that is not set
        assert f"{option}: is empty" in run("test", f"{option}=").err


def test_a_run_that_ends_early_leaves_no_report_of_an_earlier_one(shop: Path, run: Run) -> None:
    assert run("test", "--junitxml", "../1.xml").code == 0
    (shop / "jaunt.toml").write_text("version = 2\n")
    assert run("test", "--junitxml", "../1.xml").code == 2
    assert run("test", "--merge", "../1.xml").errors == ["error: ../1.xml: No such file or directory"]


def test_errors_of_specs_are_shown_beside_the_spec(shop: Path, run: Run, run_in: RunIn) -> None:
    edit(shop / "src/app/slug.py", "    ...\n", "    ...\n\n\ndef broken(:\n")
    for command in (("build",), ("check",)):
        said = run_in(shop, *command, "--format", "github")
        assert said.code != 0
        assert any(line.startswith("::error file=src/app/slug.py,line=") for line in said.errors), said.err
    assert all(line.startswith("error: ") for line in run("check").errors)


# The form of an annotation


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    for name in ("a.py", "b,c.py", "d e.py"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.py:3: no", "::error file=a.py,line=3::a.py:3: no"),
        ("a.py:3:7: no", "::error file=a.py,line=3,col=7::a.py:3:7: no"),
        ("a.py: no", "::error file=a.py::a.py: no"),
        ("in a.py:3 100% sure", "::error file=a.py,line=3::in a.py:3 100%25 sure"),
        ("d e.py:2: x", "::error file=d e.py,line=2::d e.py:2: x"),
        ("b,c.py:1: x", "::error file=b%2Cc.py,line=1::b,c.py:1: x"),
        ("other.py:3: no", "::error::other.py:3: no"),
        ("one\ntwo\r", "::error::one%0Atwo%0D"),
        ("", "::error::"),
    ],
)
def test_an_annotation_names_the_file_that_is_there(folder: Path, text: str, expected: str) -> None:
    assert annotation("error", text) == expected


def test_paths_are_as_from_the_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.parent))
    assert annotation("warning", "no", f"{folder}/a.py:1") == f"::warning file={folder.name}/a.py,line=1::no"


def test_what_tests_print_gives_no_commands() -> None:
    lines = without_commands("::error::mine\n::set-env name=A::b", "token").splitlines()
    assert (lines[0], lines[-1]) == ("::stop-commands::token", "::token::")
