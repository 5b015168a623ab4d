"""What a linter would take away from specs: names that only docstrings use, the `...` below those."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from jaunt import codes
from jaunt.checks.tools.tool import ToolError, find_tool, nearest_settings
from jaunt.commands.doctor.finding import Finding
from jaunt.errors import JauntDiscoveryError
from jaunt.process.tool import run_tool
from jaunt.project.project import Project
from jaunt.report.console import some
from jaunt.spec_ref import code_name
from jaunt.syntax.source import ModuleSource, read_source

_UNUSED_IMPORT, _NEEDLESS_BODY = "F401", "PIE790"
_MOST_SHOWN = 3
HINT = 'put unfixable = ["F401", "PIE790"] and ignore = ["PIE790"] below [tool.ruff.lint]'


def linter(project: Project) -> Iterator[Finding]:
    """Check that `ruff check --fix`, with the project's settings, leaves specs alone.

    Of bodies, which are no part of a contract, nothing is said to a project that has no settings for ruff.
    """
    sound = {project.modules[name].path: name for name in sorted(project.modules) if name not in project.problems}
    with suppress(ToolError, OSError, ValueError):  # without ruff, or with one that fails, nothing is taken away
        command = [str(find_tool("ruff")), "check", "--output-format", "json", "--force-exclude", *sound]
        fixes = [each for each in json.loads(run_tool(command, cwd=project.root).text) if _is_applied(each)]
        has_settings = nearest_settings("ruff", project.root, ("ruff.toml", ".ruff.toml")) is not None
        found = [line for each in fixes if (line := _loss(project, sound, each, bodies=has_settings))]
        if found:
            yield Finding(
                "warn", "linter", f"ruff check --fix would remove {some(found, _MOST_SHOWN)}", HINT, codes.LINTER
            )
        elif sound:
            yield Finding("ok", "linter", "ruff check --fix removes nothing that a spec needs")


def _is_applied(diagnostic: Mapping[str, Any]) -> bool:
    return (diagnostic.get("fix") or {}).get("applicability") == "safe"


def _loss(project: Project, modules: Mapping[str, str], diagnostic: Mapping[str, Any], *, bodies: bool) -> str:
    """Return what a fix would take away from a spec, "" for nothing."""
    path, line = diagnostic["filename"], diagnostic["location"]["row"]
    source = _read(path, modules.get(path, ""))
    specs = (
        [code_name(e.qualname) for e in project.modules[modules[path]].entries] if source and path in modules else []
    )
    if source is None or not specs:
        return ""
    if diagnostic["code"] == _UNUSED_IMPORT:
        lost = next((name for name in _imported(source, diagnostic) if _is_word_of(name, source, specs)), "")
        return f"{lost} from {path}:{line}" if lost else ""
    inside = any(_holds(source, spec, line) for spec in specs)
    return f"the body at {path}:{line}" if bodies and diagnostic["code"] == _NEEDLESS_BODY and inside else ""


def _imported(source: ModuleSource, diagnostic: Mapping[str, Any]) -> list[str]:
    """Return the names that an unused import binds."""
    found = re.search(r"`\.*([^`]+)` imported", diagnostic["message"])
    path = f".{found[1]}" if found else ""
    return [
        name for name, bound in source.bindings.items() if f".{bound}".endswith(path) or path.startswith(f".{bound}.")
    ]


def _read(path: str, module: str) -> ModuleSource | None:
    try:
        return read_source(module, path)
    except JauntDiscoveryError:
        return None


def _is_word_of(name: str, source: ModuleSource, specs: Sequence[str]) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    return bool(name) and any(word.search(source.segment(spec)) for spec in specs if spec in source.definitions)


def _holds(source: ModuleSource, spec: str, line: int) -> bool:
    node = source.definitions.get(spec)
    return node is not None and node.lineno <= line <= (node.end_lineno or node.lineno)
