"""The code before a build and the code now, on the same inputs: what a rebuild has changed of what it does."""

from collections.abc import Iterator, Mapping, Sequence

from jaunt.build.memory.history import History, LastBuild
from jaunt.checks.behaviour.comparison.changed import changed_specs
from jaunt.checks.behaviour.comparison.compare import Compared, Versions, compare, is_asked_for, why_not_called
from jaunt.checks.behaviour.comparison.words import behaviour_in_a_line, change_lines
from jaunt.engine.job import Outcome
from jaunt.files.plain import read_plain
from jaunt.header import split_header
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import say, some

_MOST = 5
"""The most modules that a build compares at its end."""
_SECONDS = 10.0
_LEFT = "not compared: see jaunt diff --behaviour"
_SAME = "no difference: what the code does is written as before"


@frozen
class Behaviour:
    """What a build has changed of what a module's code does: in a line, and a line for each spec that was compared."""

    line: str
    lines: Sequence[str] = ()


def behaviour_of(project: Project, records: Sequence[LastBuild], *, seconds: float = 60.0) -> dict[str, Behaviour]:
    """Return what the last builds of modules have changed, by module; of first builds, nothing.

    Raises JauntConfigError if the sandbox can't be used.
    """
    found: dict[str, Behaviour] = {}
    asked: list[Versions] = []
    for record in records:
        if not record.before:
            continue
        if record.kind == "test":
            found[record.module] = Behaviour("not compared: it holds tests")
        elif versions := _versions(project, record):
            asked.append(versions)
        else:
            found[record.module] = Behaviour(_SAME)
    why = why_not_called(project) if asked else ""
    for each in (
        compare(project, asked, seconds=seconds) if not why else [Compared(v.work.module, (), why) for v in asked]
    ):
        found[each.module] = Behaviour(behaviour_in_a_line(each.reports, each.why_not), [*change_lines(each.reports)])
    return found


def _versions(project: Project, record: LastBuild) -> Versions | None:
    """Return the code before and now, None if no spec can do anything else than before."""
    work = project_work(project, record.module)
    try:
        now = read_plain(work.path).decode("utf-8", "replace")
    except OSError:  # it was removed since
        return None
    before, after = split_header(record.before)[1], split_header(now)[1]
    changed = changed_specs(work, before, after)
    return Versions(work, [before, after], changed) if changed else None


def tell_behaviour(plan: Plan, outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Say in a line what each module's new code does otherwise than the code that a build replaced; return the lines.

    Nothing is said where code is not called with drawn inputs on the side.
    """
    project = plan.project
    records = [each for each in _replaced(project, outcomes) if _is_other(project, each)]
    if not records or not is_asked_for(project):
        return {}
    found = behaviour_of(project, records[:_MOST], seconds=_SECONDS)
    lines = {module: each.line for module, each in found.items() if each.line != _SAME}
    for module, line in lines.items():
        say(f"{module}, before and now: {line}")
    others = [each.module for each in records[_MOST:]]
    if others:
        say(f"{some(others)}, before and now: {_LEFT}")
    return lines | dict.fromkeys(others, _LEFT)


def _is_other(project: Project, record: LastBuild) -> bool:
    """Whether the text of the code is another than before."""
    try:
        now = read_plain(project.generated_path(record.module)).decode("utf-8", "replace")
    except OSError:  # it was removed since
        return False
    return split_header(record.before or "")[1] != split_header(now)[1]


def _replaced(project: Project, outcomes: Mapping[str, Outcome]) -> Iterator[LastBuild]:
    """Yield the records of the modules whose code a build has replaced."""
    history = History(project.root)
    for module, outcome in sorted(outcomes.items()):
        if outcome.status == "generated" and project.kind_of(module) == "build":
            record = history.get("build", module)
            if record is not None and record.before and record.digest == project.digests.get(module):
                yield record
