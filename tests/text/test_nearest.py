"""Which word a mistyped one may be meant for."""

import pytest

from jaunt.text.nearest import did_you_mean


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("bulid", "did you mean 'build'?"),
        ("buildd", "did you mean 'build'?"),
        ("xyzzy", "no"),
        ("", "no"),
    ],
)
def test_the_nearest_word_is_named(word: str, said: str) -> None:
    assert did_you_mean(word, ["test", "build"], otherwise="no") == said
    assert did_you_mean(word, iter(()), otherwise="none") == "none"
