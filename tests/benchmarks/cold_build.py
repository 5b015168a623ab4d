"""How long a cold build of many modules takes when the backend answers at once.

    python tests/benchmarks/cold_build.py [--modules 1000] [--specs 5] [--layers 10] [--jobs 8] [--project DIR]

Candidates are checked without subprocesses. With `--project`, the project is one that is there already; one with a
handwritten layer is built as `jaunt build` would, by its own configuration. Prints the
seconds that `run_build` takes over a layered DAG, and what discovery, graph and digests take before it.
"""

import argparse
import ast
import asyncio
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.builder import run_build
from jaunt.config import load_config
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project, load_project
from jaunt.registry import group_by_module

BY_HAND = 'version = 1\n[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'
THING = '''\
from dataclasses import dataclass


@dataclass(frozen=True)
class Thing{number}:
    """A thing that people wrote."""

    number: int
    name: str = ""

    def label(self) -> str:
        """Return what it is called."""
        return self.name or str(self.number)
'''


class InstantBackend(GeneratorBackend):
    """Answers at once with a module that defines every expected name."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        return "\n\n".join(f"def {name}(x: int) -> int:\n    return x" for name in ctx.expected_names)


class SpecBackend(GeneratorBackend):
    """Answers at once with the signatures of the specs, which take something that is written by hand."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        head = "\n".join(line for line in ctx.handwritten_source.split("\n") if "by_hand" in line)
        specs = (ast.parse(ctx.plain_sources[ref]).body[0] for ref in ctx.spec_sources)
        code = [f"{ast.unparse(each).split(chr(10))[0]}\n    return x" for each in specs]
        return "\n\n\n".join([head or "\n".join(ctx.world), *code]) + "\n"


def write_project(
    root: Path, *, modules: int, specs: int, layers: int, seed: int = 0, handwritten: bool = False
) -> None:
    """Write a project whose modules each depend on up to three modules of the layer below; see `write_modules`."""
    rng = random.Random(seed)
    width = max(1, modules // layers)
    dag = {}
    for number in range(modules):
        layer = number // width
        below = range((layer - 1) * width, layer * width) if layer else range(0)
        dag[number] = sorted(rng.sample(below, min(3, len(below))))
    write_modules(root, dag, specs=specs, handwritten=handwritten)


def write_modules(root: Path, dag: Mapping[int, Sequence[int]], *, specs: int, handwritten: bool = False) -> None:
    """Write a project with a module for each node; its specs mention those of the modules that it depends on.

    With a `handwritten` layer, each of them takes a class of a module that is written by hand.
    """
    package = root / "src" / "app"
    package.mkdir(parents=True)
    (root / "jaunt.toml").write_text(BY_HAND if handwritten else "version = 1\n")
    (package / "__init__.py").write_text("")
    for number, deps in dag.items():
        lines = ["import jaunt", *(f"from app.m{d} import f0 as dep{d}" for d in deps), ""]
        parameters = "x: int, *, scale: float = 1.0"
        if handwritten:
            lines.insert(1, f"from app.by_hand{number} import Thing{number}")
            parameters += f", thing: Thing{number} | None = None"
            (package / f"by_hand{number}.py").write_text(THING.format(number=number))
        for spec in range(specs):
            uses = f" Uses `dep{deps[spec % len(deps)]}`." if deps else ""
            lines += [
                "",
                "@jaunt.magic",
                f"def f{spec}({parameters}) -> int:",
                f'    """Return number {spec} of module {number}.{uses}"""',
                "    ...",
                "",
            ]
        (package / f"m{number}.py").write_text("\n".join(lines))


def build(project: Project, jobs: int) -> float:
    """Build every module of the project from scratch and return the seconds it took."""
    module_specs = group_by_module(project.specs.values())
    begin = time.perf_counter()
    report = asyncio.run(
        run_build(
            package_dir=project.root / "src",
            generated_dir="__generated__",
            module_specs=module_specs,
            specs=project.specs,
            spec_graph=project.graph,
            module_dag=project.dag,
            stale_modules=set(module_specs),
            backend=InstantBackend(),
            jobs=jobs,
        )
    )
    seconds = time.perf_counter() - begin
    if len(report.generated) != len(module_specs):
        raise SystemExit(f"{len(report.failed)} modules failed: {next(iter(report.failed.items()), None)}")
    return seconds


def build_plan(root: Path, jobs: int) -> None:
    """Build all of a project with a handwritten layer, as the command does; no module may fail."""
    project = load_project(load_config(root=root))
    plan = make_plan(project)
    outcomes = asyncio.run(run_plan(plan, project_settings(plan, SpecBackend()), jobs=jobs))
    failed = [(module, outcome.errors) for module, outcome in outcomes.items() if not outcome.ok]
    if failed:
        raise SystemExit(f"{len(failed)} modules failed: {failed[0]}")


def main() -> None:
    """Make a project, build it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, default=1000)
    parser.add_argument("--specs", type=int, default=5, help="specs in each module")
    parser.add_argument("--layers", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--project", type=Path, metavar="DIR", help="build this project, which has no generated files")
    arguments = parser.parse_args()
    if arguments.project and (arguments.project / "src/app/by_hand0.py").exists():
        build_plan(arguments.project, arguments.jobs)
        return
    if arguments.project:
        build(load_project(load_config(root=arguments.project)), arguments.jobs)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), modules=arguments.modules, specs=arguments.specs, layers=arguments.layers)
        begin = time.perf_counter()
        project = load_project(load_config(root=folder))
        loaded = time.perf_counter() - begin
        built = build(project, arguments.jobs)
    print(f"{arguments.modules} modules of {arguments.specs} specs, {arguments.layers} layers, {arguments.jobs} jobs")
    print(f"discovery, graph, digests  {loaded:6.2f} s")
    print(f"run_build                  {built:6.2f} s   {1000 * built / arguments.modules:.2f} ms a module")


if __name__ == "__main__":
    main()
