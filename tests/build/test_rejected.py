"""The last candidate that was refused: kept where a person finds it."""

from pathlib import Path

from candidates import NO_TOOLS, WORDS, build_cases, make_sample


def test_the_last_candidate_and_its_errors_are_kept_and_named(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    folder = tmp_path / ".jaunt/rejected/app.words"
    bad = "def count(texts: str) -> int:\n    return len(texts)\n"
    report = build_cases(sample, {"words": bad}, verify=NO_TOOLS, attempts=2)
    errors = report.failed["app.words"]
    assert errors[-1] == f"the last candidate and its errors are in {folder}"
    assert (folder / "candidate.py").read_text() == bad
    assert (folder / "errors.txt").read_text().splitlines() == errors[:-1]
    assert len(errors) == 3

    report = build_cases(sample, {"words": WORDS["words"].candidate}, verify=NO_TOOLS)
    assert report.generated == {"app.words"}
    assert not folder.exists()


def test_a_candidate_that_cannot_be_written_as_it_is_is_kept_all_the_same(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    build_cases(sample, {"words": "x = '\ud800'\n"}, verify=NO_TOOLS)
    assert (tmp_path / ".jaunt/rejected/app.words/candidate.py").read_text() == "x = '\\ud800'\n"
