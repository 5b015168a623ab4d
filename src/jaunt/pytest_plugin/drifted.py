"""What of a project is not fresh, in the words that tests are told of it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from jaunt.config import find_project_root, load_config
from jaunt.errors import JauntError
from jaunt.plan.drift import distinct, find_drift
from jaunt.plan.orphans import find_orphans
from jaunt.plan.plan import make_plan
from jaunt.process.frozen import frozen
from jaunt.project.project import load_project
from jaunt.pytest_plugin.patching import what_to_patch
from jaunt.report.console import error_line
from jaunt.report.wording import drift_error
from jaunt.spec_ref import import_name


@frozen
class Drifted:
    """What is not fresh: a line for each module, and the modules by all the names that Python knows them by."""

    lines: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    what_to_patch: Callable[[BaseException], str] = what_to_patch
    """Returns a line for an error of a patch of a name that the spec module lacks, "" for any other."""
    error_line: Callable[[JauntError], str] = error_line
    """Returns an error of jaunt's as a line."""


def look(folder: Path, *, orphans: bool) -> Drifted:
    """Return what is not fresh in the project that a folder is in; with `orphans`, files without a spec count, too."""
    try:
        return _find(folder, orphans=orphans)
    except JauntError as error:
        return Drifted({"": error_line(error)})
    except Exception as error:  # noqa: BLE001 - what is said of a failing test must not end the session
        return Drifted({"": f"the specs could not be looked at: {type(error).__name__}: {error}"})


def _find(folder: Path, *, orphans: bool) -> Drifted:
    project = load_project(load_config(root=find_project_root(folder)))
    drifts = find_drift(make_plan(project), find_orphans(project) if orphans else ())
    lines = {drift.module: error_line(drift_error(drift)) for drift in (distinct(drifts) if orphans else drifts)}
    generated = {project.generated_module(m): m for m in lines}
    return Drifted(lines, {**generated, **{import_name(module): module for module in lines}})
