"""Properties of a spec, tried on candidates: which are refused, and what is said of them."""

import ast
from pathlib import Path
from typing import Any

import pytest
from behaviours import judged
from builds import load
from projects import write_files
from trials import reports_of

from jaunt.checks.behaviour.properties import make_check
from jaunt.checks.behaviour.section import find_properties
from jaunt.errors import JauntConfigError, JauntDiscoveryError
from jaunt.plan.module_work import project_works
from jaunt.syntax.source import ModuleSource

SPEC = '''\
@jaunt.magic
def dedupe(xs: list[int]) -> list[int]:
    """Return `xs` in order, each number once.

    >>> dedupe([3, 1, 3])
    [3, 1]

    Properties:
        given xs: list[int] :: sorted(dedupe(xs)) == sorted(set(xs))
        given xs: list[int] :: dedupe(dedupe(xs)) == dedupe(xs)
        - given xs: list[int]
            assuming xs :: dedupe(xs)[0] == xs[0]
    """
    ...
'''


def asked_of(spec: str, name: str) -> list[dict[str, Any]]:
    """Return what a trial is asked for the properties in a spec module."""
    found = find_properties(ModuleSource("app.m", "m.py", spec, ast.parse(spec)), [name])
    limits = {"seconds": 2.0, "examples": 100, "filename": "candidate.py"}
    return [
        {"inputs": [[*i] for i in each.inputs], "assuming": each.assuming, "claim": each.claim, **limits}
        for each in found
    ]


def code(body: str, head: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return f"{head}\n\ndef dedupe(xs: list[int]) -> list[int]:\n{lines}\n"


RIGHT = "return list(dict.fromkeys(xs))"
GOOD = {
    "right": code(RIGHT),
    "by hand": code("found = []\nfor x in xs:\n    if x not in found:\n        found.append(x)\nreturn found"),
    "printing": code(f"print('hello')\n{RIGHT}"),
    "by chance": code(f"random.random()\n{RIGHT}", "import random"),
}
WRONG = {
    "another order": code("return sorted(set(xs), reverse=True)"),
    "lost numbers": code(f"xs = xs[:3]\n{RIGHT}"),
    "a bound": code("return [x for x in dict.fromkeys(xs) if x < 100]"),
    "negative numbers": code("return list(dict.fromkeys(abs(x) for x in xs))"),
    "an error": code(f"xs[0]\n{RIGHT}"),
    "neighbours alone": code("return [x for i, x in enumerate(xs) if i == 0 or x != xs[i - 1]]"),
    "None": code("return None"),
    "deep": code("return xs[:1] + [x for x in dedupe(xs[1:]) if x != xs[0]] if xs else dedupe(xs)"),
}
CHEATS = {
    "it looks for Hypothesis": code(f"import sys\nif 'hypothesis' in sys.modules:\n    {RIGHT}\nreturn [3, 1]"),
    "it looks for it as it is imported": code(
        f"if SEEN:\n    {RIGHT}\nreturn [3, 1]", "import sys\nSEEN = any('hypothesis' in m for m in sys.modules)"
    ),
    "it looks at the stack": code(
        "import traceback\nif any('hypothesis' in f.filename for f in traceback.extract_stack()):\n"
        f"    {RIGHT}\nreturn [3, 1]"
    ),
    "it looks for pytest": code(f"import sys\nif 'pytest' in sys.modules:\n    {RIGHT}\nreturn [3, 1]"),
    "it patches random": code(
        "return sorted(set(xs))", "import random\nrandom.seed(0)\nrandom.random = lambda: 0.0\nrandom.getrandbits = int"
    ),
    "it counts its calls": code(f"SEEN.append(1)\nif len(SEEN) < 280:\n    {RIGHT}\nreturn [3, 1]", "SEEN = []"),
    "it catches everything": code(f"try:\n    xs[0]\n    {RIGHT}\nexcept BaseException:\n    return [0]"),
}


def test_right_candidates_hold_and_wrong_ones_fail_whatever_they_look_for() -> None:
    answers = {**GOOD, **WRONG, **CHEATS}
    reports = dict(zip(answers, reports_of("try_property", [*answers.values()], asked_of(SPEC, "dedupe")), strict=True))
    assert all("spec" not in report for found in reports.values() for report in found)
    assert {name for name, found in reports.items() if any("failure" in each for each in found)} == {*WRONG, *CHEATS}
    assert {each["tried"] for name in GOOD for each in reports[name]} <= {*range(50, 101)}
    assert reports["negative numbers"][0]["failure"] == {"input": "xs=[-1]", "what": "[1] == [-1] is not true"}
    assert reports["an error"][0]["failure"]["what"] == (
        "raises IndexError: list index out of range (line 4 of the candidate)"
    )
    assert "RecursionError" in reports["deep"][0]["failure"]["what"]


def test_the_same_inputs_are_drawn_each_time() -> None:
    asked = asked_of(SPEC, "dedupe")
    first, second = (reports_of("try_property", [*WRONG.values()], asked) for _ in range(2))
    assert first == second


def test_a_candidate_is_refused_in_the_sandbox_with_the_smallest_input(tmp_path: Path) -> None:
    candidates = [GOOD["right"], WRONG["another order"], code("import os\nos._exit(0)")]
    right, wrong, ended = judged(tmp_path, make_check, SPEC, candidates)
    assert right.errors == []
    assert wrong.errors == [
        "dedupe: the property in line 14 of the spec module fails\n"
        "    property: given xs: list[int] assuming xs :: dedupe(xs)[0] == xs[0]\n"
        "    smallest input: xs=[0, 1]\n"
        "    got: 1 == 0 is not true"
    ]
    assert "trying its properties ended the process" in ended.errors[0]


KINDS = '''\
import dataclasses
import hypothesis.strategies as hs

@dataclasses.dataclass
class Point:
    x: int
    y: int

small = hs.integers(1, 9)

def words():
    return hs.lists(hs.sampled_from("abc"), max_size=3).map("".join)

async def swap(point: Point) -> Point:
    """Swap.

    Properties:
        given p: Point :: (await swap(await swap(p))) == p
        given n: small, w: words, s: st.text("x", max_size=2) :: 0 < n < 10 and set(w) <= set("abc") and len(s) < 3
        given f: "list[Point]" :: len({id(p): p for p in f}) == len(f) or any(p.x < 1 for p in f)
        given a: int | None, t: tuple[int, str] assuming a is None :: t[0] + 0 == t[0]
    """
    return Point(point.y, point.x)
'''


def test_types_of_the_project_named_strategies_and_async_functions_are_drawn() -> None:
    (found,) = reports_of("try_property", [KINDS], asked_of(KINDS, "swap"))
    assert [each for each in found if "failure" in each or "spec" in each] == []
    assert len(found) == 4


def test_what_can_not_be_drawn_or_met_is_the_fault_of_the_spec() -> None:
    spec = (
        "class Odd:\n    def __init__(self, n): pass\ndef f(n: int) -> int:\n    '''\n    Properties:\n"
        "        given n: int assuming n != n :: f(n) == n\n        given n: Missing :: f(n) == n\n    '''\n"
        "    return n\nMissing = 3\n"
    )
    (found,) = reports_of("try_property", [spec], asked_of(spec, "f"))
    assert found[0]["spec"] == "no input was found that meets `assuming (n != n)`"
    assert found[1]["spec"].startswith("no values can be drawn for `n: Missing`")


UNREADABLE = {
    "given xs list[int] :: dedupe(xs)": "the property can't be read",
    "given xs: list[int] : dedupe(xs) == xs": "expected `given NAME: TYPE",
    "xs :: dedupe(xs)": "expected `given NAME: TYPE",
    "given xs: list[int] :: dedupe(xs": "the property can't be read",
    "given xs: list[int] :: ": "the property can't be read",
    "given xs: list[int] :: dedup(xs) == xs": "dedup: the spec module has no such name",
    "given xs: Lst :: dedupe(xs) == xs": "Lst: the spec module has no such name",
    "given xs: list[int] = [] :: dedupe(xs) == xs": "expected `NAME: TYPE`",
    "given xs: list[int] assuming :: dedupe(xs)": "expected `given NAME: TYPE",
}


@pytest.mark.parametrize(("line", "why"), UNREADABLE.items())
def test_a_line_that_can_not_be_read_is_an_error_before_any_call(tmp_path: Path, line: str, why: str) -> None:
    spec = SPEC.replace("given xs: list[int] :: sorted(dedupe(xs)) == sorted(set(xs))", line)
    write_files(tmp_path, {"src/app/__init__.py": "", "src/app/m.py": f"import jaunt\n\n\n{spec}"})
    project = load(tmp_path, "version = 1\n")
    (work,) = project_works(project, ["app.m"])
    with pytest.raises(JauntDiscoveryError) as caught:
        make_check(project, "error").for_module(work)
    assert f"{tmp_path}/src/app/m.py:12: dedupe: the property can't be read" in str(caught.value)
    assert why in str(caught.value)


def test_prose_under_such_a_heading_is_left_alone(tmp_path: Path) -> None:
    spec = 'def f() -> int:\n    """One.\n\n    Properties:\n        size: how many there are\n    """\n'
    assert find_properties(ModuleSource("m", "m.py", spec, ast.parse(spec)), ["f"]) == []


def test_without_hypothesis_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"src/app/__init__.py": "", "src/app/m.py": f"import jaunt\n\n\n{SPEC}"})
    project = load(tmp_path, "version = 1\n")
    (work,) = project_works(project, ["app.m"])
    monkeypatch.setattr("jaunt.checks.behaviour.question.find_spec", lambda name: None)
    with pytest.raises(JauntConfigError, match="not installed") as caught:
        make_check(project, "error").for_module(work)
    assert caught.value.hint is not None
    assert "pip install 'jaunt[properties]' from jaunt's folder" in caught.value.hint
