"""Builds of a project in a folder, in this process, by a backend that a test brings."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.config import load_config
from jaunt.engine.job import Listener, Outcome
from jaunt.generate.base import GeneratorBackend
from jaunt.header import Kind
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project, load_project, remember, select_targets

PLAIN = 'version = 1\n[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'
"""A configuration without the checks that start programs."""
EXAMPLES = PLAIN.replace("doctests = false", 'robustness = "off"')
"""The same, with the examples of the specs run, and nothing else of them."""


def load(root: Path, config: str | None = None) -> Project:
    """Return the project at `root`, with `config` as its configuration, or with the one that is there or none."""
    (root / "jaunt.toml").touch()
    if config is not None:
        (root / "jaunt.toml").write_text(config)
    return load_project(load_config(root=root))


def build_with(
    root: Path,
    backend: GeneratorBackend,
    *,
    jobs: int = 1,
    targets: Sequence[str] = (),
    kind: Kind = "build",
    order: str = "",
    listener: Listener | None = None,
) -> dict[str, Outcome]:
    """Build what is stale of the project at `root`; return module -> outcome, as `jaunt build` would."""
    project = load_project(load_config(root=root))
    modules = select_targets(project, targets) if targets else project.modules_of(kind)
    plan = make_plan(project, modules).restricted_to([kind])
    outcomes = asyncio.run(run_plan(plan, project_settings(plan, backend), jobs=jobs, order=order, listener=listener))
    remember(project, plan.found_fresh, make_folder=True)
    return outcomes
