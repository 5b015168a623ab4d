"""What a distribution's pyproject.toml declares, and so what its code may import; several may share a project.

The nearest pyproject.toml that declares a distribution owns a module. Dependencies are read as PEP 621, dependency
groups, Poetry, PDM, Hatch and uv write them.
"""

import ast
import importlib
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.process.frozen import frozen

if TYPE_CHECKING:
    from importlib.metadata import PackagePath

_NO_TAG = re.compile(r"[^\w-]")
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

    @cached_property
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

    def order_from(self, owner: Path) -> tuple[Path, ...]:
        """Return all bases in the order in which a distribution's code looks for a module in them.

        Its own come first, then those of the distributions that it declares: modules of several may have one name. One
        that shares no top-level name with another has the order of all.
        """
        if not self._shares_names(owner):
            return self.bases
        declared = self._siblings(owner)
        return tuple(sorted(self.bases, key=lambda base: _place(self.owners[base], owner, declared)))

    def tag_of(self, base: Path) -> str:
        """Return what tells modules in a folder from those of one name elsewhere: "packages-shop" in packages/shop.

        The project's own have "". It is fit for a command, a file's name and a record of words.
        """
        owner = self.owners[base]
        return "" if owner == self.root else _NO_TAG.sub("_", os.path.relpath(owner, self.root).replace(os.sep, "-"))

    def _shares_names(self, owner: Path) -> bool:
        others = (names for other, names in self._tops.items() if other != owner)
        return any(not self._tops[owner].isdisjoint(names) for names in others) if owner in self._tops else False

    @cached_property
    def _tops(self) -> dict[Path, set[str]]:
        """Owner -> the top-level names in its folders, if there are several owners."""
        found: dict[Path, set[str]] = {}
        for base, owner in self.owners.items() if self.are_several else ():
            found.setdefault(owner, set()).update(_top_level(base))
        return found

    def _siblings(self, owner: Path) -> set[Path]:
        """Return the other distributions of the project that one declares."""
        names = {*map(_normalized, _required_names(owner) or ())}
        return {other for other in self.owners.values() if other != owner and self._name(other) in names}

    @cached_property
    def _declared(self) -> dict[Path, frozenset[str] | None]:
        return {}

    def _read(self, owner: Path) -> frozenset[str] | None:
        required = _required_names(owner)
        if required is None:
            return None
        modules = frozenset(module for name in required for module in _modules_of(name))
        siblings = self._siblings(owner)
        tops = (top for base in self.sources if self.owners[base] in siblings for top in _top_level(base))
        return modules.union(tops)

    def _name(self, owner: Path) -> str:
        return _normalized(str(_declaration(_document(owner)).get("name", "")))


def _place(owner: Path, own: Path, declared: Collection[Path]) -> int:
    return 0 if owner == own else 1 if owner in declared else 2


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
            texts += _metadata().requires(str(project.get("name"))) or []
        except ModuleNotFoundError:
            return None
    found = (_EGG.search(text) or _NAME.match(text.strip()) for text in texts)
    return frozenset(match[match.lastindex or 0] for match in found if match)


def _metadata() -> Any:
    """Return what tells of installed distributions: 20 ms, for nothing where only owners are asked for."""
    return importlib.import_module("importlib.metadata")


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
        installed = _metadata().distribution(distribution)
    except (ModuleNotFoundError, ValueError):
        return frozenset({by_name, re.sub(r"[-.]+", "_", distribution)})
    listed = (installed.read_text("top_level.txt") or "").split()
    files = installed.files or ()
    tops = {file.parts[0].partition(".")[0] for file in files if file.suffix in {".py", ".so", ".pyd"}}
    editable = {top for file in files for top in _editable_modules(file)}
    return frozenset({*listed, *tops, *editable, by_name})


def _editable_modules(file: "PackagePath") -> Sequence[str]:
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
    packages = [each.name for each in entries if each.is_dir() and _holds_code(each)]
    return [name for name in [*files, *packages] if name.isidentifier() and name != "setup"]


def _holds_code(folder: Path) -> bool:
    """Whether a folder is a package, or a namespace with packages in it: `acme` of `acme/core/__init__.py`."""
    return any(next(folder.glob(f"{below}*.py"), None) for below in ("", "*/", "*/*/"))
