"""The static checks together: good and bad candidates of modules and of tests."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from candidates import WORDS, Sample, file_name, make_sample, static_errors_of
from corpus import BAD, GOOD, GOOD_SLUG, SLUG, Case
from projects import write_files

import jaunt
from jaunt.checks.fault import SpecFault
from jaunt.checks.static.check import StaticCheck, StaticChecks
from jaunt.config import load_config
from jaunt.generate.providers.recorded import RECORDING_MARKER
from jaunt.header import split_header
from jaunt.plan.module_work import no_world
from jaunt.process.background import LARGE
from jaunt.project.project import load_project
from jaunt.project.world.world import World

EXAMPLES = Path(jaunt.__file__).parent / "examples"


@pytest.mark.parametrize("name", GOOD)
def test_a_good_candidate_passes_the_static_checks(good: Sample, name: str) -> None:
    assert good.static_errors(name, good.candidate(name)) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_candidate_is_told_what_is_wrong_with_it(bad: Sample, name: str) -> None:
    errors = bad.static_errors(name, bad.candidate(name))
    assert any(BAD[name].error in error for error in errors), errors
    assert all(error.startswith(("line ", "missing definition: ", f"{file_name(name)}.py")) for error in errors)


@pytest.mark.parametrize("example", ["textkit", "tokens"])
def test_the_examples_recordings_pass_the_static_checks(example: str) -> None:
    project = load_project(load_config(root=EXAMPLES / example))
    for module in project.modules:
        text = (EXAMPLES / example / "recordings" / f"{module}.py").read_text(encoding="utf-8")
        code = split_header(text, marker=RECORDING_MARKER)[1]
        assert (module, static_errors_of(project, module, code)) == (module, [])


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


def errors_in_test(tested: Sample, candidate: str) -> list[str]:
    return static_errors_of(tested.project, "tests.test_slug", candidate)


def test_a_test_module_may_use_all_of_pytest_that_it_needs(tested: Sample) -> None:
    assert errors_in_test(tested, GOOD_TEST) == []


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
    errors = errors_in_test(tested, candidate)
    assert any(error in found for found in errors), errors


def test_a_large_candidate_gets_the_same_answer_as_a_small_one(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, WORDS)
    padding = "".join(f"X{n} = {n}\n" for n in range(5_000))

    async def check(source: str) -> list[str]:
        static_check = sample.checks("words")[0]
        assert isinstance(static_check, StaticCheck)
        return [*(await static_check(source)).errors]

    good, bad = WORDS["words"].candidate, "def count(texts: str) -> int:\n    return 1\n"
    assert asyncio.run(check(good + padding)) == []
    assert asyncio.run(check(bad + padding)) == asyncio.run(check(bad)) != []


def test_a_large_spec_module_is_read_as_an_answer_without_the_project_that_it_is_of(tmp_path: Path) -> None:
    case = Case(
        f"import os\nTEXT = '{'x' * LARGE}'\n\n\n@jaunt.magic\ndef inc(n: str = os.getcwd()) -> str:\n    ...\n", ""
    )
    work = make_sample(tmp_path, {"inc": case}).work("inc")

    def find_world() -> World:  # of the whole project, which others change meanwhile
        return no_world()

    work = replace(work, find_world=find_world)

    async def faults() -> Sequence[SpecFault]:
        return await StaticChecks(frozenset()).prover([work.module])(work)

    (fault,) = asyncio.run(faults())
    assert "`os.getcwd()` is called on import" in fault.text
