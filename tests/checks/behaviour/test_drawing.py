"""Inputs that are drawn before a candidate is there: the same ones, and the same is said of what fails on them."""

import json
from pathlib import Path

from builds import load
from processes import run_python
from projects import write_files

from jaunt.checks.behaviour.robustness import make_check
from jaunt.plan.module_work import project_works

CANDIDATE = """\
import hashlib
seen = hashlib.sha256()


def record(s: str, n: int, x: float, xs: list[str], t: tuple[int, ...] = (), *, b: bool | None = None) -> str:
    seen.update(repr((s, n, x, xs, t, b)).encode())
    return seen.hexdigest()


def digest(n: int) -> int:
    raise KeyError(seen.hexdigest())


def right(n: int) -> int:
    return n


def changing(xs: list[str]) -> list[str]:
    xs.append("")
    return xs


def at_an_edge(x: float) -> float:
    return 1 / x


calls = []


def forgetful(n: int) -> int:
    calls.append(n)
    return n if len(calls) <= 24 else ""
"""
PROGRAM = f"""
import os, sys
from jaunt.checks.behaviour import drawing, trial
wanted = {{
    "record": [("s", "str"), ("n", "int"), ("x", "float"), ("xs", "list[str]"), ("t", "tuple[int, ...]"),
               ("b", "bool | None")],
    "right": [("n", "int")], "changing": [("xs", "list[str]")], "at_an_edge": [("x", "float")],
    "none": [("n", "int[str]")],
}}
for has_drawn in (False, True):
    if os.fork() == 0:
        if has_drawn:
            trial.prepare([{{"kinds": kinds, "examples": 24}} for kinds in wanted.values()])
        assert not any(name.startswith("hypothesis") for name in sys.modules)
        assert (drawing.drawn_before({{"n": int}}, 24) is None) != has_drawn
        assert drawing.drawn_before({{"n": int}}, 23) is drawing.drawn_before({{"n": str}}, 24) is None
        names = {{}}
        exec(compile({CANDIDATE!r}, "candidate.py", "exec"), names)
        called = {{"documented": [], "may_change": False, "seconds": 9.0, "examples": 24, "filename": "candidate.py"}}
        for name in ("record", "digest", "right", "changing", "at_an_edge", "forgetful"):
            print(trial.try_calls(names, {{**called, "name": name}}), end="," if name != "forgetful" else None)
        import hypothesis
        assert drawing.drawn_before({{"n": int}}, 24) is None, "the project may have strategies of its own"
        sys.stdout.flush()
        os._exit(0)
    assert os.wait()[1] == 0
"""


def test_what_was_drawn_before_is_what_would_be_drawn_and_as_much_is_said_of_it(tmp_path: Path) -> None:
    done = run_python("-c", PROGRAM, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    later, before = (json.loads(f"[{line}]") for line in done.stdout.splitlines())
    assert later == before
    assert [each["tried"] for each in later if "failure" not in each] == [24, 24]
    failures = [each["failure"] for each in later if "failure" in each]
    assert [each["input"] for each in failures[1:]] == ["xs=[]", "x=0.0", "n=0"]
    assert "raises KeyError" in failures[0]["what"]
    assert failures[-1]["what"] == "returns '', which is no int, after 24 calls; it was before"


SPEC = '''\
from collections.abc import Callable

import jaunt


class Own: ...


@jaunt.magic
def f(t: str, *, n: int = 0) -> str:
    """Return a text."""
    ...


@jaunt.magic
def g(t: str, o: Own) -> str:
    """Return a text."""
    ...


@jaunt.magic
def h(t: "list[str]", x: dict[str, int | None]) -> str:
    """Return a text."""
    ...


@jaunt.magic
def k(x: dict[str, list[int | None]]) -> str:
    """Return a text."""
    ...
'''


def test_an_order_says_what_can_be_drawn_before(tmp_path: Path) -> None:
    write_files(tmp_path, {"src/app/__init__.py": "", "src/app/m.py": SPEC})
    project = load(tmp_path, "version = 1\n")
    check = make_check(project, "error").for_module(project_works(project, ["app.m"])[0])
    assert check is not None
    order = check.asking.examination("").order
    assert order.get("drawn") == [
        {"kinds": [("t", "str"), ("n", "int")], "examples": 24},
        {"kinds": [("x", "dict[str, list[int | None]]")], "examples": 24},
    ]
