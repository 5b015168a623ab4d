"""What candidates are asked, and how their answers are read and judged: outside of the sandbox."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jaunt.checks.examiner.protocol import Drawn, Order, Steps
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.text.flaw import Flaw

NO_ANSWER = "no answer"
"""The kind of a flaw that is that there is no report of something: it took too long, say."""
IMPORT = "import"
"""The kind of those that a candidate's import shows: then nothing is asked."""


class Answer(NamedTuple):
    """What a step printed and, if it raised an error, the forms of that, its words, class and line: `AnswerReport`."""

    printed: str
    raised: tuple[str, ...] = ()
    words: str = ""
    error: str = ""
    line: int = 0


@frozen
class Question:
    """Steps, which are statements, about the symbol `name`; `doing` says what is done by them.

    `judge` gets the answers to the first of them, or to all, and returns what is wrong with them, as flaws of that
    symbol. `claims` are what is said of the code, as source, and `about` all sources that tell what code that is.
    `drawn` are the inputs that the steps would draw, if those are of plain types.
    """

    name: str
    doing: str
    steps: tuple[str, ...]
    judge: Callable[[Sequence[Answer]], Sequence[Flaw]]
    claims: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    drawn: Drawn | None = None


class Examination(NamedTuple):
    """One candidate and the questions about it. `order` holds nothing of what is wanted of the answers."""

    order: Order
    questions: Sequence[Question]


class Reading(NamedTuple):
    """What the examiner's report says: what is wrong, which modules had no code, and what is missing, if anything.

    `missing` says it with all but the reason: a message about a symbol, which the module may stand for.
    """

    errors: list[Flaw]
    unbuilt: list[str]
    missing: Flaw | None


def examination(
    work: ModuleWork,
    questions: Sequence[Question],
    source: str,
    *,
    effects: bool = True,
    preload: Sequence[str] = (),
) -> Examination:
    """Return what is to be examined of a module's candidate; with `effects`, those of its import as well.

    Sandboxes that stay keep the modules `preload` of jaunt's loaded.
    """
    order = Order(
        spec_module=work.imported_as,
        generated_module=work.generated_module,
        source=source,
        filename=str(work.path),
        names=[*work.names],
        questions=[Steps(name=each.name, steps=[*each.steps]) for each in questions],
        single_file=work.is_single_file,
        bases=[str(base) for base in work.bases],
        effects=effects,
        preload=[*preload],
        drawn=[each.drawn for each in questions if each.drawn is not None],
    )
    return Examination(order, questions)


def read_report(asked: Examination, key: str, output: str) -> Reading:
    """Judge what the examiner printed. `missing` names what there is no report of: importing m, say."""
    imported: Mapping[str, Any] | None = None
    answers: dict[tuple[int, int], Answer] = {}
    unbuilt: list[str] = []
    for record in _records(output):
        if imported is None:
            if record.get("key") != key:
                continue
            imported = record
        elif isinstance(record.get("question"), int) and isinstance(record.get("step"), int):
            answers.setdefault((record["question"], record["step"]), _answer(record))
        unbuilt += _texts(record, "unbuilt")
    module = asked.order["spec_module"]
    if imported is None:
        return Reading([], unbuilt, Flaw(f"importing {module}", symbol=module))
    if errors := [*_flaws(imported)]:
        return Reading(errors, list(dict.fromkeys(unbuilt)), None)
    missing = None
    for index, question in enumerate(asked.questions):
        numbers = range(len(question.steps))
        given = [answers[index, step] for step in numbers if (index, step) in answers]
        errors += question.judge(given)
        if missing is None and len(given) < len(numbers):
            missing = Flaw(question.doing, symbol=question.name)
    return Reading(errors, list(dict.fromkeys(unbuilt)), missing)


def _records(output: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects among the lines; what else is there was not written by the examiner."""
    for line in output.splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found


def _answer(record: Mapping[str, Any]) -> Answer:
    line = record.get("line")
    return Answer(
        str(record.get("printed", "")),
        tuple(_texts(record, "raised")),
        str(record.get("words", "")),
        str(record.get("error", "")),
        line if isinstance(line, int) else 0,
    )


def _flaws(record: Mapping[str, Any]) -> Iterator[Flaw]:
    """Yield what is wrong with how a candidate came to be."""
    for each in record.get("errors", []):
        line, symbol = int(each.get("line", 0)), str(each.get("symbol", ""))
        yield Flaw(str(each["message"]), kind=IMPORT, line=line, symbol=symbol)


def _texts(record: Mapping[str, Any], name: str) -> list[str]:
    found = record.get(name, [])
    return [*map(str, found)] if isinstance(found, list) else []
