"""`jaunt build`: a line a module, options, hand edits, exit codes."""

from pathlib import Path

import pytest
from projects import GENERATED, SHOP_ANSWERS, record, write_files
from said import PROGRESS, SUMMARY, Run

BAD_CODE = "def split_words(:\n"


def test_build_has_a_line_a_module_and_a_summary(shop: Path, run: Run) -> None:
    said = run("build")
    assert said.code == 0
    assert [bool(PROGRESS.fullmatch(line)) for line in said.lines] == [True, True, True, False, False]
    assert said.lines[-2].startswith("2 of 3 landed without an example, a property or a test")
    assert SUMMARY.fullmatch(said.lines[-1])
    assert said.lines[-1].startswith("3 generated in ")
    assert [line.partition("]")[0] for line in said.lines[:-2]] == ["[1/3", "[2/3", "[3/3"]
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
    assert said.built == [("failed", "app.words"), ("generated", "app.tally")]
    assert said.lines[-1].startswith("1 generated, 2 failed in ")
    first, kept, dependent = said.errors
    assert first.startswith("error: app.words: ")
    assert "syntax" in first
    assert ".jaunt/rejected/app.words" in kept
    assert dependent == "error: app.slug was not tried, as it needs app.words"
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
    assert warning.startswith("warning: src/app/bare.py:5: bare has no docstring")
    assert run("build").err == ""


def test_no_provider_is_2_with_one_line_and_nothing_is_written(shop: Path, run: Run) -> None:
    write_files(shop, {"jaunt.toml": "version = 1\n"})
    said = run("build")
    assert said.code == 2
    assert len(said.errors) == 1
    assert "provider" in said.err
    assert not (shop / GENERATED).exists()
