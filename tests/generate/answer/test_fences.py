"""Fences: which lines of an answer are some, and what stands between them."""

import pytest

from jaunt.generate.answer.fences import fenced_blocks, find_fences


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("```", ("", "```", "")),
        ("```python", ("", "```", "python")),
        ("~~~~ py title=x \t", ("", "~~~~", "py title=x")),
        ("   ```", ("   ", "```", "")),
        ("1. ```py", ("1. ", "```", "py")),
        ("Sure: ```py", ("Sure: ", "```", "py")),
    ],
)
@pytest.mark.parametrize("around", ["{}", "before\n{}\nafter"])
def test_a_fence_is_a_line_with_three_marks_or_more(line: str, found: tuple[str, str, str], around: str) -> None:
    text = around.format(line)
    (fence,) = find_fences(text)
    assert fence[:3] == found
    assert text[fence.start : fence.end] == line


@pytest.mark.parametrize("text", ["", "``", "~~ ~", "Call ```f()``` for it", "x\n``\n`"])
def test_fewer_marks_and_code_in_a_sentence_are_no_fence(text: str) -> None:
    assert list(find_fences(text)) == []


def blocks(text: str) -> tuple[list[str], list[str]]:
    return fenced_blocks(text, list(find_fences(text)))


def test_a_block_ends_at_the_next_fence_of_its_kind_or_perhaps_at_the_last() -> None:
    text = "```py\na\n~~~\n````\n``` py\n```\nb\n```\n"
    found, others = blocks(text)
    assert found[0] == "a\n~~~\n````\n``` py\n"
    assert others[0] == "a\n~~~\n````\n``` py\n```\nb\n"


def test_a_first_fence_may_close_what_was_never_opened() -> None:
    assert blocks("a\n```\nprose") == ([], ["a\n", "prose"])
    assert blocks("a\n```py\nb") == ([], ["b"])


def test_a_block_without_an_end_goes_on_to_the_end_of_the_text() -> None:
    found, others = blocks("```py\na\nb```\n")
    assert (found, others[0]) == ([], "a\nb")


@pytest.mark.parametrize("lead", ["   ", "1. ", "-  "])
def test_a_block_in_a_list_is_without_the_margin_of_its_fence(lead: str) -> None:
    found, _ = blocks(f"{lead}```py\n   a:\n       b\n c\n   ```\n")
    assert found[0] == "a:\n    b\nc\n"


def test_a_fence_that_is_further_in_than_the_opening_one_closes_nothing() -> None:
    assert blocks("```py\na\n    ```\nb\n```\n")[0][0] == "a\n    ```\nb\n"


def test_prose_ends_in_an_opening_fence_only_if_a_language_follows_at_most() -> None:
    assert blocks("See ```py\na\n```\n")[0] == ["a\n"]
    assert blocks("See ```what you get\na\n```\n")[0] == []
