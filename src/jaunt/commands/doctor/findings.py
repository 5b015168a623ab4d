"""Health: whether this machine and a project have all that a build needs, and what to do where they don't."""

import importlib.util
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from jaunt.checks.tools.tool import ToolError, find_tool
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError, JauntError, JauntWriteError
from jaunt.files.atomic import check_writable
from jaunt.files.lock import why_no_lock
from jaunt.files.temporary import abandoned_files
from jaunt.generate.model import KEY_VARIABLES
from jaunt.generate.providers import make_backend
from jaunt.generate.providers.command import FOLDER_HINT, relative_files
from jaunt.generate.providers.proxies import proxy_for
from jaunt.generate.providers.sdk import SERVER_HINT
from jaunt.project.project import Project
from jaunt.project.roots import search_roots
from jaunt.report.console import some
from jaunt.sandbox.sandbox import Sandbox

OLDEST_PYTHON = (3, 11)
DOIT_SERIES = "0.37"
"""The only releases of doit that the engine knows."""

_CONNECT_SECONDS = 2.0
_MOST_SHOWN = 3  # files whose names are printed

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What one check found; `hint` says what to do. A build works in spite of a "warn", but not of a "fail"."""

    level: Level
    subject: str
    text: str
    hint: str = ""


def machine_findings() -> Iterator[Finding]:
    """Check what every project needs: Python, doit, pytest."""
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info >= OLDEST_PYTHON:
        yield Finding("ok", "python", f"{version}, {sys.executable}")
    else:
        yield Finding("fail", "python", f"{version} is too old", f"use Python {wanted} or later")
    yield _doit()
    if importlib.util.find_spec("pytest"):
        yield Finding("ok", "pytest", _version("pytest"))
    else:
        yield Finding("fail", "pytest", "is not installed beside jaunt", "pip install pytest")


def project_findings(config: JauntConfig) -> Iterator[Finding]:
    """Check what the project's configuration asks for: tools, provider, sandbox, folders, lock, leftovers."""
    yield Finding("ok", "config", str(config.config_file))
    yield from _tools(config)
    yield from _provider(config)
    yield _sandbox(config)
    yield from _folders(config)
    yield _lock(config)
    yield from _leftovers(config)


def spec_findings(project: Project) -> Iterator[Finding]:
    """Check the specs: whether there are any, whether all can be read, whether git takes what is generated."""
    if not project.modules:
        yield Finding(
            "warn",
            "specs",
            "there are none",
            "decorate a stub with @jaunt.magic, or correct paths.source_roots",
        )
        return
    problems = list(dict.fromkeys(map(str, project.problems.values())))
    if problems:
        text = f"{len(project.problems)} modules are broken: {problems[0]}"
        yield Finding("fail", "specs", text, "run: jaunt status")
    else:
        yield Finding("ok", "specs", f"{len(project.modules)} modules")
    yield from _git(project)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _doit() -> Finding:
    version = _version("doit")
    hint = f"pip install 'doit=={DOIT_SERIES}.*'"
    if not version:
        return Finding("fail", "doit", "is not installed beside jaunt", hint)
    if not f"{version}.".startswith(f"{DOIT_SERIES}."):
        return Finding("fail", "doit", f"{version} is not a {DOIT_SERIES} release", hint)
    return Finding("ok", "doit", version)


def _tools(config: JauntConfig) -> Iterator[Finding]:
    for tool in ("ruff", "ty"):
        severity = getattr(config.verify, tool)
        if severity == "off":
            yield Finding("ok", tool, "not used: it is off in [verify]")
            continue
        try:
            yield Finding("ok", tool, str(find_tool(tool)))
        except ToolError as error:
            level: Level = "fail" if severity == "error" else "warn"
            yield Finding(level, tool, str(error), f'pip install {tool}, or set {tool} = "off" in [verify]')


def _provider(config: JauntConfig) -> Iterator[Finding]:
    """Check that the provider can be used as configured; the key itself is never shown, nor sent."""
    llm = config.llm
    try:
        make_backend(config)
    except JauntError as error:
        yield Finding("fail", "provider", str(error), error.hint or "")
        return
    named = " ".join(filter(None, [llm.provider, llm.model]))
    is_keyless = llm.base_url and llm.provider == "openai"
    variable = llm.api_key_env or ("" if is_keyless else KEY_VARIABLES.get(llm.provider or "", ""))
    yield Finding("ok", "provider", named + (f", {variable} is set" if variable else ""))
    if llm.base_url and llm.provider in ("openai", "anthropic"):
        yield _server(llm.base_url)
    for name in relative_files(llm, config.root) if llm.provider == "command" else ():
        yield Finding("warn", "provider", f"{name} is not in the empty folder that the command runs in", FOLDER_HINT)


def _server(url: str) -> Finding:
    """Open a connection to a server and close it: nothing is sent."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    where = f"{host}:{port}"
    if proxy_for(url):
        return Finding("ok", "server", f"{where} is reached by a proxy; not tried")
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        return Finding("fail", "server", f"{where} does not answer: {reason}", SERVER_HINT)
    return Finding("ok", "server", f"{where} answers")


def _sandbox(config: JauntConfig) -> Finding:
    sandbox = Sandbox(config.sandbox)
    try:
        text = sandbox.describe().removeprefix("sandbox: ")
        if sandbox.is_weak:
            return Finding("warn", "sandbox", text, "install bubblewrap, and leave sandbox.mode at auto")
        return Finding("ok", "sandbox", text)
    except JauntConfigError as error:
        return Finding("fail", "sandbox", str(error), error.hint or "")


def _folders(config: JauntConfig) -> Iterator[Finding]:
    named = [*config.paths.source_roots, *config.paths.test_roots]
    for name in named:
        if not (config.root / name).is_dir():
            yield Finding("warn", "paths", f"{config.root / name} is missing", "make it, or correct [paths]")
    generated = [root.folder / config.paths.generated_dir for root in search_roots(config)]
    folders = [config.root / ".jaunt", *generated]
    problems = [error for folder in folders if (error := _unwritable(folder, config.root))]
    for error in problems:
        yield Finding("fail", "paths", str(error), error.hint or "")
    if not problems:
        yield Finding("ok", "paths", f"{', '.join(named)} and .jaunt can be written")


def _unwritable(folder: Path, root: Path) -> JauntWriteError | None:
    try:
        check_writable(folder / "a file", within=root)
    except JauntWriteError as error:
        return error
    return None


def _lock(config: JauntConfig) -> Finding:
    """Check, by taking one, that locks work in the store's folder, or in the nearest one above that is there."""
    if config.store.readonly:
        return Finding("ok", "lock", "not used: the store is readonly")
    if not importlib.util.find_spec("filelock"):
        return Finding("fail", "lock", "filelock is not installed beside jaunt", "pip install filelock")
    store = config.root / config.store.path
    folder = next(folder for folder in [store, *store.parents] if folder.is_dir())
    problem = why_no_lock(folder)
    if problem is None:
        return Finding("ok", "lock", f"builds at the same time take turns, by locks in {store}")
    return Finding(
        "warn",
        "lock",
        f"{folder}: {problem}; builds at the same time pay for the same modules",
        "let [store] path name a folder on a local disk, or build one at a time",
    )


def _leftovers(config: JauntConfig) -> Iterator[Finding]:
    """Look for the temporary files of builds that were killed while they were writing."""
    folders = [config.root / ".jaunt", *(root.folder for root in search_roots(config))]
    found = sorted({str(path) for path in abandoned_files(folders)})
    if found:
        text = f"{len(found)} of builds that were killed: {some(found, _MOST_SHOWN)}"
        yield Finding("warn", "leftovers", text, "the next build that has something to do removes them")


def _git(project: Project) -> Iterator[Finding]:
    """Check that git doesn't ignore what is generated; without git, or a repository, there is nothing to say."""
    paths = "".join(f"{project.generated_path(module)}\0" for module in sorted(project.modules))
    command = ["git", "check-ignore", "--no-index", "--verbose", "-z", "--stdin"]
    try:
        asked = subprocess.run(command, input=paths, cwd=project.root, capture_output=True, text=True, check=False)
    except OSError:
        return
    if asked.returncode == 1:
        yield Finding("ok", "git", "generated code is not ignored, so it can be committed")
    elif asked.returncode == 0:
        source, line, pattern = asked.stdout.split("\0")[:3]
        yield Finding(
            "warn",
            "git",
            f"generated code is ignored, by {pattern!r} in {source}:{line}",
            "remove that line and commit the code, else every clone has to pay for it again",
        )
