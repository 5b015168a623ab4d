"""Questions to the examiner that draw inputs: what they run there, and how the report on it is read."""

import ast
import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from jaunt import codes
from jaunt.checks.examiner.questions import Answer
from jaunt.errors import JauntConfigError

TRIAL = "jaunt.checks.behaviour.trial"
"""The module that runs in the sandbox; it imports Hypothesis, which nothing of jaunt's does outside."""


def step(function: str, asked: Mapping[str, Any]) -> str:
    """Return the statement that has a function of the trial look at a candidate; what it returns is displayed."""
    return f"__import__({TRIAL!r}, fromlist=['_']).{function}(globals(), {dict(asked)!r})\n"


def report_of(answer: Answer) -> dict[str, Any]:
    """Return what a trial gave; one that came to nothing is a failure of its own."""
    try:
        found = json.loads(ast.literal_eval(answer.printed.strip()))
        if isinstance(found, dict):
            return found
    except (ValueError, SyntaxError, TypeError):
        pass
    return {"failure": {"input": "", "what": f"the trial came to nothing: {answer.words or 'it printed no report'}"}}


def has_hypothesis() -> bool:
    """Whether Hypothesis is installed; it is not imported."""
    return find_spec("hypothesis") is not None


def require_hypothesis(where: str, check: str = "properties") -> None:
    """Raise JauntConfigError if Hypothesis is not installed; `where` is what a check needs it for."""
    if not has_hypothesis():
        raise JauntConfigError(
            f"{where} is tried with Hypothesis, which is not installed",
            hint=f"pip install 'jaunt[properties]' from jaunt's folder, or set {check} = \"off\" in [verify]",
            code=codes.TOOL,
        )
