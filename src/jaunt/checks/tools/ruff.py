"""What ruff says of a candidate, by the settings that hold for the generated file.

It runs on as a language server: a process for each candidate would take twenty times as long. If it is missing,
crashes or takes too long, the check fails.
"""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.checks.pool import Pool
from jaunt.checks.severity import Severity
from jaunt.checks.static.stub_answer import heads, stub_answer, symbol_at
from jaunt.checks.tools.check import ToolChecks, tool_checks
from jaunt.checks.tools.document import Diagnostic
from jaunt.checks.tools.language_server import LanguageServer
from jaunt.checks.tools.server_process import LanguageServerError
from jaunt.checks.tools.tool import TOOL_SECONDS, ToolError, find_tool, flaw_at, nearest_settings, run_to_success
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.tool import Finished, run_tool
from jaunt.project.project import Project
from jaunt.syntax.candidate import parse_candidate
from jaunt.text.flaw import Flaw

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
_NO_FAULTS = {"F401", "F841", "F402"}
"""Rules of pyflakes about unused names, and about a loop in a function whose variable has the name of an import: what
is safe is removed, such as most imports; the rest is no fault.
"""
_NO_DOCSTRING = {f"D10{last}" for last in range(8)}
"""Rules of pydocstyle about docstrings that are not there: at run time, those of the specs are."""
_IMPORT_ORDER = {"I001", "I002"}  # fixed by an action of their own
_NO_SYNTAX = "("  # an error by any settings
_UNDEFINED = "F821,F722"
_PRIVATE_ACCESS = "SLF001"
"""Rules of pyflakes about names that are not defined, and annotations that can't be read."""
HARMLESS = '"""Nothing."""\n'
"""What is right by any settings that a candidate can meet."""


DEFAULT: Severity = "error"
CODE = codes.RUFF
PROGRAM = "ruff"


def make_check(project: Project, severity: Severity) -> ToolChecks:
    """Return the check for a run; raises JauntConfigError if ruff has to be installed and is not."""
    return tool_checks(Ruff(), project, severity)


class Ruff:
    """ruff for the candidates of one run: a server with the project's settings, and one with the sure rules alone.

    What the settings are is looked at once.
    """

    name = "ruff"
    undefined: Collection[str] = ("F821",)

    def __init__(self) -> None:
        self._by_settings = Pool(lambda root: _start(root, _SAFE), most=1)
        self._by_sure_rules = Pool(lambda root: _start(root, _SURE), most=1)
        self._settings: dict[Path, Path | None] = {}

    async def check(self, source: str, work: ModuleWork) -> Checked:
        """Return a candidate, formatted and with what is safe to fix fixed, and what ruff still finds.

        The settings are those that hold for the generated file. In a project that has none, or excludes the file,
        only what is surely wrong counts: ruff's own choice of rules grows from release to release. Raises ToolError.
        """
        text, found = await self._look(source, work.path, work.root)
        if found:
            found = await self._own(found, text, work)
        return Checked(text, [self._flaw(each, text) for each in found])

    def _flaw(self, finding: Diagnostic, text: str) -> Flaw:
        message = f"{finding.rule} {finding.message}"
        return flaw_at(self.name, text, finding, message, finding.names(self.undefined))

    async def prove(self, project: Project, modules: Collection[str]) -> Mapping[str, Sequence[Diagnostic]]:
        """Look at something harmless by all settings that hold for generated files; and for undefined names in specs.

        Raises ToolError.
        """
        by_settings: dict[Path | None, Path] = {}
        for name in modules:
            path = project.generated_path(name)
            by_settings.setdefault(self._settings_of(path.parent), path)
        for path in by_settings.values():
            await self._look(HARMLESS, path, project.root)
        return await _undefined_in(project, [project.modules[name].path for name in modules])

    def of_spec(self, finding: Diagnostic, work: ModuleWork) -> bool:
        """Return whether it is one of the rules that were asked for."""
        return finding.rule in _UNDEFINED.split(",")

    async def _own(self, found: Sequence[Diagnostic], text: str, work: ModuleWork) -> list[Diagnostic]:
        """Return what of some findings in a candidate is its own.

        What is found in any text at that place, such as a module's name, no candidate can answer for; nor for what is
        found in the head of a spec itself: its signature and its docstring.
        """
        _, anywhere = await self._look(HARMLESS, work.path, work.root)
        rules = {each.rule for each in anywhere}
        rules |= {_PRIVATE_ACCESS} if work.spec.methods else set()  # a method may have what is its class's own
        found = [each for each in found if each.rule not in rules]
        candidate = parse_candidate(text, module=work.generated_module)[0] if found else None
        if candidate is None:
            return found
        answer, of_answer = await self._look(stub_answer(work.spec, work.names), work.path, work.root)
        stub = parse_candidate(answer, module=work.generated_module)[0]
        if stub is None:
            return found
        places = heads(stub, work.names, docstrings=True)
        of_spec = {(symbol_at(places, each.line, each.column), each.rule) for each in of_answer}
        places = heads(candidate, work.names, docstrings=True)
        symbols = [symbol_at(places, each.line, each.column) for each in found]
        asked = {(symbol, each.rule) for symbol in work.spec.methods for each in found}  # their names, say
        known = of_spec | asked
        return [e for e, symbol in zip(found, symbols, strict=True) if not symbol or (symbol, e.rule) not in known]

    async def _look(self, source: str, path: Path, root: Path) -> tuple[str, list[Diagnostic]]:
        """Return what ruff makes of a text at `path`, and what it finds."""
        settings = self._settings_of(path.parent)
        looked = await _consult(self._by_settings, source, path, root, settings) if settings else None
        looked = looked or await _consult(self._by_sure_rules, source, path, root, None)
        if looked is None:
            raise ToolError(f"ruff does not look at {path}")
        return looked

    def _settings_of(self, folder: Path) -> Path | None:
        if folder not in self._settings:
            self._settings[folder] = nearest_settings("ruff", folder, ("ruff.toml", ".ruff.toml"))
        return self._settings[folder]


async def _undefined_in(project: Project, files: Sequence[str]) -> dict[str, list[Diagnostic]]:
    """Return what is not defined in files of a project, by file; of what ruff can't say, nothing."""
    options = ["--select", _UNDEFINED, "--no-fix", "--no-cache", "--output-format", "json"]
    found: dict[str, list[Diagnostic]] = {}
    with suppress(ToolError, LookupError, TypeError, ValueError):
        printed = await run_to_success("ruff", ["check", *options, *files], project.root)
        for each in json.loads(printed or b"[]"):
            at, message = each["location"], each["message"].partition("\n")[0]
            finding = Diagnostic(at["row"], at["column"] - 1, str(each["code"]), message, is_error=True)
            found.setdefault(each["filename"], []).append(finding)
    return found


async def _consult(
    servers: Pool[Path, LanguageServer], source: str, path: Path, root: Path, settings: Path | None
) -> tuple[str, list[Diagnostic]] | None:
    """Return what ruff makes of a text; None if its settings, which are in the file `settings`, exclude it."""
    try:
        async with servers.one(root) as server, server.document(path, source) as document:
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
        await run_to_success("ruff", arguments, settings.parent, settings)
    harmless = _NO_DOCSTRING if settings else _NO_FAULTS
    return text, [each for each in found if each.rule not in harmless]


async def _start(root: Path, settings: Mapping[str, Any]) -> LanguageServer:
    return await LanguageServer.start([find_tool("ruff"), "server"], root, settings, seconds=TOOL_SECONDS)


def tidied(path: Path, old: str, new: str) -> str:
    """Return `new`, a person's file that was changed from `old`, as tidy as that one was: formatted, imports sorted.

    A file that its person has laid out in another way stays so. The settings are those that hold for `path`. By
    itself: for one text, a server's start is not worth its while. Without ruff, the text is returned as it is.
    """
    try:
        ruff = find_tool("ruff")
    except ToolError:
        return new

    def run(text: str, *arguments: str) -> Finished:
        return run_tool([str(ruff), *arguments, "--quiet", "--no-cache", "--stdin-filename", str(path), "-"], text)

    if run(old, "check", "--select", "I").code == 0:
        new = run(new, "check", "--select", "I", "--fix").text or new
    is_formatted = run(old, "format", "--check").code == 0
    return (run(new, "format").text or new) if is_formatted else new
