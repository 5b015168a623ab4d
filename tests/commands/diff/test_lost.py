"""What a new version of code has no more: exceptions, public names, branches; what only moved is not lost."""

import pytest

from jaunt.commands.diff.lost import removed_behaviour

BEFORE = """\
LIMIT = 3

class Box:
    size: int = 0
    def open(self):
        raise box.StuckError(self)
    def _hidden(self):
        for x in y:
            while x:
                pass

async def read(a):
    try:
        match a:
            case 1:
                return [b for b in a if b]
    except OSError as error:
        raise ReadError from error
    if not a:
        raise
    raise a
"""


def test_the_same_code_has_lost_nothing() -> None:
    assert removed_behaviour(BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("raise box.StuckError(self)", "pass", ["Box.open no longer raises box.StuckError"]),
        ("raise ReadError from error", "raise", ["read no longer raises ReadError"]),
        ("LIMIT = 3", "_LIMIT = 3", ["LIMIT is no longer defined"]),
        ("    size: int = 0\n", "", ["Box.size is no longer defined"]),
        ("_hidden", "_other", []),
        (
            "class Box",
            "class Case",
            ["Box.open no longer raises box.StuckError", "Box is no longer defined"][1:],
        ),
        ("if not a", "while not a", ["read has fewer branches: if 1 -> 0"]),
        ("raise a", "return a", []),
        (
            "for x in y:\n            while x",
            "if x:\n            if x",
            ["Box._hidden has fewer branches: for 1 -> 0, while 1 -> 0"],
        ),
        ("if b]", "]", []),
        ("[b for b in a if b]", "a", ["read has fewer branches: for 1 -> 0"]),
        ("match a:\n            case 1:\n        ", "if a:\n    ", ["read has fewer branches: match 1 -> 0"]),
    ],
)
def test_each_loss_is_one_line(old: str, new: str, lost: list[str]) -> None:
    assert old in BEFORE
    assert removed_behaviour(BEFORE, BEFORE.replace(old, new)) == lost


def test_a_function_that_is_gone_takes_its_exceptions_along() -> None:
    before = "def f():\n    raise ValueError\n\ndef g():\n    raise KeyError\n"
    assert removed_behaviour(before, "def g():\n    raise KeyError\n") == [
        "f no longer raises ValueError",
        "f is no longer defined",
    ]


def test_what_moved_into_a_helper_is_not_lost() -> None:
    before = "def f(a):\n    if a:\n        raise ValueError(a)\n    return a\n"
    after = "def f(a):\n    return _check(a)\n\ndef _check(a):\n    if a:\n        raise ValueError(a)\n    return a\n"
    assert removed_behaviour(before, after) == []
    assert removed_behaviour(after, before) == []


def test_an_exception_that_another_function_went_on_raising_is_lost_to_this_one() -> None:
    before = "def f():\n    raise ValueError\n\ndef g():\n    raise ValueError\n"
    assert removed_behaviour(before, before.replace("raise ValueError\n\n", "pass\n\n")) == [
        "f no longer raises ValueError"
    ]


def test_branches_that_become_expressions_are_there_still() -> None:
    before = "def f(a):\n    if a:\n        return 1\n    for b in a:\n        yield b\n"
    assert removed_behaviour(before, "def f(a):\n    return 1 if a else [b for b in a]\n") == []


@pytest.mark.parametrize("bad", ["def f(:", "\0", "(" * 5000])
def test_code_that_does_not_parse_has_no_losses(bad: str) -> None:
    assert removed_behaviour(BEFORE, bad) == removed_behaviour(bad, BEFORE) == []
