"""Why a module is not fresh, in words."""

import re

from jaunt.plan.freshness import Verdict

_MOST_PARTS = 3  # of a spec that changed, as a person is told of it


def build_command(kind: str) -> str:
    """Return the command that generates the modules of a kind, for hints."""
    return "jaunt test" if kind == "test" else "jaunt build"


def short_change(reason: str, module: str) -> str:
    """Return a change without the name of the module that it stands beside, and with at most three parts of a spec.

    `spec changed: app.slug:slugify (a, b, c, d)` -> `spec changed: slugify (a, b, c and 1 more)`
    """
    match = re.fullmatch(r"(spec \w+: )(\S+?)(?: \((.*)\))?", reason)
    if match is None:
        return reason
    parts = (match[3] or "").split(", ")
    more = f" and {len(parts) - _MOST_PARTS} more" if len(parts) > _MOST_PARTS else ""
    named = f" ({', '.join(parts[:_MOST_PARTS])}{more})" if match[3] else ""
    return f"{match[1]}{match[2].removeprefix(f'{module}:')}{named}"


def short_reason(module: str, verdict: Verdict) -> str:
    """Return why a module is not fresh, in one line: the first reason, and the number of the others."""
    if verdict.state in ("fresh", "unbuilt"):
        return ""
    reasons = " ".join(verdict.reason.split()).split("; ")
    head = f"{reasons.pop(0)}; " if verdict.protected and len(reasons) > 1 else ""
    if reasons[0].startswith("dependency is stale: "):
        reasons[:1] = reasons[0].split(", ")
    first, *others = reasons
    return f"{head}{short_change(first, module)}" + (f" (and {len(others)} more)" if others else "")
