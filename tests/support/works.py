"""The work for single modules, and what a build makes of it."""

import asyncio
from pathlib import Path

from libraries import make_library, spec_modules

from jaunt.build.pipeline import ModuleBuilder
from jaunt.build.settings import BuildSettings
from jaunt.builder import library_works
from jaunt.engine.job import Outcome
from jaunt.plan.module_work import ModuleWork

WORK_FILES = spec_modules({"pkg.a": [], "pkg.sub.b": ["pkg.a"]}) | {"pkg/sub/__init__.py": ""}
"""Two modules, `pkg.sub.b` on `pkg.a`."""


def make_work(base: Path, module: str = "pkg.a", files: dict[str, str] | None = None) -> ModuleWork:
    """Return the work for one module of WORK_FILES, written below `base`."""
    library = make_library(base, WORK_FILES if files is None else files)
    works = library_works(base, "__generated__", library.module_specs, library.specs, library.spec_graph)
    return next(work for work in works if work.module == module)


def build_work(work: ModuleWork, settings: BuildSettings) -> Outcome:
    """Return what comes of one module's work."""
    with ModuleBuilder(settings) as builder:
        return asyncio.run(builder.build(work))
