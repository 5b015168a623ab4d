"""`jaunt accept`."""

import argparse
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from jaunt import codes
from jaunt.build.landing import keep_moved_contract
from jaunt.build.memory.history import History
from jaunt.build.rejected import forget_rejected
from jaunt.build.store import keep_code, open_store
from jaunt.build.verification import examine
from jaunt.build.write import remove_module, stamp_code, write_code
from jaunt.commands.accept.proposal import Proposal, propose, told_reasons
from jaunt.commands.shared.options import add_project_options
from jaunt.commands.shared.person import person_at
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_project
from jaunt.errors import JauntRefusedError
from jaunt.files.plain import read_plain
from jaunt.generate.evidence import Evidence
from jaunt.header import parse_header, split_header
from jaunt.plan.module_work import project_works
from jaunt.plan.plan import make_plan
from jaunt.plan.reasons import ReasonKind
from jaunt.plan.standing import WRITTEN_FIELDS
from jaunt.project.project import Project, select_target
from jaunt.report.console import print_warning, relative_paths, say, some
from jaunt.report.wording import build_command, located_error
from jaunt.testing.project_tests import run_project_tests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    help = "the spec module (a spec or a source file names it too)"
    parser.add_argument("module", nargs="+", metavar="MODULE", help=help)
    help = "take code that nobody touched for its contract of today, if it passes all checks and its generated tests"
    parser.add_argument("--unchanged", action="store_true", help=help)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Give code that a person stands for a header that makes it the module's code, once it has passed all checks."""
    project = read_project(arguments)
    modules = [select_target(project, each) for each in arguments.module]
    for module in modules:
        if module in project.problems:
            raise project.problems[module]
    works = project_works(project, dict.fromkeys(modules))
    proposals = {work.module: propose(project, work, unchanged=arguments.unchanged) for work in works}
    found = [proposal for proposal in proposals.values() if proposal is not None]
    evidence = _require_checked(project, found)
    if arguments.unchanged:
        _require_tested(project, [each.work.module for each in found])
    person, now = person_at(project.root), datetime.now(UTC).isoformat(timespec="seconds")
    accepted = {"accepted_by": person, "accepted_at": now}
    history = History(project.root, run=time.time_ns())
    for module, proposal in proposals.items():
        if proposal is None:
            said = "has not changed" if arguments.unchanged else "was not edited by hand"
            say(f"{module} {said}: there is nothing to accept")
        else:
            _take(project, history, proposal, accepted, evidence[module])
    _verify_above(project, {each.work.module for each in found})
    facts = [
        {"module": work.module, "path": str(work.path), "accepted": False}
        if (proposal := proposals[work.module]) is None
        else {"module": work.module, "path": str(work.path), "accepted": True, **accepted, "was": proposal.was}
        for work in works
    ]
    return Result(data={**(facts[0] if len(facts) == 1 else {}), "modules": facts})


def _require_checked(project: Project, proposals: Sequence[Proposal]) -> dict[str, Evidence]:
    """Return what the checks have shown of each module's code; raises JauntRefusedError unless all of it passes."""
    sources = {each.work.module: each.source for each in proposals}
    found = examine(project, sources, jobs=project.config.build.jobs)
    for module, examined in found.items():
        if examined.fault is not None:
            raise examined.fault
        if examined.errors:
            (proposal,) = (each for each in proposals if each.work.module == module)
            errors = [located_error(error, proposal.path, proposal.text) for error in examined.errors]
            raise JauntRefusedError("; ".join(errors), hint="correct the code, then accept it", code=codes.NOT_ACCEPTED)
    return {module: examined.evidence for module, examined in found.items()}


def _require_tested(project: Project, modules: Sequence[str]) -> None:
    """Raise JauntRefusedError unless the generated tests of modules, and those among them, pass, as far as there are
    any.
    """
    tests = [
        test
        for test in project.modules_of("test")
        if not {test, *project.dag[test]}.isdisjoint(modules) and project.generated_path(test).is_file()
    ]
    result = run_project_tests(project, modules=tests) if tests else None
    if result is not None and not result.passed:
        raise JauntRefusedError(
            f"the generated tests of {some(modules)} fail: {'; '.join(result.failures)}",
            hint=f"correct the code; or run: {build_command('test')}, if the tests are out of date",
            code=codes.NOT_ACCEPTED,
        )


def _take(
    project: Project, history: History, proposal: Proposal, accepted: Mapping[str, str], evidence: Evidence
) -> None:
    """Write code with a header that says who has accepted it, and keep it."""
    work, before = proposal.work, dict[str, Any](parse_header(proposal.text) or {})
    if not proposal.is_edited:
        stamp_code(work, proposal.text, accepted, evidence=evidence)
    else:
        write_code(work, proposal.source, before=before, provenance=accepted, evidence=evidence)
    if proposal.path != work.path:
        left = remove_module(proposal.path, generated_dir=project.generated_dir, within=project.root, force=True)
        if left:
            print_warning(left)
    forget_rejected(project.root / ".jaunt" / "rejected", work.module)
    keep_moved_contract(history, work, proposal.text)
    # The store would bring the model's code back after a `jaunt clean`.
    written = {name: before[name] for name in WRITTEN_FIELDS if name in before}
    unkept = keep_code(open_store(project.config), work, proposal.source, {**written, **accepted})
    if unkept:
        print_warning(unkept)
    more = "".join(f"; {text}" for text in told_reasons(proposal))
    name = relative_paths(str(work.path))
    say(f"{name} is the code of {work.module} now (accepted by {accepted['accepted_by']}{more})")


def _verify_above(project: Project, modules: set[str]) -> None:
    """Stamp the modules that depend on others' new code and pass with it; warn of those that don't."""
    plan = make_plan(project)
    above = [
        module
        for module in plan.to("verify")
        if not project.dag[module].isdisjoint(modules)
        and {reason.kind for reason in plan.freshness[module].reasons} == {ReasonKind.DEPENDENCY_REBUILT}
    ]
    works = {work.module: work for work in project_works(project, above)}
    texts = {module: read_plain(work.path).decode() for module, work in works.items()}
    sources = {module: split_header(text)[1] for module, text in texts.items()}
    for module, examined in examine(project, sources, jobs=project.config.build.jobs).items():
        if examined.ok:
            stamp_code(works[module], texts[module], evidence=examined.evidence)
        else:
            errors = [located_error(error, works[module].path, texts[module]) for error in examined.errors]
            told = "; ".join([*errors, *([str(examined.fault)] if examined.fault else [])])
            print_warning(f"{module}, which depends on it, no longer passes: {told}")
