"""`jaunt diff`: what the last build changed, why, and what was lost; and the history that it is read from."""

from pathlib import Path

import pytest
from processes import run_doit
from projects import GENERATED, SHOP_ANSWERS, edit, record
from said import RunIn

from jaunt.commands.diff.change import nature_of

WORDS = f"{GENERATED}/words.py"
SHORTER = "def split_words(text: str) -> list[str]:\n    return text.split()\n"
LONGER = (
    "LIMIT = 9\n\n\ndef split_words(text: str) -> list[str]:\n    if not text:\n"
    "        raise ValueError(text)\n    return text.split()\n"
)


def rebuild(root: Path, run_in: RunIn, old: str, new: str, words: str) -> None:
    """Change the contract of app.words, and build it with another answer."""
    edit(root / "src/app/words.py", old, new)
    record(root, {**SHOP_ANSWERS, "app.words": words})
    assert run_in(root, "build").code == 0


def test_code_and_contract_are_shown_before_and_after(built_shop: Path, run_in: RunIn) -> None:
    rebuild(built_shop, run_in, "Return the words", "Give the words", SHORTER)
    said = run_in(built_shop, "diff", "app.words")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "app.words: spec changed: split_words (docstring) (2 lines of code changed)",
        "--- app.words:split_words (before)",
        "+++ app.words:split_words (after)",
        "@@ -1,4 +1,4 @@",
        " @jaunt.magic",
        " def split_words(text: str) -> list[str]:",
        '-    """Return the words of `text`."""',
        '+    """Give the words of `text`."""',
        "     ...",
        f"--- {WORDS} (before)",
        f"+++ {WORDS} (after)",
        "@@ -1,2 +1,2 @@",
        " def split_words(text: str) -> list[str]:",
        "-    return text.lower().split()",
        "+    return text.split()",
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            'def split_words(text: str) -> list[str]:\n    """Give the words."""\n    return text.lower().split()\n',
            "1 line of docstrings changed, the code is the same",
        ),
        (
            "def split_words(text: str) -> list[str]:\n    # in small letters\n    return text.lower().split()\n",
            "1 line of comments and layout changed, the code is the same",
        ),
        ("def split_words(text: str) -> list[str]:\n    return ['a']\n", "2 lines of code changed"),
    ],
)
def test_a_change_is_called_what_it_is(built_shop: Path, run_in: RunIn, code: str, said: str) -> None:
    rebuild(built_shop, run_in, "Return the words", "Give the words", code)
    lines = run_in(built_shop, "diff", "app.words", "--stat").lines
    assert lines == [f"app.words: spec changed: split_words (docstring) ({said})"]


@pytest.mark.parametrize(
    ("before", "after", "nature"),
    [
        ("x = 1\n", "x = 1\n", "nothing"),
        ("x = 1\n", "x = (1)  # one\n", "layout"),
        ('"""A."""\nx = 1\n', "x = 1\n", "docstrings"),
        ('def f():\n    """A."""\n', "def f():\n    pass\n", "docstrings"),
        ('class A:\n    """A."""\n    x = 1\n', 'class A:\n    """B."""\n    x = 1\n', "docstrings"),
        ("def f():\n    x = 'a'\n", "def f():\n    x = 'b'\n", "code"),
        ("x = 1\n", "x = (\n", "code"),
    ],
)
def test_the_nature_of_a_change(before: str, after: str, nature: str) -> None:
    assert nature_of(before, after) == nature


def test_without_a_module_it_is_all_of_the_last_build_and_no_more(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "diff")
    assert [line.partition(":")[0] for line in said.lines] == [
        "app.slug",
        "app.tally",
        "app.words",
        "tests.test_slug",
    ]
    assert all("built for the first time" in line for line in said.lines)
    rebuild(built_shop, run_in, "Return the words", "Give the words", SHORTER)
    lines = run_in(built_shop, "diff", "--stat").lines
    assert lines == [
        "app.slug: dependency changed: app.words:split_words (the code is the same)",
        "app.words: spec changed: split_words (docstring) (2 lines of code changed)",
    ]
    assert run_in(built_shop, "diff", "app.tally").lines[0].startswith("app.tally: built for the first time (")


def test_what_was_lost_comes_before_all_else(built_shop: Path, run_in: RunIn) -> None:
    rebuild(built_shop, run_in, "Return the words", "Give the words", LONGER)
    assert "lost" not in run_in(built_shop, "diff").out
    rebuild(built_shop, run_in, "Give the words", "Get the words", SHORTER)
    assert run_in(built_shop, "diff").lines[:3] == [
        "lost: app.words: split_words no longer raises ValueError",
        "lost: app.words: LIMIT is no longer defined",
        "lost: app.words: split_words has fewer branches: if 1 -> 0",
    ]


def test_a_forced_build_has_no_contract_to_blame(built_shop: Path, run_in: RunIn) -> None:
    record(built_shop, {**SHOP_ANSWERS, "app.words": SHORTER})
    assert run_in(built_shop, "build", "--force", "--target", "app.words").code == 0
    lines = run_in(built_shop, "diff", "app.words").lines
    assert lines[0] == "app.words: generated anew for the same contract (2 lines of code changed)"
    assert lines[1].startswith(f"--- {WORDS}")


def test_a_hand_edit_that_was_overwritten_is_in_the_diff(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / WORDS, ".lower()", ".casefold()")
    assert run_in(built_shop, "build", "--force", "--target", "app.words").code == 0
    assert "-    return text.casefold().split()" in run_in(built_shop, "diff", "app.words").lines


def test_a_hand_edit_since_the_last_build_is_told_as_one(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / WORDS, ".lower()", ".casefold()")
    (line,) = [each for each in run_in(built_shop, "diff").lines if each.startswith("app.words: ")]
    assert line.startswith("app.words: edited by hand since then; built for the first time (")


def test_a_build_by_doit_is_one_build(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "Return the words", "Give the words")
    record(built_shop, {**SHOP_ANSWERS, "app.words": SHORTER})
    assert run_doit("-n", "2", "-P", "process", "build", cwd=built_shop).returncode == 0
    assert [line.partition(":")[0] for line in run_in(built_shop, "diff", "--stat").lines] == [
        "app.slug",
        "app.words",
    ]


def test_what_the_store_brings_back_is_a_change_too(built_shop: Path, run_in: RunIn) -> None:
    rebuild(built_shop, run_in, "Return the words", "Give the words", SHORTER)
    edit(built_shop / "src/app/words.py", "Give the words", "Return the words")
    assert run_in(built_shop, "build").code == 0
    assert "+    return text.lower().split()" in run_in(built_shop, "diff", "app.words").lines


def test_no_history_is_no_failure_but_a_module_without_one_is_refused(built_shop: Path, run_in: RunIn) -> None:
    for path in (built_shop / ".jaunt/history").rglob("*.json"):
        path.write_text("{", encoding="utf-8")
    said = run_in(built_shop, "diff")
    assert (said.code, said.lines) == (0, ["no build is known here yet: .jaunt/history has no record of one"])
    said = run_in(built_shop, "diff", "app.words")
    assert (said.code, len(said.errors)) == (4, 1)
    assert run_in(built_shop, "diff", "app.wrds").code == 2


def test_a_history_that_cannot_be_written_fails_no_build(built_shop: Path, run_in: RunIn) -> None:
    history = built_shop / ".jaunt/history"
    history.rename(history.with_name("moved"))
    history.write_text("in the way", encoding="utf-8")
    rebuild(built_shop, run_in, "Return the words", "Give the words", SHORTER)
    assert run_in(built_shop, "check", "--target", "app.slug").code == 0


def test_a_module_that_is_gone_is_left_out(built_shop: Path, run_in: RunIn) -> None:
    (built_shop / "src/app/tally.py").unlink()
    assert "app.tally" not in run_in(built_shop, "diff").out


@pytest.mark.parametrize("module", ["app.words", None])
def test_json(built_shop: Path, run_in: RunIn, module: str | None) -> None:
    rebuild(built_shop, run_in, "Return the words", "Give the words", SHORTER)
    facts = run_in(built_shop, "diff", *([module] if module else []), "--json").facts
    words = facts["modules"][-1]
    assert (words["module"], words["first"], words["lost"]) == ("app.words", False, [])
    assert words["reason"] == "spec changed: split_words (docstring)"
    assert words["code"].splitlines()[-1] == "+    return text.split()"
    assert words["path"] == str(built_shop / WORDS)
