"""Sizes as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.text.sizes import parse_size, show_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("20", 20), ("500K", 512_000), ("1.5 MB", 1_572_864), (" 1g ", 2**30), ("0", 0)]
    + [(wrong, None) for wrong in ("", "K", "-1", "1e3", "1 TB", "ten", "1,5M")],
)
def test_a_size_is_read_in_units_of_1024(text: str, size: int | None) -> None:
    assert parse_size(text) == size


@given(st.integers(0, 2**40))
def test_what_is_shown_is_read_as_about_the_same_size(size: int) -> None:
    assert abs((parse_size(show_size(size)) or 0) - size) <= 52
