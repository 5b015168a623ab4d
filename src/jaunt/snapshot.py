"""Snapshots: a project as its last scan left it, of which only what has changed since is read and linked again.

What is reused holds whatever happened to the files: edges and digests are kept only if no file was added or removed, no
module has other specs or other names than before, and what else they were found by is the same. Else all is linked anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from jaunt.config import JauntConfig
from jaunt.contract import Contract
from jaunt.deps import SpecFinder, collapse_to_module_dag, components, dependents_of, link_specs
from jaunt.digest import combine_parts, combine_specs, graph_digests, spec_parts
from jaunt.discovery import ModuleFile, Root, SpecModule, list_files, module_file, module_files, scan_file, scan_modules
from jaunt.errors import JauntError
from jaunt.lazy import LazyMapping, LazySequence, PerModule, PerSpec
from jaunt.linking import Linked, Linker, resolve_deps
from jaunt.registry import SpecEntry
from jaunt.scan_cache import ScanCache, Stamper, read_scan, write_scan
from jaunt.source import Names, read_source
from jaunt.source_files import SourceFiles
from jaunt.spec_ref import SpecRef, module_of

Record = dict[str, Any]


class Scan:
    """One look at a project's files: what is linked from it, and what it leaves for the next one."""

    def __init__(self, config: JauntConfig, roots: Sequence[Root], linker: Linker) -> None:
        self._root = config.root
        self._exclude = config.paths.exclude
        self._linker = linker
        self._settings = {
            "roots": [[str(root.folder), str(root.base), root.kind] for root in roots],
            "exclude": config.paths.exclude,
            "generated_dir": config.paths.generated_dir,
            "infer_deps": linker.infer_deps,
        }
        self._stamper = Stamper()
        self._listing = list_files(roots, generated_dir=config.paths.generated_dir, stamper=self._stamper)
        self._old = _Memory(read_scan(config.root, self._settings))
        self._scanned: dict[str, SpecModule | None] = {}
        self._built: dict[str, str] = {}
        self._next: _Draft | None = None

    def link(self) -> Linked:
        """Return what the project's modules are together."""
        changed = self._changed()
        linked = None if changed is None else self._relink(changed)
        return linked or self._link_all()

    def is_built(self, module: str, path: str) -> bool:
        """Whether the generated file at `path` is the very one that was found fresh for the module's digest."""
        draft = self._next
        return draft is not None and self._stamper.stamp_file(path) == draft.built.get(module)


@dataclass
class _Draft:
    built: dict[str, str]
