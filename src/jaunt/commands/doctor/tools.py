"""The tools that check candidates."""

from collections.abc import Iterator

from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.commands.doctor.finding import Finding, Level
from jaunt.config import JauntConfig


def tools(config: JauntConfig) -> Iterator[Finding]:
    """Check that each tool that [verify] asks for is there."""
    for tool in ("ruff", "ty"):
        severity = getattr(config.verify, tool)
        if severity == "off":
            yield Finding("ok", tool, "not used: it is off in [verify]")
            continue
        try:
            yield Finding("ok", tool, str(find_tool(tool)))
        except ToolError as error:
            level: Level = "fail" if severity == "error" else "warn"
            yield Finding(level, tool, str(error), f'pip install {tool}, or set {tool} = "off" in [verify]')
