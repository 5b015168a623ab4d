"""What the specs of a module leave open, by its code and further candidates that passed all checks."""

import ast
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import field

from jaunt.checks.behaviour.comparison.compare import INPUTS, Compared, Versions, compare
from jaunt.checks.behaviour.comparison.words import Question, agreement, questions_of
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.syntax.source import Definition, ModuleSource
from jaunt.syntax.syntax_digest import syntax_digest


@frozen
class OpenQuestions:
    """The questions about the specs of one module; `agreed` says of each spec how far `versions` of it agree.

    `inputs` are how many each spec was called with, and `left_out` the specs that were not compared to the end;
    `why_not` is why nothing was compared, "" if it was.
    """

    module: str
    versions: int
    questions: Sequence[Question] = ()
    agreed: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, int] = field(default_factory=dict)
    why_not: str = ""
    left_out: Sequence[str] = ()


@frozen
class Candidates:
    """A module's code that landed, first, and further candidates for the same contract; specs `only`, if named."""

    work: ModuleWork
    sources: Sequence[str]
    only: Collection[str] | None = None


def find_questions(
    project: Project, asked: Sequence[Candidates], *, inputs: int = INPUTS, seconds: float = 60.0
) -> list[OpenQuestions]:
    """Return what the specs of modules leave open, in order; raises JauntConfigError if the sandbox can't be used.

    Candidates that are the same code, but for comments and layout, are run once.
    """
    different = [Counter(map(syntax_digest, each.sources)) for each in asked]
    first = [{syntax_digest(source): source for source in reversed(each.sources)} for each in asked]
    sources = [[first[at][digest] for digest in counts] for at, counts in enumerate(different)]
    versions = [Versions(each.work, sources[at], each.only) for at, each in enumerate(asked)]
    found = compare(project, versions, inputs=inputs, seconds=seconds)
    return [
        _questions(each, compared, [*counts.values()])
        for each, compared, counts in zip(asked, found, different, strict=True)
    ]


def _questions(asked: Candidates, compared: Compared, weights: Sequence[int]) -> OpenQuestions:
    questions: list[Question] = []
    agreed: dict[str, str] = {}
    for report in compared.reports:
        spec = f"{asked.work.module}:{report['name']}"
        questions += questions_of(spec, report, weights, is_raw=_is_raw(asked.work.spec, report["name"]))
        agreed[spec] = agreement(report, len(asked.sources))
    inputs = {f"{asked.work.module}:{each['name']}": each["tried"] for each in compared.reports}
    left_out = [f"{asked.work.module}:{each['name']}" for each in compared.reports if each["why_not"]]
    return OpenQuestions(asked.work.module, len(asked.sources), questions, agreed, inputs, compared.why_not, left_out)


def _is_raw(spec: ModuleSource, name: str) -> bool:
    """Whether a spec's docstring is one in which a backslash stands for itself."""
    node = spec.definitions.get(name)
    if not isinstance(node, Definition) or ast.get_docstring(node) is None:
        return False
    first = node.body[0]
    line = spec.text.splitlines()[first.lineno - 1].encode()[first.col_offset :]
    return line[:1] in (b"r", b"R")
