"""`jaunt status --specs`: each spec, what it needs, and what shows that its code is right."""

from pathlib import Path

from projects import edit, write_files
from said import RunIn


def test_each_spec_has_a_line_with_what_it_needs_and_its_evidence(built_shop: Path, run_in: RunIn) -> None:
    edit(
        built_shop / "src/app/words.py",
        "of `text`.",
        "of `text`.\n\n    >>> split_words(\"A b\")\n    ['a', 'b']\n    ",
    )
    said = run_in(built_shop, "status", "--specs")
    assert said.code == 0
    assert [" ".join(line.split()) for line in said.lines] == [
        "stale app.slug:slugify needs app.words:split_words; tested by tests.test_slug:test_slugify",
        "fresh app.tally:Tally neither example nor test",
        "stale app.words:split_words 1 example",
        "stale tests.test_slug:test_slugify needs app.slug:slugify",
        "4 specs, 1 with neither example nor test",
    ]


def test_a_module_and_targets_are_shown_alone(built_shop: Path, run_in: RunIn) -> None:
    assert len(run_in(built_shop, "status", "--specs", "app.slug").lines) == 2
    facts = run_in(built_shop, "status", "--specs", "--target", "app.slug", "--json").facts["specs"]
    assert [each["spec"] for each in facts] == ["app.slug:slugify", "app.words:split_words"]
    assert facts[0] == {
        "spec": "app.slug:slugify",
        "kind": "build",
        "state": "fresh",
        "needs": ["app.words:split_words"],
        "examples": 0,
        "tests": ["tests.test_slug:test_slugify"],
    }


def test_specs_of_a_broken_module_hinder_no_others(built_shop: Path, run_in: RunIn) -> None:
    write_files(built_shop, {"src/app/tally.py": "import jaunt\n("})
    said = run_in(built_shop, "status", "--specs", "--check")
    assert (said.code, said.lines[-1]) == (4, "3 specs, 1 with neither example nor test")


def test_of_many_only_the_first_are_listed(tmp_path: Path, run_in: RunIn) -> None:
    body = "".join(f'@jaunt.magic\ndef f{n}() -> int:\n    """Return {n}."""\n    ...\n' for n in range(60))
    write_files(tmp_path, {"jaunt.toml": "", "src/m.py": f"import jaunt\n{body}"})
    lines = run_in(tmp_path, "status", "--specs").lines
    assert (len(lines), lines[-1]) == (51, "60 specs (10 more: -v lists them), 60 with neither example nor test")
    assert len(run_in(tmp_path, "status", "--specs", "-v").lines) == 61
