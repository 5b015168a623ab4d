"""What a tool finds, as a check."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from jaunt import codes
from jaunt.checks.check_file import Prover
from jaunt.checks.fault import SpecFault
from jaunt.checks.severity import Severity
from jaunt.checks.static.stub_answer import heads, symbol_at
from jaunt.checks.tools.document import Diagnostic
from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.errors import JauntConfigError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.text.flaw import Flaw


class Tool(Protocol):
    """A tool for the candidates of one run, such as ruff."""

    name: str
    undefined: Collection[str]
    """Its rules about names that are not defined; their messages quote the name."""

    async def check(self, source: str, work: ModuleWork) -> Checked:
        """Return what it makes of a candidate; raises ToolError if it can't say."""
        ...

    async def prove(self, project: Project, modules: Collection[str]) -> Mapping[str, Sequence[Diagnostic]]:
        """Look at something harmless where candidates of modules would stand, and at the modules' own text.

        Returns what is wrong with that, by the modules' files. Raises ToolError if it can't look.
        """
        ...

    def of_spec(self, finding: Diagnostic, work: ModuleWork) -> bool:
        """Return whether what is wrong with a spec module would be with its candidates."""
        ...


@frozen
class ToolChecks:
    """A tool as a check of a project's modules."""

    tool: Tool
    project: Project

    def prover(self, modules: Collection[str]) -> Prover:
        """Begin to try the tool, with the settings that it has here."""
        return ToolProver(self.tool, self.project, modules)

    def for_module(self, work: ModuleWork) -> "ToolCheck":
        """Return the check of a module's candidates."""
        return ToolCheck(self.tool, work)


@frozen
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
            return Checked(source, [Flaw(f"{error}; {_hint(self.tool)}")])


class ToolProver:
    """Tries a tool once, for all modules."""

    def __init__(self, tool: Tool, project: Project, modules: Collection[str]) -> None:
        self._tool = tool
        self._tried = asyncio.create_task(tool.prove(project, modules))

    async def __call__(self, work: ModuleWork) -> Sequence[SpecFault]:
        """Return what is wrong with a module's specs; raises JauntConfigError if the tool can't look at candidates."""
        try:
            found = (await asyncio.shield(self._tried)).get(str(work.spec.path), ())
        except ToolError as error:
            raise JauntConfigError(str(error), hint=_hint(self._tool), code=codes.TOOL) from error
        if not found:
            return ()
        places = heads(work.spec, work.names)
        at = [(symbol_at(places, each.line, each.column), each) for each in found if self._tool.of_spec(each, work)]
        return [_fault(self._tool, each, symbol) for symbol, each in at if symbol]


def tool_checks(tool: Tool, project: Project, severity: Severity) -> ToolChecks:
    """Return a tool as a check; raises JauntConfigError if it is to refuse candidates and is not installed."""
    try:
        find_tool(tool.name)
    except ToolError as error:
        if severity != "error":
            return ToolChecks(tool, project)  # then each candidate has a warning that says so
        raise JauntConfigError(
            str(error), hint=f'install it, or set {tool.name} = "off" under [verify]', code=codes.TOOL
        ) from error
    return ToolChecks(tool, project)


def _fault(tool: Tool, finding: Diagnostic, symbol: str) -> SpecFault:
    text = f"{tool.name}: {finding.message} [{finding.rule}]"
    return SpecFault(finding.line, finding.column, symbol, text, finding.names(tool.undefined))


def _hint(tool: Tool) -> str:
    return f'correct that, or set {tool.name} = "off" under [verify]'
