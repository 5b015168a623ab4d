"""What ruff says of a candidate, by the settings that hold for the generated file.

It runs on as a language server: a process for each candidate would take twenty times as long. If it is missing,
crashes or takes too long, the check fails.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jaunt.checks.pool import Pool
from jaunt.checks.severity import Severity
from jaunt.checks.tools.check import ToolChecks, tool_checks
from jaunt.checks.tools.language_server import LanguageServer
from jaunt.checks.tools.server_process import LanguageServerError
from jaunt.checks.tools.tool import TOOL_SECONDS, ToolError, error_at, find_tool, nearest_settings, require_success
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project

_SAFE = {"settings": {"configuration": {"unsafe-fixes": False}}}  # whatever the project's settings say
# Syntax errors, and pyflakes: undefined names, formats that don't fit.
_SURE = {
    "settings": {
        "configurationPreference": "editorOnly",
        "configuration": {"target-version": f"py{sys.version_info.major}{sys.version_info.minor}"},
        "exclude": [],
        "lint": {"select": ["E9", "F"]},
    }
}
_UNUSED = {"F401", "F841"}
"""Rules of pyflakes about unused names: what is safe is removed, such as most imports; the rest is no fault."""
_IMPORT_ORDER = {"I001", "I002"}  # fixed by an action of their own
_NO_SYNTAX = "("  # an error by any settings


DEFAULT: Severity = "error"
PROGRAM = "ruff"


def make_check(project: Project, severity: Severity) -> ToolChecks:
    """Return the check for a run; raises JauntConfigError if ruff has to be installed and is not."""
    return tool_checks(Ruff(), severity)


class Ruff:
    """ruff for the candidates of one run: a server with the project's settings, and one with the sure rules alone.

    What the settings are is looked at once.
    """

    name = "ruff"

    def __init__(self) -> None:
        self._by_settings = Pool(lambda root: _start(root, _SAFE), most=1)
        self._by_sure_rules = Pool(lambda root: _start(root, _SURE), most=1)
        self._settings: dict[Path, Path | None] = {}

    async def check(self, source: str, work: ModuleWork) -> Checked:
        """Return a candidate, formatted and with what is safe to fix fixed, and what ruff still finds.

        The settings are those that hold for the generated file. In a project that has none, or excludes the file,
        only what is surely wrong counts: ruff's own choice of rules grows from release to release. Raises ToolError.
        """
        folder = work.path.parent
        if folder not in self._settings:
            self._settings[folder] = nearest_settings("ruff", folder, ("ruff.toml", ".ruff.toml"))
        settings = self._settings[folder]
        checked = await _consult(self._by_settings, source, work, settings) if settings else None
        checked = checked or await _consult(self._by_sure_rules, source, work, None)
        if checked is None:
            raise ToolError(f"ruff does not look at {work.path}")
        return checked


async def _consult(
    servers: Pool[Path, LanguageServer], source: str, work: ModuleWork, settings: Path | None
) -> Checked | None:
    """Return what ruff makes of a candidate; None if its settings, which are in the file `settings`, exclude it."""
    try:
        async with servers.one(work.root) as server, server.document(work.path, source) as document:
            await document.format()
            if found := await document.findings():
                await document.act("source.fixAll")
                if any(each.rule in _IMPORT_ORDER for each in found):
                    await document.act("source.organizeImports")
                await document.format()
                found = await document.findings()
            text = document.text
            if not found:
                document.replace(_NO_SYNTAX)
                if not await document.findings():
                    return None
            complaint = server.complaint
    except LanguageServerError as error:
        raise ToolError(f"ruff {error}") from error
    if complaint and settings:  # perhaps of others, in a folder that has nothing to do with the candidate
        arguments = ["check", "--no-cache", "--stdin-filename", settings.with_name("empty.py"), "-"]
        await require_success("ruff", arguments, settings.parent)
    wrong = [each for each in found if settings or each.rule not in _UNUSED]
    return Checked(text, [error_at("ruff", text, each.line, f"{each.rule} {each.message}") for each in wrong])


async def _start(root: Path, settings: Mapping[str, Any]) -> LanguageServer:
    return await LanguageServer.start([find_tool("ruff"), "server"], root, settings, seconds=TOOL_SECONDS)


def tidied(path: Path, old: str, new: str) -> str:
    """Return `new`, a person's file that was changed from `old`, formatted, its imports sorted if those of `old` were.

    The settings are those that hold for `path`. By itself: for one text, a server's start is not worth its while.
    Without ruff, the text is returned as it is.
    """
    try:
        ruff = find_tool("ruff")
    except ToolError:
        return new

    def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [ruff, *arguments, "--quiet", "--no-cache", "--stdin-filename", path, "-"]
        return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=False)

    if run(old, "check", "--select", "I").returncode == 0:
        new = run(new, "check", "--select", "I", "--fix").stdout or new
    return run(new, "format").stdout or new
