"""What ty says of a candidate, as if it stood in its place.

It runs on as a language server: a process for each candidate would take ten times as long. If it is missing, crashes
or takes too long, the check fails.
"""

import asyncio
import json
import os
import shutil
import sys
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.checks.pool import Pool
from jaunt.checks.severity import Severity
from jaunt.checks.static.outer_decorators import with_outer_decorators
from jaunt.checks.static.own_class import without_private_names
from jaunt.checks.tools.check import ToolChecks, tool_checks
from jaunt.checks.tools.document import Diagnostic
from jaunt.checks.tools.expected_errors import unexpected
from jaunt.checks.tools.guesses import SURE_RULES, is_of_hidden_module, is_of_own_class, is_of_spec
from jaunt.checks.tools.language_server import CREATED, DELETED, LanguageServer
from jaunt.checks.tools.server_process import LanguageServerError
from jaunt.checks.tools.tool import TOOL_SECONDS, ToolError, find_tool, flaw_at, nearest_settings, run_to_success
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.temporary import temporary_path
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork, module_bases
from jaunt.project.project import Project
from jaunt.syntax.source import ModuleSource, first_line
from jaunt.syntax.touched_names import touched_names
from jaunt.text.flaw import Flaw

_UNRESOLVED = {"unresolved-import", "import-not-found", "missing-module-member"}
_OF_STUB_BODIES = {
    *("invalid-implicit-return-in-function-with-stub-body", "invalid-return-type", "empty-body"),
    "final-without-value",  # which a constructor gives
}
_NO_SYNTAX = "("  # an error by any settings


DEFAULT: Severity = "error"
CODE = codes.TY
PROGRAM = "ty"


def make_check(project: Project, severity: Severity) -> ToolChecks:
    """Return the check for a run; raises JauntConfigError if ty has to be installed and is not."""
    return tool_checks(Ty(), project, severity)


class Ty:
    """ty for the candidates of one run: a server a core at most, each of which looks at one candidate at a time.

    What hand-written files say is looked at once; of the generated ones that candidates build on, the servers hear.
    """

    name = "ty"
    undefined: Collection[str] = ("unresolved-reference",)

    def __init__(self) -> None:
        self._servers = Pool(_start, most=os.cpu_count() or 1)
        self._states: dict[Path, tuple[int, int] | None] = {}
        self._landed: list[tuple[Path, int]] = []
        self._settings: dict[Path, Path | None] = {}

    async def check(self, source: str, work: ModuleWork) -> Checked:
        """Return a candidate with the errors that ty finds in it but not in its spec module. Raises ToolError.

        It looks at a copy in a folder of its own, in a partial stub package, which it searches before the package
        itself. A class that is a spec is there, as at run time, the candidate's own. In a project without settings for
        ty, only what is surely wrong counts in functions without annotations, in which ty has to guess. In a test, what
        it expects to raise an error may well have wrong types.
        """
        self._look_at(work.dependency_paths.values())
        try:
            async with self._servers.one((work.root, work.bases)) as server:
                server.tell_of(self._landed)
                found = await server.errors(source, work)
                if work.kind == "test":
                    found = unexpected(found, source)
                if work.spec.methods:
                    found = [each for each in found if not is_of_own_class(each, source, work.spec.methods)]
                found = [each for each in found if not is_of_hidden_module(each, source)]
                if self._settings_of(work.base) is None:
                    found = [each for each in found if each.rule in SURE_RULES or not is_of_spec(each, source)]
        except LanguageServerError as error:
            raise ToolError(f"ty {error}") from error
        return Checked(source, [self._flaw(each, source) for each in found])

    def _flaw(self, finding: Diagnostic, source: str) -> Flaw:
        message = f"{finding.message} [{finding.rule}]"
        return flaw_at(self.name, source, finding, message, finding.names(self.undefined))

    async def prove(self, project: Project, modules: Collection[str]) -> Mapping[str, Sequence[Diagnostic]]:
        """Start a server for each folder that names of modules start from; return what is wrong with spec modules.

        Raises ToolError.
        """
        done = asyncio.create_task(_findings_in(project, modules))
        bases = {(project.root, module_bases(project, name)) for name in modules}
        try:
            for key in sorted(bases):
                async with self._servers.one(key):
                    pass  # a server that is there has read its settings
            return await done
        except LanguageServerError as error:
            raise ToolError(f"ty {error}") from error
        finally:
            done.cancel()

    def of_spec(self, finding: Diagnostic, work: ModuleWork) -> bool:
        """Return whether the candidates of a module would have a finding too, and it would count."""
        if finding.rule in _OF_STUB_BODIES or is_of_hidden_module(finding, work.spec.text):
            return False
        return (
            self._settings_of(work.base) is not None
            or finding.rule in SURE_RULES
            or not is_of_spec(finding, work.spec.text)
        )

    def _settings_of(self, base: Path) -> Path | None:
        if base not in self._settings:
            self._settings[base] = nearest_settings("ty", base, ["ty.toml"])
        return self._settings[base]

    def _look_at(self, paths: Iterable[Path]) -> None:
        """Note which files are not what they were when a candidate that builds on them was last looked at."""
        for path in paths:
            try:
                status = path.stat()
                state = (status.st_mtime_ns, status.st_size)
            except OSError:
                state = None
            if path not in self._states or self._states[path] != state:
                self._states[path] = state
                self._landed.append((path, CREATED if state else DELETED))


class TyServer:
    """A server of ty and the folder that it finds candidates in."""

    def __init__(self, server: LanguageServer, folder: Path, bases: Sequence[Path]) -> None:
        self._server = server
        self._folder = folder
        self._bases = bases
        self._known: set[Path] = set()
        self._heard = 0

    @property
    def alive(self) -> bool:
        """Whether candidates can be looked at."""
        return self._server.alive

    def end(self) -> None:
        """End the server, without waiting for that."""
        self._server.end()

    async def ended(self) -> None:
        """Wait until the server has ended, and remove the folder."""
        await self._server.ended()
        _remove(self._folder)

    def end_now(self) -> None:
        """End the server and remove the folder, without the event loop."""
        self._server.end_now()
        _remove(self._folder)

    def tell_of(self, landed: Sequence[tuple[Path, int]]) -> None:
        """Tell the server of those of a growing list of files, CREATED or DELETED, that it has not heard of yet."""
        for path, kind in landed[self._heard :]:
            base = next((each for each in self._bases if path.is_relative_to(each)), path.parent)
            self._tell(path, kind, base / path.relative_to(base).parts[0])
        self._heard = len(landed)

    async def errors(self, source: str, work: ModuleWork) -> list[Diagnostic]:
        """Return what is wrong with a candidate alone. Raises LanguageServerError, ToolError."""
        package = self._folder / f"{work.generated_module.partition('.')[0]}-stubs"
        shown = with_outer_decorators(without_private_names(source, work.spec), work.spec)
        files = stub_files(package, shown.text, work)
        try:
            if package not in self._known:
                self._put(package / "py.typed", "partial\n", package)  # what isn't here is looked for in the package
            for path, text in files.items():
                self._put(path, text, package)
            os.utime(self._folder)  # what stays the same for long is taken for a leftover
            found = await self._look(next(iter(files)), shown.text)
            if any(each.rule in _UNRESOLVED for each in found):
                of_spec = await self._look(Path(work.spec.path), work.spec.text)
                known = {each.message for each in of_spec if each.rule in _UNRESOLVED}
                found = [each for each in found if each.message not in known]
        except OSError as error:
            self.end()
            raise ToolError(f"ty has no copy of the candidate: {error}") from error
        finally:
            for path in files:
                path.unlink(missing_ok=True)
            self._server.tell_of((path, DELETED) for path in files)
        if self._server.complaint:
            self.end()
            raise ToolError(f"ty failed: {self._server.complaint}")
        own = [(shown.own_line(each.line), each) for each in found]
        return [replace(each, line=line) for line, each in own if line is not None]

    async def require_sight(self, root: Path) -> None:
        """Raise ToolError unless the server has read its settings, and looks at what is in the folder."""
        found = await self._look(self._folder / "probe.py", _NO_SYNTAX)
        if self._server.complaint:
            paths = [argument for path in (self._folder, *self._bases) for argument in ("--extra-search-path", path)]
            arguments = ["check", "--project", root, "--python", sys.executable, *paths, self._folder]
            await run_to_success("ty", arguments, self._folder, nearest_settings("ty", root, ["ty.toml"]))
            raise ToolError(f"ty failed: {self._server.complaint}")
        if not found:
            raise ToolError(f"ty does not look at what is in {self._folder}")

    async def _look(self, path: Path, text: str) -> list[Diagnostic]:
        async with self._server.document(path, text) as document:
            return [each for each in await document.findings() if each.is_error]

    def _put(self, path: Path, text: str, package: Path) -> None:
        if path.parent not in self._known:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self._tell(path, CREATED, package)

    def _tell(self, path: Path, kind: int, top: Path) -> None:
        """Tell the server of a file and, if its folder may be new too, to look again at all in the folder `top`."""
        if kind == CREATED and path.parent not in self._known:
            self._known.add(path.parent)
            self._server.tell_of([(top, DELETED)])  # all below is looked at again; CREATED is for a folder alone
        self._server.tell_of([(path, kind)])


async def _findings_in(project: Project, modules: Collection[str]) -> dict[str, list[Diagnostic]]:
    """Return the errors in the files of modules, by file; for many, a process is quicker than the servers.

    What it can't say is not known: a server that works is enough for a build.
    """
    by_folder: dict[tuple[Path, tuple[Path, ...]], list[str]] = {}
    for name in modules:
        folder = _folder_of_settings(project.modules[name].file.base, project.root)
        seen = project.sight_of(name).bases
        by_folder.setdefault((folder or project.root, seen), []).append(project.modules[name].path)
    found = [await _findings_by(project.root, *place, files) for place, files in by_folder.items()]
    return {path: each for part in found for path, each in part.items()}


def _folder_of_settings(base: Path, root: Path) -> Path | None:
    """Return the folder with the settings of a package in a workspace, None where those of the workspace hold."""
    settings = nearest_settings("ty", base, ["ty.toml"])
    return settings.parent if settings and settings.parent != root and settings.is_relative_to(root) else None


async def _findings_by(
    root: Path, folder: Path, bases: Sequence[Path], files: Sequence[str]
) -> dict[str, list[Diagnostic]]:
    paths = [argument for path in bases for argument in ("--extra-search-path", path)]
    options = ["--project", folder, "--python", sys.executable, "--output-format", "gitlab", "--exit-zero"]
    found: dict[str, list[Diagnostic]] = {}
    with suppress(ToolError, LookupError, TypeError, ValueError):
        printed = await run_to_success("ty", ["check", *options, *paths, *files], root)
        for each in json.loads(printed or b"[]"):
            rule, begin = each["check_name"], each["location"]["positions"]["begin"]
            message = each["description"].removeprefix(f"{rule}: ").partition("\n")[0]
            finding = Diagnostic(begin["line"], begin["column"] - 1, rule, message, is_error=True)
            if each["severity"] not in {"info", "minor"}:
                found.setdefault(str(root / each["location"]["path"]), []).append(finding)
    return found


async def _start(key: tuple[Path, tuple[Path, ...]]) -> TyServer:
    """Return a server for a project's folder and the bases of a module. Raises LanguageServerError, ToolError."""
    root, bases = key
    program = find_tool("ty")
    settings = nearest_settings("ty", root, ["ty.toml"])
    own = _folder_of_settings(bases[0], root)
    folder = temporary_path(ensure_state_folder(root))  # in the project, as ty looks at nothing else
    folder.mkdir()
    above = settings.parent if settings else root
    async with AsyncExitStack() as unless_ready:
        unless_ready.callback(_remove, folder)
        options = _options([folder, *bases], _settings_in(own) if own else {})
        started = await LanguageServer.start([program, "server"], above, options, seconds=TOOL_SECONDS)
        unless_ready.push_async_callback(started.ended)
        unless_ready.callback(started.end)
        server = TyServer(started, folder, bases)
        await server.require_sight(root)
        unless_ready.pop_all()
    return server


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _settings_in(folder: Path) -> Mapping[str, Any]:
    """Return the settings of a package in a workspace. Raises ToolError if they can't be read."""
    file = next(each for each in (folder / "ty.toml", folder / "pyproject.toml") if each.is_file())
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ToolError(f"ty failed: {file}: {error}") from error
    return document if file.name == "ty.toml" else document.get("tool", {}).get("ty", {})


def _options(search_paths: Sequence[Path], settings: Mapping[str, Any]) -> dict[str, Any]:
    paths = {"python": sys.executable, "extra-paths": [str(path) for path in search_paths]}
    options: dict[str, Any] = {
        "diagnosticMode": "openFilesOnly",
        "configuration": {
            **settings,
            "environment": {**settings.get("environment", {}), **paths},
            "src": {"include": ["**"], "exclude": ["!**"]},  # whatever the settings exclude: a candidate is looked at
        },
    }
    if file := os.environ.get("TY_CONFIG_FILE"):  # which the server ignores
        options["configurationFile"] = str(Path(file).absolute())
    return options


def stub_files(package: Path, source: str, work: ModuleWork) -> dict[Path, str]:
    """Return the files of a stub package as which ty is to see a candidate, the candidate first, and their texts.

    The spec module is among them if it has class specs, or a stub file of its author's beside it: ty would read that
    in its place, wherever it stands, and it may leave out what is private. Only another stub file comes before it.
    """
    below = work.generated_module.split(".")[1:]
    is_package = work.path.name == "__init__.py"
    candidate = package.joinpath(*below, "__init__.py") if is_package else package.joinpath(*below).with_suffix(".py")
    files = {candidate: source}
    has_stub_file = Path(work.spec.path).with_suffix(".pyi").exists()
    if work.class_names or work.is_single_file or has_stub_file:
        parts = work.spec.module.split(".")[1:]
        suffix = ".pyi" if has_stub_file else ".py"
        is_init = work.spec.is_package or work.is_single_file
        spec = package.joinpath(*parts, "__init__" if is_init else "").with_suffix(suffix)
        files[spec] = _with_generated_classes(work)
        if has_stub_file:
            files[spec] += _exports(work.spec)
    return files


def _exports(spec: ModuleSource) -> str:
    """Return the statement by which a stub file hides none of a module's names, those of its imports included."""
    return f"\n__all__ = {sorted(touched_names(spec.tree, spec.imports))}\n"


def _with_generated_classes(work: ModuleWork) -> str:
    """Return the spec module's source with an import of the generated class in place of each class spec."""
    lines = work.spec.text.split("\n")
    for name in work.class_names:
        node = work.spec.definitions[name]
        blank = [""] * ((node.end_lineno or node.lineno) - first_line(node))
        start = first_line(node) - 1
        indent = " " * node.col_offset
        statement = f"{indent}from {work.generated_module} import {name} as {name}"
        lines[start : start + len(blank) + 1] = [statement, *blank]
    return "\n".join(lines)
