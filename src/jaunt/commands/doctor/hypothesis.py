"""Hypothesis, which draws the inputs of properties."""

from collections.abc import Iterator

from jaunt.checks import severities
from jaunt.checks.behaviour.question import has_hypothesis
from jaunt.commands.doctor.finding import Finding
from jaunt.config import JauntConfig


def hypothesis(config: JauntConfig) -> Iterator[Finding]:
    """Check that Hypothesis is there, for projects that try the behaviour of their code."""
    if severities(config)["properties"] == "off":
        return
    if has_hypothesis():
        yield Finding("ok", "hypothesis", "installed: properties can be tried")
    else:
        yield Finding(
            "ok", "hypothesis", "not installed: only specs with a section `Properties:` need it, as jaunt[properties]"
        )
