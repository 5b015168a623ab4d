"""Commands tell of names that docstrings have in backticks and that nothing binds, before a model is asked."""

from pathlib import Path

import pytest
from projects import CONFIG, edit, make_shop, write_files
from said import RunIn

SPEC = '''\
import jaunt
from app.money import Money


@jaunt.magic
def price(text: str) -> Money:
    """Return the `total_cents` in `text`, by `parse_amount`, in the place of `split_words`."""
    ...
'''
MONEY = """\
class Money:
    total_cents: int


def parse_amount(text: str) -> Money:
    return Money()
"""
TOLD = [
    "warning: src/app/price.py:7: price: nothing in the module binds `parse_amount` "
    "(import it, or write it without backticks)",
    "warning: src/app/price.py:7: price: nothing in the module binds `split_words` (import it from app.words)",
]
ANSWERS = {"app.price": "from app.money import Money\n\n\ndef price(text: str) -> Money:\n    return Money()\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_shop(
        tmp_path,
        changes={"src/app/price.py": SPEC, "src/app/money.py": MONEY},
        answers=ANSWERS,
    )


@pytest.mark.parametrize(
    "words",
    [["status"], ["status", "app.price"], ["build"], ["build", "--dry-run"], ["build", "--target", "app.price"]],
)
def test_it_is_told_with_line_and_way(root: Path, run_in: RunIn, words: list[str]) -> None:
    assert run_in(root, *words).errors == TOLD


def test_once_it_is_built_nothing_is_told_but_by_the_doctor(root: Path, run_in: RunIn) -> None:
    assert run_in(root, "build").code == 0
    for words in (["status"], ["build"], ["check", "--target", "app.price"]):
        assert run_in(root, *words).errors == []
    findings = [line for line in run_in(root, "doctor").lines if "docstring" in line]
    assert "`parse_amount`" in findings[0]


def test_what_the_advice_says_ends_it(root: Path, run_in: RunIn) -> None:
    imports = "from app.money import Money, parse_amount\nfrom app.words import split_words\n"
    write_files(root, {"src/app/price.py": SPEC.replace("from app.money import Money\n", imports)})
    assert run_in(root, "status").errors == []


def test_only_so_many_are_told(tmp_path: Path, run_in: RunIn) -> None:
    many = " ".join(f"`as_{letter}_does`" for letter in "abcdefghijklmnop")
    spec = f'import jaunt\n\n\n@jaunt.magic\ndef f() -> int:\n    """Return it {many}."""\n    ...\n'
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/m.py": spec})
    errors = run_in(tmp_path, "status").errors
    assert (len(errors), errors[-1]) == (
        11,
        "warning: there are more names that nothing binds: jaunt doctor lists them",
    )


def test_what_is_stale_by_a_dependency_alone_was_told_before_it_landed(tmp_path: Path, run_in: RunIn) -> None:
    spec = SPEC.replace("import Money\n", "import Money\nfrom app.words import split_words\n")
    root = make_shop(tmp_path, changes={"src/app/price.py": spec, "src/app/money.py": MONEY}, answers=ANSWERS)
    assert run_in(root, "build").errors == [TOLD[0].replace("py:7", "py:8")]
    edit(root / "src/app/words.py", "Return", "Give")
    said = run_in(root, "status")
    assert (said.errors, [line.split()[:2] for line in said.lines if "app.price" in line]) == (
        [],
        [["stale", "app.price"]],
    )
    edit(root / "src/app/price.py", "Return", "Give")
    assert run_in(root, "status").errors == [TOLD[0].replace("py:7", "py:8")]
