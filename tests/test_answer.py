"""Answers: the code that is taken out of what a model says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.generate.answer import extract_code

CODE = 'def f():\n    """Do it."""\n    return 1\n'

FENCED_DOC = 'def f():\n    """Do it:\n\n```python\nf()\n```\n\n    Or not.\n    """\n    return 1\n'


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (CODE, CODE),
        (CODE.rstrip(), CODE),
        (f"\n\n{CODE}\n\n", CODE),
        ("\ufeff" + CODE.replace("\n", "\r\n"), CODE),
        (f"```python\n{CODE}```", CODE),
        (f"```\n{CODE}```\n", CODE),
        (f"```py title=x\n{CODE}```   \n", CODE),
        (f"Sure! Here it is:\n\n```python\n{CODE}```\n\nIt returns 1.", CODE),
        (f"First a hint:\n```sh\npip\n```\nThen:\n```python\n{CODE}```\n", CODE),
        (f"<think>\nLet me see:\n```python\nwrong\n```\n</think>\n\n{CODE}", CODE),
        (f"<think>x</think>```python\n{CODE}```", CODE),
        (f"````python\n{CODE}````", CODE),
        (f"```python\n{CODE}", CODE),
        (FENCED_DOC, FENCED_DOC),
        (f"```python\n{FENCED_DOC}```", FENCED_DOC),
        (f"````python\n{FENCED_DOC}````", FENCED_DOC),
        (f"Here:\n\n```python\n{FENCED_DOC}```\n\nDone.", FENCED_DOC),
        (f"Here:\n\n````python\n{FENCED_DOC}````\n\nDone.", FENCED_DOC),
    ],
)
def test_code_is_taken_out_of_an_answer(answer: str, code: str) -> None:
    assert extract_code(answer) == code


def test_an_answer_without_code_is_left_to_the_checks() -> None:
    assert extract_code("I can't do that.") == "I can't do that.\n"
    assert extract_code("```python\ndef (\n```") == "def (\n"
    assert extract_code("") == "\n"


@given(st.text())
def test_any_answer_gives_text_that_ends_in_one_newline(answer: str) -> None:
    code = extract_code(answer)
    assert code.endswith("\n") and not code.endswith("\n\n")
