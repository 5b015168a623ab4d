"""Code that looks at who runs it, or changes what others use, is told of, where its spec says nothing of that."""

import ast

import pytest

from jaunt.checks.static.forbidden_calls import looks_at_run
from jaunt.syntax.source import ModuleSource

LOOKS = {
    "loaded modules": ("import sys", "'hypothesis' in sys.modules", "`sys.modules`"),
    "an imported name": ("from sys import modules as m", "len(m) > 99", "`sys.modules`"),
    "frames": ("import inspect", "len(inspect.stack()) > 9", "`inspect.stack`"),
    "all threads": ("import sys", "sys._current_frames()", "`sys._current_frames`"),
    "objects": ("import gc", "gc.get_objects()", "`gc.get_objects`"),
    "the environment": ("import os", "'PYTEST_CURRENT_TEST' in os.environ", "`PYTEST_CURRENT_TEST`"),
    "its process": ("", "open('/proc/self/cmdline').read()", "`/proc/self/cmdline`"),
    "its parent": ("import os", "os.getppid()", "`os.getppid`"),
}
CHANGES = {
    "random": ("import random", "random.random = lambda: 0.0", "`random.random`"),
    "a class of others": ("from random import Random", "Random.random = None", "`random.Random.random`"),
}
QUIET = {
    "its own": "class A:\n    def f(self):\n        self.n = 1\n        A.count = 2\n",
    "what others say": "import sys, random, os\ndef f():\n    return sys.argv, random.random(), os.environ['HOME']\n",
    "a docstring": 'import sys\ndef f():\n    """Return what pytest has in /proc/."""\n    return sys.maxsize\n',
}


def found(source: str, spec: str = "") -> list[str]:
    parts = [ModuleSource("app.m", "m.py", each, ast.parse(each)) for each in (source, spec)]
    return [str(each) for each in looks_at_run(*parts)]


@pytest.mark.parametrize("name", [*LOOKS, *CHANGES])
def test_what_tells_code_who_runs_it_is_told(name: str) -> None:
    head, expression, what = {**LOOKS, **CHANGES}[name]
    body = f"    {expression}\n" if name in CHANGES else f"    return bool({expression})\n"
    source = f"{head}\ndef f(n: int) -> bool:\n{body}"
    assert any(what in each for each in found(source)), found(source)
    assert found(source, f'def f(n: int) -> bool:\n    """Use {what}."""\n') == [] or name == "loaded modules"


@pytest.mark.parametrize("name", QUIET)
def test_other_code_is_quiet(name: str) -> None:
    assert found(QUIET[name]) == []


def test_a_spec_that_speaks_of_the_caller_may_look_at_its_frame() -> None:
    source = "import sys\ndef f() -> str:\n    return sys._getframe(1).f_globals['__name__']\n"
    assert found(source, 'def f() -> str:\n    """Return the name of the caller\'s module."""\n') == []
    assert found(source, 'def f() -> str:\n    """Return the name of a module."""\n') != []
