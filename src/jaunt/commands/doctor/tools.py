"""The programs that check candidates."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.checks import load_check, severities
from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.commands.doctor.finding import Finding, Level
from jaunt.config import JauntConfig


def tools(config: JauntConfig) -> Iterator[Finding]:
    """Check that the program of each check that [verify] asks for is there."""
    for check, severity in severities(config).items():
        program = getattr(load_check(check), "PROGRAM", None)
        if program is None:
            continue
        if severity == "off":
            yield Finding("ok", program, "not used: it is off in [verify]")
            continue
        try:
            yield Finding("ok", program, str(find_tool(program)))
        except ToolError as error:
            level: Level = "fail" if severity == "error" else "warn"
            hint = f'pip install {program}, or set {check} = "off" in [verify]'
            yield Finding(level, program, str(error), hint, codes.TOOL)
