"""The questions that a build with several candidates can ask: those beside the one that landed are paid for anyway."""

from collections.abc import Mapping
from typing import Any

from jaunt.build.candidates.kept import KeptCandidates
from jaunt.build.store import open_store
from jaunt.checks.behaviour.comparison.compare import is_asked_for
from jaunt.checks.behaviour.comparison.open_questions import Candidates, find_questions
from jaunt.commands.shared.comparing.questions import question_facts, question_lines
from jaunt.engine.job import Outcome
from jaunt.files.plain import read_plain
from jaunt.header import split_header
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import Plan
from jaunt.report.console import say

_MOST = 5
"""The most modules that a build asks about at its end; `jaunt probe` asks about any, from what was kept."""
_SECONDS = 20.0


def tell_side_questions(plan: Plan, outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, Any]]:
    """Print what the specs of modules leave open whose code a model wrote now; return it as plain data, by module."""
    project = plan.project
    if project.config.build.candidates < 2 or not is_asked_for(project):
        return {}
    kept = KeptCandidates(open_store(project.config), project.root / ".jaunt")
    asked: list[Candidates] = []
    for module, outcome in sorted(outcomes.items()):
        if outcome.origin == "model" and outcome.path is not None and project.kind_of(module) == "build":
            work = project_work(project, module)
            landed = split_header(read_plain(outcome.path).decode("utf-8", "replace"))[1]
            others = kept.of(work)
            asked += [Candidates(work, [landed, *others])] if others else []
    found = find_questions(project, asked[:_MOST], seconds=_SECONDS) if asked else []
    for each in found:
        for line in question_lines(each) if each.questions else ():
            say(line)
    return {each.module: question_facts(each) for each in found}
