"""`jaunt diff`."""

import argparse
import importlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from jaunt.build.memory.history import History, LastBuild
from jaunt.commands.diff.change import Change, make_change
from jaunt.commands.shared.options import add_cluster_option, add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_project
from jaunt.errors import JauntRefusedError
from jaunt.project.project import Project, select_target
from jaunt.report.console import MOST_LINES, print_diff, print_lines, relative_paths, say
from jaunt.text.counts import counted

if TYPE_CHECKING:  # `jaunt --version` needs none of these
    from jaunt.commands.diff.change import Change

_COMPARING = "jaunt.build.memory.replaced_code"
"""What is loaded for `--behaviour` alone: the sandbox, and an event loop."""
_NATURES = {
    "code": "code changed",
    "docstrings": "docstrings changed, the code is the same",
    "layout": "comments and layout changed, the code is the same",
    "nothing": "code changed",  # line ends alone
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("module", nargs="?", metavar="MODULE", help="the last build of this module (default: of all)")
    parser.add_argument("--stat", action="store_true", help="only name the modules and what their code has lost")
    help = "compare what the code did before and does now, on the same drawn inputs (jaunt help questions)"
    parser.add_argument("--behaviour", action="store_true", help=help)
    parser.add_argument(
        "-v", "--verbose", action="store_true", help=f"show all, where more than {MOST_LINES} modules have changed"
    )
    add_cluster_option(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Show the code before and after the last build, what was lost first."""
    project = read_project(arguments)
    records = [record for record in _records(project, arguments.module) if record.module in project.modules]
    changes = [_change(project, record) for record in records]
    if arguments.behaviour and changes:
        return _behaviour(project, records, changes)
    most = len(changes) if arguments.verbose or len(changes) <= MOST_LINES else MOST_LINES
    lost = [f"lost: {change.module}: {loss}" for change in changes for loss in change.lost]
    print_lines(lost, verbose=arguments.verbose)
    for change in changes[:most]:
        print_change(change, stat=arguments.stat or most < len(changes))
    if most < len(changes):
        say(f"... and {len(changes) - most:,} more (-v shows them all with their diffs, `jaunt diff MODULE` one)")
    if not changes:
        say("no build is known here yet: .jaunt/history has no record of one")
    return Result(data={"modules": [_facts(change) for change in changes]})


def _facts(change: Change) -> dict[str, Any]:
    return {**asdict(change), "path": str(change.path)}


def _behaviour(project: Project, records: Sequence[LastBuild], changes: Sequence[Change]) -> Result:
    """Say on which inputs the code of modules does something else than before their last build."""
    found = importlib.import_module(_COMPARING).behaviour_of(project, records)
    for change in changes:
        behaviour = found.get(change.module)
        if behaviour is None:
            say(f"{change.module}: {change.reason or 'built for the first time'}")
            continue
        say(f"{change.module}: {behaviour.line}")
        for line in behaviour.lines if len(behaviour.lines) > 1 else ():
            say(f"  {line}")
    facts = [
        {**_facts(each), **({"behaviour": asdict(found[each.module])} if each.module in found else {})}
        for each in changes
    ]
    return Result(data={"modules": facts})


def _records(project: Project, name: str | None) -> list[LastBuild]:
    history = History(project.root)
    if name is None:
        return history.last_run()
    module = select_target(project, name)
    record = history.get(project.kind_of(module), module)
    if record is None:
        raise JauntRefusedError(
            f"{module}: what its last build changed is not known here",
            hint="it is kept in .jaunt/history from the next one on",
        )
    return [record]


def _change(project: Project, record: LastBuild) -> Change:
    path = project.generated_path(record.module)
    return make_change(record, path, shown=relative_paths(str(path)))


def print_change(change: "Change", out: TextIO | None = None, *, stat: bool = False) -> None:
    """Print what a module's last build changed, and why; with `stat`, without the diffs."""
    size = sum(line.startswith(("+", "-")) and not line.startswith(("+++", "---")) for line in change.code.splitlines())
    edited = "edited by hand since then; " if change.edited else ""
    if change.first:
        say(f"{change.module}: {edited}{change.reason or 'built for the first time'} ({counted(size, 'line')})", out)
        return
    reason = edited + (change.reason or "generated anew for the same contract")
    changed = f"{counted(size, 'line')} of {_NATURES[change.nature]}" if size else "the code is the same"
    say(f"{change.module}: {reason} ({changed})", out)
    if not stat:
        print_diff(change.contract + change.code, out)
