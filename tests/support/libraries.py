"""Specs without a project: what `run_build` and `run_test_generation` take."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projects import write_files

from jaunt.deps import build_spec_graph
from jaunt.files.listing import Root, find_files
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.graph import collapse_to_module_dag
from jaunt.specs.spec_module import scan_modules

MakeEntry = Callable[..., SpecEntry]
"""The fixture `make_entry`: makes an entry by hand."""


@dataclass(frozen=True)
class Library:
    """Specs that were read from files, in the form in which the build entry points take them."""

    module_specs: dict[str, list[SpecEntry]]
    specs: dict[SpecRef, SpecEntry]
    spec_graph: dict[SpecRef, set[SpecRef]]
    module_dag: dict[str, set[str]]

    def graph(self) -> dict[str, Any]:
        """Return the keyword arguments that `detect_stale_modules` takes."""
        return {"module_specs": self.module_specs, "specs": self.specs, "spec_graph": self.spec_graph}

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments that the build entry points take."""
        return {**self.graph(), "module_dag": self.module_dag}


def by_ref(*entries: SpecEntry) -> dict[SpecRef, SpecEntry]:
    """Return entries by their references."""
    return {entry.spec_ref: entry for entry in entries}


def make_library(base: Path, files: Mapping[str, str], *, write: bool = True) -> Library:
    """Write files below `base` and return the specs in them, each module named from `base`."""
    if write:
        write_files(base, files)
    modules = scan_modules(find_files([Root(base, base)], generated_dir="__generated__"))
    module_specs = {module.name: list(module.entries) for module in modules}
    specs = {entry.spec_ref: entry for module in modules for entry in module.entries}
    graph = build_spec_graph(specs, infer_default=True)
    dag = {module.name: set[str]() for module in modules} | collapse_to_module_dag(graph)
    return Library(module_specs, specs, graph, dag)


def spec_file(name: str, *deps: str, doc: str = "Return a number.", kind: str = "magic") -> str:
    """Return the source of a spec module with one function spec that depends on `deps` (references)."""
    return f'import jaunt\n\n\n@jaunt.{kind}(deps={list(deps)!r})\ndef {name}() -> int:\n    """{doc}"""\n    ...\n'


def spec_modules(dag: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return a file for each module of a DAG, `pkg.a` with the one spec `a`."""
    return {
        "pkg/__init__.py": "",
        **{
            f"{module.replace('.', '/')}.py": spec_file(_last(module), *(f"{d}:{_last(d)}" for d in deps))
            for module, deps in dag.items()
        },
    }


def _last(module: str) -> str:
    return module.rpartition(".")[2]
