"""`jaunt probe`."""

import argparse
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from jaunt.build.candidates.further import Further, further_candidates
from jaunt.build.candidates.kept import KeptCandidates
from jaunt.build.project_settings import project_settings
from jaunt.build.store import open_store
from jaunt.checks.behaviour.comparison.compare import why_not_called
from jaunt.checks.behaviour.comparison.open_questions import Candidates, find_questions
from jaunt.commands.probe.cost import cost_line, cost_of
from jaunt.commands.probe.page import probe_page
from jaunt.commands.shared.comparing.questions import question_facts, tell_questions
from jaunt.commands.shared.options import add_cluster_option, add_project_options, whole_number
from jaunt.commands.shared.result import EXIT_OK, Result, exit_code
from jaunt.commands.shared.steps import plan_for, read_project
from jaunt.errors import JauntConfigError, JauntRefusedError
from jaunt.files.atomic import ensure_state_folder, write_text_file
from jaunt.files.plain import read_plain
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.header import split_header
from jaunt.plan.module_work import ModuleWork, project_work
from jaunt.plan.plan import Plan
from jaunt.process.background import run_async
from jaunt.process.frozen import frozen
from jaunt.project.project import Project, select_target
from jaunt.report.console import error_line, print_warning, relative_paths, say
from jaunt.text.counts import counted

_CANDIDATES = 3
_SUPPORTED = ("fresh", "accepted", "edited")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("module", metavar="MODULE[:NAME]", help="the spec module, or one spec of it")
    help = f"further candidates to compare the code with (default: {_CANDIDATES})"
    parser.add_argument("--candidates", type=whole_number, default=_CANDIDATES, metavar="N", help=help)
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost")
    parser.add_argument("--html", metavar="FILE", help="write the questions as a page that needs no other file")
    add_cluster_option(parser, help="compare, and check candidates, on the workers of this Dask cluster")
    add_project_options(parser)


@frozen
class _Probed:
    """The module that is probed, its code, and which of its specs are meant."""

    plan: Plan
    work: ModuleWork
    landed: str
    only: Collection[str] | None

    @property
    def project(self) -> Project:
        return self.plan.project


def run(arguments: argparse.Namespace) -> Result:
    """Ask for further candidates, and tell on which inputs those that pass all checks disagree."""
    probed = _probed(read_project(arguments), arguments.module)
    kept = KeptCandidates(open_store(probed.project.config), probed.project.root / ".jaunt")
    cost = cost_of(probed.plan, probed.work, min(len(kept.of(probed.work)), arguments.candidates), arguments.candidates)
    say(cost_line(cost))
    facts: dict[str, Any] = {"module": probed.work.module, "dry_run": arguments.dry_run, "cost": asdict(cost)}
    if arguments.dry_run:
        return Result(data=facts)
    further = run_async(_ask(probed, kept, arguments.candidates))
    _tell_missing(further)
    facts |= {"kept": further.kept, "asked": len(further.sources) - further.kept, "failed": further.failed}
    if not further.sources:
        raise further.fault or JauntRefusedError(
            f"{probed.work.module}: no further candidate passed the checks: there is nothing to compare",
            hint="look at what they failed by; `--candidates 5` asks for more",
        )
    sources = [probed.landed, *further.sources]
    (found,) = find_questions(probed.project, [Candidates(probed.work, sources, probed.only)])
    tell_questions(found)
    facts |= question_facts(found)
    if arguments.html:
        write_text_file(Path(arguments.html), probe_page(probed.project, probed.work, found))
        say(f"wrote {relative_paths(arguments.html)}")
        facts["output"] = arguments.html
    return Result(exit_code([further.fault]) if further.fault else EXIT_OK, facts)


def _probed(project: Project, target: str) -> _Probed:
    """Return what is to be probed; raises a JauntError where there is nothing that could be."""
    module = select_target(project, target)
    if module in project.problems:
        raise project.problems[module]
    if project.kind_of(module) != "build":
        raise JauntConfigError(
            f"{module} holds tests: what they leave open is asked of the code", hint="name its module"
        )
    if why := why_not_called(project):
        raise JauntConfigError(f"jaunt probe calls code with drawn inputs: {why}")
    state = plan_for(project, [module]).freshness[module]
    path = project.generated_path(module)
    if not path.is_file() or state.state not in _SUPPORTED:
        raise JauntRefusedError(
            f"{module} has no code for its contract of today", hint=f"run: jaunt build --target {module}"
        )
    plan = plan_for(project, [module], kinds=("build",), force=True).only([module])
    landed = split_header(read_plain(path).decode("utf-8", "replace").replace("\r\n", "\n"))[1]
    return _Probed(plan, project_work(project, module), landed, _names(project, module, target))


def _names(project: Project, module: str, target: str) -> Collection[str] | None:
    """Return the specs of a module that are named, None if all of them are meant."""
    name = target.partition(":")[2]
    if not name or target.endswith(".py"):
        return None
    known = {entry.qualname for entry in project.modules[module].entries}
    return {name} if name in known else None


async def _ask(probed: _Probed, kept: KeptCandidates, count: int) -> Further:
    config = probed.project.config
    backend = LazyBackend(config)
    settings = replace(project_settings(probed.plan, backend), history=None, record=None)
    ensure_state_folder(probed.project.root)
    try:
        return await further_candidates(settings, probed.work, kept, count, jobs=config.build.jobs)
    finally:
        await backend.close()


def _tell_missing(further: Further) -> None:
    if further.failed:
        failed = counted(len(further.failed), "further candidate")
        print_warning(f"{failed} did not pass the checks and {'is' if len(further.failed) == 1 else 'are'} left out")
        for each in further.failed:
            print_warning(each.partition("\n")[0])
    if further.fault is not None and further.sources:
        print_warning(f"not all were asked for: {error_line(further.fault)}")
