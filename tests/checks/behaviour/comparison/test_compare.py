"""Versions on the same drawn inputs: what they disagree on, by the smallest input, and what can't be compared."""

import doctest
from collections.abc import Mapping
from pathlib import Path

import pytest
from projects import write_files

from jaunt.checks.behaviour.comparison.asked import Report
from jaunt.checks.behaviour.comparison.compare import Compared, Versions, compare
from jaunt.checks.behaviour.comparison.words import behaviour_in_a_line, change_of
from jaunt.config import load_config
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

HEAD = """\
import random
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

CALLS: list[int] = []

"""
STUBS = {
    "same": "def same(s: str) -> int:",
    "value": "def value(s: str) -> str:",
    "boundary": "def boundary(n: int) -> str:",
    "error": "def error(xs: list[int]) -> int:",
    "message": "def message(s: str) -> str:",
    "prints": "def prints(n: int) -> None:",
    "changes": "def changes(xs: list[int]) -> None:",
    "items": "def items(n: int) -> Iterator[int]:",
    "later": "async def later(n: int) -> int:",
    "stream": "async def stream(n: int) -> AsyncIterator[int]:",
    "default": "def default(s: str, *, times: int = 2) -> str:",
    "order": "def order(xs: list[int]) -> list[int]:",
    "rounding": "def rounding(xs: list[float]) -> float:",
    "chance": "def chance(n: int) -> float:",
    "anything": "def anything(x: Any) -> int:",
    "bare": "def bare(x) -> int:",
    "maker": "def maker(n: int) -> Callable[[], int]:",
    "exits": "def exits(n: int) -> int:",
    "patient": "def patient(n: int) -> int:",
    "uses": "def uses(tally: Tally) -> int:",
    "held": "def held(tally: Tally, n: int) -> int:",
}
BEFORE = {
    "same": "return len(s)",
    "value": "return s.lower()",
    "boundary": 'return "many" if n > 9 else "few"',
    "error": "return xs[0] if xs else 0",
    "message": 'raise ValueError("no")',
    "prints": "print(n)",
    "changes": "xs.sort()",
    "items": "yield from range(min(n, 5))",
    "later": "return n",
    "stream": "yield n",
    "default": "return s * times",
    "order": "return sorted(set(xs))",
    "rounding": "return sum(xs)",
    "chance": "return random.random()",
    "anything": "return 1",
    "bare": "return 1",
    "maker": "return lambda: n",
    "exits": "return n",
    "patient": "CALLS.append(n)\n    return n if CALLS.count(n) < 9 else 0",
    "uses": "return tally.add(1)",
    "held": "return n",
}
NOW = {
    **BEFORE,
    "same": "return sum(1 for _ in s)",
    "value": 's = s.replace("É", "e")\n    return s.lower()',
    "boundary": 'return "many" if n >= 9 else "few"',
    "error": "return xs[0]",
    "message": 'raise ValueError("not at all")',
    "prints": "print(n, end='!')",
    "changes": "xs.sort(reverse=True)",
    "items": "yield from range(min(n, 6))",
    "later": "return max(n, 0)",
    "stream": "yield max(n, 0)",
    "default": "return s * (times if times != 2 else 1)",
    "order": "return list(dict.fromkeys(xs))",
    "rounding": "return sum(reversed(xs))",
    "maker": "return lambda: 1",
    "held": "return max(n, -1)",
    "exits": "if n == 3:\n        import os\n        os._exit(1)\n    return n",
}
TALLY = '''

class Tally:
    """Counts."""

    def __init__(self, start: int = 0) -> None:
        {0}

    def add(self, n: int) -> int:
        """Add."""
        {1}

    @property
    def total(self) -> int:
        """Say."""
        {2}
'''
OLD_TALLY = TALLY.format("self._n = start", "self._n += n\n        return self._n", "return self._n")
NEW_TALLY = TALLY.format(
    "self.count = start", "self.count += n\n        return self.count", "return min(self.count, 50)"
)
KINDS: Mapping[str, str] = {
    "value": "value('É'): before 'é', now 'e'",
    "boundary": "boundary(9): before 'few', now 'many'",
    "error": "error([]): before 0, now IndexError",
    "message": "message(''): before ValueError: no, now ValueError: not at all",
    "prints": "prints(0): before None, and prints '0\\n', now None, and prints '0!'",
    "changes": "changes([0, 1]): before None, now None, and makes xs [1, 0]",
    "items": "items(6): before yields [0, 1, 2, 3, 4], now yields [0, 1, 2, 3, 4, 5]",
    "later": "later(-1): before -1, now 0",
    "stream": "stream(-1): before yields [-1], now yields [0]",
    "default": "default('a'): before 'aa', now 'a'",
    "order": "order([1, 0]): before [0, 1], now [1, 0]",
    "held": "held(<app.m.Tally object at 0x...>, -2): before -2, now -1",
    "Tally": "tally = Tally(start=51); tally.total: before 51, now 50",
}
NOT_COMPARED = {
    "chance": "gives other results on the same input: chance(",
    "anything": "no inputs can be drawn: TypeError: x may be anything",
    "bare": "x has no annotation",
    "maker": "gives function, into which nothing can look",
    "exits": "ends the process",
    "patient": "gives other results on the same input: patient(",
}


INPUTS = 60
FUTURE = "from __future__ import annotations\n"


def code_of(bodies: Mapping[str, str], tally: str) -> str:
    return FUTURE + HEAD + "\n\n".join(f"{STUBS[name]}\n    {body}\n" for name, body in bodies.items()) + tally


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    root = tmp_path_factory.mktemp("compared")
    stubs = "\n\n".join(f'@jaunt.magic\n{stub}\n    """Do it."""\n    ...\n' for stub in STUBS.values())
    tally = TALLY.format("...", "...", "...").replace("class", "@jaunt.magic\nclass")
    write_files(root, {"jaunt.toml": "version = 1\n", "src/app/__init__.py": ""})
    write_files(root, {"src/app/m.py": f"{FUTURE}import jaunt\n{HEAD}{stubs}{tally}"})
    project = load_project(load_config(root=root))
    work = project_work(project, "app.m")
    sources = [code_of(BEFORE, OLD_TALLY), code_of(NOW, NEW_TALLY)]
    (found,) = compare(project, [Versions(work, sources)], inputs=INPUTS)
    return found


def report_on(compared: Compared, name: str) -> Report:
    assert compared.why_not == ""
    return next(each for each in compared.reports if each["name"] == name)


def test_each_kind_of_difference_is_told_with_the_smallest_input(compared: Compared) -> None:
    found = {name: report_on(compared, name) for name in KINDS}
    assert {name: each["why_not"] for name, each in found.items() if each["why_not"]} == {}
    told = {name: [change_of(each) for each in report["differences"]] for name, report in found.items()}
    assert {name: changes[0] for name, changes in told.items()} == KINDS


def test_code_that_does_the_same_is_said_to_with_the_number_of_inputs(compared: Compared) -> None:
    for name in ("same", "uses", "rounding"):
        report = report_on(compared, name)
        assert (report["tried"], report["differences"], report["why_not"]) == (INPUTS, [], ""), name


def test_what_can_t_be_compared_is_said_with_the_reason(compared: Compared) -> None:
    found = {name: report_on(compared, name) for name in NOT_COMPARED}
    assert {name: each["why_not"][: len(NOT_COMPARED[name])] for name, each in found.items()} == NOT_COMPARED
    assert behaviour_in_a_line([found["bare"]]) == "not compared: bare: x has no annotation"


def test_examples_that_settle_a_difference_hold_for_the_code_that_gives_it(compared: Compared, tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(code_of(BEFORE, OLD_TALLY), names)
    tried = 0
    for report in compared.reports:
        for each in report["differences"]:
            lines = next(group["lines"] for group in each["groups"] if 0 in group["versions"])
            if lines:
                text = "\n".join(lines) + "\n"
                found = doctest.DocTestParser().get_doctest(text, dict(names), report["name"], None, 0)
                assert doctest.DocTestRunner(verbose=False).run(found).failed == 0, text
                tried += 1
    assert tried >= 8


def test_a_version_that_can_t_be_imported_is_said_to(tmp_path: Path) -> None:
    spec = 'import jaunt\n\n\n@jaunt.magic\ndef f(n: int) -> int:\n    """Do it."""\n    ...\n'
    write_files(tmp_path, {"jaunt.toml": "version = 1\n", "src/app/__init__.py": "", "src/app/m.py": spec})
    project = load_project(load_config(root=tmp_path))
    work = project_work(project, "app.m")
    good = "def f(n: int) -> int:\n    return n\n"
    versions = [Versions(work, [good, f"import nowhere\n{good}"]), Versions(work, [good, good + "\n\nX = 1\n"])]
    broken, fine = compare(project, versions, inputs=20)
    assert broken.reports[0]["why_not"].startswith("version 2 its import fails: ModuleNotFoundError")
    assert behaviour_in_a_line(fine.reports) == "no difference in 20 calls"
