"""Helpers that tests share: projects in a folder, recorded answers, child processes and backends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jaunt
from jaunt.build.context import make_context
from jaunt.config import load_config
from jaunt.deps import build_spec_graph
from jaunt.files.listing import Root, find_files
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.model import Answer, ModelBackend, Request, Usage
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.graph import collapse_to_module_dag
from jaunt.specs.spec_module import scan_modules

REPOSITORY = Path(__file__).resolve().parents[2]
SUPPORT = Path(__file__).resolve().parent

CHILD_SECONDS = 60.0
"""How long a child process may take before its test fails."""

CONFIG = """\
version = 1

[llm]
provider = "recorded"
recordings = "recordings"

[verify]
ruff = "off"
ty = "off"
doctests = false
"""
"""Without the checks that start programs: they take most of a small build's time, and have tests of their own."""

SHOP: Mapping[str, str] = {
    "jaunt.toml": CONFIG,
    "dodo.py": "from jaunt.tasks import DOIT_CONFIG, task_build, task_test  # noqa: F401\n",
    "src/app/__init__.py": "",
    "src/app/words.py": '''\
import jaunt


@jaunt.magic
def split_words(text: str) -> list[str]:
    """Return the words of `text`."""
    ...
''',
    "src/app/slug.py": '''\
import jaunt
from app.words import split_words


@jaunt.magic(deps=[split_words])
def slugify(text: str) -> str:
    """Return the words of `text`, joined by "-"."""
    ...
''',
    "src/app/tally.py": '''\
import jaunt


@jaunt.magic
class Tally:
    """Counts upwards from 0."""

    def add(self) -> int:
        """Return the next number."""
        ...
''',
    "tests/__init__.py": "",
    "tests/test_slug.py": '''\
import jaunt
from app.slug import slugify


@jaunt.test(deps=[slugify])
def test_slugify() -> None:
    """slugify("A b") is "a-b"."""
    ...
''',
}
"""A project of three modules, `app.slug` on `app.words`, and a test module."""

SHOP_ANSWERS: Mapping[str, str] = {
    "app.words": "def split_words(text: str) -> list[str]:\n    return text.lower().split()\n",
    "app.slug": (
        "from app.words import split_words\n\n\n"
        'def slugify(text: str) -> str:\n    return "-".join(split_words(text))\n'
    ),
    "app.tally": (
        "class Tally:\n    def __init__(self) -> None:\n        self.count = 0\n\n"
        "    def add(self) -> int:\n        self.count += 1\n        return self.count\n"
    ),
    "tests.test_slug": (
        'from app.slug import slugify\n\n\ndef test_slugify() -> None:\n    assert slugify("A b") == "a-b"\n'
    ),
}


class CountingBackend(ModelBackend):
    """Answers with SHOP_ANSWERS; each call takes 1,000 tokens in, 400 of them cached, and 100 out."""

    def __init__(self, answers: Mapping[str, str] = SHOP_ANSWERS) -> None:
        super().__init__()
        self.answers = answers
        self.calls: list[str] = []

    async def complete(self, request: Request) -> Answer:
        self.calls.append(request.context.spec_module)
        return Answer(self.answers[request.context.spec_module], usage=Usage(1000, 100, 400))


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write text files below `root`, relative path -> content."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def make_shop(
    root: Path, *, changes: Mapping[str, str] | None = None, answers: Mapping[str, str] | None = None
) -> Path:
    """Write the project SHOP, with `changes` to its files, and record SHOP_ANSWERS, with `answers` on top."""
    write_files(root, {**SHOP, **(changes or {})})
    record(root, {**SHOP_ANSWERS, **(answers or {})})
    return root


def record(root: Path, answers: Mapping[str, str]) -> None:
    """Record answers (module -> source) to today's contracts of the project at `root`.

    Modules that the project doesn't have, or that are broken, are left out.
    """
    project = load_project(load_config(root=root))
    folder = root / "recordings"
    folder.mkdir(exist_ok=True)
    known = [module for module in answers if module in project.modules and module not in project.problems]
    for work in project_works(project, known):
        text = format_recording(make_context(work), answers[work.module])
        recording_path(folder, work.module).write_text(text, encoding="utf-8")


def child_environment(**changes: str) -> dict[str, str]:
    """Return an environment in which child processes find this very jaunt, and none of our own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JAUNT_", "PYTEST_", "DOIT_"))}
    return {**kept, "PYTHONPATH": python_path(), "COLUMNS": "80", **changes}


def python_path(*folders: Path) -> str:
    """Return a PYTHONPATH of `folders` and the one that holds this very jaunt."""
    return os.pathsep.join(map(str, [*folders, Path(jaunt.__file__).resolve().parents[1]]))


def run_python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a child process, to its end, and return its output."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=CHILD_SECONDS,
        check=False,
    )


def run_jaunt(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the jaunt command in a child process."""
    return run_python("-m", "jaunt", *arguments, cwd=cwd, **environment)


def run_jaunt_unread(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the jaunt command in a child process whose output nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [sys.executable, "-m", "jaunt", *arguments],
            cwd=cwd, env=child_environment(), stdout=write, stderr=subprocess.PIPE, text=True,
            timeout=CHILD_SECONDS, check=False,
        )  # fmt: skip
    finally:
        os.close(write)


def run_doit(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the doit command in a child process."""
    return run_python("-m", "doit", *arguments, cwd=cwd, **environment)


class Said:
    """What the command printed, and its exit code; `lines` and `errors` are those of its two streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        self.lines, self.errors = out.splitlines(), err.splitlines()

    @property
    def facts(self) -> dict[str, Any]:
        """What `--json` printed."""
        assert len(self.lines) == 1, self.out
        return json.loads(self.out)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a part of a text file that must be in it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- specs without a project: what `run_build` and `run_test_generation` take ------------------------


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


class FakeBackend(GeneratorBackend):
    """Defines every expected name; `calls` are the modules it was asked for, in order.

    `answers` (module -> sources, one an attempt, the last one repeated) replaces what it makes up.
    """

    def __init__(self, answers: Mapping[str, Sequence[str]] | None = None) -> None:
        self.answers = {module: list(sources) for module, sources in (answers or {}).items()}
        self.calls: list[str] = []
        self.contexts: dict[str, ModuleSpecContext] = {}
        self.told: list[list[str] | None] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.calls.append(ctx.spec_module)
        self.contexts[ctx.spec_module] = ctx
        self.told.append(extra_error_context)
        answers = self.answers.get(ctx.spec_module, [])
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return "\n\n".join(f"def {name}() -> int:\n    return 1\n" for name in ctx.expected_names)


class GatedBackend(FakeBackend):
    """Answers a module in `held` only when the test says so: each call waits for `gates[module]`."""

    def __init__(self, held: Iterable[str] = ()) -> None:
        super().__init__()
        self.gates = {module: asyncio.Event() for module in held}
        self.started = asyncio.Event()
        self.active = 0
        self.most_active = 0
        self.cleaned_up: list[str] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        source = await super().generate_module(ctx, extra_error_context=extra_error_context)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        self.started.set()
        try:
            if ctx.spec_module in self.gates:
                await self.gates[ctx.spec_module].wait()
            return source
        finally:
            self.active -= 1
            self.cleaned_up.append(ctx.spec_module)


# --- child processes that are stopped while they build -----------------------------------------------

SLOW_JAUNT = '''\
import asyncio, signal, sys
from pathlib import Path
from jaunt.cli import main
from jaunt.generate.providers import recorded as provider

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests run by nohup ignore it, and so would their children
recorded = provider.make_backend


def slow(config, templates):
    """The recorded answers; the modules in sys.argv[1] never come to an end."""
    backend = recorded(config, templates)
    complete = backend.complete

    async def wait(request):
        if request.context.spec_module in sys.argv[1].split(","):
            Path(config.root, "waiting-" + request.context.spec_module).touch()
            try:
                await asyncio.Event().wait()
            finally:
                Path(config.root, "cleaned-" + request.context.spec_module).touch()
        return await complete(request)

    backend.complete = wait
    return backend


provider.make_backend = slow
sys.exit(main(sys.argv[2:]))
'''


@dataclass(frozen=True)
class Stopped:
    """How a child process ended that was stopped on its way."""

    code: int
    out: str
    err: str


def stop_while_building(
    root: Path, *arguments: str, waiting: str, ready: Iterable[Path], by: signal.Signals
) -> Stopped:
    """Run the jaunt command in a child in which the module `waiting` never ends; stop it after `ready`."""
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW_JAUNT, waiting, *arguments],
        cwd=root,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        wait_for([root / f"waiting-{waiting}", *ready], child)
        child.send_signal(by)
        out, err = child.communicate(timeout=CHILD_SECONDS)
    finally:
        child.kill()
    return Stopped(child.returncode, out, err)


def wait_for(paths: Iterable[Path], child: "subprocess.Popen[str]") -> None:
    """Wait until all files are there; a child that ends before is a failure of the test."""
    missing = list(paths)
    deadline = time.monotonic() + CHILD_SECONDS
    while missing := [path for path in missing if not path.exists()]:
        assert child.poll() is None, f"the child ended with {child.returncode} without {missing}"
        assert time.monotonic() < deadline, f"no {missing} after {CHILD_SECONDS} s"
        time.sleep(0.005)  # there is no event for a file to appear
