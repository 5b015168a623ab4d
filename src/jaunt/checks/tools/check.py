"""What a tool finds, as a check."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from jaunt.checks.severity import Severity
from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.errors import JauntConfigError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork


class Tool(Protocol):
    """A tool for the candidates of one run, such as ruff."""

    name: str

    async def check(self, source: str, work: ModuleWork) -> Checked:
        """Return what it makes of a candidate; raises ToolError if it can't say."""
        ...


@dataclass(frozen=True)
class ToolChecks:
    """A tool as a check of a project's modules."""

    tool: Tool

    def for_module(self, work: ModuleWork) -> "ToolCheck":
        """Return the check of a module's candidates."""
        return ToolCheck(self.tool, work)


@dataclass(frozen=True)
class ToolCheck:
    """What a tool finds in one module's candidates."""

    tool: Tool
    work: ModuleWork
    after_failure: bool = True
    needs: Collection[str] = ()

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.tool.name

    async def __call__(self, source: str) -> Checked:
        try:
            return await self.tool.check(source, self.work)
        except ToolError as error:
            return Checked(source, [f"{error}; correct that, or set {self.tool.name} under [verify]"])


def tool_checks(tool: Tool, severity: Severity) -> ToolChecks:
    """Return a tool as a check; raises JauntConfigError if it is to refuse candidates and is not installed."""
    try:
        find_tool(tool.name)
    except ToolError as error:
        if severity != "error":
            return ToolChecks(tool)  # then each candidate has a warning that says so
        raise JauntConfigError(str(error), hint=f'install it, or set {tool.name} = "off" under [verify]') from error
    return ToolChecks(tool)
