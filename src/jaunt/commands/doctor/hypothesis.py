"""Hypothesis, which draws the inputs of properties."""

from collections.abc import Iterator
from pathlib import Path

from jaunt import codes
from jaunt.checks import severities
from jaunt.checks.behaviour.question import has_hypothesis
from jaunt.checks.behaviour.robustness import NAME as ROBUSTNESS
from jaunt.checks.behaviour.section import HEADING
from jaunt.checks.vacuity.check import is_run
from jaunt.commands.doctor.finding import Finding
from jaunt.project.project import Project


def hypothesis(project: Project) -> Iterator[Finding]:
    """Check that Hypothesis is there, if specs have properties that are to be tried, or calls are to be made."""
    wanted = severities(project.config)
    modules = project.modules_of("build") if wanted["properties"] != "off" else []
    users = [name for name in modules if _has_properties(Path(project.modules[name].path))]
    if not users:
        if wanted["robustness"] == "warn" and is_run(project.config, ROBUSTNESS) and not has_hypothesis():
            yield Finding(
                "ok",
                "hypothesis",
                "not installed, so code is not called with drawn inputs (robustness)",
                "pip install 'jaunt[properties]' from jaunt's folder",
            )
        return
    if has_hypothesis():
        yield Finding("ok", "hypothesis", f"installed, for the properties in {len(users)} spec modules")
    else:
        yield Finding(
            "fail",
            "hypothesis",
            f"not installed, but {users[0]} has properties to be tried",
            "pip install 'jaunt[properties]' from jaunt's folder, or set properties = \"off\" in [verify]",
            codes.HYPOTHESIS,
        )


def _has_properties(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return HEADING in text and "given " in text
