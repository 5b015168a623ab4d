"""How strong tests are: measured in the sandbox, on one project that has suites of all sorts."""

from collections.abc import Mapping

import pytest
from projects import CONFIG, record, write_files

from jaunt.cli import main
from jaunt.config import load_config
from jaunt.project.project import Project, load_project
from jaunt.testing.strength.measuring import lapsed, measure, subject_of
from jaunt.testing.strength.strength import Strength, by_code

CLAMP = '''
def clamp(value: int, low: int, high: int = 9) -> int:
    """Return `value`, or the nearest of `low` and `high` where it lies outside of them."""
    if low > high:
        raise ValueError("low is above high")
    if value < low:
        return low
    if value > high:
        return high
    return value
'''
ODD = '''
import signal


def count_down(n: int) -> int:
    """Return how many steps it is from `n` down to 0."""
    steps = 0
    while n > 0:
        n -= 1
        steps += 1
    return steps


def stop_at(n: int) -> int:
    """Return `n`."""
    if n > 100:
        signal.raise_signal(signal.SIGKILL)
    return n


def unused(n: int) -> int:
    """Return `n` less one."""
    return n - 1
'''
TWICE = '''
from functools import cache


@cache
def twice(n: int) -> int:
    """Return twice `n`."""
    return n * 2
'''
TESTS: Mapping[str, tuple[str, str]] = {
    "strong": (
        "clamp",
        """
import pytest

def test_strong(high: int) -> None:
    assert [clamp(n, 2, high) for n in (1, 2, 3, 4, 5)] == [2, 2, 3, 4, 4]
    assert clamp(10, 1) == 9
    assert clamp(4, 4, 4) == 4
    with pytest.raises(ValueError):
        clamp(1, 3, 2)
""",
    ),
    "weak": ("clamp", "\ndef test_weak() -> None:\n    assert clamp(5, 2) > 0\n    assert clamp(1, 2) is not None\n"),
    "partly": (
        "clamp",
        """
import pytest

@pytest.fixture(scope="module")
def clamped() -> list[int]:
    return [clamp(n, 2, 4) for n in (1, 3, 5)]

@pytest.mark.parametrize(("place", "expected"), [(0, 2), (1, 3), (2, 4)], ids=["::[a]", "b c", "x"])
def test_partly(clamped: list[int], place: int, expected: int) -> None:
    assert clamped[place] == expected
""",
    ),
    "failing": ("clamp", "\ndef test_failing() -> None:\n    assert clamp(5, 2) == 6\n"),
    "loop": ("count_down", "\ndef test_loop() -> None:\n    assert count_down(3) == 3\n"),
    "killed": ("stop_at", "\ndef test_killed() -> None:\n    assert stop_at(3) == 3\n"),
    "cached": (
        "twice",
        """
def test_cached() -> None:
    assert twice(3) > 0

def test_cached_again() -> None:
    assert twice(3) == 6
""",
    ),
    "idle": ("unused", "\ndef test_idle() -> None:\n    assert unused.__name__ == 'unused'\n"),
}
WAIVER = "# jaunt:equivalent {} it is the same number\n"


def spec_of(code: str) -> str:
    """Return the spec of code: a stub for each of its functions."""
    lines = [line for line in code.splitlines() if line.startswith("def ") or '"""' in line]
    stubs = [f"@jaunt.magic\n{line}" if line.startswith("def ") else f"{line}\n    ...\n\n" for line in lines]
    return "import jaunt\n\n\n" + "\n".join(stubs)


def suite_of(name: str) -> tuple[str, str]:
    """Return the spec and the code of one of TESTS."""
    function, code = TESTS[name]
    head = f"from app.{function if function in ('clamp', 'twice') else 'odd'} import {function}\n"
    tests = [line.split("(")[0].removeprefix("def ") for line in code.splitlines() if line.startswith("def test")]
    specs = [f'@jaunt.test(deps=[{function}])\ndef {test}() -> None:\n    """Tests."""\n' for test in tests]
    return "\n\n".join([f"import jaunt\n{head}", *specs]), head + code


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose code and tests are built."""
    root = tmp_path_factory.mktemp("strength")
    suites = {name: suite_of(name) for name in TESTS}
    write_files(
        root,
        {
            "jaunt.toml": CONFIG,
            "src/app/__init__.py": "",
            "src/app/clamp.py": spec_of(CLAMP),
            "src/app/odd.py": spec_of(ODD),
            "src/app/twice.py": spec_of(TWICE),
            "tests/__init__.py": "",
            "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef high() -> int:\n    return 4\n",
            **{f"tests/test_{name}.py": spec for name, (spec, _) in suites.items()},
        },
    )
    answers = {f"tests.test_{name}": code for name, (_, code) in suites.items()}
    record(root, {"app.clamp": CLAMP, "app.odd": ODD, "app.twice": TWICE, **answers})
    assert main(["test", "--no-run", "--quiet", "--root", str(root)]) == 0
    return load_project(load_config(root=root))


@pytest.fixture(scope="module")
def measured(project: Project) -> dict[str, Strength]:
    """What was measured of each test module, by the last part of its name."""
    return {each.module.removeprefix("tests.test_"): each for each in measure(project, project.modules_of("test"))}


def survivors(strength: Strength) -> set[str]:
    return {each.after for each in strength.survivors}


def test_strong_and_weak_suites_are_told_apart(measured: Mapping[str, Strength]) -> None:
    assert survivors(measured["strong"]) == {
        "if value <= low:",  # both change nothing, as `low` and `value` are then the same
        "if value >= high:",
    }
    weak, partly, strong = (measured[name].score or 0 for name in ("weak", "partly", "strong"))
    assert strong == 1 - 2 / len(measured["strong"].counted)
    assert 0 < weak < partly < strong
    assert 'raise Exception("low is above high")' in survivors(measured["partly"])


def test_all_variants_of_a_test_and_its_shared_fixtures_count(measured: Mapping[str, Strength]) -> None:
    """The fixture runs once, in the first of three variants; each of the others notices changes of its own."""
    assert {"return low", "return high", "return value"} <= {each.before for each in measured["partly"].mutants}
    returns = [each for each in measured["partly"].mutants if each.kind == "return"]
    assert len(returns) == 3
    assert all(measured["partly"].noticed[each.name] == {"test_partly"} for each in returns)


def test_a_hanging_mutant_counts_apart(measured: Mapping[str, Strength]) -> None:
    strength = measured["loop"]
    late = {each.after for each in strength.mutants if each.name in strength.late}
    assert late == {"n += 1"} | ({"pass"} & late) and "n += 1" in late
    assert strength.score == 1
    assert not {each.name for each in strength.counted} & strength.late


def test_a_mutant_that_kills_the_process_is_noticed(measured: Mapping[str, Strength]) -> None:
    strength = measured["killed"]
    (killing,) = [each for each in strength.mutants if each.after == "if n <= 100:"]
    assert strength.noticed[killing.name] == {"test_killed"}
    assert "if n >= 100:" in survivors(strength)


def test_what_a_cache_keeps_hides_nothing_from_later_tests(measured: Mapping[str, Strength]) -> None:
    assert survivors(measured["cached"]) == set()
    counted = len(measured["cached"].counted)
    assert measured["cached"].of_spec("test_cached")[0] < counted
    assert measured["cached"].of_spec("test_cached_again") == (counted, counted)


def test_code_that_no_test_runs_survives(measured: Mapping[str, Strength]) -> None:
    strength = measured["idle"]
    assert strength.score == 0
    assert not any(strength.reached.get(each.name) for each in strength.survivors if each.lines)


def test_tests_that_fail_on_the_code_as_it_is_are_not_measured(measured: Mapping[str, Strength]) -> None:
    assert measured["failing"].problem == "its tests fail on the code as it is"
    assert measured["failing"].score is None


def test_code_is_as_strong_as_all_its_tests_together(measured: Mapping[str, Strength]) -> None:
    clamp, *_ = by_code(measured.values())
    assert (clamp["module"], clamp["survived"]) == ("app.clamp", 2)


def test_measured_again_it_is_the_same(project: Project, measured: Mapping[str, Strength]) -> None:
    again = {each.module.removeprefix("tests.test_"): each for each in measure(project, project.modules_of("test"))}
    assert again == measured
    names = ["strong", "cached"]
    assert measure(project, [f"tests.test_{name}" for name in names]) == [measured["cached"], measured["strong"]]


def test_waivers_need_a_reason_and_a_mutant(project: Project, measured: Mapping[str, Strength]) -> None:
    names = sorted(each.name for each in measured["strong"].survivors)
    spec = project.root / "tests/test_strong.py"
    text = spec.read_text()
    try:
        spec.write_text(text + WAIVER.format(names[0]) + f"# jaunt:equivalent {names[1]}\n" + WAIVER.format("00000000"))
        subject = subject_of(project, "tests.test_strong")
        (strength,) = measure(project, ["tests.test_strong"])
    finally:
        spec.write_text(text)
    assert subject.waived == strength.waived == {names[0]}
    assert [each.name for each in strength.survivors] == [names[1]]
    assert len(strength.counted) == len(measured["strong"].counted) - 1
    reasonless, unknown = lapsed(subject)
    assert "says no reason" in reasonless
    assert "00000000" in unknown
    assert strength.digest != measured["strong"].digest


def test_a_string_that_looks_like_a_waiver_is_none(project: Project) -> None:
    spec = project.root / "tests/test_weak.py"
    text = spec.read_text()
    try:
        spec.write_text(text.replace('"""Tests."""', '"""Tests.\n\n    # jaunt:equivalent 12345678 no\n    """'))
        assert subject_of(project, "tests.test_weak").waivers == ()
    finally:
        spec.write_text(text)


def test_a_conftest_that_imports_the_code_changes_no_score(project: Project, measured: Mapping[str, Strength]) -> None:
    conftest = project.root / "tests/conftest.py"
    text = conftest.read_text()
    try:
        conftest.write_text(f"from app.clamp import clamp\n\n{text}\nassert clamp(1, 2) == 2\n")
        (strength,) = measure(project, ["tests.test_weak"])
    finally:
        conftest.write_text(text)
    assert strength.problem == ""
    assert survivors(strength) < survivors(measured["weak"])


def test_nothing_of_the_project_is_changed(project: Project) -> None:
    before = {path: path.read_bytes() for path in project.root.rglob("*.py")}
    measure(project, ["tests.test_weak"])
    assert {path: path.read_bytes() for path in project.root.rglob("*.py")} == before
