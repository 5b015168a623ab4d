"""Numbers of things read as a person would say them."""

import pytest

from jaunt.text.counts import counted, share


@pytest.mark.parametrize(("number", "said"), [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1234, "1,234 jobs")])
def test_counted(number: int, said: str) -> None:
    assert counted(number, "job") == said


@pytest.mark.parametrize(
    ("number", "total", "said"),
    [
        (0, 0, "there are no modules"),
        (0, 1, "the only module is not fresh"),
        (1, 1, "the only module is fresh"),
        (0, 4, "none of the 4 modules is fresh"),
        (1, 4, "1 of 4 modules is fresh"),
        (3, 4, "3 of 4 modules are fresh"),
        (4, 4, "all 4 modules are fresh"),
        (1500, 1500, "all 1,500 modules are fresh"),
    ],
)
def test_share(number: int, total: int, said: str) -> None:
    assert share(number, total, "module", "fresh") == said
