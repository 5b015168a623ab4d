"""The parts of a run as one verdict: green only if each part is there, once, cut alike, of the same code, and green."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from jaunt.process.frozen import frozen
from jaunt.testing.shards.report import Case, Report, UnreadableReportError, read_reports
from jaunt.testing.shards.split import Shard, split_digest
from jaunt.text.counts import counted

_NOBODY = "jaunt"
"""What stands for the module of a failure that is of none."""


@frozen
class Merged:
    """Reports as one: the problem of each file, or of them all together, and one whole report for each kind."""

    problems: tuple[str, ...]
    reports: tuple[Report, ...]

    @property
    def passed(self) -> bool:
        """Whether all of it is there, and green."""
        return not self.problems and bool(self.reports) and all(report.passed for report in self.reports)

    @property
    def failures(self) -> list[Case]:
        """The cases that failed."""
        return [case for report in self.reports for case in report.cases if case.failure]


def merge(files: Sequence[Path]) -> Merged:
    """Return what the parts of a run, one file each, come to; raises nothing for a file that is no report."""
    problems: list[str] = []
    found: dict[str, list[tuple[Path, Report]]] = {}
    for file in files:
        try:
            reports = read_reports(file)
        except UnreadableReportError as error:
            problems.append(f"{file}: {error}")
            continue
        for report in reports:
            found.setdefault(report.kind, []).append((file, report))
            problems += [f"{file}: {text}" for text in _inner(report)]
    for kind, parts in sorted(found.items()):
        problems += _across(kind, parts)
    return Merged(tuple(problems), tuple(_whole(kind, parts) for kind, parts in sorted(found.items())))


def _inner(report: Report) -> Iterator[str]:
    """Yield what of a report contradicts itself."""
    if report.passed and report.failed:
        yield f"is damaged: it says that all passed, and {counted(report.failed, 'failure')}"
    if not report.passed and not report.failed:
        yield "says that its run failed, though nothing in it did: its log says why"
    strange = sorted({case.module for case in report.cases} - {*report.modules, _NOBODY})
    if strange:
        yield f"is damaged: {strange[0]} is not of its part"
    empty = sorted({*report.modules} - {case.module for case in report.cases})
    if empty and report.passed:
        yield f"is damaged: nothing of {empty[0]} was run"
    repeated = [name for name, times in Counter((c.module, c.name) for c in report.cases).items() if times > 1]
    if repeated:
        yield f"is damaged: {repeated[0][1]} of {repeated[0][0]} is there twice"


def _across(kind: str, parts: Sequence[tuple[Path, Report]]) -> Iterator[str]:
    """Yield what keeps parts from being the whole of one run."""
    first_file, first = parts[0]
    alike = True
    for file, report in parts[1:]:
        if report.shard.total != first.shard.total:
            yield f"{file}: is shard {report.shard}, but {first_file} is {first.shard}"
        elif report.inputs != first.inputs:
            yield f"{file}: is of other code, or other specs, than {first_file}"
        elif (report.split, report.all) != (first.split, first.all):
            yield f"{file}: was cut otherwise than {first_file}: give all shards the same modules and --durations"
        else:
            continue
        alike = False
    if not alike:
        return
    numbers = Counter(report.shard.number for _, report in parts)
    total = first.shard.total
    if missing := [str(n) for n in range(1, total + 1) if n not in numbers]:
        yield f"{kind}: shard {', '.join(missing)} of {total} is missing"
    if double := [str(n) for n, times in sorted(numbers.items()) if times > 1]:
        yield f"{kind}: shard {', '.join(double)} of {total} is there twice"
    modules = [module for _, report in parts for module in report.modules]
    if not missing and not double and (len({*modules}) != len(modules) or split_digest(modules, {}) != first.all):
        yield f"{kind}: the shards have not each module once"


def _whole(kind: str, parts: Sequence[tuple[Path, Report]]) -> Report:
    _, first = parts[0]
    cases = {(case.module, case.name): case for _, report in parts for case in report.cases}
    modules = sorted({module for _, report in parts for module in report.modules})
    passed = all(report.passed for _, report in parts)
    return Report(
        kind=kind,
        shard=Shard(),
        split=split_digest(modules, {}),
        inputs=first.inputs,
        all=split_digest(modules, {}),
        modules=tuple(modules),
        passed=passed,
        cases=tuple(cases[key] for key in sorted(cases)),
    )
