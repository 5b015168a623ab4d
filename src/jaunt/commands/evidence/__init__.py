"""`jaunt evidence`."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jaunt.commands.evidence.page import evidence_page
from jaunt.commands.shared.options import add_project_options, add_selection_options, require_one_selection
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.spec_evidence import AS_COUNTED, LEVELS, SpecEvidence, evidence_of, words_of
from jaunt.commands.shared.steps import plan_for, read_project, targets_of
from jaunt.files.atomic import write_text_file
from jaunt.project.project import select_targets
from jaunt.report.console import MOST_LINES, relative_paths, say
from jaunt.report.terminal import hang, paint, width_of
from jaunt.text.counts import counted

_WIDTH = max(map(len, LEVELS))
_COLOURS = dict(zip(LEVELS, ("red", "yellow", "yellow", "green", "green"), strict=True))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    help = "show the specs of this module alone (a spec or a source file names it too)"
    parser.add_argument("module", nargs="?", metavar="MODULE", help=help)
    parser.add_argument("--html", metavar="FILE", help="write it as a page that needs no other file")
    parser.add_argument("-v", "--verbose", action="store_true", help=f"list more than the first {MOST_LINES}")
    add_selection_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Say what stands behind the code of each spec, the weakest first; asks no model and runs no code."""
    require_one_selection(arguments)
    project = read_project(arguments)
    chosen = select_targets(project, [arguments.module]) if arguments.module else None
    targets = targets_of(project, arguments)
    found = evidence_of(plan_for(project))
    wanted = chosen or (plan_for(project, targets).freshness if targets is not None else None)
    if wanted is not None:
        found = [each for each in found if each.spec.partition(":")[0] in wanted]
    _print(found, verbose=arguments.verbose)
    facts: dict[str, Any] = {"specs": [asdict(each) for each in found], "levels": dict(_counts(found))}
    if arguments.html:
        write_text_file(Path(arguments.html), evidence_page(project, found))
        say(f"wrote {relative_paths(arguments.html)}")
        facts["output"] = arguments.html
    return Result(data=facts)


def _counts(found: Sequence[SpecEvidence]) -> Counter[str]:
    counts = Counter(each.level for each in found)
    return Counter({level: counts[level] for level in LEVELS})


def _print(found: Sequence[SpecEvidence], *, verbose: bool) -> None:
    """Print a line for each spec, and how many there are of each level; of many, the weakest, unless `verbose`."""
    out = sys.stdout
    shown = found if verbose else found[:MOST_LINES]
    width = max((len(each.spec) for each in shown), default=0)
    for each in shown:
        head = f"{each.level:<{_WIDTH}}  {each.spec:<{width}}  "
        first, *others = hang(head, "; ".join(words_of(each)), width_of(out))
        say("\n".join([paint(first[:_WIDTH], _COLOURS[each.level], out) + first[_WIDTH:], *others]), out)
    unshown = f" ({len(found) - len(shown):,} more: -v lists them)" if len(shown) < len(found) else ""
    parts = ", ".join(f"{count} {AS_COUNTED[level]}" for level, count in _counts(found).items() if count)
    say(f"{counted(len(found), 'spec')}{unshown}{': ' if parts else ''}{parts}", out)
