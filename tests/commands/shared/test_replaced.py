"""A spec with a body of its own: told where the body stands, before generated code takes its place."""

from pathlib import Path

import pytest
from projects import edit, make_shop
from said import RunIn

SPEC = '''\
import jaunt


@jaunt.magic
def price(cents: int) -> int:
    """Return twice the cents."""
    return cents * 2
'''
ANSWER = "def price(cents: int) -> int:\n    return 2 * cents\n"
TOLD = (
    "warning: src/app/price.py:7: app.price:price has a body, which generated code replaces (to keep it as the code, "
    "take off the decorator and run: jaunt adopt app.price:price)"
)
BODY = "    return cents * 2\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_shop(tmp_path, changes={"src/app/price.py": SPEC}, answers={"app.price": ANSWER})


@pytest.mark.parametrize("words", [["status"], ["build", "--dry-run"], ["build"]])
def test_a_body_is_told_before_it_is_replaced(root: Path, run_in: RunIn, words: list[str]) -> None:
    assert run_in(root, *words).errors == [TOLD]


def test_of_fresh_code_nothing_is_told(root: Path, run_in: RunIn) -> None:
    assert run_in(root, "build").code == 0
    assert run_in(root, "status").errors == run_in(root, "build").errors == []
    edit(root / "src/app/price.py", "cents * 2", "cents + cents")
    (told,) = run_in(root, "status").errors
    assert told == TOLD


@pytest.mark.parametrize(
    "stub",
    [
        "",
        "    ...\n",
        "    pass\n",
        "    raise NotImplementedError\n",
        "    raise RuntimeError('spec stub')\n",
        "    # x\n",
    ],
)
def test_a_stub_is_no_body(root: Path, run_in: RunIn, stub: str) -> None:
    edit(root / "src/app/price.py", BODY, stub)
    assert run_in(root, "status").errors == []


def test_what_the_advice_says_keeps_the_code(root: Path, run_in: RunIn) -> None:
    edit(root / "src/app/price.py", "@jaunt.magic\n", "")
    assert run_in(root, "adopt", "app.price:price", "--force").code == 0
    assert BODY in (root / "src/app/__generated__/price.py").read_text()
    assert run_in(root, "status", "--target", "app.price").errors == []
