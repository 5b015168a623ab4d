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

HEAD = "import dataclasses\nfrom collections.abc import Iterator, Mapping\nfrom typing import Any, Literal, TypeGuard\n"
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
    "a guard": "def f(xs: list[object]) -> TypeGuard[list[str]]:\n    return all(isinstance(x, str) for x in xs)",
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
    "def f(xs: list[int]) -> int:\n    xs.sort()\n    return 0": ("xs=[1, 0]", "changes its argument xs to [0, 1]"),
    (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    n: int\n"
        "def f(a: A, share: int) -> int:\n    if 0 < share <= 10:\n        a.n += share\n    return 0"
    ): ("a=A(n=0), share=1", "changes its argument a to A(n=1)"),
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


INIT = "class B:\n    def __init__(self, {0}: {1}) -> None:\n        self.{0} = {0}\n"
METHODS = {
    INIT.format("n", "int") + "    def m(self, k: int) -> int:\n        return k // self.n": (
        "k=0, self.n=0",
        "raises ZeroDivisionError",
    ),
    "@dataclasses.dataclass\nclass B:\n    xs: list[int]\n    def m(self) -> int:\n        return self.xs[0]": (
        "self.xs=[]",
        "raises IndexError",
    ),
    "class B:\n    @classmethod\n    def m(cls, s: str) -> 'B':\n        return s": (
        "s=''",
        "returns '', which is no B",
    ),
    "class B:\n    @staticmethod\n    def m(xs: list[int]) -> list[int]:\n        xs.sort()\n        return xs": (
        "xs=[1, 0]",
        "changes its argument xs to [0, 1]",
    ),
    INIT.format("s", "str") + "    @property\n    def m(self) -> int:\n        return self.s": (
        "self.s=''",
        "returns '', which is no int",
    ),
    "class B:\n    async def m(self, s: str, /) -> str:\n        return s[0]": ("s=''", "raises IndexError"),
}
FINE_METHODS = {
    "its own state may change": (
        "class B:\n    def __init__(self, xs: list[int]) -> None:\n        self.xs = xs\n"
        "    def m(self, x: int) -> int:\n        self.xs.append(x)\n        return len(self.xs)"
    ),
    "a constructor that refuses is not its method's fault": (
        "class B:\n    def __init__(self, n: int) -> None:\n        if n < 0: raise KeyError(n)\n        self.n = n\n"
        "    def m(self) -> int:\n        return self.n"
    ),
    "the class itself": "class B:\n    def m(self, n: int) -> 'B':\n        return self",
}
UNTRIED = {
    "an abstract class": "import abc\nclass B(abc.ABC):\n    @abc.abstractmethod\n    def m(self) -> int: ...",
    "a constructor that takes anything": INIT.format("x", "Any") + "    def m(self) -> int:\n        return 1",
    "a metaclass": "import enum\nclass B(enum.Enum):\n    A = 1\n    def m(self) -> int:\n        return ''",
}


# No value of these can be made up that is worth a call: each of them would be an error of the input, not of the code.
LIVE = {
    "a database": "import sqlite3\ndef f(db: sqlite3.Connection | None) -> int:\n    return db.total_changes",
    "a list of requests": (
        "import urllib.request as u\ndef f(requests: list[u.Request]) -> str:\n    return requests[0].host"
    ),
    "a class around a logger": (
        "import logging\nclass Book:\n    def __init__(self, log: logging.Logger | None = None) -> None:\n"
        "        self.log = log\ndef f(book: Book) -> str:\n    return book.log.name"
    ),
    "a record with a queue": (
        "import queue\n@dataclasses.dataclass\nclass Job:\n    n: int\n    q: queue.Queue[int]\n"
        "def f(job: Job) -> int:\n    return job.q.get_nowait()"
    ),
    "what a package's class makes": (
        "import threading\nclass Worker(threading.Thread): ...\ndef f(w: Worker) -> int:\n    return w.ident"
    ),
    "what refuses most values": (
        "class Port:\n    def __init__(self, n: int) -> None:\n        if n != 80: raise LookupError(n)\n"
        "def f(p: Port) -> int:\n    return 1"
    ),
}
VALUES = {
    "a day": "import datetime\ndef f(day: datetime.date) -> str:\n    return ''[day.month]",
    "a path": "import pathlib\ndef f(path: pathlib.Path) -> str:\n    return ''[len(path.name)]",
    "a class around values": (
        "class Box:\n    def __init__(self, n: int) -> None:\n        self.n = n\n"
        "def f(b: Box) -> str:\n    return ''[b.n]"
    ),
}


def test_functions_that_need_a_live_object_are_not_called() -> None:
    found = reports_of("try_calls", [HEAD + each for each in (*LIVE.values(), *VALUES.values())], asked())
    told = dict(zip([*LIVE, *VALUES], (report for (report,) in found), strict=True))
    assert {name: told[name] for name in LIVE if told[name] != {"tried": 0}} == {}
    assert {name for name in VALUES if "IndexError" not in told[name]["failure"]["what"]} == set()


def test_methods_are_called_on_instances_that_are_drawn() -> None:
    method = [{**asked("ValueError")[0], "name": "B.m"}]
    sources = [HEAD + each for each in (*METHODS, *FINE_METHODS.values(), *UNTRIED.values())]
    found = [report for (report,) in reports_of("try_calls", sources, method)]
    for report, (smallest, what) in zip(found, METHODS.values(), strict=False):
        assert report["failure"]["input"] == smallest
        assert report["failure"]["what"].startswith(what)
    fine = dict(zip(FINE_METHODS, found[len(METHODS) :], strict=False))
    assert {name for name, report in fine.items() if "failure" in report or not report["tried"]} == set()
    assert [report for report in found[len(METHODS) + len(FINE_METHODS) :] if report != {"tried": 0}] == []


def test_a_constructor_ends_in_an_instance_or_a_documented_error() -> None:
    source = "class B:\n    def __init__(self, n: int) -> None:\n        if n < 0: raise KeyError(n)\n"
    call = {**asked()[0], "name": "B.__init__"}
    ((odd, fine),) = reports_of("try_calls", [source], [call, {**call, "documented": ["KeyError"]}])
    assert odd["failure"] == {"input": "n=-1", "what": odd["failure"]["what"]}
    assert "raises KeyError" in odd["failure"]["what"]
    assert fine == {"tried": 60}


RECORDING = """
import hashlib
seen = hashlib.sha256()
def f(s: str, n: int, x: float, xs: list[str]) -> str:
    seen.update(repr((s, n, x, xs)).encode())
    return seen.hexdigest()
"""


def test_the_same_inputs_are_drawn_whatever_is_loaded_and_wherever_it_stands(tmp_path: Path) -> None:
    own = tmp_path / "own.py"  # of which Hypothesis would take the constants, as it is no library's
    own.write_text("A = 987654\nB = 'a constant of mine'\nC = 3.75\n")
    shown = RECORDING.lstrip()
    loading = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import own; {shown}"
    call = {**asked()[0], "examples": 200, "seconds": 20.0, "documented": []}
    peek = "\ndef g(n: int) -> int:\n    raise KeyError(seen.hexdigest())"
    plain, loaded = reports_of("try_calls", [shown + peek, loading + peek], [call, {**call, "name": "g"}])
    assert "raises KeyError" in plain[1]["failure"]["what"]  # with the digest of all inputs before
    assert plain == loaded


WRAPPED = """from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
class Command:
    def __init__(self, function: Callable[[str], str]) -> None:
        self.callback = function
    def __call__(self) -> None:
        raise SystemExit(2)
{}"""
ABOVE = {
    "marked": ("contextmanager", "def marked(s: str) -> Iterator[str]:"),
    "opened": ("asynccontextmanager", "async def opened(s: str) -> AsyncIterator[str]:"),
    "first": ("lru_cache", "def first(s: str) -> str:"),
    "run": ("Command", "def run(s: str) -> str:"),
}


def test_what_the_spec_module_makes_of_a_function_is_not_judged_but_the_function_below(tmp_path: Path) -> None:
    stubs = [f'@{above}\n@jaunt.magic\n{head}\n    """Give s."""\n    ...\n' for above, head in ABOVE.values()]
    bodies = ("yield s", "yield s", "return s[0]", "return s[0]")
    code = [f"{head}\n    {body}\n" for (_, head), body in zip(ABOVE.values(), bodies, strict=True)]
    answer = "from collections.abc import AsyncIterator, Iterator\n" + "".join(code)
    (found,) = judged(tmp_path, make_check, WRAPPED.format("".join(stubs)), [answer])
    assert [error.partition(" raises")[0] for error in found.errors] == ["first(s=''):"]
    said = {name: facts["robustness"] for name, facts in (found.evidence or {}).items()}
    assert said == {"first": "fails", "marked": "held", "opened": "held"}


CLASS = '''@jaunt.magic
class Box:
    """A box."""

    def __init__(self, size: int) -> None:
        """Make a box of a size."""
        ...

    def share(self, people: int) -> int:
        """Return the size that each gets."""
        ...

    def times(self, n: int) -> int:
        """By hand, and no candidate is to blame."""
        return self.size // (n - n)
'''
BOX = """class Box:
    def __init__(self, size: int) -> None:
        self.size = size

    def share(self, people: int) -> int:
        return self.size // people{}

    def times(self, n: int) -> int:
        return self.size // (n - n)
"""


def test_methods_of_class_specs_are_called_and_the_evidence_says_so(tmp_path: Path) -> None:
    found = judged(tmp_path, make_check, CLASS, [BOX.format(""), BOX.format(" if people else 0")])
    assert found[0].errors == [
        "Box.share(people=0, self.size=0): raises ZeroDivisionError: integer division or modulo by zero (line 6 of the "
        "candidate), which its docstring doesn't name"
    ]
    assert [each.evidence for each in found] == [{"Box": {"robustness": "fails"}}, {"Box": {"robustness": "held"}}]
    assert found[1].errors == []


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
