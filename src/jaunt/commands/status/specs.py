"""What `jaunt status --specs` prints: each spec, what it depends on, and what shows that its code is right."""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from jaunt.errors import JauntDiscoveryError
from jaunt.header import Kind
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.report.console import MOST_LINES, say, some
from jaunt.report.states import style_of
from jaunt.report.terminal import hang, paint, width_of
from jaunt.spec_ref import SpecRef, module_of
from jaunt.text.counts import counted

_EXAMPLE = re.compile(r"^\s*>>> ", re.MULTILINE)


@frozen
class SpecStatus:
    """One spec: its module's state, the specs that it depends on, and its evidence.

    That is how many examples its docstrings have, and which test specs depend on it.
    """

    spec: str
    kind: Kind
    state: str
    needs: Sequence[str]
    examples: int
    tests: Sequence[str]


def spec_statuses(plan: Plan) -> Iterator[SpecStatus]:
    """Yield what there is to say of each spec in a plan, by module and place."""
    project = plan.project
    tests: dict[SpecRef, list[str]] = {}
    for module in project.modules_of("test"):
        for entry in project.modules[module].entries:
            for dep in project.graph.get(entry.spec_ref, ()):
                tests.setdefault(dep, []).append(entry.spec_ref)
    for module, freshness in plan.freshness.items():
        for entry in project.modules[module].entries:
            ref = entry.spec_ref
            try:
                examples = len(_EXAMPLE.findall(project.texts.segment(entry)))
            except JauntDiscoveryError:  # the module is broken, which its state says
                examples = 0
            yield SpecStatus(
                spec=ref,
                kind=project.kind_of(module),
                state=freshness.state,
                needs=sorted(project.graph.get(ref, ())),
                examples=examples,
                tests=sorted(tests.get(ref, ())),
            )


def print_specs(found: Sequence[SpecStatus], out: TextIO | None = None, *, verbose: bool = False) -> None:
    """Print a line for each spec, and how many there are; of many, the first ones, unless `verbose`."""
    out = out or sys.stdout
    shown = found if verbose else found[:MOST_LINES]
    width = max((len(each.spec) for each in shown), default=0)
    for each in shown:
        first, *others = hang(f"{each.state:<8} {each.spec:<{width}}  ", "; ".join(_facts(each)), width_of(out))
        say("\n".join([paint(first[:8], style_of(each.state).colour, out) + first[8:], *others]), out)
    bare = sum(each.kind == "build" and not (each.examples or each.tests) for each in found)
    unshown = f" ({len(found) - len(shown):,} more: -v lists them)" if len(shown) < len(found) else ""
    say(f"{counted(len(found), 'spec')}{unshown}" + (f", {bare:,} with neither example nor test" if bare else ""), out)


def _facts(status: SpecStatus) -> Iterator[str]:
    """Yield what is said of a spec; of one in the same module, its name alone."""
    if status.needs:
        yield f"needs {some(_near(ref, status.spec) for ref in status.needs)}"
    if status.kind == "test":
        return
    if status.examples:
        yield counted(status.examples, "example")
    if status.tests:
        yield f"tested by {some(status.tests)}"
    if not status.examples and not status.tests:
        yield "neither example nor test"


def _near(ref: str, beside: str) -> str:
    return ref.partition(":")[2] if module_of(ref) == module_of(beside) else ref
