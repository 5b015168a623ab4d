"""The names and keyword arguments that people script against: each is there, and takes what it took.

More keyword arguments, with defaults, and more fields may be added.
"""

import importlib
import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from processes import run_python

from jaunt import builder, config, errors, header, paths, registry, spec_ref, tester
from jaunt.cli import main
from jaunt.generate.base import GenerationResult, GeneratorBackend, ModuleSpecContext

BUILD = "*package_dir generated_dir module_specs specs spec_graph module_dag stale_modules backend jobs=4"  # run_build
TESTS = (
    "*project_dir tests_package generated_dir module_specs specs spec_graph module_dag stale_modules backend "
    "dependency_apis=None jobs=4"
)
RUN = "pytest_args=None no_generate=False no_run=False pythonpath=None cwd=None"

SIGNATURES = {
    "jaunt.spec_ref.normalize_spec_ref": "s",
    "jaunt.spec_ref.spec_ref_from_object": "obj",
    "jaunt.registry.register_magic": "",
    "jaunt.registry.register_test": "",
    "jaunt.registry.get_magic_registry": "",
    "jaunt.registry.get_test_registry": "",
    "jaunt.registry.clear_registries": "",
    "jaunt.registry.get_specs_by_module": "kind",
    "jaunt.runtime.magic": "*deps=None prompt=None infer_deps=None",
    "jaunt.runtime.module": "*deps=None prompt=None infer_deps=None",
    "jaunt.runtime.test": "*deps=None prompt=None infer_deps=None",
    "jaunt.config.find_project_root": "start",
    "jaunt.config.load_config": "*root=None config_path=None",
    "jaunt.header.format_header": "*tool_version kind source_module module_digest spec_refs",
    "jaunt.header.parse_header": "source",
    "jaunt.header.extract_module_digest": "source",
    "jaunt.paths.spec_module_to_generated_module": "module generated_dir='__generated__'",
    "jaunt.paths.module_to_relpath": "",
    "jaunt.paths.generated_module_to_relpath": "module *generated_dir",
    "jaunt.discovery.discover_modules": "*roots exclude generated_dir",
    "jaunt.discovery.import_and_collect": "names *kind",
    "jaunt.deps.build_spec_graph": "specs *infer_default",
    "jaunt.deps.collapse_to_module_dag": "graph",
    "jaunt.deps.toposort": "graph",
    "jaunt.digest.extract_source_segment": "entry",
    "jaunt.digest.local_digest": "entry",
    "jaunt.digest.graph_digest": "ref specs graph *cache=None",
    "jaunt.digest.module_digest": "module_name module_specs specs spec_graph",
    "jaunt.validation.validate_generated_source": "source expected_names",
    "jaunt.validation.compile_check": "source filename",
    "jaunt.generate.base.GeneratorBackend.generate_module": "self ctx *extra_error_context=None",
    "jaunt.generate.base.GeneratorBackend.generate_with_retry": "self ctx *max_attempts=2",
    "jaunt.builder.write_generated_module": "*package_dir generated_dir module_name source header_fields",
    "jaunt.builder.detect_stale_modules": "*package_dir generated_dir module_specs specs spec_graph force=False",
    "jaunt.builder.run_build": BUILD,
    "jaunt.tester.run_pytest": "files *pytest_args=None pythonpath=None cwd=None",
    "jaunt.tester.run_test_generation": TESTS,
    "jaunt.tester.run_tests": f"{TESTS} {RUN}",
    "jaunt.cli.main": "argv=None",
}
"""Name -> parameters: those before `*` may be given by place or name, those after it by name; with their defaults."""

COROUTINES = {
    *("jaunt.builder.run_build", "jaunt.tester.run_test_generation", "jaunt.tester.run_tests"),
    *(
        "jaunt.generate.base.GeneratorBackend.generate_module",
        "jaunt.generate.base.GeneratorBackend.generate_with_retry",
    ),
}

MODULES = ["runtime", "config", "deps", "digest", "discovery", "validation", "builder", "tester", "tasks"]


def found(name: str) -> Any:
    """Return what a dotted name of jaunt stands for."""
    module, _, rest = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), rest)
    except ModuleNotFoundError:
        return getattr(found(module), rest)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_takes_its_arguments(name: str) -> None:
    function: Callable[..., object] = found(name)
    parameters = inspect.signature(function).parameters
    promised: dict[str, str | None] = {}
    by_name_alone: set[str] = set()
    for word in SIGNATURES[name].replace("*", "* ").split():
        if word == "*":
            by_name_alone = {*parameters} - set(promised)
            continue
        argument, _, default = word.partition("=")
        promised[argument] = default or None
    for argument, default in promised.items():
        parameter = parameters[argument]
        assert parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY), argument
        assert argument in by_name_alone or parameter.kind is parameter.POSITIONAL_OR_KEYWORD, argument
        if default is not None:
            assert repr(parameter.default) == default, argument
    in_order = [p for p in parameters if p in promised and p not in by_name_alone]
    assert in_order == [p for p in promised if p not in by_name_alone]
    added = [p for p in parameters.values() if SIGNATURES[name] and p.name not in promised]
    assert [p.name for p in added if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)] == (
        ["obj"] if name.startswith("jaunt.runtime.") and "obj" in parameters else []
    )
    assert inspect.iscoroutinefunction(function) == (name in COROUTINES)


FIELDS: dict[type, str] = {
    registry.SpecEntry: "kind spec_ref module qualname source_file obj decorator_kwargs",
    config.JauntConfig: "version paths llm build test prompts",
    config.PathsConfig: "source_roots test_roots generated_dir",
    config.LLMConfig: "provider model api_key_env",
    config.BuildConfig: "jobs infer_deps",
    config.TestConfig: "jobs infer_deps pytest_args",
    config.PromptsConfig: "build_system build_module test_system test_module",
    ModuleSpecContext: (
        "kind spec_module generated_module expected_names spec_sources decorator_prompts dependency_apis "
        "dependency_generated_modules"
    ),
    GenerationResult: "attempts source errors",
    builder.BuildReport: "generated skipped failed",
    tester.TestGenerationReport: "generated skipped failed generated_files",
    tester.PytestResult: "exit_code passed failed failures",
}


@pytest.mark.parametrize("record", FIELDS)
def test_a_record_has_its_fields_and_further_ones_have_defaults(record: type) -> None:
    promised = FIELDS[record].split()
    parameters = inspect.signature(record).parameters
    assert [name for name in parameters if name in promised] == promised
    assert [n for n, p in parameters.items() if n not in promised and p.default is p.empty] == []


def test_errors_are_jaunt_errors() -> None:
    names = ["Config", "Discovery", "NotBuilt", "Generation", "DependencyCycle"]
    for name in names:
        assert issubclass(getattr(errors, f"Jaunt{name}Error"), errors.JauntError)
    error = errors.JauntDependencyCycleError("dependency cycle: a -> b -> a", hint="remove an edge")
    assert (error.message, error.hint) == ("dependency cycle: a -> b -> a", "remove an edge")


def test_small_examples_of_the_text() -> None:
    assert spec_ref.normalize_spec_ref("m:Outer.Inner") == "m:Outer.Inner"
    assert spec_ref.normalize_spec_ref("m.Q") == "m:Q"
    assert paths.spec_module_to_generated_module("a.b.c") == "a.__generated__.b.c"
    assert paths.spec_module_to_generated_module("a") == "a.__generated__"
    five = {"tool_version": "1", "kind": "build", "source_module": "m", "module_digest": "0" * 64, "spec_refs": ["m:f"]}
    lines = header.format_header(**five).splitlines()
    assert len(lines) == 6
    assert header.HEADER_MARKER in lines[0]


def test_a_backend_that_defines_one_method_is_one() -> None:
    class Own(GeneratorBackend):
        async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
            return ""

    call: Coroutine[Any, Any, GenerationResult] = Own().generate_with_retry(None, max_attempts=1)  # ty: ignore[invalid-argument-type]
    assert isinstance(call, Coroutine)
    call.close()


def test_the_modules_are_imported_in_any_order_in_a_fresh_process(tmp_path: Path) -> None:
    for names in (MODULES, MODULES[::-1]):
        ended = run_python("-c", f"import {', '.join(f'jaunt.{name}' for name in names)}", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")


def test_the_command_returns_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("jaunt ")
