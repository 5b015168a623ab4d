"""From roots to spec modules and their entries, by reading source: no user code is imported here."""

import importlib
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import ModuleType

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import Root, find_files
from jaunt.process.boundary import caught
from jaunt.registry import SpecEntry, SpecKind, get_specs_by_module


def discover_modules(
    *, roots: Iterable[Path | str], exclude: Iterable[str] = (), generated_dir: str = "__generated__"
) -> list[str]:
    """Return the sorted names of the modules below `roots`, each named from its root.

    `exclude` are glob patterns on the path, of a file or a folder, below the root; hidden folders, virtual
    environments, caches and `generated_dir` are never entered.
    """
    searched = [Root(Path(root), Path(root)) for root in roots]
    return sorted({file.name for file in find_files(searched, exclude=exclude, generated_dir=generated_dir)})


def import_and_collect(names: Iterable[str], *, kind: SpecKind) -> dict[str, list[SpecEntry]]:
    """Import modules into this process, where their decorators register, and return the specs of one kind.

    Raises JauntDiscoveryError that names the module that failed, with the error as its cause.
    """
    wanted = list(names)
    loaded = set(sys.modules)
    registered = get_specs_by_module(kind)
    importlib.invalidate_caches()  # the files may be newer than Python's listings of their folders
    for name in wanted:
        error = caught(partial(_import, name, kind, again=name in loaded and name not in registered))
        if isinstance(error, KeyboardInterrupt):
            raise error
        if error is not None:
            raise JauntDiscoveryError(
                f"{name}: cannot be imported: {type(error).__name__}: {error}",
                hint="run it with python to see more",
                code=codes.UNIMPORTABLE,
            ) from error
    return {module: specs for module, specs in get_specs_by_module(kind).items() if module in set(wanted)}


def _import(name: str, kind: SpecKind, *, again: bool) -> None:
    """Import a module; `again` if it was imported before, and the registry was cleared since then."""
    module = importlib.import_module(name)
    if again and _has_specs(module, kind):
        importlib.reload(module)


def _has_specs(module: ModuleType, kind: SpecKind) -> bool:
    """Whether an imported module declares specs of a kind, so that running it again registers them."""
    return any(
        str(getattr(value, "__jaunt_spec_ref__", "")).startswith(f"{module.__name__}:")
        and getattr(value, "__jaunt_kind__", None) == kind
        for value in list(vars(module).values())
    )
