"""Plans to be drawn: of the shop, and of modules that are nowhere on a disk."""

from collections.abc import Mapping
from pathlib import Path

from projects import SHOP, write_files

from jaunt.config import JauntConfig, load_config
from jaunt.files.listing import ModuleFile
from jaunt.plan.freshness import FRESH, Freshness
from jaunt.plan.plan import Plan, make_plan
from jaunt.plan.reasons import PartChange, Reason, ReasonKind
from jaunt.project.project import Project, load_project
from jaunt.registry import SpecKind
from jaunt.specs.spec_module import SpecModule

WHY_STALE = "spec changed: app.words:split_words (docstring)"
STALE = Freshness(
    "stale", (Reason(ReasonKind.SPEC_CHANGED, "app.words:split_words", parts=(PartChange("docstring"),)),), stale=True
)
EVIL = """</script><script>window.pwned = 1</script><!-- <img src=x onerror="window.pwned = 2"> {{script}}"""
"""Text that tries to break out of a page."""


def sketch(dag: Mapping[str, list[str]], freshness: Mapping[str, Freshness] | None = None) -> Plan:
    """Return a plan of modules that are nowhere on a disk; names that begin with `test` are tests."""
    modules = {name: SpecModule(name, ModuleFile(name, Path(f"/p/{name}.py"), Path("/p")), _kind(name)) for name in dag}
    project = Project(
        Path("/p"), JauntConfig(root=Path("/p")), modules=modules, dag={m: set(d) for m, d in dag.items()}
    )
    return Plan(project, {name: (freshness or {}).get(name, FRESH) for name in dag}, {})


def told(text: str) -> Freshness:
    """Return the freshness of a module that is broken for a reason in other people's words."""
    return Freshness("broken", (Reason(ReasonKind.BROKEN, detail=text),), stale=True)


def _kind(name: str) -> SpecKind:
    return "test" if name.startswith("test") else "magic"


def shop_plan(root: Path, freshness: Mapping[str, Freshness] | None = None, **files: str) -> Plan:
    """Return the plan of the project SHOP, with its own freshness but for the given ones."""
    write_files(root, {**SHOP, **files})
    plan = make_plan(load_project(load_config(root=root)))
    return Plan(plan.project, {**plan.freshness, **(freshness or {})}, plan.problems)
