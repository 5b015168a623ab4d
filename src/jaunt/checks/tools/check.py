"""What ruff or ty finds, as a check."""

from dataclasses import dataclass
from pathlib import Path

from jaunt.checks.place import Place
from jaunt.checks.static.check import StaticCheck
from jaunt.checks.tools.ruff import Ruff
from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.checks.tools.ty import Ty
from jaunt.errors import JauntConfigError
from jaunt.generate.check import Checked


@dataclass(frozen=True)
class ToolCheck:
    """What ruff or ty finds, as errors or as warnings; `severity` is "error" or "warn"."""

    tool: Ruff | Ty
    severity: str
    place: Place
    static: StaticCheck
    after_failure: bool = True

    @property
    def name(self) -> str:
        return self.tool.name

    async def __call__(self, source: str) -> Checked:
        try:
            checked = await self.tool.check(source, self.place)
        except ToolError as error:
            checked = Checked(source, [f"{error}; correct that, or set {self.tool.name} under [verify]"])
        if checked.source != source and await self.static(checked.source) and not await self.static(source):
            return Checked(source, [f"{self.tool.name}'s fixes break what passed the static checks"])
        return checked if self.severity == "error" else Checked(checked.source, (), checked.errors)


def require_tool(tool: str) -> Path:
    try:
        return find_tool(tool)
    except ToolError as error:
        raise JauntConfigError(str(error), hint=f'install it, or set {tool} = "off" under [verify]') from error
