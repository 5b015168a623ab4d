"""What specs leave open, told: a question each, and the lines that settle it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from jaunt.checks.behaviour.comparison.open_questions import OpenQuestions
from jaunt.checks.behaviour.comparison.words import Question
from jaunt.report.console import say
from jaunt.text.counts import counted

_INDENT = "    "


def tell_questions(found: OpenQuestions) -> None:
    """Print the questions about a module's specs, and of each spec how far its versions agree."""
    for line in question_lines(found):
        say(line)


def question_lines(found: OpenQuestions) -> Iterator[str]:
    """Yield what a person is told of the questions about a module's specs."""
    if found.why_not:
        yield f"{found.module}: not compared: {found.why_not}"
    for spec, agreed in found.agreed.items():
        own = [each for each in found.questions if each.spec == spec]
        yield f"{spec}: {agreed}"
        for number, each in enumerate(own, 1):
            yield from _lines(number, each)
    real = sum(not each.aside for each in found.questions)
    if found.agreed and (real or len(found.left_out) < len(found.agreed)):
        others = f" ({len(found.left_out)} of its specs not compared)" if found.left_out else ""
        opened = counted(real, "question") if real else "nothing"
        yield f"{found.module} leaves {opened} open, as far as was tried{others}"
    elif found.agreed:
        yield f"{found.module}: nothing could be compared, so nobody knows what it leaves open"


def _lines(number: int, question: Question) -> Iterator[str]:
    yield f"  {number}. {question.text}"
    if question.aside:
        yield f"{_INDENT} {question.aside}"
    written = [each for each in question.answers if each.doctest]
    if not written:
        yield f"{_INDENT} no example can be written for it: say in the docstring what it gives"
        return
    yield f"{_INDENT} to settle it, paste what is right into the docstring:"
    for at, each in enumerate(written):
        if at:
            yield f"{_INDENT} or"
        yield from (f"{_INDENT * 2}{line}" for line in each.doctest.splitlines())


def question_facts(found: OpenQuestions) -> dict[str, Any]:
    """Return the questions about a module's specs as plain data."""
    return {
        "versions": found.versions,
        "inputs": found.inputs,
        "agreed": found.agreed,
        "questions": [{**asdict(each), "text": each.text} for each in found.questions],
        "why_not": found.why_not,
    }
