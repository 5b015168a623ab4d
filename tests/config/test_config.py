"""The configuration: where it is found, what it says by default, and how it says what is wrong with it."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from jaunt.config import JauntConfig, PathsConfig, PriceConfig, TestConfig, find_project_root, load_config
from jaunt.config import reading as config_module
from jaunt.config.key import key, section, table
from jaunt.errors import JauntConfigError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's root, below an outer folder that tests may put things into; it has no configuration yet."""
    folder = tmp_path / "outer" / "project"
    (folder / "src").mkdir(parents=True)
    return folder


def load(root: Path, toml: str) -> JauntConfig:
    (root / "jaunt.toml").write_text(toml)
    return load_config(root=root)


def failure(root: Path, toml: str) -> JauntConfigError:
    """Load a `jaunt.toml` that must be refused, from its own folder; returns the error."""
    with chdir(root), pytest.raises(JauntConfigError) as caught:
        load(root, toml)
    return caught.value


# Finding the project


def test_the_root_is_found_from_a_folder_far_below(root: Path) -> None:
    (root / "jaunt.toml").touch()
    (root / "src" / "a" / "b").mkdir(parents=True)
    assert find_project_root(root / "src" / "a" / "b") == root
    assert find_project_root(str(root)) == root


def test_the_root_is_found_from_a_file(root: Path) -> None:
    (root / "jaunt.toml").touch()
    (root / "src" / "mod.py").touch()
    assert find_project_root(root / "src" / "mod.py") == root


def test_the_nearest_of_two_projects_is_found(root: Path) -> None:
    (root / "jaunt.toml").touch()
    (root.parent / "jaunt.toml").touch()
    assert find_project_root(root / "src") == root


def test_a_pyproject_counts_only_with_a_jaunt_table(root: Path) -> None:
    (root.parent / "pyproject.toml").write_text("[tool.jaunt]\n")
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.ruff]\n")
    assert find_project_root(root) == root.parent


def test_a_folder_called_jaunt_toml_is_no_configuration(root: Path) -> None:
    (root / "jaunt.toml").mkdir()
    (root.parent / "jaunt.toml").touch()
    assert find_project_root(root) == root.parent


def test_no_project_anywhere_is_an_error_that_says_how_to_start_one(root: Path) -> None:
    with pytest.raises(JauntConfigError, match="no jaunt project") as caught:
        find_project_root(root)
    assert str(root) in caught.value.message
    assert "jaunt.toml" in (caught.value.hint or "")


def test_a_broken_pyproject_on_the_way_is_named_not_skipped(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.jaunt\n")
    with pytest.raises(JauntConfigError, match=r"pyproject\.toml: not valid TOML"):
        find_project_root(root)


# Which file is read


def test_jaunt_toml_wins_over_the_pyproject_beside_it(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.jaunt.build]\njobs = 2\n")
    assert load(root, "build.jobs = 3").build.jobs == 3


def test_a_pyproject_is_read_and_remembered(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.jaunt.build]\njobs = 2\n")
    config = load_config(root=root)
    assert (config.build.jobs, config.root, config.config_file) == (2, root, root / "pyproject.toml")


def test_config_path_takes_that_file_and_its_folder(root: Path) -> None:
    (root / "jaunt.toml").touch()
    (root / "ci.toml").write_text("build.jobs = 1")
    config = load_config(config_path=str(root / "ci.toml"))
    assert (config.build.jobs, config.root, config.config_file) == (1, root, root / "ci.toml")


def test_config_path_may_be_a_pyproject_and_root_may_be_elsewhere(root: Path) -> None:
    (root.parent / "pyproject.toml").write_text("[tool.jaunt.build]\njobs = 7\n")
    config = load_config(root=root, config_path=root.parent / "pyproject.toml")
    assert (config.build.jobs, config.root) == (7, root)


def test_config_path_to_a_pyproject_without_the_table_is_an_error(root: Path) -> None:
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(JauntConfigError, match=r"pyproject\.toml: no \[tool\.jaunt\] table"):
        load_config(config_path=root / "pyproject.toml")


def test_a_root_without_configuration_is_an_error_even_below_a_project(root: Path) -> None:
    (root.parent / "jaunt.toml").touch()
    with pytest.raises(JauntConfigError, match="no jaunt configuration") as caught:
        load_config(root=root)
    assert str(root) in caught.value.message


def test_a_config_file_that_is_a_symlink_belongs_to_the_folder_it_stands_in(root: Path) -> None:
    (root.parent / "shared.toml").write_text("build.jobs = 5")
    (root / "jaunt.toml").symlink_to(root.parent / "shared.toml")
    assert load_config(config_path=root / "jaunt.toml").root == root
    assert load_config(root=root).build.jobs == 5


def test_without_arguments_the_project_around_the_working_directory_is_loaded(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "jaunt.toml").write_text("build.jobs = 6")
    monkeypatch.chdir(root / "src")
    config = load_config()
    assert (config.root, config.build.jobs) == (root, 6)


def test_in_the_project_messages_name_the_file_as_a_person_would(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "jaunt.toml").write_text("[build]\njob = 1\n")
    monkeypatch.chdir(root)
    with pytest.raises(JauntConfigError) as caught:
        load_config()
    assert caught.value.message == "jaunt.toml: build.job: unknown key"
    assert caught.value.hint == "did you mean 'jobs'?"


# What it says


def test_an_empty_file_gives_the_defaults(root: Path) -> None:
    assert load(root, "") == JauntConfig(root=root, config_file=root / "jaunt.toml")


def test_the_defaults_are_these() -> None:
    config = JauntConfig()
    assert config.version == 1
    assert (config.paths.source_roots, config.paths.test_roots) == (["src"], ["tests"])
    assert (config.paths.generated_dir, config.paths.exclude) == ("__generated__", [])
    assert (config.llm.provider, config.llm.model, config.llm.api_key_env) == (None, "", "")
    assert config.llm.recordings == []
    assert (config.build.jobs, config.build.infer_deps, config.build.max_attempts) == (8, True, 3)
    assert (config.test.jobs, config.test.infer_deps, config.test.pytest_args) == (4, True, ["-q"])
    assert vars(config.prompts) == {
        **dict.fromkeys(["build_system", "build_module", "test_system", "test_module"], ""),
        "dependency_code": False,
        "instructions": [],
        "instructions_for": {},
    }


def test_every_key_is_read(root: Path) -> None:
    (root / "lib").mkdir()
    (root / "p.md").touch()
    config = load(
        root,
        """
        version = 1
        [paths]
        source_roots = ["lib"]
        test_roots = ["checks"]
        generated_dir = "_gen"
        exclude = ["**/old/*.py"]
        [llm]
        provider = "openai"
        model = "some-model"
        api_key_env = "KEY"
        base_url = "http://127.0.0.1:8080/v1"
        max_tokens = 4000
        max_prompt_tokens = 9000
        temperature = 0
        parallel = 4
        stream = false
        prompt_style = "small"
        grammar = true
        options = { stop = ["END"], seed = 1 }
        timeout = 30
        command = ["model", "-x"]
        pass_env = ["HTTPS_PROXY"]
        recordings = ["a", "b"]
        price = { input = 2.5, output = 10, cached_input = 0.25 }
        [build]
        jobs = 1
        infer_deps = false
        max_attempts = 9
        dependents = "verify"
        order = "eager"
        reworded = "ask"
        candidates = 2
        max_tokens = 100_000
        max_cost = 1.5
        stop_after_same_failure = 5
        max_specs_a_call = 12
        whole_module_fallback = true
        [test]
        jobs = 2000
        infer_deps = false
        pytest_args = []
        min_strength = 0.8
        mutants = 50
        [prompts]
        build_system = "p.md"
        build_module = "p.md"
        test_system = "p.md"
        test_module = "p.md"
        dependency_code = true
        instructions = "p.md"
        instructions_for."app.*" = ["Be short."]
        """,
    )
    assert vars(config.paths) == {
        "source_roots": ["lib"],
        "test_roots": ["checks"],
        "generated_dir": "_gen",
        "exclude": ["**/old/*.py"],
    }
    assert vars(config.llm) == {
        "provider": "openai",
        "model": "some-model",
        "api_key_env": "KEY",
        "base_url": "http://127.0.0.1:8080/v1",
        "max_tokens": 4000,
        "max_prompt_tokens": 9000,
        "temperature": 0,
        "parallel": 4,
        "stream": False,
        "prompt_style": "small",
        "grammar": True,
        "options": {"stop": ["END"], "seed": 1},
        "timeout": 30,
        "command": ["model", "-x"],
        "pass_env": ["HTTPS_PROXY"],
        "recordings": ["a", "b"],
        "price": PriceConfig(2.5, 10, 0.25),
    }
    assert vars(config.build) == {
        "jobs": 1,
        "infer_deps": False,
        "max_attempts": 9,
        "dependents": "verify",
        "order": "eager",
        "reworded": "ask",
        "candidates": 2,
        "max_tokens": 100_000,
        "max_cost": 1.5,
        "stop_after_same_failure": 5,
        "max_specs_a_call": 12,
        "whole_module_fallback": True,
    }
    assert vars(config.test) == {
        "jobs": 2000,
        "infer_deps": False,
        "pytest_args": [],
        "min_strength": 0.8,
        "mutants": 50,
    }
    assert vars(config.prompts) == {
        **dict.fromkeys(["build_system", "build_module", "test_system", "test_module"], "p.md"),
        "dependency_code": True,
        "instructions": ["p.md"],
        "instructions_for": {"app.*": ["Be short."]},
    }


def test_recordings_may_be_one_string_or_a_list(root: Path) -> None:
    assert load(root, 'llm.recordings = "tapes"').llm.recordings == ["tapes"]
    assert load(root, 'llm.recordings = ["tapes"]').llm.recordings == ["tapes"]


def test_the_source_root_is_the_project_itself_where_there_is_no_src(root: Path) -> None:
    assert load(root, "").paths.source_roots == ["src"]
    (root / "src").rmdir()
    assert load(root, "").paths.source_roots == ["."]
    (root / "src").touch()
    assert load(root, "").paths.source_roots == ["."]


def test_a_configuration_is_frozen_and_shares_no_list_with_another() -> None:
    with pytest.raises(FrozenInstanceError):
        JauntConfig().build.jobs = 3  # ty: ignore[invalid-assignment]
    PathsConfig().source_roots.append("other")
    assert PathsConfig().source_roots == ["src"]


def test_pytest_does_not_collect_the_class_called_test_config(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("from jaunt.config import TestConfig\ndef test_one(): TestConfig()\n")
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-W", "error", str(tmp_path)]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=env)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout
    assert TestConfig.__test__ is False


def test_a_byte_order_mark_and_windows_newlines_are_fine(root: Path) -> None:
    (root / "jaunt.toml").write_bytes(b"\xef\xbb\xbfbuild.jobs = 3\r\ntest.jobs = 4\r\n")
    assert load_config(root=root).build.jobs == 3


# What is wrong with it

DEEP = ".".join(["a"] * 5000)


@pytest.mark.parametrize(
    ("toml", "message", "hint"),
    [
        ("[build]\njob = 1", "build.job: unknown key", "did you mean 'jobs'?"),
        ("[biuld]\njobs = 1", "biuld: unknown section", "did you mean 'build'?"),
        (
            "jobs = 1",
            "jobs: unknown key",
            "there are: version, paths, llm, build, test, verify, sandbox, cluster, prompts, store",
        ),
        (
            "root = '.'",
            "root: unknown key",
            "there are: version, paths, llm, build, test, verify, sandbox, cluster, prompts, store",
        ),
        ("build.jobs.n = 1", 'build.jobs: expected a whole number, got {"n": 1}', None),
        ("build = 3", "build: expected a table, got 3", "write it as [build]"),
        ("[[build]]\njobs = 1", 'build: expected a table, got [{"jobs": 1}]', "write it as [build]"),
        ("build.jobs = true", "build.jobs: expected a whole number, got true", None),
        ("build.jobs = '8'", 'build.jobs: expected a whole number, got "8"', None),
        ("build.jobs = 2.0", "build.jobs: expected a whole number, got 2.0", None),
        ("build.infer_deps = 1", "build.infer_deps: expected true or false, got 1", None),
        ("llm.provider = 1979-05-27", 'llm.provider: expected a string, got "1979-05-27"', None),
        ("paths.source_roots = 'src'", 'paths.source_roots: expected a list of strings, got "src"', None),
        ("test.pytest_args = ['-q', 1]", 'test.pytest_args: expected a list of strings, got ["-q", 1]', None),
        ("llm.recordings = [['a']]", 'llm.recordings: expected a list of strings, got [["a"]]', None),
        ("build.jobs = 0", "build.jobs: must be at least 1, is 0", None),
        ("test.jobs = -1", "test.jobs: must be at least 1, is -1", None),
        ("build.max_attempts = 0", "build.max_attempts: must be at least 1, is 0", None),
        ("llm.timeout = 0", "llm.timeout: must be more than 0, is 0", None),
        ("llm.timeout = nan", "llm.timeout: must be more than 0, is nan", None),
        ("llm.max_tokens = 0", "llm.max_tokens: must be at least 1, is 0", None),
        ("llm.temperature = -1.0", "llm.temperature: must be 0 or more, is -1.0", None),
        ("llm.options = ['stop']", 'llm.options: expected a table, got ["stop"]', None),
        ("llm.options.stream = true", "llm.options: stream is set by jaunt itself", None),
        ("llm.options.messages = []", "llm.options: messages is set by jaunt itself", None),
        ("llm.options.a.b = nan", "llm.options: must be what JSON can hold: no dates, no nan", None),
        (f"llm.options.{DEEP} = 1", "llm.options: must be less deeply nested", None),
        ("llm.options.since = 2020-01-01", "llm.options: must be what JSON can hold: no dates, no nan", None),
        ("llm.price.input = inf", "llm.price.input: must be 0 or more, is inf", None),
        ("llm.price.cached_input = -1", "llm.price.cached_input: must be 0 or more, is -1", None),
        ("llm.price = 3", "llm.price: expected a table, got 3", "write it as [llm.price]"),
        ("version = 2", "version: is 2, this jaunt reads version 1", None),
        ("version = '1'", 'version: expected a whole number, got "1"', None),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(root: Path, toml: str, message: str, hint: str | None) -> None:
    error = failure(root, toml)
    assert (error.message, error.hint) == (f"jaunt.toml: {message}", hint)


@pytest.mark.parametrize("place", ["[::1", "[zz]/v1", "127.0.0.1:99999/v1", "127.0.0.1:abc", "host/\\u007f/v1"])
def test_a_base_url_that_can_be_no_address_is_told_at_once(root: Path, place: str) -> None:
    error = failure(root, f'llm.base_url = "http://{place}"')
    assert error.message == "jaunt.toml: llm.base_url: has a host, a port or a character that no URL can have"


def test_a_mistake_of_any_depth_is_told_in_a_short_line(root: Path) -> None:
    message = failure(root, f"llm.temperature.{DEEP} = 1").message
    assert message.startswith("jaunt.toml: llm.temperature: expected a number, got ")
    assert len(message) < 150


@pytest.mark.parametrize("name", ["", "my-gen", "a.b", "a/b", "..", "class", "None", "1st", " gen"])
def test_a_generated_dir_that_python_cannot_import_is_refused(root: Path, name: str) -> None:
    error = failure(root, f"paths.generated_dir = '{name}'")
    assert error.message == f'jaunt.toml: paths.generated_dir: must be a name that Python can import, is "{name}"'


def test_keys_of_a_pyproject_are_named_from_its_top(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.jaunt.build]\njob = 1\n")
    with pytest.raises(JauntConfigError, match=r"pyproject\.toml: tool\.jaunt\.build\.job: unknown key"):
        load_config(root=root)
    (root / "pyproject.toml").write_text("[tool]\njaunt = 1\n")
    with pytest.raises(JauntConfigError, match=r"pyproject\.toml: tool\.jaunt: expected a table, got 1"):
        load_config(root=root)


def test_all_mistakes_of_a_file_come_at_once(root: Path) -> None:
    error = failure(root, "[build]\njob = 1\njobs = 0\n[test]\npytest_arg = []\n")
    assert error.message == (
        "jaunt.toml: build.jobs: must be at least 1, is 0; build.job: unknown key; test.pytest_arg: unknown key"
    )
    assert error.hint == "build.job: did you mean 'jobs'?; test.pytest_arg: did you mean 'pytest_args'?"


def test_a_long_wrong_value_is_cut_short(root: Path) -> None:
    assert len(failure(root, f"build.jobs = '{'x' * 10_000}'").message) < 200


@pytest.mark.parametrize(
    "toml", ["a = 1\nb = = 2\n", "a = 1\na = 2\n", f"a = 1\nb = {'9' * 5000}\n", "a = " + "[" * 5000]
)
def test_malformed_toml_names_the_file(root: Path, toml: str) -> None:
    assert failure(root, toml).message.startswith("jaunt.toml: not valid TOML: ")


def test_malformed_toml_names_the_line(root: Path) -> None:
    assert "line 2" in failure(root, "a = 1\nb = = 2\n").message


def test_a_file_that_is_not_utf8_names_the_line(root: Path) -> None:
    (root / "jaunt.toml").write_bytes(b"# one\n[llm]\nmodel = '\xff'\n")
    with pytest.raises(JauntConfigError, match="line 3: not UTF-8"):
        load_config(root=root)


@pytest.mark.parametrize("name", ["missing.toml", "src", "jaunt.toml/deeper"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(root: Path, name: str) -> None:
    (root / "jaunt.toml").touch()
    with pytest.raises(JauntConfigError, match="cannot be read") as caught:
        load_config(config_path=root / name)
    assert name in caught.value.message


# What it says about the file system


@pytest.mark.parametrize("key", ["source_roots", "test_roots"])
@pytest.mark.parametrize("outside", ["..", "src/../../sibling", "/", "out", "out/deeper", "a\\u0000b"])
def test_a_root_outside_the_project_is_refused(root: Path, key: str, outside: str) -> None:
    (root / "out").symlink_to(root.parent)
    error = failure(root, f'[paths]\n{key} = ["{outside}"]')
    assert f"paths.{key}: " in error.message
    assert "is outside of the project" in error.message


def test_a_sibling_whose_name_starts_like_the_project_is_outside(root: Path) -> None:
    (root.parent / "project2").mkdir()
    assert "outside" in failure(root, 'paths.source_roots = ["src", "../project2"]').message


def test_a_root_may_be_absolute_or_a_symlink_as_long_as_it_is_inside(root: Path) -> None:
    (root / "alias").symlink_to("src")
    assert load(root, 'paths.source_roots = ["alias"]').paths.source_roots == ["alias"]
    assert load(root, f'paths.source_roots = ["{root}/src"]').paths.source_roots == [f"{root}/src"]


def test_the_project_itself_may_be_reached_by_a_symlink(root: Path) -> None:
    (root / "jaunt.toml").touch()
    (root.parent / "alias").symlink_to(root)
    assert load_config(root=root.parent / "alias").root == root


@pytest.mark.parametrize("roots", ['["lib", "app"]', "[]", '["jaunt.toml"]'])
def test_at_least_one_source_root_must_be_a_folder(root: Path, roots: str) -> None:
    error = failure(root, f"paths.source_roots = {roots}")
    assert error.message == f"jaunt.toml: paths.source_roots: none of these folders is in {root}: {roots}"
    assert error.hint


def test_source_roots_may_be_missing_beside_one_that_is_there(root: Path) -> None:
    assert load(root, 'paths.source_roots = ["lib", "src"]').paths.source_roots == ["lib", "src"]


def test_a_root_that_is_a_symlink_to_itself_is_an_error_not_a_crash(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    assert "paths.source_roots" in failure(root, 'paths.source_roots = ["loop"]').message


def test_a_prompt_must_be_a_file_that_exists(root: Path) -> None:
    (root / "p.md").touch()
    assert load(root, 'prompts.build_system = "p.md"').prompts.build_system == "p.md"
    error = failure(root, '[prompts]\nbuild_system = "p.md"\ntest_module = "q.md"\nbuild_module = "src"')
    assert error.message == (
        f"jaunt.toml: prompts.build_module: no such file: {root}/src; prompts.test_module: no such file: {root}/q.md"
    )


# The schema is data


@dataclass(frozen=True)
class Price:
    per_token: float = key(0.0, "what a token costs")
    cap: float | None = key(None, "the most that may be spent")


@dataclass(frozen=True)
class Model:
    price: Price = section(Price)
    budget: int | None = key(None, "the most tokens")


def read(table: dict[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
    found, problems = config_module.read_section(Model, table, "llm")
    return found, [(each.key, each.what) for each in problems]


def test_a_section_in_a_section_needs_nothing_but_its_dataclass() -> None:
    assert read({"price": {"per_token": 2, "cap": 0.5}, "budget": 3}) == (Model(Price(2, 0.5), 3), [])
    assert read({}) == (Model(), [])


def test_mistakes_in_a_section_in_a_section_are_named_in_full() -> None:
    _, problems = read({"price": {"per_tokn": 2, "cap": True}, "budget": 1.5})
    assert problems == [
        ("llm.price.cap", "expected a number, got true"),
        ("llm.price.per_tokn", "unknown key"),
        ("llm.budget", "expected a whole number, got 1.5"),
    ]


def test_roots_may_be_patterns(tmp_path: Path) -> None:
    for name in ("packages/b/src", "packages/a/src", "packages/c", "node_modules/x/src", ".venv/x/src", "odd[1]"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "packages/d").mkdir()
    (tmp_path / "packages/d/src").write_text("a file")
    (tmp_path / "jaunt.toml").write_text('[paths]\nsource_roots = ["packages/*/src", "odd[1]", "packages/a/src"]\n')
    assert load_config(root=tmp_path).paths.source_roots == ["packages/a/src", "packages/b/src", "odd[1]"]
    (tmp_path / "jaunt.toml").write_text('[paths]\nsource_roots = ["*/*/src"]\n')
    assert load_config(root=tmp_path).paths.source_roots == ["packages/a/src", "packages/b/src"]


@pytest.mark.parametrize("pattern", ["packages/*/source", "/abs/*/src", "**x**/**"])
@pytest.mark.parametrize("key", ["source_roots", "test_roots"])
def test_a_pattern_that_matches_nothing_is_an_error(tmp_path: Path, key: str, pattern: str) -> None:
    (tmp_path / "packages/a/src").mkdir(parents=True)
    sources = "" if key == "source_roots" else 'source_roots = ["packages/*/src"]\n'
    (tmp_path / "jaunt.toml").write_text(f'[paths]\n{sources}{key} = ["{pattern}"]\n')
    with pytest.raises(JauntConfigError, match=rf"paths\.{key}: "):
        load_config(root=tmp_path)


@dataclass(frozen=True)
class Plain:
    name: str = "a"
    folders: list[str] = field(default_factory=lambda: ["src"])


@table
class Made:
    name: str = key("a", "a name")
    folders: list[str] = key(["src"], "folders")


CALLS: list[Callable[[Any], object]] = [
    lambda kind: kind(),
    lambda kind: kind("b"),
    lambda kind: kind("b", ["lib"]),
    lambda kind: kind(folders=["lib"]),
    lambda kind: kind("b", name="c"),
    lambda kind: kind("b", ["lib"], 3),
    lambda kind: kind(nmae="b"),
    lambda kind: kind() == kind(),
    lambda kind: kind() == kind("b"),
    lambda kind: kind() == 3,
    lambda kind: kind().folders is kind().folders,
    lambda kind: hash(kind(folders=())) == hash(kind(folders=())),
    lambda kind: hash(kind()),
    lambda kind: replace(kind(), name="b"),
    lambda kind: asdict(kind()),
    lambda kind: copy.deepcopy(kind("b")),
    lambda kind: pickle.loads(pickle.dumps(kind("b"))),
    lambda kind: setattr(kind(), "name", "b"),
    lambda kind: setattr(kind(), "other", "b"),
    lambda kind: delattr(kind(), "name"),
    lambda kind: [each.name for each in fields(kind)],
    lambda kind: [*inspect.signature(kind).parameters],
]


@pytest.mark.parametrize("call", CALLS)
def test_a_table_is_a_frozen_dataclass(call: Callable[[Any], object]) -> None:
    def outcome(kind: type) -> str:
        try:
            return repr(call(kind)).replace(kind.__name__, "T")
        except (TypeError, AttributeError) as error:
            return type(error).__name__

    assert outcome(Made) == outcome(Plain)
