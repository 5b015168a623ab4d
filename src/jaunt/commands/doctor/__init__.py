"""`jaunt doctor`."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict

from jaunt.commands.doctor.finding import Finding, failed
from jaunt.commands.doctor.findings import machine_findings, project_findings, spec_findings
from jaunt.commands.shared.options import add_cluster_option, add_project_options, read_config
from jaunt.commands.shared.result import EXIT_OK, EXIT_PROJECT, Result
from jaunt.errors import JauntError
from jaunt.project.project import load_project
from jaunt.report.console import one_line, relative_paths, say
from jaunt.report.excerpt import excerpt
from jaunt.report.terminal import hang, paint, width_of

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_cluster_option(parser, help="look at the workers of this Dask cluster, too")
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Print a line for each check; 2 if one of them failed."""
    findings = []
    for finding in _findings(arguments):
        findings.append(finding)
        hint = f" ({finding.hint})" if finding.hint else ""
        head = f"{finding.level:<4}  {finding.subject:<9}  "
        code = f"[{finding.code}] " if finding.code else ""
        first, *others = hang(head, relative_paths(one_line(f"{code}{finding.text}{hint}")), width_of(sys.stdout))
        shown = excerpt(finding.text) if finding.code else []
        say("\n".join([paint(first[:4], _COLOURS[finding.level], sys.stdout) + first[4:], *others, *shown]))
    broken = sum(finding.level == "fail" for finding in findings)
    warned = sum(finding.level == "warn" for finding in findings)
    say(f"{broken} failed, {warned} warning{'s' * (warned != 1)}" if broken or warned else "all is well")
    return Result(EXIT_PROJECT if broken else EXIT_OK, {"checks": [asdict(finding) for finding in findings]})


def _findings(arguments: argparse.Namespace) -> Iterator[Finding]:
    yield from machine_findings()
    try:
        config = read_config(arguments)
    except JauntError as error:
        yield failed("config", error)
        return
    yield from project_findings(config)
    yield from spec_findings(load_project(config, infer_deps=arguments.infer_deps))
