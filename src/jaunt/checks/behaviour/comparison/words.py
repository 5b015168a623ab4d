"""Comparisons in words: questions that a spec leaves open, and what a rebuild has changed."""

from collections.abc import Iterator, Sequence

from jaunt.checks.behaviour.comparison.asked import Difference, Group, Report
from jaunt.process.frozen import frozen
from jaunt.text.counts import counted

ASIDES = {
    "": "",
    "message": "only the words of the error differ",
    "zero": "only the sign of zero differs",
    "alias": "only this differs: whether it gives an argument back, or something of its own",
}
_BUT = {
    "message": "the words of an error",
    "zero": "the sign of a zero",
    "alias": "whether it gives an argument itself",
}
BEFORE_AND_NOW = ("before", "now")


@frozen
class Answer:
    """One of the answers that code gives to a question: how many versions give it, and the lines that settle it.

    `doctest` is ready to be pasted into the docstring; "" where no line can be written.
    """

    gives: str
    versions: int
    landed: bool
    doctest: str


@frozen
class Question:
    """What a spec leaves open: the smallest input on which code that passed all checks disagrees, and the answers.

    `by_message` says that all raise the same error, in other words; `aside` is what alone differs, for a person, where
    that is little: "" for a real difference, which alone leaves something open.
    """

    spec: str
    call: str
    answers: Sequence[Answer]
    by_message: bool
    aside: str = ""

    @property
    def text(self) -> str:
        """The question in one line."""
        total = sum(each.versions for each in self.answers)
        parts = [f"{each.gives} ({_share(each, total, is_first=not at)})" for at, each in enumerate(self.answers)]
        return f"{self.call}: {', '.join(parts)}"


def _share(answer: Answer, total: int, *, is_first: bool) -> str:
    count = f"{answer.versions} of {total}" if is_first else f"{answer.versions}"
    if not answer.landed:
        return count
    return f"{count}, the landed one among them" if answer.versions > 1 else f"{count}, the landed one"


def questions_of(spec: str, report: Report, weights: Sequence[int], *, is_raw: bool) -> list[Question]:
    """Return the questions of a subject: version 0 is the code that landed, `weights` how many gave each version.

    `is_raw` says that the docstring is a raw one, in which a backslash stands for itself.
    """
    return [_question(spec, each, weights, is_raw=is_raw) for each in report["differences"]]


def _question(spec: str, found: Difference, weights: Sequence[int], *, is_raw: bool) -> Question:
    answers = [_answer(each, weights, is_raw=is_raw) for each in found["groups"]]
    ordered = sorted(answers, key=lambda each: -each.versions)
    return Question(spec, found["call"], ordered, found["aside"] == "message", ASIDES[found["aside"]])


def _answer(group: Group, weights: Sequence[int], *, is_raw: bool) -> Answer:
    lines = "\n".join(group["lines"])
    pasted = lines if is_raw else lines.replace("\\", "\\\\")
    count = sum(weights[version] for version in group["versions"])
    return Answer(group["shown"], count, 0 in group["versions"], "" if '"""' in pasted else pasted)


def change_of(found: Difference) -> str:
    """Return what a change of the code has changed, on the smallest input; version 0 was before, version 1 is now."""
    given = {BEFORE_AND_NOW[version]: group["shown"] for group in found["groups"] for version in group["versions"]}
    return f"{found['call']}: {', '.join(f'{when} {given[when]}' for when in BEFORE_AND_NOW if when in given)}"


def agreement(report: Report, versions: int) -> str:
    """Return how far versions agree, or why they were not compared."""
    if report["why_not"]:
        return f"not compared: {report['why_not']}"
    tried = f"{report['tried']:,} inputs{_late(report)}" if report["tried"] != 1 else "the one input that there is"
    if report["differs"]:
        return f"{versions} versions differ on {report['differs']:,} of {tried}"
    but = [_BUT[each["aside"]] for each in report["differences"]]
    words = f", but for {' and '.join(but)}" if but else ""
    raised = f" (on {report['raised']:,} of them all raise an error)" if report["raised"] else ""
    whole = "all " if report["tried"] != 1 else ""
    return f"{counted(versions, 'version')} agree on {whole}{tried}{words}{raised}"


def _late(report: Report) -> str:
    return " (time was up before more were tried)" if report["late"] else ""


def behaviour_in_a_line(reports: Sequence[Report], why_not: str = "") -> str:
    """Return in one line what a rebuild has changed of what code does: version 0 was before, version 1 is now."""
    if why_not:
        return f"not compared: {why_not}"
    compared = [each for each in reports if not each["why_not"]]
    calls = sum(each["tried"] for each in compared)
    changed = [each for report in compared for each in report["differences"]]
    others = len(reports) - len(compared)
    left = f"; {others} not compared" if others and compared else ""
    if changed:
        more = f" (and {len(changed) - 1} more: jaunt diff --behaviour)" if len(changed) > 1 else ""
        return f"{change_of(changed[0])}{more}{left}"
    if not compared:
        reasons = "; ".join(dict.fromkeys(f"{each['name']}: {each['why_not']}" for each in reports))
        return f"not compared: {reasons or 'nothing of it is called'}"
    late = _late(next((each for each in compared if each["late"]), compared[0]))
    return f"no difference in {counted(calls, 'call')}{late}{left}"


def change_lines(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what a rebuild has changed of what each function does, a line for each way in which it differs."""
    for report in reports:
        for each in report["differences"]:
            yield change_of(each)
        if report["why_not"]:
            yield f"{report['name']}: not compared: {report['why_not']}"
        elif not report["differences"]:
            yield f"{report['name']}: no difference in {counted(report['tried'], 'call')}{_late(report)}"
