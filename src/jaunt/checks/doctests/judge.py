"""Examples as questions: what they are to print or raise is compared here, where no candidate's code runs.

They are judged as `doctest` does it, by its own comparison and its options.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from doctest import (
    FAIL_FAST,
    IGNORE_EXCEPTION_DETAIL,
    REPORT_ONLY_FIRST_FAILURE,
    SKIP,
    DocTestParser,
    Example,
    OutputChecker,
)

from jaunt.checks.examiner.protocol import LONGEST
from jaunt.checks.examiner.questions import Answer, Question


def example_question(name: str, text: str, line: int) -> Question | None:
    """Return the examples of a symbol's docstring, which begins in `line`; None if it has none.

    Raises ValueError if doctest can't read them.
    """
    examples = [each for each in DocTestParser().get_examples(text) if not _flags(each) & SKIP]
    if not examples:
        return None
    steps = tuple(each.source for each in examples)
    return Question(name, f"running the examples of {name}", steps, _Judge(name, line, examples))


@dataclass(frozen=True)
class _Judge:
    """Says which examples of a docstring fail, each with what was expected and what came."""

    name: str
    line: int
    examples: Sequence[Example]

    def __call__(self, answers: Sequence[Answer]) -> list[str]:
        errors: list[str] = []
        for example, answer in zip(self.examples, answers, strict=False):  # answers may be missing
            if _is_met(example, answer):
                continue
            if not errors or not _flags(example) & REPORT_ONLY_FIRST_FAILURE:
                errors.append(self._failure(example, answer))
            if _flags(example) & FAIL_FAST:
                break
        return errors

    def _failure(self, example: Example, answer: Answer) -> str:
        expected = example.exc_msg if example.exc_msg is not None else example.want
        return (
            f"{self.name}: the example in line {self.line + example.lineno} of the spec module fails\n"
            f"    example: {_indented(example.source)}\n"
            f"    expected: {_indented(expected) or 'no output'}\n"
            f"    got: {_indented(answer.words or answer.printed) or 'no output'}"
        )


def _is_met(example: Example, answer: Answer) -> bool:
    check, flags = OutputChecker().check_output, _flags(example)
    if not answer.raised:
        return check(example.want, answer.printed, flags)
    wanted = example.exc_msg
    if wanted is None:
        return False
    pairs = [(wanted, form) for form in answer.raised]
    if flags & IGNORE_EXCEPTION_DETAIL:
        pairs += [(_class_name(wanted), _class_name(form)) for form in answer.raised]
    return any(check(*pair, flags) for pair in pairs)


def _flags(example: Example) -> int:
    return sum(flag for flag, is_set in example.options.items() if is_set)


def _class_name(raised: str) -> str:
    """Return what IGNORE_EXCEPTION_DETAIL leaves of an error: its class, without module and message."""
    return raised.partition("\n")[0].partition(":")[0].rpartition(".")[2]


def _indented(text: str) -> str:
    cut = text.rstrip() if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return cut.replace("\n", "\n        ")
