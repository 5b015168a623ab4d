"""`jaunt agent guard`: a hook of an editor or an agent, asked before a write; it denies one to generated code.

It reads whatever JSON such hooks get on standard input, and looks for paths in it. Its answer is the exit code, 2 for
no, with the reason on standard error, and the same as JSON on standard output: what one program does not read, another
does. Command lines of a shell are looked through for plain writes. What it can't read, it lets pass: it guards against
mistakes, not against malice.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from shlex import join
from typing import Any

from jaunt.commands.agent.shell_writes import written_by
from jaunt.commands.shared.result import EXIT_OK, Result
from jaunt.config import find_project_root, load_config
from jaunt.errors import JauntError
from jaunt.header import parse_header
from jaunt.paths import DEFAULT_GENERATED_DIR
from jaunt.report.console import print_error, say

EXIT_DENIED = 2
"""What hooks take for a no, whatever else a command of jaunt's means by it."""

_PATH_KEYS = {
    *("path", "paths", "file", "files", "filepath", "filepaths", "filename", "fileuri", "uri", "absolutepath"),
    *("relativepath", "relativeworkspacepath", "targetfile", "targetpath", "notebookpath", "newpath", "destination"),
}
"""What hooks call a path, in lower case and without hyphens and underscores."""
_COMMAND_KEYS = {"command", "cmd", "commandline", "commands", "script", "shellcommand"}
_PATCHED = re.compile(
    r"^(?:\*\*\* (?:Update|Add|Delete) File|\*\*\* Move to|\+\+\+|---)[: ] *(?:[ab]/)?(\S.*)$", re.MULTILINE
)
_READING = re.compile(r"(?i)^(?:read|view|grep|glob|ls|list|search|open|cat|fetch|find)(?![a-z])")
_MOST_PATHS = 100
_MOST_READ = 16 * 2**20  # bytes: an edit of more than that is none of generated code
_HEADER = 64 * 2**10  # bytes, in which a header ends


def run(_: argparse.Namespace) -> Result:
    """Read a hook's JSON and answer it; junk is let pass."""
    data = sys.stdin.buffer.read(_MOST_READ) if hasattr(sys.stdin, "buffer") else sys.stdin.read(_MOST_READ).encode()
    reason = denial(data.decode("utf-8", "replace"), Path.cwd())
    if not reason:
        return Result(EXIT_OK, {"decision": "allow", "reason": ""})
    print_error(reason)
    answer = {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason}
    say(json.dumps({"decision": "block", "reason": reason, "permission": "deny", "hookSpecificOutput": answer}))
    return Result(EXIT_DENIED, {"decision": "deny", "reason": reason})


def denial(text: str, here: Path) -> str:
    """Return why the write that a hook's JSON tells of is denied, "" where it is not."""
    try:
        call = json.loads(text)
        if not isinstance(call, dict) or _only_reads(call):
            return ""
        folder = here / str(call.get("cwd") or "")
        paths = islice(dict.fromkeys(_paths(call)), _MOST_PATHS)
        return next(filter(None, (_reason(folder / path) for path in paths)), "")
    except (ValueError, OSError, RecursionError):
        return ""


def _only_reads(call: Mapping[str, Any]) -> bool:
    name = next((call[key] for key in ("tool_name", "toolName", "tool", "name") if key in call), "")
    given = [call, *(call[key] for key in ("tool_input", "toolInput", "input", "args", "arguments") if key in call)]
    words = [name, *(each["command"] for each in given if isinstance(each, Mapping) and "command" in each)]
    return any(isinstance(word, str) and " " not in word and _READING.match(word) is not None for word in words)


def _paths(value: object, key: str = "") -> Iterator[str]:
    """Yield what may be paths in a call: values of keys that sound like it, what a shell's command line writes, and
    the files that a patch is for.
    """
    name = key.lower().replace("_", "").replace("-", "")
    if name in _COMMAND_KEYS and isinstance(value, list) and all(isinstance(word, str) for word in value):
        yield from written_by(join(value))
    elif isinstance(value, Mapping):
        for inner_key, inner in value.items():
            yield from _paths(inner, str(inner_key))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, key)
    elif isinstance(value, str):
        if name in _PATH_KEYS:
            yield value.removeprefix("file://")
        if name in _COMMAND_KEYS:
            yield from written_by(value)
        if "\n" in value:
            yield from (path.strip() for path in _PATCHED.findall(value))


def _reason(path: Path) -> str:
    """Return why a file must not be written, "" if it may be."""
    path = Path(os.path.realpath(path))
    header = _header(path)
    names = {DEFAULT_GENERATED_DIR, _generated_dir(path)}
    if path.name in names:
        return f"{_shown(path)} holds generated code: jaunt clean removes what no spec has any more"
    inside = next((part for part in path.parts[:-1] if part in names), "")
    if header is None and (not inside or path.suffix != ".py"):
        return ""
    source = Path(*(part for part in path.parts if part != inside))
    module = (header or {}).get("source_module", "")
    kept = source.with_suffix("") / "__init__.py"
    spec = next((str(_shown(file)) for file in (source, kept) if inside and file.is_file()), "")
    named = " in ".join(filter(None, [module, spec])) or "a spec"
    command = "jaunt test" if (header or {}).get("kind") == "test" else "jaunt build"
    refs = _refs(header or {})
    specs = f" ({refs})" if refs else ""
    return f"{_shown(path)} is generated from {named}{specs}: change the spec there, then run: {command}"


def _refs(header: Mapping[str, Any]) -> str:
    found = header.get("spec_refs", [])
    with suppress(ValueError):
        found = json.loads(found) if isinstance(found, str) else found
    return ", ".join(str(ref).partition(":")[2] for ref in found[:5]) if isinstance(found, list) else ""


def _header(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            return parse_header(file.read(_HEADER).decode("utf-8", "replace"))
    except OSError:
        return None


def _generated_dir(path: Path) -> str:
    """Return the name of generated folders where a file is; the usual one outside of projects."""
    return _configured_dir(next((each for each in path.parents if each.is_dir()), path.parent))


@cache
def _configured_dir(folder: Path) -> str:
    try:
        return load_config(root=find_project_root(folder)).paths.generated_dir
    except JauntError:
        return DEFAULT_GENERATED_DIR


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
