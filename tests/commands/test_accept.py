"""`jaunt accept`: a hand edit becomes the module's code, on record; everything else is refused with what to do."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from projects import SHOP_ANSWERS, edit, record
from said import RunIn

from jaunt.header import parse_header, split_header

WORDS = "src/app/__generated__/words.py"


@pytest.fixture
def edited(built_shop: Path) -> Path:
    """The project SHOP, built, with one generated file edited by hand."""
    edit(built_shop / WORDS, ".lower()", ".upper()")
    return built_shop


def header(root: Path, path: str = WORDS) -> dict[str, object]:
    fields = parse_header((root / path).read_text(encoding="utf-8"))
    assert fields is not None
    return fields


def test_an_accepted_edit_passes_the_gate_and_says_who_and_when(edited: Path, run_in: RunIn) -> None:
    subprocess.run(["git", "init", "-q"], cwd=edited, check=True)
    subprocess.run(["git", "config", "user.name", "Ada Lovelace"], cwd=edited, check=True)
    before = header(edited)
    assert run_in(edited, "check").code == 4
    said = run_in(edited, "accept", "app.words")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [f"{WORDS} is the code of app.words now (accepted by Ada Lovelace)"]
    assert run_in(edited, "check").code == 0
    after = header(edited)
    assert after["accepted_by"] == "Ada Lovelace"
    age = datetime.now(UTC) - datetime.fromisoformat(str(after["accepted_at"]))
    assert timedelta(0) <= age < timedelta(minutes=5)
    changed = {"body_digest", "syntax_digest", "accepted_by", "accepted_at"}
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}
    assert split_header((edited / WORDS).read_text(encoding="utf-8"))[1] == SHOP_ANSWERS["app.words"].replace(
        "lower", "upper"
    )
    assert "  accepted    by Ada Lovelace, 20" in run_in(edited, "status", "app.words").out


def test_without_git_it_is_the_login_name(edited: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(edited))
    monkeypatch.setenv("LOGNAME", "ada\n# jaunt:kind=test")
    assert run_in(edited, "accept", "app.words").code == 0
    assert header(edited)["accepted_by"] == "ada # jaunt:kind=test"
    assert header(edited)["kind"] == "build"
    assert run_in(edited, "check").code == 0
    edit(edited / WORDS, "accepted_by=ada", "accepted_by=\x1b[2Jada")  # as git may bring it
    for command in (["status", "app.words"], ["evidence"]):
        said = run_in(edited, *command).out
        assert ("by ?[2Jada" in said, "\x1b" in said) == (True, False)


@pytest.mark.parametrize("name", ["app.words", "app.words:split_words", "src/app/words.py"])
def test_the_module_may_be_named_by_its_spec_or_its_file(edited: Path, run_in: RunIn, name: str) -> None:
    assert run_in(edited, "accept", name).code == 0
    assert run_in(edited, "check").code == 0


def test_an_accepted_edit_is_edited_again_if_it_is_touched(edited: Path, run_in: RunIn) -> None:
    run_in(edited, "accept", "app.words")
    edit(edited / WORDS, ".upper()", ".title()")
    assert run_in(edited, "check").code == 4


@pytest.mark.parametrize("beside", ["", "SEPARATOR = ' '\n"], ids=["nothing", "a constant"])
def test_an_accepted_edit_survives_a_clean_and_a_build(edited: Path, beside: str, run_in: RunIn) -> None:
    edit(edited / "src/app/words.py", "import jaunt\n", f"import jaunt\n{beside}")
    run_in(edited, "accept", "app.words")
    assert run_in(edited, "clean").code == 0
    assert run_in(edited, "build").code == 0
    assert ".upper()" in (edited / WORDS).read_text(encoding="utf-8")


def test_a_rebuild_forgets_who_accepted(edited: Path, run_in: RunIn) -> None:
    run_in(edited, "accept", "app.words")
    assert run_in(edited, "build", "--force", "--target", "app.words").code == 0
    assert "accepted_by" not in header(edited)
    assert ".lower()" in (edited / WORDS).read_text(encoding="utf-8")


def test_a_test_module_is_accepted_as_well(built_shop: Path, run_in: RunIn) -> None:
    path = "tests/__generated__/test_slug.py"
    edit(built_shop / path, "A b", "A  b")
    assert run_in(built_shop, "accept", "tests.test_slug").code == 0
    assert header(built_shop, path)["kind"] == "test"
    assert run_in(built_shop, "check").code == 0


def test_what_was_not_edited_is_left_as_it_is(built_shop: Path, run_in: RunIn) -> None:
    before = (built_shop / WORDS).read_bytes()
    said = run_in(built_shop, "accept", "app.words")
    assert (said.code, said.lines) == (0, ["app.words was not edited by hand: there is nothing to accept"])
    assert (built_shop / WORDS).read_bytes() == before


def test_an_editor_with_other_line_ends_and_a_byte_order_mark_is_no_edit_to_lose(edited: Path, run_in: RunIn) -> None:
    text = (edited / WORDS).read_text(encoding="utf-8")
    (edited / WORDS).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    assert run_in(edited, "accept", "app.words").code == 0
    assert (edited / WORDS).read_bytes().count(b"\r") == 0
    assert run_in(edited, "check").code == 0


def reword(root: Path) -> None:
    edit(root / "src/app/words.py", "Return the words", "Give the words")


def unparsable(root: Path) -> None:
    edit(root / WORDS, "def split_words(", "def split_words((")


def nameless(root: Path) -> None:
    edit(root / WORDS, "def split_words(", "def split_word(")


def impure(root: Path) -> None:
    path = root / WORDS
    path.write_text(path.read_text(encoding="utf-8") + "print(1)\n", encoding="utf-8")


def headless(root: Path) -> None:
    path = root / WORDS
    path.write_text(split_header(path.read_text(encoding="utf-8"))[1], encoding="utf-8")


def missing(root: Path) -> None:
    (root / WORDS).unlink()


def no_text(root: Path) -> None:
    (root / WORDS).write_bytes((root / WORDS).read_bytes() + b"# \xff\n")


@pytest.mark.parametrize(
    ("spoil", "reason", "hint"),
    [
        (unparsable, f"{WORDS}:13: ", "correct the code"),
        (nameless, "'split_words'", "correct the code"),
        (impure, f"{WORDS}:15: `print(1)`", "correct the code"),
        (headless, f"{WORDS}: without its header nobody can tell", "put the header's lines back"),
        (missing, "app.words is not built", "jaunt build"),
        (no_text, f"{WORDS} cannot be read", "UTF-8"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_with_4_and_left(
    edited: Path, run_in: RunIn, spoil: Callable[[Path], None], reason: str, hint: str
) -> None:
    spoil(edited)
    before = (edited / WORDS).read_bytes() if (edited / WORDS).exists() else None
    said = run_in(edited, "accept", "app.words")
    assert (said.code, said.out, len(said.errors)) == (4, "", 1)
    assert reason in said.err
    assert hint in said.err
    assert str(edited) not in said.err
    assert ((edited / WORDS).read_bytes() if (edited / WORDS).exists() else None) == before


def test_a_stale_module_without_an_edit_has_nothing_to_accept(built_shop: Path, run_in: RunIn) -> None:
    reword(built_shop)
    said = run_in(built_shop, "accept", "app.words")
    assert said.code == 4
    assert "was not edited by hand: spec changed" in said.err
    assert "if the code is still right: jaunt accept --unchanged app.words" in said.err


def test_an_edit_can_be_accepted_while_a_dependency_is_edited_too(edited: Path, run_in: RunIn) -> None:
    edit(edited / "src/app/__generated__/slug.py", '"-".join', '"_".join')
    assert run_in(edited, "accept", "app.slug").code == 0
    assert [error for error in run_in(edited, "check").errors if "app.slug" in error] == []
    assert run_in(edited, "accept", "app.words").code == 0
    assert run_in(edited, "check").code == 0


def test_a_broken_or_unknown_module_is_2(edited: Path, run_in: RunIn) -> None:
    assert run_in(edited, "accept", "app.wrds").code == 2
    edit(edited / "src/app/words.py", "def split_words(", "def split_words((")
    assert run_in(edited, "accept", "app.words").code == 2


def test_json(edited: Path, run_in: RunIn) -> None:
    facts = run_in(edited, "accept", "app.words", "--json").facts
    assert (facts["ok"], facts["module"], facts["accepted"]) == (True, "app.words", True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", facts["accepted_at"])
    assert run_in(edited, "accept", "app.words", "--json").facts["accepted"] is False
    reword(edited)
    refused = run_in(edited, "accept", "app.words", "--json").facts
    assert (refused["ok"], refused["exit_code"]) == (False, 4)
    assert "was not edited" in refused["error"]["message"]


def test_a_new_contract_of_an_accepted_module_asks_for_a_decision_everywhere(edited: Path, run_in: RunIn) -> None:
    run_in(edited, "accept", "app.words")
    reword(edited)
    record(edited, SHOP_ANSWERS)
    before = (edited / WORDS).read_bytes()
    decide = "run: jaunt accept --unchanged app.words, or jaunt build --force --target app.words"
    assert run_in(edited, "status", "app.words").lines[0] == "app.words: accepted"
    assert f"accepted app.words        spec changed: split_words (docstring) ({decide})" in run_in(edited, "status").out
    assert decide in run_in(edited, "check").err
    assert (
        f"accepted, but spec changed: app.words:split_words (docstring) ({decide})"
        in run_in(edited, "build", "--dry-run").out
    )
    built = run_in(edited, "build")
    assert (built.code, decide in built.err) == (3, True)
    assert (edited / WORDS).read_bytes() == before
    assert run_in(edited, "build", "--force", "--target", "app.words").code == 0
    assert ".lower()" in (edited / WORDS).read_text(encoding="utf-8")


def test_an_edit_and_a_contract_that_moved_together_are_accepted_together(edited: Path, run_in: RunIn) -> None:
    reword(edited)
    assert run_in(edited, "build").code == 3
    assert "failed just now" in run_in(edited, "status").out
    said = run_in(edited, "accept", "app.words")
    assert (said.code, said.err) == (0, "")
    assert "for today's contract: spec changed: app.words:split_words (docstring))" in said.out
    assert "app.words" not in run_in(edited, "status", "--target", "app.words").out.replace("accepted app.words", "")
    assert "failed" not in run_in(edited, "status").out
    assert not (edited / ".jaunt/rejected/app.words").exists()


def test_the_modules_above_are_verified_with_what_was_accepted(edited: Path, run_in: RunIn) -> None:
    assert run_in(edited, "accept", "app.words").code == 0
    assert "# jaunt:dependency_code=app.words " in (edited / "src/app/__generated__/slug.py").read_text()
    assert run_in(edited, "check").code == 0


def test_code_that_is_still_right_is_taken_for_a_reworded_contract(built_shop: Path, run_in: RunIn) -> None:
    reword(built_shop)
    body = split_header((built_shop / WORDS).read_text(encoding="utf-8"))[1]
    assert run_in(built_shop, "accept", "--unchanged", "app.words").code == 0
    assert split_header((built_shop / WORDS).read_text(encoding="utf-8"))[1] == body
    assert "accepted_by" in header(built_shop)
    assert run_in(built_shop, "status", "app.words").lines[0] == "app.words: accepted"
    again = run_in(built_shop, "accept", "--unchanged", "app.words")
    assert again.lines == ["app.words has not changed: there is nothing to accept"]
    assert "(the code is the same)" in run_in(built_shop, "diff", "app.words").lines[0]
    edit(built_shop / "src/app/words.py", "Give the words", "Name the words")
    said = run_in(built_shop, "status", "app.words").out
    assert re.search("^-.*Give the words.*\n\\+.*Name the words", said, re.MULTILINE)


def test_what_fails_its_generated_tests_is_not_taken_for_unchanged(built_shop: Path, run_in: RunIn) -> None:
    slug = built_shop / "src/app/__generated__/slug.py"
    edit(slug, '"-".join', '"_".join')
    assert run_in(built_shop, "accept", "app.slug").code == 0
    edit(built_shop / "src/app/slug.py", "Return the words", "Give the words")
    reword(built_shop)
    before = slug.read_bytes(), (built_shop / WORDS).read_bytes()
    said = run_in(built_shop, "accept", "--unchanged", "app.slug", "app.words")
    assert (said.code, said.out) == (4, "")
    assert "the generated tests of app.slug, app.words fail" in said.err
    assert (slug.read_bytes(), (built_shop / WORDS).read_bytes()) == before
    edit(built_shop / "tests/test_slug.py", 'is "a-b".', 'gives "a-b".')
    said = run_in(built_shop, "accept", "--unchanged", "tests.test_slug")
    assert (said.code, said.out) == (4, "")
    assert "the generated tests of tests.test_slug fail" in said.err


@pytest.mark.parametrize("is_moved_along", [False, True], ids=["left behind", "moved along"])
def test_a_renamed_spec_module_takes_its_code_along(edited: Path, is_moved_along: bool, run_in: RunIn) -> None:
    (edited / "src/app/words.py").rename(edited / "src/app/terms.py")
    if is_moved_along:
        (edited / WORDS).rename(edited / WORDS.replace("words", "terms"))
    edit(edited / "src/app/slug.py", "app.words", "app.terms")
    said = run_in(edited, "accept", "app.terms")
    assert (said.code, said.err) == (0, "")
    assert "is the code of app.terms now" in said.out
    assert "it was app.words" in said.out
    assert header(edited, WORDS.replace("words", "terms"))["source_module"] == "app.terms"
    assert not (edited / WORDS).exists()
    assert run_in(edited, "status", "app.terms").lines[0] == "app.terms: accepted"


def test_what_to_do_about_a_test_module_names_the_command_that_builds_it(built_shop: Path, run_in: RunIn) -> None:
    (built_shop / "tests/__generated__/test_slug.py").unlink()
    assert run_in(built_shop, "accept", "tests.test_slug").err.rstrip().endswith("(run: jaunt test)")
    assert run_in(built_shop, "eject", "tests.test_slug").err.rstrip().endswith("(run: jaunt test)")
