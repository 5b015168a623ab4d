"""What a distribution's pyproject.toml declares, and so what its code may import; several may share a project.

The nearest pyproject.toml that declares a distribution owns a module. Dependencies are read as PEP 621, dependency
groups, Poetry, PDM, Hatch and uv write them.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.process.frozen import frozen

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
_MAPPING = re.compile(r"^MAPPING\b[^=]*= *(\{.*?\})$", re.MULTILINE)
"""What an editable install by an import hook of setuptools maps: top-level module -> folder."""


@frozen
class Distributions:
    """The distributions that the folders of a project belong to.

    `bases` are the folders that module names start from, `sources` those of them that are no folders of tests.
    """

    root: Path
    bases: tuple[Path, ...]
    sources: tuple[Path, ...]

    @cached_property
    def owners(self) -> Mapping[Path, Path]:
        """Base -> the folder of the distribution that owns it."""
        return {base: owner_of(base, self.root) for base in self.bases}

    @property
    def are_several(self) -> bool:
        """Whether any module belongs to another folder than the project's own."""
        return any(owner != self.root for owner in self.owners.values())

    def declared_by(self, owner: Path) -> frozenset[str] | None:
        """Return the top-level modules that a distribution's code may import of others; None if it declares nothing."""
        if owner not in self._declared:
            self._declared[owner] = self._read(owner)
        return self._declared[owner]

    def bases_seen_from(self, owner: Path) -> tuple[Path, ...]:
        """Return the bases whose modules a distribution has without declaring them: its own, and those of nobody."""
        return tuple(base for base, other in self.owners.items() if other == owner or not self._name(other))

    @cached_property
    def _declared(self) -> dict[Path, frozenset[str] | None]:
        return {}

    def _read(self, owner: Path) -> frozenset[str] | None:
        required = _required_names(owner)
        if required is None:
            return None
        modules = frozenset(module for name in required for module in _modules_of(name))
        names = {*map(_normalized, required)}
        siblings = {other for other in self.owners.values() if other != owner and self._name(other) in names}
        tops = (top for base in self.sources if self.owners[base] in siblings for top in _top_level(base))
        return modules.union(tops)

    def _name(self, owner: Path) -> str:
        return _normalized(str(_declaration(_document(owner)).get("name", "")))


def owner_of(folder: Path, root: Path) -> Path:
    """Return the nearest folder, up to the project's, whose pyproject.toml declares a distribution; else `root`."""
    for each in (folder, *folder.parents):
        if each == root or not each.is_relative_to(root):
            break
        if _declaration(_document(each)):
            return each
    return root


def declared_modules(root: Path) -> frozenset[str] | None:
    """Return the top-level modules of the dependencies that pyproject.toml declares; None without it.

    All of its dependencies count, optional ones and groups too. What a distribution installs is asked of the
    environment; if it is not installed, its name stands for the module.
    """
    names = _required_names(root)
    return None if names is None else frozenset(module for name in names for module in _modules_of(name))


def require_readable(root: Path) -> None:
    """Raise JauntConfigError if there is a pyproject.toml that is no TOML."""
    file = root / "pyproject.toml"
    try:
        tomllib.loads(file.read_text("utf-8"))
    except OSError:
        return
    except ValueError as error:
        raise JauntConfigError(
            f"{file}: no TOML: {error}", hint="correct it: it says what code may import", code=codes.DEPENDENCIES
        ) from error


def _document(folder: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _table(value: Any, *names: str) -> Mapping[str, Any]:
    """Return the table below some names, an empty one if it is not there, or no table."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _declaration(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the table that declares a distribution, PEP 621's or Poetry's."""
    return _table(document, "project") or _table(document, "tool", "poetry")


def _required_names(folder: Path) -> frozenset[str] | None:
    """Return the names of the distributions that one requires, as written; None if it declares nothing."""
    document = _document(folder)
    project = _declaration(document)
    if not project:
        return None
    texts = [*_pep_requirements(document), *_tool_requirements(_table(document, "tool"))]
    if "dependencies" in project.get("dynamic", ()):
        try:
            texts += metadata.requires(str(project.get("name"))) or []
        except metadata.PackageNotFoundError:
            return None
    found = (_EGG.search(text) or _NAME.match(text.strip()) for text in texts)
    return frozenset(match[match.lastindex or 0] for match in found if match)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pep_requirements(document: Mapping[str, Any]) -> Iterator[str]:
    project = _table(document, "project")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    lists += _table(document, "dependency-groups").values()  # an included group is a group as well
    yield from _texts(lists)


def _tool_requirements(tools: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the tables of tools require, as requirements or as names."""
    poetry = _table(tools, "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    yield from (name for table in tables for name in table if name != "python")
    yield from _texts(_table(tools, "pdm", "dev-dependencies").values())
    yield from _texts([_table(tools, "uv").get("dev-dependencies")])
    for environment in _table(tools, "hatch", "envs").values():
        yield from _texts([_table(environment).get(key) for key in ("dependencies", "extra-dependencies")])


def _texts(lists: Iterable[Any]) -> Iterator[str]:
    yield from (item for each in lists if isinstance(each, list) for item in each if isinstance(item, str))


def _modules_of(distribution: str) -> frozenset[str]:
    """Return the top-level modules of a distribution; if it is not installed, its name, made a module's."""
    by_name = re.sub(r"[-.]+", "_", distribution).lower()
    try:
        installed = metadata.distribution(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return frozenset({by_name, re.sub(r"[-.]+", "_", distribution)})
    listed = (installed.read_text("top_level.txt") or "").split()
    files = installed.files or ()
    tops = {file.parts[0].partition(".")[0] for file in files if file.suffix in {".py", ".so", ".pyd"}}
    editable = {top for file in files for top in _editable_modules(file)}
    return frozenset({*listed, *tops, *editable, by_name})


def _editable_modules(file: metadata.PackagePath) -> Sequence[str]:
    """Return the top-level modules that a file of an editable install leads to: by folders, or by an import hook."""
    try:
        if file.suffix == ".pth":
            folders = (Path(line.strip()) for line in file.read_text("utf-8").splitlines() if line[:6] != "import")
            return [top for folder in folders if folder.is_absolute() for top in _top_level(folder)]
        found = _MAPPING.search(file.read_text("utf-8")) if file.name.startswith("__editable__") else None
        return [str(name).partition(".")[0] for name in ast.literal_eval(found[1])] if found else []
    except (OSError, ValueError, SyntaxError):
        return []


def _top_level(folder: Path) -> list[str]:
    """Return the names of the modules and packages in a folder."""
    try:
        entries = [*folder.iterdir()]
    except OSError:
        return []
    files = [each.stem for each in entries if each.suffix == ".py"]
    packages = [each.name for each in entries if each.is_dir() and any(each.glob("*.py"))]
    return [name for name in [*files, *packages] if name.isidentifier() and name != "setup"]
