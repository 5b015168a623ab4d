"""A starter: the files that make a jaunt project of a folder, with a first spec; nothing is overwritten."""

import keyword
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jaunt.config import find_project_root, load_config
from jaunt.errors import JauntConfigError, JauntWriteError
from jaunt.files.atomic import require_writable, write_atomic
from jaunt.generate.providers import PROVIDERS, load_provider
from jaunt.project.project import load_project
from jaunt.text.counts import counted

CONFIG = """\
# The configuration of jaunt. Every key may be left out; those shown are the defaults, or examples after "#".
version = 1

[paths]
source_roots = ["{source_root}"]
test_roots = ["tests"]
generated_dir = "__generated__" # commit what is in there: a fresh clone then builds nothing

[llm]
# Who writes the code. Choose one; the key stays in the environment.
{providers}
[build]
jobs = 8 # modules at a time
max_attempts = 3 # a module's answers are asked for until one passes all checks
"""

SPEC = '''\
"""A first spec: jaunt generates the code of this module from what is written here."""

import jaunt

SEPARATOR = "-"  # written by hand; generated code imports it


@jaunt.magic
def slugify(title: str) -> str:
    """Return `title` in lower case, with each run of characters other than a-z and 0-9 replaced by one SEPARATOR.

    There is no SEPARATOR at either end. ValueError if nothing is left.

    >>> slugify("  Hello, World! ")
    'hello-world'
    """
    ...
'''

TEST_SPEC = '''\
"""A first test spec: jaunt generates the test from what it is to assert."""

import jaunt
from {package}.slug import slugify


@jaunt.test
def test_slugify() -> None:
    """Assert that slugify("A  b") == "a-b", that slugify("--a--") == "a", and that slugify("!") raises ValueError."""
    ...
'''

DODO = """\
# Run by doit: `doit build`, `doit test`, `doit check`, `doit list --all`. Tasks of your own may stand beside these.
from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test  # noqa: F401
"""

TOOLS = """\
# For the tools beside jaunt, which reads nothing of it: pytest finds the package by this.
[tool.pytest.ini_options]
pythonpath = ["{source_root}"]

# `ruff check --fix` leaves alone what only a docstring uses, and the `...` below it: both are part of a spec.
[tool.ruff.lint]
unfixable = ["F401", "PIE790"]
ignore = ["PIE790"]
"""

GITIGNORE = ("__pycache__/", ".jaunt/", ".doit.db*")
"""What git is to ignore. Generated code is not in it, as it is meant to be committed."""


_TOOL_SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")


@dataclass
class Started:
    """What was done to a folder; paths are relative to it.

    `created` were not there before; `extended` got lines at their end; `kept` maps what was left as it is to a remark
    for the person.
    """

    root: Path
    package: str
    created: list[str] = field(default_factory=list)
    extended: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def start_project(root: Path, *, example: bool = False) -> Started:
    """Write what `root` lacks to be a jaunt project, and return what was done.

    A folder with code in it gets its configuration only: nothing that could change what its tests import. With
    `example`, or where there is no code yet, a first spec, its test and a dodo.py come along.
    Raises JauntConfigError, before anything is written, if something can't be written, or if the configuration that is
    there already is wrong.
    """
    root = root.resolve()
    source_root, package = _layout(root)
    started = Started(root, package)
    files = dict(_files(root, source_root, package, started, samples=example or not _has_code(root, source_root)))
    ignored = _gitignore(root, started)
    try:
        for path in [*files, *([root / ".gitignore"] if ignored else [])]:
            require_writable(path, within=root)
        root.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            write_atomic(path, text, within=root)
        if ignored:
            with (root / ".gitignore").open("ab") as file:  # what is in there stays as it is, byte by byte
                file.write(ignored)
    except JauntWriteError as error:
        raise JauntConfigError(str(error), hint=error.hint) from error
    except OSError as error:
        problem = f"cannot write {error.filename or root}: {error.strerror or error}"
        raise JauntConfigError(problem, hint="choose another folder") from error
    started.created += [path.relative_to(root).as_posix() for path in files]
    return started


def _layout(root: Path) -> tuple[str, str]:
    """Return the folder of the packages and the package that the first spec goes into; either may be missing."""
    configured = _configured_root(root)
    source_root = configured or ("src" if (root / "src").is_dir() or not _packages(root) else ".")
    packages = _packages(root / source_root)
    named = _package_name(_project_name(root) or root.name)
    return source_root, named if named in packages or not packages else packages[0]


def _configured_root(root: Path) -> str | None:
    """Return the first source folder that the configuration names; None if there is no configuration."""
    try:
        if find_project_root(root) != root:
            return None
    except JauntConfigError:
        if not (root / "jaunt.toml").exists():
            return None
        raise
    return load_config(root=root).paths.source_roots[0]


def _packages(folder: Path) -> list[str]:
    """Return the packages in a folder, sorted, those of tests aside."""
    found = (file.parent.name for file in folder.glob("*/__init__.py"))
    return sorted(name for name in found if name.isidentifier() and name not in ("tests", "test"))


def _project_name(root: Path) -> str:
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
        return str(project.get("name", "")) if isinstance(project, dict) else ""
    except (OSError, ValueError):
        return ""


def _package_name(name: str) -> str:
    """Return a project's or folder's name as one that Python can import and that shadows nothing."""
    package = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
    taken = keyword.iskeyword(package) or package in {*sys.stdlib_module_names, "jaunt", "tests"}
    if not package.isidentifier() or taken:
        return f"{package}_app" if package and not package[0].isdigit() else "app"
    return package


def _has_code(root: Path, source_root: str) -> bool:
    """Whether a project stands here already: Python files that are not empty, where they usually are."""
    folders = dict.fromkeys([root, root / source_root, root / "tests", root / "test"])
    files = (file for folder in folders for each in ("*.py", "*/*.py") for file in folder.glob(each))
    return any(file.name != "dodo.py" and not _is_hidden(file, root) and file.stat().st_size for file in files)


def _is_hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _files(
    root: Path, source_root: str, package: str, started: Started, *, samples: bool
) -> Iterator[tuple[Path, str]]:
    """Yield the files to write, path and text; what is there already is noted down as kept."""
    has_config = _configured_root(root) is not None
    if has_config:
        started.kept["jaunt.toml" if (root / "jaunt.toml").exists() else "pyproject.toml"] = "it configures jaunt"
    else:
        yield root / "jaunt.toml", CONFIG.format(source_root=source_root, providers=_provider_settings())
    modules = load_project(load_config(root=root)).modules if has_config else {}
    if modules:
        started.kept[source_root] = f"{counted(len(modules), 'spec module')} there already"
    if not samples:
        return
    if not modules:
        yield from _specs(root, root / source_root / package, package, started)
    dodo = root / "dodo.py"
    if dodo.exists():
        text = dodo.read_text(encoding="utf-8", errors="replace")
        used = "jaunt" in text
        started.kept["dodo.py"] = "it has jaunt's tasks" if used else f"add to it: {DODO.splitlines()[1]}"
    else:
        yield dodo, DODO
    if not any((root / name).exists() for name in _TOOL_SETTINGS):
        yield root / "pyproject.toml", TOOLS.format(source_root=source_root)


def _provider_settings() -> str:
    """Return the settings that choose each provider, as comments."""
    blocks = (load_provider(name).SETTINGS.splitlines() for name in PROVIDERS)
    return "#\n".join("".join(f"# {line}\n" for line in block) for block in blocks)


def _specs(root: Path, folder: Path, package: str, started: Started) -> Iterator[tuple[Path, str]]:
    """Yield the first spec and its test; no test without the spec."""
    spec = folder / "slug.py"
    if spec.exists():
        started.kept[spec.relative_to(root).as_posix()] = "no first spec is written, as it has that name"
        return
    if not (folder / "__init__.py").exists():
        yield folder / "__init__.py", ""
    yield spec, SPEC
    test = root / "tests" / "test_slug.py"
    if test.exists():
        started.kept[test.relative_to(root).as_posix()] = "no test spec is written, as it has that name"
        return
    yield test, TEST_SPEC.format(package=package)


def _gitignore(root: Path, started: Started) -> bytes:
    """Return what to add to .gitignore."""
    path = root / ".gitignore"
    old = path.read_bytes() if path.exists() else b""
    lines = {line.strip().strip("/") for line in old.decode("utf-8", "replace").splitlines()}
    missing = [line for line in GITIGNORE if line.strip("/") not in lines]
    if not missing:
        started.kept[".gitignore"] = "it has all that it needs"
        return b""
    (started.extended if path.exists() else started.created).append(".gitignore")
    end = "\r\n" if b"\r\n" in old else "\n"
    first = end if old and not old.endswith(b"\n") else ""
    return (first + "".join(f"{line}{end}" for line in missing)).encode()
