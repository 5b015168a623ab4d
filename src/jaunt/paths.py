"""From a spec module's name to its generated module's name and file; pure, no file system."""

import os
from functools import lru_cache

TYPE_CHECKING = False  # type checkers take this name as true; the real one would import `typing`
if TYPE_CHECKING:
    from pathlib import PurePosixPath

DEFAULT_GENERATED_DIR = "__generated__"

PACKAGE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - a string: pathlib takes 10 ms to import
"""The folder of jaunt itself: what is started or read by its path is found from here, whoever moves."""


def spec_module_to_generated_module(module: str, generated_dir: str = DEFAULT_GENERATED_DIR) -> str:
    """Return the name of the generated module: `a.b.c` -> `a.__generated__.b.c`, `a` -> `a.__generated__`.

    Raises ValueError for a name that is not a dotted sequence of identifiers.
    """
    head, *rest = _parts(module)
    _parts(generated_dir)
    return ".".join([head, generated_dir, *rest])


def module_to_relpath(module: str) -> "PurePosixPath":
    """Return the file of a plain module, relative to its source root: `a.b` -> `a/b.py`."""
    return _pure_path(*_parts(module)).with_suffix(".py")


def generated_module_to_relpath(module: str, *, generated_dir: str = DEFAULT_GENERATED_DIR) -> "PurePosixPath":
    """Return the file of a *generated* module, relative to its source root.

    `a.__generated__.b` -> `a/__generated__/b.py`; `a.__generated__`, the generated module of the
    package `a` itself, is that folder's `__init__.py`. Raises ValueError if `generated_dir` is not
    the second part of the name.
    """
    parts = _parts(module)
    if parts[1:2] != (generated_dir,):
        raise ValueError(f"not a generated module: {module!r} ({generated_dir!r} is not its second part)")
    if len(parts) == 2:
        return _pure_path(*parts, "__init__.py")
    return _pure_path(*parts).with_suffix(".py")


def _pure_path(*parts: str) -> "PurePosixPath":
    from pathlib import PurePosixPath  # 10 ms, and what imports jaunt in production imports this file

    return PurePosixPath(*parts)


@lru_cache(maxsize=65_536)  # each name is asked for several times, and a project may have 10,000
def _parts(module: str) -> tuple[str, ...]:
    parts = tuple(module.split("."))
    if not all(part.isidentifier() for part in parts):
        raise ValueError(f"not a module name: {module!r}")
    return parts


def is_single_file(module: str, path: str) -> bool:
    """Return whether a spec module, which stands in the file `path`, is in no package: `slug.py` in a source root.

    Where its generated code goes, and how it is found there, is a matter of its own; the loader decides by the modules
    that it sees.
    """
    return "." not in module and os.path.basename(path) != "__init__.py"  # noqa: PTH119 - a string, as above


def generated_relpath(
    module: str,
    generated_dir: str = DEFAULT_GENERATED_DIR,
    *,
    single_file: bool = False,
    package: bool = False,
) -> "PurePosixPath":
    """Return the file that the code of a *spec* module goes to, relative to its source root.

    `single_file` says that the spec module is a file directly in the root (`slug.py`): its code goes to
    `__generated__/slug.py`, since a folder `slug` would shadow it. `package` says that it is a package's
    `__init__.py`: so is its code, since a file `core.py` would be shadowed by the folder `core` of its submodules.
    """
    return _pure_path(generated_relname(module, generated_dir, single_file=single_file, package=package))


def generated_relname(module: str, generated_dir: str, *, single_file: bool = False, package: bool = False) -> str:
    """Return `generated_relpath` as text, with "/" between the names; large projects ask for thousands."""
    _parts(generated_dir)
    head, *rest = _parts(module)
    if single_file:
        return f"{'/'.join([generated_dir, head, *rest])}.py"
    if package or not rest:
        return "/".join([head, generated_dir, *rest, "__init__.py"])
    return f"{'/'.join([head, generated_dir, *rest])}.py"
