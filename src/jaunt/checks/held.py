"""Which of the questions about a candidate have shown something of it: they held, and they speak of the code."""

import ast
from collections.abc import Collection, Sequence

from jaunt.checks.examiner.asking import Asking
from jaunt.checks.examiner.questions import IMPORT, NO_ANSWER, Question
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.spec_ref import code_name
from jaunt.syntax.source import parse_or_none
from jaunt.text.flaw import Flaw


def held(
    kind: str, questions: Sequence[Question], errors: Sequence[Flaw], work: ModuleWork
) -> dict[str, dict[str, int]]:
    """Return how many claims of each spec have held, as evidence of a kind; nothing of specs of which none has.

    `errors` are what is wrong with the candidate: where one is no answer to a question, not all were asked, and nothing
    has held. What is claimed of a method is claimed of its class.
    """
    failed = [[each.name for each in questions if is_answer(each, error)] for error in errors]
    if not all(failed):
        return {}
    wrong = {name for names in failed for name in names}
    specs = {code_name(entry.qualname): entry.qualname for entry in work.entries}
    names = {*work.spec.definitions, *(each.partition(".")[0] for each in specs.values())}
    found: dict[str, dict[str, int]] = {}
    for each in questions:
        count = 0 if each.name in wrong or not _is_about(each, names) else sum(map(_says, each.claims))
        if count:
            facts = found.setdefault(specs[each.name.partition(".")[0]], {kind: 0})
            facts[kind] += count
    return found


async def answered(kind: str, asking: Asking, work: ModuleWork, source: str) -> Checked:
    """Return what the answers of a candidate show: what is wrong, and as evidence of a kind, what has held."""
    found = await asking.find(source)
    shown = held(kind, asking.questions, found.errors, work)
    return Checked(source, found.errors, unbuilt=found.unbuilt, evidence=shown)


def is_answer(question: Question, error: Flaw) -> bool:
    """Whether an error is what the answers to a question show, and not that there are none."""
    return error.symbol == question.name and error.kind not in (IMPORT, NO_ANSWER)


def _is_about(question: Question, names: Collection[str]) -> bool:
    """Whether a question uses any of some names at all."""
    trees = [parse_or_none(source) for source in question.about]
    used = {node.id for tree in trees if tree is not None for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return None in trees or not used.isdisjoint(names)


def _says(claim: str) -> bool:
    """Whether a claim is more than that a thing equals itself."""
    tree = parse_or_none(claim)
    match tree.body if tree is not None else []:
        case [ast.Expr(ast.Compare(left=left, ops=[_], comparators=[right]))]:
            return ast.dump(left) != ast.dump(right)
    return True
