"""One machine's part of a run, and its report: what `--shard`, `--durations` and `--junitxml` ask for.

Loaded when one of them is given.
"""

import argparse
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Result
from jaunt.errors import JauntConfigError
from jaunt.files.atomic import write_text_file
from jaunt.process.frozen import frozen
from jaunt.process.tool import run_tool
from jaunt.project.project import Project
from jaunt.report.console import print_error, say
from jaunt.testing.pytest_run import TestRun
from jaunt.testing.run_record import Failure
from jaunt.testing.shards.merge import Merged, merge
from jaunt.testing.shards.report import Case, Report, UnreadableReportError, format_reports, seconds_in
from jaunt.testing.shards.split import Shard, modules_of, read_shard, split_digest
from jaunt.text.counts import counted


@frozen
class Part:
    """A part of a run: which shard of what; `mine` are its modules, `file` is where its report goes, if anywhere."""

    kind: str
    shard: Shard
    modules: tuple[str, ...]
    mine: tuple[str, ...]
    seconds: Mapping[str, float]
    file: Path | None

    def write(self, project: Project, cases: Iterable[Case], *, passed: bool) -> None:
        """Write the report, if one is asked for; raises JauntWriteError."""
        if self.file is None:
            return
        report = Report(
            kind=self.kind,
            shard=self.shard,
            split=split_digest(self.modules, self.seconds),
            inputs=_inputs(project),
            all=split_digest(self.modules, {}),
            modules=self.mine,
            passed=passed,
            cases=tuple(cases),
        )
        write_text_file(self.file, format_reports([report]).decode())


def part_of(arguments: argparse.Namespace, kind: str, modules: Collection[str]) -> Part:
    """Return the part of `modules` that the options ask for, and say which it is; raises JauntConfigError."""
    shard = read_shard(arguments.shard) if arguments.shard else Shard()
    seconds = _seconds(arguments.durations) if arguments.durations else {}
    mine = modules_of(shard, modules, seconds)
    if arguments.shard:
        say(f"shard {shard}: {len(mine):,} of {counted(len(modules), 'module')}")
    file = Path(arguments.junitxml) if arguments.junitxml else None
    return Part(kind, shard, tuple(sorted(modules)), tuple(mine), seconds, file)


def _seconds(file: str) -> dict[str, float]:
    if not Path(file).exists():
        say(f"{file} is not there yet: the shards are cut by names")
        return {}
    try:
        return seconds_in(Path(file))
    except UnreadableReportError as error:
        hint = "give a file that --junitxml wrote, the same to all shards"
        raise JauntConfigError(f"--durations: {file}: {error}", hint=hint) from error


def _inputs(project: Project) -> str:
    """Return what is equal on machines that have the same code: the commit, and the contracts of all specs."""
    try:
        asked = run_tool(["git", "rev-parse", "HEAD"], cwd=project.root)
        commit = "" if asked.code else asked.output.decode("ascii", "replace").strip()
    except OSError:  # no git here
        commit = ""
    return hashlib.sha256(json.dumps([commit, sorted(project.digests.items())]).encode()).hexdigest()[:16]


def test_cases(
    project: Project, part: Part, runs: Sequence[TestRun], failures: Sequence[Failure], not_run: Mapping[str, str]
) -> Iterator[Case]:
    """Yield the cases of a run of tests; `not_run` says of test modules why they were not run at all."""
    modules = {project.generated_path(module).resolve(): module for module in part.mine}
    left = {failure.node_id: failure for failure in failures}
    for run in runs:
        for test in run.cases:
            file, _, name = test.node_id.partition("::")
            failure = left.pop(test.node_id, None)
            told = (failure.message, failure.details) if failure else ("", "")
            yield Case(modules.get(test.file.resolve(), "jaunt"), name, test.seconds, file, *told)
    for number, failure in enumerate(left.values(), 1):
        file, _, name = failure.node_id.partition("::")
        module = modules.get((project.root / file).resolve(), "jaunt")
        yield Case(module, f"{name or file} (shard {part.shard}, {number})", 0.0, "", failure.message, failure.details)
    for module, why in not_run.items():
        yield Case(module, f"run (shard {part.shard})", failure=why)


def check_cases(
    project: Project, part: Part, wrong: Mapping[str, Sequence[str]], seconds: Mapping[str, float]
) -> Iterator[Case]:
    """Yield a case for each module that was checked; `wrong` says what is wrong, also with what is no module.

    `seconds` says how long modules took; those took no time that were known to pass.
    """
    for module in part.mine:
        errors = wrong.get(module, ())
        path = project.generated_path(module)
        file = path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else str(path)
        yield Case(module, "check", seconds.get(module, 0.0), file, errors[0] if errors else "", "\n".join(errors))
    for other in wrong.keys() - {*part.mine}:
        yield Case("jaunt", f"{other} (shard {part.shard})", failure=wrong[other][0], details="\n".join(wrong[other]))


def merge_reports(files: Sequence[str], out: str | None, root: Path) -> Result:
    """Merge the reports of all parts, say what they come to, and write them to `out` as one, if given.

    `root` is the folder of the project here, for annotations.
    """
    merged = merge([Path(file) for file in files])
    for problem in merged.problems:
        print_error(problem)
    failures = []
    for case in merged.failures:
        failures.append(f"{case.module}: {case.name}: {case.failure}")
        print_error(failures[-1], at=Failure(case.file, case.failure, case.details).place(root) if case.file else "")
    if out and merged.reports:
        write_text_file(Path(out), format_reports(merged.reports).decode())
    said = [_said(report) for report in merged.reports]
    said += [counted(len(failures), "failure")] if failures else []
    said += ["not all of it is there"] if merged.problems else []
    say(f"jaunt: {', '.join(said) or 'there is no report'}")
    return Result(EXIT_OK if merged.passed else EXIT_CHECK, {"merged": _facts(merged, failures)})


def _said(report: Report) -> str:
    passed = len(report.cases) - report.failed
    return f"{counted(passed, 'test' if report.kind == 'test' else 'module')} passed"


def _facts(merged: Merged, failures: Sequence[str]) -> dict[str, object]:
    return {
        "passed": merged.passed,
        "cases": {report.kind: len(report.cases) for report in merged.reports},
        "failures": list(failures),
        "problems": list(merged.problems),
    }
