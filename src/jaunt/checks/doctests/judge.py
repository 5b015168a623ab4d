"""Examples as questions: what they are to print or raise is compared here, where no candidate's code runs.

They are judged as `doctest` does it, by its comparison and its options, with those that pytest adds.
"""

from collections.abc import Sequence
from doctest import FAIL_FAST, IGNORE_EXCEPTION_DETAIL, REPORT_ONLY_FIRST_FAILURE, SKIP, DocTestParser, Example

from jaunt.checks.doctests.output import OutputChecker, flag_bits, shown
from jaunt.checks.examiner.protocol import LONGEST
from jaunt.checks.examiner.questions import Answer, Question
from jaunt.process.frozen import frozen
from jaunt.text.flaw import Flaw


@frozen
class Docstring:
    """A docstring with examples, of the symbol `name`; `file`, as people are told, and `line` say where it begins."""

    name: str
    text: str
    file: str
    line: int


def example_question(docstring: Docstring, flags: Sequence[str] = ()) -> Question | None:
    """Return the examples of a docstring, under the flags of doctest that are so called; None if it has none.

    Raises ValueError if doctest can't read them.
    """
    bits = flag_bits(flags)
    found = DocTestParser().get_examples(docstring.text)
    examples = [each for each in found if not _flags(each, bits) & SKIP]
    if not examples:
        return None
    steps = tuple(each.source for each in examples)
    doing = f"running the examples of {docstring.name}"
    claims = tuple(each.source for each in examples if each.want or each.source.startswith("assert"))
    return Question(docstring.name, doing, steps, _Judge(docstring, examples, bits), claims, about=steps)


@frozen
class _Judge:
    """Says which examples of a docstring fail, each with what was expected and what came; `flags` hold for all."""

    docstring: Docstring
    examples: Sequence[Example]
    flags: int

    def __call__(self, answers: Sequence[Answer]) -> list[Flaw]:
        errors: list[Flaw] = []
        for example, answer in zip(self.examples, answers, strict=False):  # answers may be missing
            flags = _flags(example, self.flags)
            if _is_met(example, answer, flags):
                continue
            if not errors or not flags & REPORT_ONLY_FIRST_FAILURE:
                errors.append(self._failure(example, answer))
            if flags & FAIL_FAST:
                break
        return errors

    def _failure(self, example: Example, answer: Answer) -> Flaw:
        place = f"{self.docstring.file}:{self.docstring.line + example.lineno}"
        wanted = example.exc_msg if example.exc_msg is not None else example.want
        expected, got = shown(wanted, answer.words or answer.printed)
        return Flaw(
            f"the example in {place} fails",
            symbol=self.docstring.name,
            details={
                "example": _cut(example.source),
                "expected": _cut(expected) or "no output",
                "got": _cut(got) or "no output",
            },
            raised=answer.error,
            raised_at=answer.line,
        )


def _is_met(example: Example, answer: Answer, flags: int) -> bool:
    check = OutputChecker().check_output
    if not answer.raised:
        return check(example.want, answer.printed, flags)
    wanted = example.exc_msg
    if wanted is None:
        return False
    pairs = [(wanted, form) for form in answer.raised]
    if flags & IGNORE_EXCEPTION_DETAIL:
        pairs += [(_class_name(wanted), _class_name(form)) for form in answer.raised]
    return any(check(*pair, flags) for pair in pairs)


def _flags(example: Example, flags: int) -> int:
    """Return the flags of an example: those that hold for all, as its own directives change them."""
    for flag, is_set in example.options.items():
        flags = flags | flag if is_set else flags & ~flag
    return flags


def _class_name(raised: str) -> str:
    """Return what IGNORE_EXCEPTION_DETAIL leaves of an error: its class, without module and message."""
    return raised.partition("\n")[0].partition(":")[0].rpartition(".")[2]


def _cut(text: str) -> str:
    return text.rstrip() if len(text) <= LONGEST else f"{text[:LONGEST]}..."
