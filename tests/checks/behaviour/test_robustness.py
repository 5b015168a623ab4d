"""Calls with drawn inputs: what of a candidate is reported, and what isn't."""

import asyncio
from pathlib import Path

import pytest
from backends import FakeBackend
from behaviours import judged
from trials import reports_of

from jaunt.checks.behaviour.robustness import make_check
from jaunt.generate.check import Checked, FunctionCheck
from jaunt.generate.retry import ask
from jaunt.generate.spec_context import ModuleSpecContext

HEAD = "import dataclasses\nfrom collections.abc import Iterator, Mapping\nfrom typing import Any, Literal\n"
FINE = {
    "a text": "def f(s: str) -> str:\n    return s.upper()",
    "a documented error": "def f(s: str) -> str:\n    if not s:\n        raise ValueError(s)\n    return s[0]",
    "one derived from it": "def f(s: str) -> bytes:\n    if len(s) > 2: raise UnicodeError(s)\n    return s.encode()",
    "None or a number": "def f(xs: list[int]) -> int | None:\n    return xs[0] if xs else None",
    "a generator": "def f(n: int) -> Iterator[int]:\n    yield n",
    "a dataclass": (
        "@dataclasses.dataclass\nclass P:\n    x: int\ndef f(p: P, n: Literal['a']) -> tuple[P, str]:\n    return p, n"
    ),
    "an async function": "async def f(n: int) -> float:\n    return n",
    "a copy": "def f(xs: list[int]) -> list[int]:\n    xs = sorted(xs)\n    xs.append(1)\n    return xs",
    "anything": "def f(x: Any) -> int:\n    return x + 1",
    "a missing file": "def f(name: str) -> str:\n    raise FileNotFoundError(name)",
    "a mapping": "def f(m: Mapping[str, int]) -> dict[str, list[int]]:\n    return {k: [v] for k, v in m.items()}",
    "a usual number": "def f(x: float) -> int:\n    return round(x)",
}
ODD = {
    "def f(s: str) -> str:\n    return s[0]": ("s=''", "raises IndexError"),
    "def f(n: int) -> int:\n    return 10 // n": ("n=0", "raises ZeroDivisionError"),
    "def f(n: int | None) -> int:\n    return n + 1": ("n=None", "raises TypeError"),
    "def f(s: str) -> int:\n    return s and 1": ("s=''", "returns '', which is no int"),
    "def f(xs: list[int]) -> list[str]:\n    return xs": ("xs=[0]", "returns [0], which is no list[str]"),
    "def f(xs: list[int]) -> int:\n    xs.sort()\n    return 0": ("xs=[0, -1]", "changes its argument xs to [-1, 0]"),
    "def f(n: int) -> int:\n    return f(n) if n else 0": ("n=1", "raises RecursionError"),
    "def f(n: int) -> int:\n    while n > 3: pass\n    return n": ("", "has not ended after 5 s"),
    "def f(m: dict[str, int]) -> int:\n    return m['a']": ("m={}", "raises KeyError"),
    "async def f(s: str) -> int:\n    return int(s or 0)": ("s=", "raises ValueError"),
}


def asked(*documented: str) -> list[dict[str, object]]:
    limits = {"seconds": 2.0, "examples": 60, "filename": "candidate.py"}
    return [{"name": "f", "documented": [*documented], "may_change": False, **limits}]


def test_what_ends_as_it_should_is_not_reported() -> None:
    found = reports_of("try_calls", [HEAD + each for each in FINE.values()], asked("ValueError"))
    assert {name: report for name, (report,) in zip(FINE, found, strict=True) if "failure" in report} == {}
    tried = {name: report["tried"] for name, (report,) in zip(FINE, found, strict=True)}
    assert {name for name, count in tried.items() if not count} == {"anything"}


def test_everything_else_is_reported_with_the_smallest_input() -> None:
    found = reports_of("try_calls", [HEAD + each for each in ODD], asked())
    for (report,), (smallest, what) in zip(found, ODD.values(), strict=True):
        assert report["failure"]["input"].startswith(smallest)
        assert report["failure"]["what"].startswith(what)


SPEC = '@jaunt.magic\ndef first(s: str) -> str:\n    """Return the first letter."""\n    ...\n'


def test_a_finding_names_the_call(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, make_check, SPEC, ["def first(s: str) -> str:\n    return s[0]\n"])
    assert found.errors == [
        "first(s=''): raises IndexError: string index out of range (line 2 of the candidate), which its docstring "
        "doesn't name"
    ]


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_warning_is_told_to_a_next_attempt_and_makes_none(attempts: int) -> None:
    async def check(source: str) -> Checked:
        told = ["f(s=''): raises IndexError"]
        return Checked(source, ["wrong"] if "wrong" in source else [], warnings=told, told=told)

    backend = FakeBackend({"app.m": ["f = 'wrong'\n"] * (attempts - 1) + ["f = 'odd'\n"]})
    context = ModuleSpecContext("build", "app.m", "app.__generated__.m", ["f"], {})
    result = asyncio.run(ask(backend, context, max_attempts=3, checks=[FunctionCheck(check)]))
    assert result.attempts == attempts
    assert result.warnings == ["f(s=''): raises IndexError"]
    assert backend.told[-1] == (
        None if attempts == 1 else ["attempt 1: wrong", "attempt 1: f(s=''): raises IndexError"]
    )
