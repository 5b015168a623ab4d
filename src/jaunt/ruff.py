"""What ruff says of a candidate, by the settings that hold for the generated file.

It runs on as a language server: a process for each candidate would take twenty times as long. If it is missing,
crashes or takes too long, the check fails.
"""

import asyncio
import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from jaunt.language_server import LanguageServer, LanguageServerError
from jaunt.validation import Checked
from jaunt.verify import TOOL_SECONDS, Place, ToolError, error_at, find_tool, last_line

Settings = tuple[tuple[Path, int, int], ...]
"""The files with settings that count for a candidate, nearest first: path, time of modification in ns, size."""

_SAFE = {"settings": {"configuration": {"unsafe-fixes": False}}}  # whatever the project's settings say
# Syntax errors, and pyflakes: undefined and unused names.
_SURE = {
    "settings": {
        "configurationPreference": "editorOnly",
        "configuration": {"target-version": f"py{sys.version_info.major}{sys.version_info.minor}"},
        "exclude": [],
        "lint": {"select": ["E9", "F"]},
    }
}
_IMPORT_ORDER = {"I001", "I002"}  # fixed by an action of their own
_NO_SYNTAX = "("  # an error by any settings

_servers: dict[tuple[int, Path, Settings], LanguageServer] = {}
_servers_turn = threading.Lock()


async def check_with_ruff(source: str, place: Place) -> Checked:
    """Return a candidate, formatted and with what is safe to fix fixed, and what ruff still finds.

    The settings are those that hold for the generated file. In a project that has none, or excludes the file, only
    what is surely wrong counts: ruff's own choice of rules grows from release to release. Raises ToolError.
    """
    return await asyncio.to_thread(_check_with_ruff, source, place)


def _check_with_ruff(source: str, place: Place) -> Checked:
    settings = _ruff_settings(place.path)
    if settings:
        checked = _consult(_ruff_server(place.root, settings), source, place)
        if checked is not None:
            return checked
    checked = _consult(_ruff_server(place.root, ()), source, place)
    assert checked is not None
    return checked


def _consult(server: LanguageServer, source: str, place: Place) -> Checked | None:
    """Return what ruff makes of a candidate; None if its settings exclude the file."""
    try:
        with server.document(place.path, source) as document:
            document.format()
            if found := document.diagnostics():
                document.act("source.fixAll")
                if any(str(each.get("code")) in _IMPORT_ORDER for each in found):
                    document.act("source.organizeImports")
                document.format()
                found = document.diagnostics()
        if not found:
            with server.document(place.path, _NO_SYNTAX) as probe:
                if not probe.diagnostics():
                    return None
    except LanguageServerError as error:
        _forget(server)
        raise ToolError(f"ruff {error}") from error
    errors = []
    for each in sorted(found, key=lambda each: (each["range"]["start"]["line"], each["range"]["start"]["character"])):
        text = f"{each.get('code') or 'syntax'} {each['message'].partition(chr(10))[0]}"
        errors.append(error_at("ruff", document.text, each["range"]["start"]["line"] + 1, text))
    return Checked(document.text, errors)


def _ruff_settings(path: Path) -> Settings:
    """Return the files with settings of ruff in the folders that a file stands in, as they are now."""
    found = []
    for folder in path.parents:
        for name in ("ruff.toml", ".ruff.toml", "pyproject.toml"):
            with suppress(OSError):
                file = folder / name
                status = file.stat()
                if name != "pyproject.toml" or "[tool.ruff" in file.read_text("utf-8", "replace"):
                    found.append((file, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _ruff_server(root: Path, settings: Settings) -> LanguageServer:
    """Return ruff as a server with the settings of the project or, if there are none, with the sure rules alone.

    Raises ToolError.
    """
    key = (os.getpid(), root, settings)  # it belongs to the process that started it
    with _servers_turn:
        if key in _servers:
            return _servers[key]
        program = find_tool("ruff")
        if settings:
            _require_readable(program, settings[0][0])
        try:
            command, rules = [program, "server"], _SAFE if settings else _SURE
            server = _servers[key] = LanguageServer(command, root, rules, seconds=TOOL_SECONDS)
        except LanguageServerError as error:
            raise ToolError(f"ruff {error}") from error
        return server


def _require_readable(program: Path, settings: Path) -> None:
    """Raise ToolError for settings that can't be read: the server would go on with its own."""
    command = [program, "check", "--no-cache", "--stdin-filename", settings.with_name("empty.py"), "-"]
    try:
        child = subprocess.run(
            [str(part) for part in command], cwd=settings.parent, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=TOOL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{program} cannot be run: {error}") from error
    if child.returncode not in (0, 1):
        said = child.stderr.decode("utf-8", "replace")
        raise ToolError(f"ruff failed: {last_line(said) or f'exit code {child.returncode}'}")


def _forget(server: LanguageServer) -> None:
    """Let the next candidate have a new server."""
    with _servers_turn:
        for key in [key for key, each in _servers.items() if each is server]:
            del _servers[key]
    server.close()


@atexit.register
def _close_all() -> None:
    for (process, *_), server in _servers.items():
        if process == os.getpid():
            server.close()
