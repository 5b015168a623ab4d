"""Examples can't be forged: what judges them is another process than the code."""

import asyncio
from pathlib import Path

import pytest
from examinations import make_examiners
from forgeries import DOUBLE, HONEST, forgeries, known_open
from projects import write_files

from jaunt.checks.doctests.examples import find_examples
from jaunt.checks.doctests.judge import Docstring, example_question
from jaunt.checks.examiner.protocol import Order, Steps
from jaunt.checks.examiner.questions import Answer, Examination, Question
from jaunt.syntax.source import read_source


def order_for(root: Path, questions: list[Question], source: str) -> Order:
    return Order(
        spec_module="app.double",
        generated_module="app.__generated__.double",
        source=source,
        filename=str(root / "app/__generated__/double.py"),
        names=["double"],
        questions=[Steps(name=each.name, steps=[*each.steps]) for each in questions],
        single_file=False,
        bases=[str(root)],
        effects=True,
    )


def which_pass(root: Path, candidates: dict[str, str]) -> set[str]:
    """Return the kinds of the candidates that nothing is found in."""
    examiners = make_examiners(root, mode="limits", seconds=4)
    write_files(root, {"app/double.py": DOUBLE})
    questions = find_examples(read_source("app.double", str(root / "app/double.py")), ["double"])

    async def examine(kind: str, source: str) -> str | None:
        errors = await examiners.examine(Examination(order_for(root, questions, source), questions))
        return None if errors else kind

    async def examine_all() -> list[str | None]:
        return await asyncio.gather(*(examine(kind, source) for kind, source in candidates.items()))

    return {kind for kind in asyncio.run(examine_all()) if kind is not None}


def test_no_forgery_passes(tmp_path: Path) -> None:
    candidates = forgeries()
    print(f"{len(candidates)} forgeries tried")
    assert which_pass(tmp_path, {"honest": HONEST, **candidates}) == {"honest"}


def test_who_looks_up_what_is_wanted_passes_and_the_readme_says_so(tmp_path: Path) -> None:
    candidates = known_open()
    assert which_pass(tmp_path, candidates) == set(candidates)


def test_nothing_of_what_is_wanted_is_in_an_order(tmp_path: Path) -> None:
    write_files(tmp_path, {"app/double.py": DOUBLE.replace("8\n", "8888\n")})
    questions = find_examples(read_source("app.double", str(tmp_path / "app/double.py")), ["double"])
    order = str(order_for(tmp_path, questions, "source"))
    assert "double(4)" in order
    assert "8888" not in order
    assert "not a number" not in order


@pytest.mark.parametrize(
    ("text", "answers", "failures"),
    [
        (">>> 1\n1\n", [Answer("1\n")], 0),
        (">>> 1\n1\n", [Answer("2\n")], 1),
        (">>> 1\n1\n>>> 2\n2\n", [Answer("2\n"), Answer("1\n")], 2),
        (">>> 1  # doctest: +FAIL_FAST\n1\n>>> 2\n2\n", [Answer("2\n"), Answer("1\n")], 1),
        (">>> 1\n1\n>>> 2 # doctest: +REPORT_ONLY_FIRST_FAILURE\n2\n", [Answer("2\n"), Answer("1\n")], 1),
        (">>> 1 # doctest: +ELLIPSIS\n1...9\n", [Answer("1 to 9\n")], 0),
        (">>> 1\n1\n", [Answer("1\n", ("ValueError: x\n",), "ValueError: x")], 1),
        (">>> f()\nTraceback (most recent call last):\nKeyError: 1\n", [Answer("", ("KeyError: 1\n",))], 0),
        (">>> f()\nTraceback (most recent call last):\nKeyError: 1\n", [Answer("", ("KeyError: 2\n",))], 1),
        (">>> f()\nTraceback (most recent call last):\nKeyError: 1\n", [Answer("KeyError: 1\n")], 1),
        (
            ">>> f() # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nKeyError: 1\n",
            [Answer("", ("app.KeyError: 2\n",))],
            0,
        ),
        (">>> f()\nTraceback (most recent call last):\nE: 1\nnote\n", [Answer("", ("E: 1\nnote\n", "note\n"))], 0),
    ],
)
def test_answers_are_judged_as_doctest_does(text: str, answers: list[Answer], failures: int) -> None:
    question = example_question(Docstring("f", text, "f.py", 1))
    assert question is not None
    assert len(question.judge(answers)) == failures
