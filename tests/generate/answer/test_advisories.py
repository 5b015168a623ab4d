"""What a model has to say of the specs: comments that an answer ends with, which are no part of its code."""

from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from counted_model import make_counted_shop
from hypothesis import given
from hypothesis import strategies as st
from projects import GENERATED, SHOP, SHOP_ANSWERS, edit, write_files
from said import RunIn

from jaunt.generate.answer.advisories import TITLE, split_advisories, with_advisories
from jaunt.generate.answer.extract import extract_code

CODE = SHOP_ANSWERS["app.words"]
BLOCK = f"{TITLE}\n# - `text` may be None: what then?\n# - Is \x1b[31mred\x1b[0m\n#   a word?\n"
TOLD = ("`text` may be None: what then?", "Is [31mred [0m a word?")


@pytest.mark.parametrize(
    "answer",
    [
        f"{CODE}\n{BLOCK}",
        f"{CODE}\n{BLOCK}\n\n",
        f"{CODE}\n{BLOCK}".replace("\n", "\r\n"),
        f"{CODE}\n{BLOCK.replace(TITLE, TITLE + ':')}",
        f"{CODE}\n{BLOCK.replace('# - ', '# * ')}",
        f"Here it is:\n\n```python\n{CODE}\n{BLOCK}```\n",
        f"```python\n{CODE}```\n\n{BLOCK}",
    ],
)
def test_a_block_at_the_end_is_no_part_of_the_code(answer: str) -> None:
    text, told = split_advisories(answer)
    assert told == TOLD
    assert TITLE not in text
    assert extract_code(text, ["split_words"]).strip() == CODE.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        CODE,
        f"{BLOCK}\n{CODE}",
        f"{CODE}\n{BLOCK}x = 1\n",
        f'{CODE}\nTEXT = """\n{BLOCK}"""\n',
        f"{CODE}\n# Not {TITLE}\n# - no\n",
        f"{CODE}\n{TITLE} OF ALL KINDS\n# - no\n",
        f"{CODE}\n    {TITLE}\n",
    ],
)
def test_what_is_no_block_at_the_end_stays(text: str) -> None:
    assert split_advisories(text) == (text, ())


def test_a_block_of_nothing_is_taken_away_and_tells_nothing() -> None:
    assert split_advisories(f"{CODE}{TITLE}\n#\n# - \n") == (CODE, ())


def test_a_flood_is_cut() -> None:
    _, told = split_advisories(with_advisories(CODE, ("x" * 100_000, *("again" for _ in range(10_000)))))
    assert len(told) == 20
    assert max(map(len, told)) == 300


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=5))
def test_what_is_put_at_an_end_is_found_there(lines: list[str]) -> None:
    told = split_advisories(with_advisories(CODE, tuple(lines)))[1]
    assert all(each.isprintable() and each for each in told)
    plain = tuple(each for each in lines if each.isascii() and each.isalnum())
    assert split_advisories(with_advisories(CODE, plain)) == (CODE.rstrip() + "\n\n" if plain else CODE, plain)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, {**SHOP, "jaunt.toml": PLAIN})
    return tmp_path


def test_a_backend_of_any_kind_may_give_them(root: Path) -> None:
    backend = FakeBackend({**{m: [text] for m, text in SHOP_ANSWERS.items()}, "app.words": [f"{CODE}\n{BLOCK}"]})
    outcomes = build_with(root, backend)
    assert outcomes["app.words"].advisories == TOLD
    assert outcomes["app.slug"].advisories == ()
    assert TITLE not in (root / GENERATED / "words.py").read_text()
    assert (root / ".jaunt/advisories/app.words.txt").read_text().splitlines() == [*TOLD]
    assert TITLE not in "".join(path.read_text() for path in (root / ".jaunt/store").rglob("*.py"))
    edit(root / "src/app/words.py", "Return the words", "Return all words")
    build_with(root, FakeBackend({"app.words": [CODE]}))
    assert not (root / ".jaunt/advisories/app.words.txt").exists()  # this answer had nothing to say


def test_those_of_a_module_that_fails_are_told_too(root: Path) -> None:
    outcomes = build_with(root, FakeBackend({"app.words": [f"x = 1\n{BLOCK}"]}), targets=["app.words"])
    assert outcomes["app.words"].status == "failed"
    assert outcomes["app.words"].advisories == TOLD
    assert (root / ".jaunt/advisories/app.words.txt").exists()


def test_only_the_answer_that_lands_counts(root: Path) -> None:
    backend = FakeBackend({"app.words": [f"x = 1\n{BLOCK}", CODE]})
    assert build_with(root, backend, targets=["app.words"])["app.words"].advisories == ()
    assert [error for error in backend.told[1] or [] if "ADVISORIES" in error or "may be None" in error] == []


def test_the_command_tells_them_at_its_end_and_as_json(tmp_path: Path, run_in: RunIn) -> None:
    root = make_counted_shop(tmp_path)
    (tmp_path / "model/app.words.answer").write_text(f"```python\n{CODE}```\n\n{BLOCK}")
    (tmp_path / "model/app.tally.answer").write_text("")
    said = run_in(root, "build", "--target", "app.words")
    told = [TOLD[0], "Is red a word?"]  # what a program prints in colours comes without them
    assert said.errors[-2:] == [f"warning: app.words: the model says of its specs: {each}" for each in told]
    assert [line for line in run_in(root, "status", "app.words").lines if "advisory" in line] == [
        f"  advisory    {each}" for each in told
    ]
    assert run_in(root, "status", "app.words", "--json").facts["advisories"] == told
    edit(root / "src/app/words.py", "Return the words", "Return all words")
    facts = run_in(root, "build", "--target", "app.slug", "--json").facts
    by_name = {each["module"]: each for each in facts["modules"]}
    assert by_name["app.words"]["advisories"] == told
    assert by_name["app.slug"]["advisories"] == []
    edit(root / "src/app/words.py", "Return all words", "Return words")
    assert "the model says" not in run_in(root, "build", "--target", "app.words", "--quiet").err
