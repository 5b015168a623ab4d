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
    "the clock": ("import time", "n or time.monotonic() < 99", "`time.monotonic`"),
    "the time of the processor": ("from time import process_time as p", "1 if p() < 9 else 0", "`time.process_time`"),
    "today": ("from datetime import date", "date.today().year < 2030", "`datetime.date.today`"),
    "the working folder": ("from pathlib import Path", "Path.cwd() != Path('/srv')", "`pathlib.Path.cwd`"),
    "all classes": ("", "object.__subclasses__()", "`object.__subclasses__`"),
    "its thread": ("import threading", "threading.current_thread().name", "`threading.current_thread`"),
    "what sys.stdout is": ("import sys", "type(sys.stdout).__name__", "`sys.stdout`"),
    "the terminal": ("import sys", "not sys.stdout.isatty()", "`sys.stdout.isatty`"),
    "the host": ("import socket", "socket.gethostname() == 'a'", "`socket.gethostname`"),
    "a variable by another name": ("import os", "n if os.environ.get('LIVE') else 0", "`os.environ`"),
    "the user": ("import os", "os.getuid() == 0", "`os.getuid`"),
    "a module by its name": ("", "__import__('sys').__dict__", "`__import__`"),
    "an attribute by any name": ("import sys", "getattr(sys, 'mod' + 'ules')", "`sys.'mod' + 'ules'`"),
    "a frame behind an error": ("", "n.__traceback__.tb_frame", "`tb_frame`"),
}
CHANGES = {
    "random": ("import random", "random.random = lambda: 0.0", "`random.random`"),
    "a class of others": ("from random import Random", "Random.random = None", "`random.Random.random`"),
}
QUIET = {
    "its own": "class A:\n    def f(self):\n        self.n = 1\n        A.count = 2\n",
    "what others say": "import sys, random, os\ndef f():\n    return sys.argv, random.random(), os.environ['HOME']\n",
    "the clock, to be told": "import time, os\ndef f():\n    return {'at': time.time(), 'in': os.getcwd()}\n",
    "a stream, to be written to": "import sys\ndef f(out=None):\n    print(1, file=out or sys.stdout)\n",
    "another's variable of that name": (
        "import time\ndef g():\n    t = time.time()\n    return t\ndef f(t):\n    return 1 if t else 0\n"
    ),
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
    said = found(source, f'def f(n: int) -> bool:\n    """Use {what}, by import."""\n')
    assert said == [] or name in UNSAID


UNSAID = ("loaded modules", "an attribute by any name")


@pytest.mark.parametrize("name", QUIET)
def test_other_code_is_quiet(name: str) -> None:
    assert found(QUIET[name]) == []


def test_a_spec_that_speaks_of_the_caller_may_look_at_its_frame() -> None:
    source = "import sys\ndef f() -> str:\n    return sys._getframe(1).f_globals['__name__']\n"
    assert found(source, 'def f() -> str:\n    """Return the name of the caller\'s module."""\n') == []
    assert found(source, 'def f() -> str:\n    """Return the name of a module."""\n') != []


def test_a_variable_that_holds_the_clock_is_the_clock() -> None:
    source = "import time\nBEGUN = time.time()\n\ndef f(n):\n    now = time.time()\n    return n if now < 9 else 0\n"
    assert [each.partition(",")[0] for each in found(source)] == ["line 6: f: looks at `time.time`"]
    assert found(source, 'def f(n: int) -> int:\n    """Return `n`, 0 once it has expired."""\n') == []


def test_a_variable_of_the_environment_that_the_spec_names_may_decide() -> None:
    source = "import os\ndef f() -> int:\n    return 1 if os.environ.get('LIVE') else 0\n"
    assert found(source, 'def f() -> int:\n    """Return 1 if LIVE is set."""\n') == []
    assert len(found(source, 'def f() -> int:\n    """Return 1 if DEAD is set."""\n')) == 1
