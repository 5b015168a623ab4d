"""`jaunt agent mcp`: a server of the Model Context Protocol, on standard input and output, that only looks.

Each tool is a command of jaunt's in a process of its own: what it prints can't get into the protocol, what it changes
in a process is gone with it, and a client is told exactly what the command says.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from jaunt import __version__, codes
from jaunt.commands.agent.instructions import rules
from jaunt.commands.shared.options import read_config
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError

try:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.server.mcpserver.tools import Tool
except ImportError:  # an extra
    MCPServer, Tool, ToolError = None, None, RuntimeError


def run(arguments: argparse.Namespace) -> Result:
    """Serve until the client closes the connection."""
    config = read_config(arguments)
    if MCPServer is None or Tool is None:
        raise JauntConfigError(
            "the package mcp is not installed beside jaunt", hint="pip install 'mcp>=2.3,<3'", code=codes.TOOL
        )
    commands = _Commands(arguments)
    shown = (commands.status, commands.prompt, commands.plan, commands.diff, commands.evidence, commands.check)
    tools = [_exact(Tool.from_function(each)) for each in shown]
    says = "\n".join(rules(config.paths.generated_dir))
    MCPServer("jaunt", instructions=says, version=__version__, tools=tools).run("stdio")
    return Result()


def _exact(tool: Any) -> Any:
    """Return a tool that refuses arguments that it does not have: the package drops them, and all would be answered."""
    model = tool.fn_metadata.arg_model
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    tool.parameters = model.model_json_schema(by_alias=True)
    return tool


class _Commands:
    """The tools: their names, arguments and docstrings are what a client is shown. None asks a model."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        given = [("--root", arguments.root), ("--config", arguments.config)]
        self._options = [word for option, value in given if value for word in (option, value)]
        self._options += ["--no-infer-deps"] if arguments.infer_deps is False else []

    async def status(self, module: str = "") -> dict[str, Any]:
        """Say which modules are fresh, stale, unbuilt, edited or broken, and why; of one module, what changed."""
        return await self._ask("status", _names(module))

    async def prompt(self, module: str) -> dict[str, Any]:
        """Return exactly what a model would be sent for a module."""
        return await self._ask("prompt", _names(module))

    async def plan(self, targets: list[str] | None = None) -> dict[str, Any]:
        """Say what a build would generate, in which order, why, at about what cost, and what would fail."""
        return await self._ask("build", ["--dry-run", *(f"--target={each}" for each in _names(*(targets or ())))])

    async def diff(self, module: str = "") -> dict[str, Any]:
        """Show what the last build changed, of all modules or of one, and why."""
        return await self._ask("diff", _names(module))

    async def evidence(self, module: str = "") -> dict[str, Any]:
        """Say what stands behind the code of each spec, of all modules or of one: examples, tests, who accepted it."""
        return await self._ask("evidence", _names(module))

    async def check(self, verify: bool = False) -> dict[str, Any]:
        """Say which generated files are not what the specs ask for, and what to run; `verify` runs all checks too."""
        return await self._ask("check", ["--verify"] if verify else [])

    async def _ask(self, command: str, words: Sequence[str]) -> dict[str, Any]:
        """Run a command and return its facts; raises ToolError, which the client is told, where it has none."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "jaunt", command, *words, "--json", *self._options,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate()
        try:
            return json.loads(out)
        except ValueError:
            raise ToolError(err.decode("utf-8", "replace").strip() or f"jaunt {command} said nothing") from None


def _names(*modules: str) -> list[str]:
    """Return the modules that a client gave; raises ToolError for what would be taken for an option."""
    if any(module.startswith("-") for module in modules):
        raise ToolError("the name of a module can't begin with a hyphen")
    return [module for module in modules if module]
