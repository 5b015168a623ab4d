"""What the tools say of a candidate: ruff by the project's own settings, ty as if it stood in its place.

Both are the installed programs, run beside the event loop, no more of them at once than there are processors.
A tool that is missing, crashes or takes too long fails the check; it never passes it.
"""

import ast
import asyncio
import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
import weakref
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from jaunt.source import ModuleSource, first_line
from jaunt.validation import Checked

TOOL_SECONDS = 60.0
"""How long a tool may take for one candidate."""

_TY_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<level>\w+)\[(?P<rule>[\w-]+)\] (?P<message>.*)")
_SURE_RULES = "E9,F"  # syntax errors, and pyflakes: undefined and unused names
_UNRESOLVED = {"unresolved-import", "import-not-found"}


class ToolError(Exception):
    """A tool could not say anything of a candidate."""


@dataclass(frozen=True)
class Place:
    """Where a candidate is to stand.

    `root` is the project's folder, `bases` those that its module names start from, `path` the generated file.
    `classes` names the specs that are classes.
    """

    root: Path
    bases: tuple[Path, ...]
    path: Path
    generated_module: str
    spec: ModuleSource
    classes: frozenset[str] = frozenset()


def find_tool(name: str) -> Path:
    """Return the program `name`, beside this Python or on PATH; raises ToolError if there is none."""
    folders = [Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))]
    found = shutil.which(name, path=os.pathsep.join(map(str, folders))) or shutil.which(name)
    if found is None:
        raise ToolError(f"{name} is not installed (not beside {sys.executable}, nor on PATH)")
    return Path(found)


async def check_with_ruff(source: str, place: Place) -> Checked:
    """Return a candidate, formatted and with what is safe to fix fixed, and what ruff still finds.

    The settings are those that hold for the generated file. A project that has none is spared ruff's own choice of
    rules, which grows from release to release: there, only what is surely wrong counts. Raises ToolError.
    """
    formatted = await _format(source, place)
    command = ["check", "--fix", "--no-unsafe-fixes", "--no-cache", "--output-format", "json"]
    command += [] if await asyncio.to_thread(_has_settings, place.path) else ["--select", _SURE_RULES]
    code, fixed, report = await _run("ruff", [*command, *_as_file(place)], formatted, place.root)
    if code not in (0, 1) or (formatted.strip() and not fixed.strip()):
        raise ToolError(f"ruff check failed: {_last_line(report) or f'exit code {code}'}")
    try:
        found = [
            (int(each["location"]["row"]), each.get("code"), each["message"]) for each in json.loads(report or "[]")
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"ruff check printed what is no report: {_last_line(report)}") from error
    errors = [_said("ruff", fixed, line, f"{rule or 'syntax'} {message}") for line, rule, message in found]
    return Checked(fixed if fixed == formatted else await _format(fixed, place), errors)


async def check_with_ty(source: str, place: Place) -> list[str]:
    """Return the errors that ty finds in a candidate, and not in its spec module as well. Raises ToolError.

    It looks at a copy, outside the project, of which it takes that it stands in place: in a partial stub
    package, which comes before the package itself. A class that is a spec is there, as at run time, the
    candidate's own.
    """
    with tempfile.TemporaryDirectory(prefix="jaunt-") as folder:
        overlay = Path(folder)
        candidate = await asyncio.to_thread(_lay_out, overlay, source, place)
        found = await _ty(candidate, overlay, place)
        if any(rule in _UNRESOLVED for _, rule, _ in found):
            known = {
                message for _, rule, message in await _ty(Path(place.spec.path), overlay, place) if rule in _UNRESOLVED
            }
            found = [each for each in found if each[2] not in known]
    return [_said("ty", source, line, f"{message} [{rule}]") for line, rule, message in found]


def _has_settings(path: Path) -> bool:
    """Return whether ruff finds settings for a file in one of the folders that it stands in."""
    for folder in path.parents:
        if (folder / "ruff.toml").is_file() or (folder / ".ruff.toml").is_file():
            return True
        pyproject = folder / "pyproject.toml"
        if pyproject.is_file() and "[tool.ruff" in pyproject.read_text("utf-8", "replace"):
            return True
    return False


async def _format(source: str, place: Place) -> str:
    code, formatted, said = await _run("ruff", ["format", "--no-cache", *_as_file(place)], source, place.root)
    if code or (source.strip() and not formatted.strip()):
        raise ToolError(f"ruff format failed: {_last_line(said) or f'exit code {code}'}")
    return formatted


def _as_file(place: Place) -> list[str]:
    return ["--stdin-filename", str(place.path), "-"]


async def _ty(file: Path, overlay: Path, place: Place) -> list[tuple[int, str, str]]:
    """Return line, rule and message of each error that ty finds in a file."""
    paths = [argument for path in (overlay, *place.bases) for argument in ("--extra-search-path", str(path))]
    options = [
        "--project",
        str(place.root),
        "--python",
        sys.executable,
        "--output-format",
        "concise",
        "--color",
        "never",
    ]
    code, output, said = await _run("ty", ["check", *options, *paths, str(file)], "", overlay)
    matches = [match for line in output.splitlines() if (match := _TY_LINE.match(line))]
    if code not in (0, 1) or (code == 1 and not matches):
        raise ToolError(f"ty failed: {_last_line(said) or _last_line(output) or f'exit code {code}'}")
    return [
        (int(m["line"]), m["rule"], m["message"])
        for m in matches
        if m["level"] == "error" and (overlay / m["path"]).samefile(file)
    ]


def _lay_out(overlay: Path, source: str, place: Place) -> Path:
    """Write the candidate below `overlay`, and the spec module if it has class specs."""
    top, *below = place.generated_module.split(".")
    package = overlay / f"{top}-stubs"
    is_package = place.path.name == "__init__.py"
    single_file = not is_package and len(below) == 1
    candidate = package.joinpath(*below, "__init__.py") if is_package else package.joinpath(*below).with_suffix(".py")
    candidate.parent.mkdir(parents=True, exist_ok=True)
    candidate.write_text(source, encoding="utf-8")
    (package / "py.typed").write_text("partial\n")  # what isn't here is looked for in the package itself
    if place.classes or single_file:
        parts = place.spec.module.split(".")[1:]
        is_init = place.spec.is_package or single_file
        spec = package.joinpath(*parts, "__init__.py") if is_init else package.joinpath(*parts).with_suffix(".py")
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(_with_generated_classes(place), encoding="utf-8")
    return candidate


def _with_generated_classes(place: Place) -> str:
    """Return the spec module's source with an import of the generated class in place of each class spec."""
    lines = place.spec.text.split("\n")
    for name in place.classes:
        node = place.spec.definitions[name]
        blank = [""] * ((node.end_lineno or node.lineno) - first_line(node))
        start = first_line(node) - 1
        indent = " " * node.col_offset
        lines[start : start + len(blank) + 1] = [
            f"{indent}from {place.generated_module} import {name} as {name}",
            *blank,
        ]
    return "\n".join(lines)


def class_specs(spec: ModuleSource, names: Collection[str]) -> frozenset[str]:
    """Return which of the specs `names` are classes."""
    return frozenset(name for name in names if isinstance(spec.definitions.get(name), ast.ClassDef))


# ----------------------------------------------------------------------------------------------------
# Running a program

_slots: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = weakref.WeakKeyDictionary()


async def _run(tool: str, arguments: Sequence[str], text: str, folder: Path) -> tuple[int, str, str]:
    """Run a tool on `text`; return its exit code and what it printed. Raises ToolError."""
    program = find_tool(tool)
    slots = _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(os.cpu_count() or 1))
    async with slots:
        try:
            child = await asyncio.create_subprocess_exec(
                *(str(program), *arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=folder,
                env={**os.environ, "NO_COLOR": "1"},
            )
        except OSError as error:
            raise ToolError(f"{program} cannot be run: {error.strerror}") from error
        try:
            output, errors = await asyncio.wait_for(child.communicate(text.encode()), TOOL_SECONDS)
        except TimeoutError as error:
            raise ToolError(f"{tool} took longer than {TOOL_SECONDS:g} s") from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    return child.returncode or 0, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def _said(tool: str, source: str, line: int, message: str) -> str:
    lines = source.splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return f"{tool}: line {line}: {message}{f': `{text[:100]}`' if text else ''}"


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
