"""`import jaunt` in production loads the light half alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import run_python

import jaunt
import jaunt.errors

HEAVY = {
    *(
        "doit",
        "pytest",
        "_pytest",
        "asyncio",
        "inspect",
        "dataclasses",
        "tomllib",
        "typing",
        "pathlib",
        "json",
        "re",
    ),
    *("ast", "subprocess", "hashlib", "threading", "importlib.util", "contextlib", "rich", "ty", "ruff"),
}
LIGHT_HALF = {
    "jaunt.codes",
    "jaunt",
    *(
        f"jaunt.{name}"
        for name in (
            "errors",
            "spec_ref",
            "registry",
            "runtime",
            "runtime.functions",
            "runtime.classes",
            "runtime.methods",
            "runtime.governed",
            "runtime.stubs",
            "runtime.spec_module",
        )
    ),
}


def modules_after(code: str) -> set[str]:
    """Return what `code` loads in a fresh Python; no site packages, as those may load things themselves."""
    child = subprocess.run(
        [sys.executable, "-S", "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": str(Path(jaunt.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(child.stdout.split())


def test_importing_jaunt_loads_the_light_half_alone() -> None:
    loaded = modules_after("import jaunt")
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.partition(".")[0] == "jaunt"} == LIGHT_HALF


def test_decorating_loads_nothing_more() -> None:
    code = "import jaunt\nexec('@jaunt.magic\\ndef f(): ...', {'__name__': 'specs', 'jaunt': jaunt})"
    assert modules_after(code) == modules_after("import jaunt")


@pytest.mark.parametrize("name", ["pathlib", "dataclasses"])
def test_the_measure_sees_what_is_loaded(name: str) -> None:
    assert name in modules_after(f"import {name}") & HEAVY


def test_the_pytest_plugin_loads_no_more_than_the_light_half() -> None:
    loaded = modules_after("import jaunt.pytest_plugin")
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.partition(".")[0] == "jaunt"} == {
        *LIGHT_HALF,
        "jaunt.pytest_plugin",
    }


BUILDING = {"asyncio", "ssl", "socket", "doit", "rich", "pytest", "filelock", "tempfile", "urllib.request", "unittest"}
BUILDING |= {
    f"jaunt.{name}"
    for name in (
        "builder",
        "engine.runner",
        "checks.import_gate",
        "generate.base",
        "report.live",
        "build.pipeline",
        "sandbox.sandbox",
    )
}


@pytest.mark.parametrize(
    "words",
    [
        *("status", "status app.slug", "status -v", "check", "diff", "graph", "timings", "clean --dry-run", "build"),
        *("completion --names=app", "store info", "build --dry-run", "example", "--help", "build --help", "bulid"),
    ],
)
def test_a_command_that_builds_nothing_loads_nothing_of_a_build(built_shop: Path, words: str) -> None:
    code = "import sys; from jaunt.cli import main; main(sys.argv[1:]); print('loaded', *sys.modules)"
    done = run_python("-c", code, *words.split(), cwd=built_shop)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "loaded" in loaded, done.stderr
    assert loaded & BUILDING == set()


@pytest.mark.parametrize(
    ("words", "needed"), [("graph", "jaunt.commands.graph.layout"), ("status", "jaunt.commands.diff.change")]
)
def test_what_only_one_form_of_a_command_needs_is_not_loaded(built_shop: Path, words: str, needed: str) -> None:
    code = "import sys; from jaunt.cli import main; main(sys.argv[1:]); print('loaded', *sys.modules)"
    assert needed not in run_python("-c", code, words, cwd=built_shop).stdout.split()


def test_the_public_names_are_the_promised_ones() -> None:
    promised = {"JauntError", "JauntConfigError", "JauntDiscoveryError", "JauntNotBuiltError"}
    promised |= {"JauntGenerationError", "JauntDependencyCycleError"}
    errors = {name for name, value in vars(jaunt.errors).items() if isinstance(value, type)}
    assert promised <= errors
    assert set(jaunt.__all__) == {*errors, "magic", "module", "test", "__version__"}
    assert all(hasattr(jaunt, name) for name in jaunt.__all__)
