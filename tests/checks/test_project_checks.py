"""All checks together: no good candidate is refused, no bad one lands, and every failure reaches the next attempt."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from backends import FakeBackend
from candidates import Sample, file_name, make_sample, static_errors_of
from corpus import BAD, GOOD, GOOD_SLUG, SLUG, Case, function
from projects import write_files

import jaunt
from jaunt.build.pipeline import build_module
from jaunt.build.run import BuildReport, build_works
from jaunt.build.settings import BuildSettings
from jaunt.checks.project_checks import project_checks
from jaunt.checks.static.check import StaticCheck
from jaunt.checks.static.imports import declared_modules
from jaunt.config import JauntConfig, VerifyConfig, load_config
from jaunt.generate.check import Examination, check_candidate
from jaunt.generate.providers.recorded import RECORDING_MARKER
from jaunt.header import split_header
from jaunt.plan.module_work import project_works
from jaunt.project.project import Project, load_project

EXAMPLES = Path(jaunt.__file__).parent / "examples"
NO_TOOLS = VerifyConfig(ruff="off", ty="off", doctests=False)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample(tmp_path_factory.mktemp("good"), GOOD)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample(tmp_path_factory.mktemp("bad"), BAD)


def with_verify(project: Project, verify: VerifyConfig) -> Project:
    return replace(project, config=replace(project.config, verify=verify))


def build(sample: Sample, answers: Mapping[str, str], *, verify: VerifyConfig, attempts: int = 1) -> BuildReport:
    """Build cases of a sample from `answers` (case -> candidate), with the checks of its project."""
    project = with_verify(sample.project, verify)
    modules = {sample.module(name): [answer] for name, answer in answers.items()}
    settings = BuildSettings(
        FakeBackend(modules),
        checks_for=project_checks(project),
        max_attempts=attempts,
        rejected=project.root / ".jaunt" / "rejected",
    )
    works = project_works(project, modules)
    return asyncio.run(build_works(works, dict.fromkeys(modules, ()), modules, settings, jobs=4))


# ----------------------------------------------------------------------------------------------------
# The corpus


@pytest.mark.parametrize("name", GOOD)
def test_a_good_candidate_passes_the_static_checks(good: Sample, name: str) -> None:
    assert good.static_errors(name, good.candidate(name)) == []


def test_good_candidates_pass_every_check(good: Sample) -> None:
    async def examine(name: str) -> Examination:
        names = [entry.qualname for entry in good.work(name).entries]
        return await check_candidate(good.candidate(name), names, good.checks(name))

    async def examine_all() -> list[Examination]:
        return await asyncio.gather(*map(examine, GOOD))

    found = dict(zip(GOOD, asyncio.run(examine_all()), strict=True))
    assert {name: e.errors for name, e in found.items() if e.errors} == {}
    assert {e.passed for e in found.values()} == {5}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_candidate_is_told_what_is_wrong_with_it(bad: Sample, name: str) -> None:
    errors = bad.static_errors(name, bad.candidate(name))
    assert any(BAD[name].error in error for error in errors), errors
    assert all(error.startswith(("line ", "missing definition: ", f"{file_name(name)}.py")) for error in errors)


def test_no_bad_candidate_lands(bad: Sample) -> None:
    report = build(bad, {name: bad.candidate(name) for name in BAD}, verify=NO_TOOLS)
    assert report.generated == set()
    assert report.failed.keys() == {bad.module(name) for name in BAD}
    assert list(bad.project.root.rglob("__generated__")) == []


@pytest.mark.parametrize("example", ["textkit", "tokens"])
def test_the_examples_recordings_pass_the_static_checks(example: str) -> None:
    project = load_project(load_config(root=EXAMPLES / example))
    for module in project.modules:
        text = (EXAMPLES / example / "recordings" / f"{module}.py").read_text(encoding="utf-8")
        code = split_header(text, marker=RECORDING_MARKER)[1]
        assert (module, static_errors_of(project, module, code)) == (module, [])


# ----------------------------------------------------------------------------------------------------
# Tests as candidates

TEST_SPEC = '''
import jaunt
from app.slug import slugify


@jaunt.test
def test_slugs(title: str) -> None:
    """slugify("A b") is "a-b"."""
    ...
'''

GOOD_TEST = """
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.slug import SEPARATOR, slugify

pytestmark = pytest.mark.filterwarnings("error")
CASES = [pytest.param("A b", slugify("A b"), id="two words"), ("x", "x")]


@pytest.fixture(params=[1, 2])
def count(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.mark.parametrize(("title", "expected"), [*CASES, ("c d", SEPARATOR.join(["c", "d"]))])
def test_slugs(title: str, expected: str, count: int) -> None:
    assert slugify(title) == expected
    with pytest.raises(ValueError, match="nothing" * 0):
        slugify("" * count)


@settings(max_examples=10)
@given(st.text().map(str.strip))
def test_more(text: str) -> None:
    assert text == text.strip()
"""


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    root = tmp_path_factory.mktemp("tested")
    write_files(root, {"tests/__init__.py": "", "tests/test_slug.py": TEST_SPEC})
    sample = make_sample(root, {"slug": Case(SLUG, GOOD_SLUG)})
    pyproject = root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + '[dependency-groups]\ntest = ["hypothesis"]\n')
    return replace(sample, project=load_project(load_config(root=root)))


def test_errors(tested: Sample, candidate: str) -> list[str]:
    return static_errors_of(tested.project, "tests.test_slug", candidate)


test_errors.__test__ = False  # ty: ignore[missing-attribute]


def test_a_test_module_may_use_all_of_pytest_that_it_needs(tested: Sample) -> None:
    assert test_errors(tested, GOOD_TEST) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("assert slugify(title) == expected", "slugify(title)", ""),
        (
            "@pytest.mark.parametrize",
            "@pytest.mark.skip\n@pytest.mark.parametrize",
            "`pytest.mark.skip` keeps a test from",
        ),
        ("@settings", "@pytest.mark.xfail\n@settings", "`pytest.mark.xfail` keeps a test from running"),
        (
            "pytestmark = ",
            "pytest.skip('no', allow_module_level=True)\npytestmark = ",
            "`pytest.skip` keeps a test from",
        ),
        (
            "    assert slugify",
            "    pytest.skip('later')\n    assert slugify",
            "`pytest.skip` keeps a test from running",
        ),
        (
            "    assert slugify",
            "    import os\n    os._exit(0)\n    assert slugify",
            "`os._exit` ends the test run",
        ),
        (
            "    assert slugify",
            "    from os import _exit\n    _exit(0)\n    assert slugify",
            "`os._exit` ends the test run",
        ),
        (
            "pytestmark = ",
            "doit = pytest.importorskip('doit')\npytestmark = ",
            "`pytest.importorskip` keeps a test from",
        ),
        ("pytestmark = ", "pytest_plugins = ['x']\npytestmark = ", "loads plugins into pytest"),
        (
            "import pytest\n",
            "import pytest\nimport numpy\n",
            "imports numpy, expected the standard library or pytest",
        ),
        (
            "import SEPARATOR, slugify",
            "import SEPARATOR, slugify\nfrom tests.test_slug import test_slugs as t",
            "uses test_slugs from tests",
        ),
        ("def test_slugs(title", "def test_slugs(name", "test_slugs: has no parameter 'title'"),
    ],
)
def test_a_test_module_that_cheats_is_refused(tested: Sample, old: str, new: str, error: str) -> None:
    assert old in GOOD_TEST
    candidate = GOOD_TEST.replace(old, new, 1)
    if not error:
        candidate, error = candidate.partition("    with")[0], "test_slugs asserts nothing"
    errors = test_errors(tested, candidate)
    assert any(error in found for found in errors), errors


# ----------------------------------------------------------------------------------------------------
# What a project may import


@pytest.mark.parametrize(
    ("pyproject", "modules"),
    [
        (None, None),
        ("[tool.x]\n", None),
        ("not toml", None),
        ("[project]\nname = 'x'\n", set()),
        ("[project]\nname = 'x'\ndependencies = ['doit[toml]>=0.3; python_version > \"3\"', 'Left-Pad.py']\n",
         {"doit", "left_pad_py"}),
        ("[project.optional-dependencies]\ndev = ['pytest']\n", {"pytest"}),
        ("[project]\nname = 'x'\n[dependency-groups]\ndev = ['pytest', {include-group = 'y'}]\ny = ['doit']\n",
         {"pytest", "doit"}),
        ("[project]\nname = 'surely-not-installed'\ndynamic = ['dependencies']\n", None),
    ],
)  # fmt: skip
def test_dependencies_are_read_from_pyproject(tmp_path: Path, pyproject: str | None, modules: set[str] | None) -> None:
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    declared = declared_modules(tmp_path)
    assert declared is None if modules is None else modules <= (declared or set())
    assert declared is None or not {"numpy", "ruff"} & declared


def imports(tmp_path: Path, lines: str, *, config: str = "", spec: str = "") -> list[str]:
    """Return what is wrong with a candidate that imports `lines`, in a project without a pyproject.toml."""
    write_files(
        tmp_path,
        {
            "jaunt.toml": config,
            "src/app/__init__.py": "from app.inc import inc as increment\n",
            "src/app/native.cpython-311-x86_64-linux-gnu.so": "",
            "src/app/folder/part.py": "",
            "src/app/inc.py": f"import jaunt\n{spec}\n\n\n@jaunt.magic\ndef inc(n: int) -> int:\n    ...\n",
        },
    )
    project = load_project(load_config(root=tmp_path))
    return static_errors_of(project, "app.inc", f"{lines}\n\n\ndef inc(n: int) -> int:\n    return n\n")


@pytest.mark.parametrize(
    "lines",
    [
        "import json.decoder",
        "from app import native",
        "import app.native",
        "import app.folder.part",
        "from ..folder import part",
    ],
)
def test_the_standard_library_and_the_project_may_be_imported(tmp_path: Path, lines: str) -> None:
    assert imports(tmp_path, lines) == []


def test_without_declared_dependencies_what_the_spec_module_imports_may_be_imported(tmp_path: Path) -> None:
    assert imports(tmp_path, "import doit.task", spec="from doit import loader") == []
    assert len(imports(tmp_path, "import pytest", spec="from doit import loader")) == 1
    assert len(imports(tmp_path, "import jaunt")) == 1


def test_allow_imports_names_what_may_be_imported_besides(tmp_path: Path) -> None:
    config = '[verify]\nallow_imports = ["numpy", "jaunt"]\n'
    assert imports(tmp_path, "import numpy.linalg\nimport jaunt", config=config) == []
    assert len(imports(tmp_path, "import scipy", config=config)) == 1


def test_a_stub_is_a_stub_under_the_name_that_a_package_gives_it(tmp_path: Path) -> None:
    (error,) = imports(tmp_path, "from app import increment")
    assert error == "line 1: uses increment from app.inc, the stub that this module implements; use its own increment"


# ----------------------------------------------------------------------------------------------------
# In the loop

WORDS = {
    "words": Case(function("def count(text: str) -> int:"), "def count(text: str) -> int:\n    return len(text)\n")
}
EXAMPLE = 'def count(text: str) -> int:\n    """Count.\n\n    >>> count("ab")\n    2\n    """\n'


def test_every_failure_reaches_the_next_attempt_in_order(tmp_path: Path) -> None:
    spec = f"\n\n\n@jaunt.magic\n{EXAMPLE}    ...\n"
    sample = make_sample(tmp_path, {"words": Case(spec, "")})
    first = "import numpy\n\n\ndef count(text: bytes) -> int:\n    unused = 1\n    return numpy.size(text)\n"
    second = "def count(text: str) -> int:\n    unused = 1\n    return str(len(text)) + 1\n"
    third = "def count(text:str)->int: return len(text)\n"
    backend = FakeBackend({"app.words": [first, second, third]})
    settings = BuildSettings(backend, checks_for=project_checks(sample.project), max_attempts=3)
    outcome = asyncio.run(build_module(sample.work("words"), settings))
    assert (outcome.status, outcome.attempts) == ("generated", 3)
    assert sample.work("words").path.read_text().endswith("\n\ndef count(text: str) -> int:\n    return len(text)\n")
    told = backend.told[2]
    assert told is not None
    parts = [
        *(
            "attempt 1: line 4: count: parameter 'text' is annotated bytes",
            "attempt 1: line 1: imports numpy",
        ),
        *("attempt 1: ruff: line 5: F841", "attempt 1: ty: line 1:", "attempt 2: ruff: line 2: F841"),
        *("attempt 2: ty: line 3:", "attempt 2: count: the example in line 6 of the spec module fails"),
    ]
    assert len(told) == len(parts)
    assert [error.startswith(part) for error, part in zip(told, parts, strict=True)] == [True] * len(parts), told
    assert backend.told[1] == told[:4]
    assert backend.told[0] is None


def test_the_last_candidate_and_its_errors_are_kept_and_named(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    folder = tmp_path / ".jaunt/rejected/app.words"
    bad = "def count(texts: str) -> int:\n    return len(texts)\n"
    report = build(sample, {"words": bad}, verify=NO_TOOLS, attempts=2)
    errors = report.failed["app.words"]
    assert errors[-1] == f"the last candidate and its errors are in {folder}"
    assert (folder / "candidate.py").read_text() == bad
    assert (folder / "errors.txt").read_text().splitlines() == errors[:-1]
    assert len(errors) == 3

    report = build(sample, {"words": WORDS["words"].candidate}, verify=NO_TOOLS)
    assert report.generated == {"app.words"}
    assert not folder.exists()


def test_a_candidate_that_cannot_be_written_as_it_is_is_kept_all_the_same(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    build(sample, {"words": "x = '\ud800'\n"}, verify=NO_TOOLS)
    assert (tmp_path / ".jaunt/rejected/app.words/candidate.py").read_text() == "x = '\\ud800'\n"


def test_findings_of_a_tool_set_to_warn_are_warnings_and_the_candidate_lands(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    answer = "def count(text: str) -> int:\n    unused = 1\n    return str(text)\n"
    project = with_verify(sample.project, VerifyConfig(ruff="warn", ty="warn", doctests=False))
    settings = BuildSettings(FakeBackend({"app.words": [answer]}), checks_for=project_checks(project))
    outcome = asyncio.run(build_module(sample.work("words"), settings))
    assert outcome.status == "generated"
    assert [warning.partition(":")[0] for warning in outcome.warnings] == ["ruff", "ty"]


@pytest.mark.parametrize(("tool", "left"), [("ruff", ["ty"]), ("ty", ["ruff"])])
def test_a_tool_that_is_off_is_not_run(tmp_path: Path, tool: str, left: list[str]) -> None:
    sample = make_sample(tmp_path, WORDS)
    off = VerifyConfig(ruff="off") if tool == "ruff" else VerifyConfig(ty="off")
    checks = project_checks(with_verify(sample.project, off))(sample.work("words"))
    assert [check.name for check in checks] == ["static", *left, "doctests"]


def test_a_large_candidate_gets_the_same_answer_as_a_small_one(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    padding = "".join(f"X{n} = {n}\n" for n in range(5_000))

    async def check(source: str) -> list[str]:
        static_check = sample.checks("words")[0]
        assert isinstance(static_check, StaticCheck)
        return await static_check(source)

    good, bad = WORDS["words"].candidate, "def count(texts: str) -> int:\n    return 1\n"
    assert asyncio.run(check(good + padding)) == []
    assert asyncio.run(check(bad + padding)) == asyncio.run(check(bad)) != []


def test_the_configuration_has_the_same_defaults_as_the_class(tmp_path: Path) -> None:
    write_files(tmp_path, {"jaunt.toml": '[verify]\nty = "warn"\n[build]\ncandidates = 3\n', "src/a.py": ""})
    config = load_config(root=tmp_path)
    assert config.verify == VerifyConfig(ty="warn")
    assert (config.build.candidates, JauntConfig().build.candidates) == (3, 1)
