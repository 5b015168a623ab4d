"""Specs that no code can answer, or that nobody would get: told with their line before a model is asked."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
from projects import RECORDED, edit, write_files
from said import RunIn

CONFIG = f"""\
{RECORDED}
[verify]
robustness = "off"
"""
CALLED = "there is no recording"  # what a call of this model ends with

# By module: the spec, the line that is told, and a part of what is told of it.
SPECS = {
    "annotation": (
        '''
        from __future__ import annotations

        import collections

        import jaunt


        @jaunt.magic
        def f(x: collections.OrderdDict[str, int]) -> int:
            """How many keys; see `LIMITS`."""
            ...
        ''',
        9,
        "has no member `OrderdDict`",
    ),
    "dup_spec": (
        '''
        import jaunt
        @jaunt.magic
        def twice(x: int) -> int:
            """Return 2 x."""
            ...
        @jaunt.magic
        def twice(x: int) -> int:
            """Return 20 x."""
            ...
        ''',
        7,
        "line 3 has a spec of this name too",
    ),
    "spec_or_plain": (
        '''
        import sys
        import jaunt
        if sys.version_info >= (3, 99):
            def twice(x: int) -> int:
                return 2 * x
        else:
            @jaunt.magic
            def twice(x: int) -> int:
                """Return 2 x.

                >>> twice(2)
                4
                """
                ...
        @jaunt.magic
        def thrice(x: int) -> int:
            """Return 3 x."""
            ...
        def thrice(x: int) -> int:
            return 30 * x
        ''',
        16,
        "the definition in line 19 hides the spec",
    ),
    "flask_like": (
        '''
        HANDLERS = {}


        def route(path):
            def register(function):
                HANDLERS[path] = function
                return function

            return register


        import jaunt  # noqa: E402


        @jaunt.magic
        @route("/x")
        def handler(n: int) -> int:
            """Return n + 1."""
            ...
        ''',
        16,
        "`@route('/x')` below @jaunt.magic keeps the stub",
    ),
    "undefined_name": (
        '''
        import jaunt
        @jaunt.magic
        def total(xs: list[int]) -> int:
            """Return the sum.

            >>> app.a.total([1, 2])
            3
            >>> np.sum([1])
            1
            """
            ...
        ''',
        8,
        "an example uses `np`, which is neither defined nor imported",
    ),
    "db": (
        '''
        import os

        import jaunt

        URL = os.environ["DB_URL"]


        @jaunt.magic
        def host() -> str:
            """Return the host of URL.

            >>> bool(host())
            True
            """
            ...
        ''',
        0,
        'hand in the variable: env = ["DB_URL"] in [sandbox]',
    ),
    "implicit_optional": (
        '''
        import jaunt
        @jaunt.magic
        def greet(name: str = None) -> str:
            """Return "hello NAME", or "hello you" without a name."""
            ...
        ''',
        3,
        "Default value of type `None` is not assignable",
    ),
    "call_default": (
        '''
        import jaunt
        import os
        @jaunt.magic
        def f(n: str = os.getcwd()) -> str:
            """Return n."""
            ...
        ''',
        4,
        "`os.getcwd()` is called on import",
    ),
    "quoted": (
        '''
        import jaunt

        @jaunt.magic
        def f(n: int) -> "Undefined":
            """Return n + 1."""
            ...
        ''',
        4,
        "Undefined name `Undefined`",
    ),
    "effect": (
        '''
        import jaunt
        import atexit
        @jaunt.magic
        @atexit.register
        def f() -> None:
            """Print bye at exit."""
            ...
        ''',
        4,
        "`@atexit.register` below @jaunt.magic keeps the stub",
    ),
    "missing": (
        '''
        import jaunt
        import no_such_package as np
        @jaunt.magic
        def f(a: np.ndarray) -> float:
            """Return the mean."""
            ...
        ''',
        0,
        "No module named 'no_such_package'",
    ),
    # Further ones of these kinds.
    "method_annotation": (
        '''
        import jaunt
        @jaunt.magic
        class Box:
            """A box."""
            def put(self, thing: "Thing") -> None:
                """Keep it."""
                ...
        ''',
        5,
        "Undefined name `Thing`",
    ),
    "keyword_only": (
        '''
        import jaunt
        @jaunt.magic
        def f(*, many: list[int] = None) -> int:
            """Return the sum."""
            ...
        ''',
        3,
        "Default value of type `None` is not assignable",
    ),
    "clock": (
        '''
        import time
        import jaunt
        @jaunt.magic
        def f(*, now: float = time.time()) -> float:
            """Return now."""
            ...
        ''',
        4,
        "`time.time()` is called on import",
    ),
    "kept": (
        '''
        import jaunt
        KEPT = []
        def keep(function):
            KEPT.append(function)
            return function
        @jaunt.magic
        @keep
        def f(n: int) -> int:
            """Return n."""
            ...
        ''',
        7,
        "`@keep` below @jaunt.magic keeps the stub",
    ),
    "class_and_function": (
        '''
        import jaunt
        @jaunt.magic
        class thing:
            """A thing."""
            def size(self) -> int: ...
        @jaunt.magic
        def thing() -> int:
            """Return 1."""
            ...
        ''',
        7,
        "line 3 has a spec of this name too",
    ),
    "schema": (
        '''
        import jaunt
        from registry import Model
        @jaunt.magic
        class User(Model):
            """A user."""
            def name(self) -> str:
                """Return the name."""
                ...
        ''',
        3,
        "User: its metaclass Keeping gave the stub to registry.KEPT, which would keep it (write the class by hand)",
    ),
    "hooked": (
        '''
        import jaunt
        from registry import hookimpl
        @jaunt.magic
        @hookimpl
        def started(n: int) -> int:
            """Return n."""
            ...
        ''',
        3,
        "started: a decorator below @jaunt.magic gave the stub to registry.KEPT, which would keep it (write it above",
    ),
    "replaced": (
        '''
        import functools
        import jaunt
        def doubled(function):
            return functools.partial(function, 2)
        @jaunt.magic
        @doubled
        def twice(n: int) -> int:
            """Return 2 n."""
            ...
        ''',
        5,
        "not for a partial, only for functions and classes",
    ),
    "swapped": (
        '''
        import jaunt
        def other(n: int) -> int:
            return n
        def swapped(function):
            return other
        @jaunt.magic
        @swapped
        def twice(n: int) -> int:
            """Return 2 n."""
            ...
        ''',
        6,
        "twice: a decorator below @jaunt.magic puts other in its place",
    ),
    "below_own_base": (
        '''
        import jaunt
        from registry import Model
        class Base(Model): ...
        @jaunt.magic
        class Tag(Base):
            """A tag."""
            def name(self) -> str:
                """Return the name."""
                ...
        ''',
        4,
        "Tag: its metaclass Keeping gave the stub to registry.KEPT",
    ),
    "listed": (
        '''
        import jaunt
        class Plugin:
            known = []
            def __init_subclass__(cls):
                Plugin.known.append(cls)
        @jaunt.magic
        class Tsv(Plugin):
            """A plugin."""
            def name(self) -> str:
                """Return the name."""
                ...
        ''',
        6,
        "Tsv: Plugin.__init_subclass__ gave the stub to a list, which would keep it (write the class by hand)",
    ),
    "once": (
        '''
        import jaunt
        from registry import Once
        @jaunt.magic
        class Csv(Once, kind="csv"):
            """A plugin."""
            def name(self) -> str:
                """Return the name."""
                ...
        ''',
        3,
        "Csv: Once.__init_subclass__ takes no other class in the stub's place: TypeError: csv is there",
    ),
    "not_imported": (
        '''
        import jaunt
        @jaunt.magic
        def f(n: int) -> int:
            """Return n.

            >>> f(json.loads("1"))
            1
            """
            ...
        ''',
        6,
        "an example uses `json`, which is neither defined nor imported",
    ),
}

REGISTRY = """\
KEPT = []


class Keeping(type):
    def __new__(cls, name, bases, namespace):
        made = super().__new__(cls, name, bases, namespace)
        KEPT.append(made)
        return made


class Model(metaclass=Keeping): ...


class Once:
    kinds = {}

    def __init_subclass__(cls, *, kind):
        if kind in Once.kinds:
            raise TypeError(f"{kind} is there")
        Once.kinds[kind] = cls


def hookimpl(function):
    KEPT.append(function)
    return function
"""
ON_IMPORT = ("swapped", "schema", "hooked", "below_own_base", "listed", "once")


def test_what_no_code_can_answer_is_told_at_its_line_before_a_call(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_URL", "x")
    specs = {f"src/app/{name}.py": dedent(text).lstrip() for name, (text, *_) in SPECS.items()}
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/registry.py": REGISTRY, **specs})
    (tmp_path / "recordings").mkdir()
    said = run_in(tmp_path, "build")
    assert said.code != 0
    assert CALLED not in said.err
    assert "schema.py: cannot be imported" not in said.err
    for name, (_, line, told) in SPECS.items():
        place = f"src/app/{name}.py:{line}" if line else f"src/app/{name}.py"
        found = [each for each in said.errors if place in each and told in each]
        assert len(found) == 1, (name, [each for each in said.errors if f"/{name}.py" in each])
    # What an import alone tells of a spec is told by the overview and the look ahead, too, and a provider that is none.
    edit(tmp_path / "jaunt.toml", '"recorded"', '"recordd"')
    for arguments in (["status"], ["build", "--dry-run"]):
        said = run_in(tmp_path, *arguments)
        assert "unknown provider 'recordd' (did you mean 'recorded'?)" in said.err
        for name in ON_IMPORT:
            _, line, told = SPECS[name]
            assert re.search(rf"app\.{name} .*app/{name}\.py:{line}: {re.escape(told)}", said.out), (name, said.out)


def test_what_a_constructor_gives_is_no_fault_of_a_stub(tmp_path: Path, run_in: RunIn) -> None:
    spec = """\
import jaunt
from typing import Final


@jaunt.magic
class Point:
    \"\"\"A point.\"\"\"

    x: Final[int]

    def __init__(self, x: int) -> None:
        \"\"\"Keep `x`.\"\"\"
        ...
"""
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/point.py": spec})
    (tmp_path / "recordings").mkdir()
    assert CALLED in run_in(tmp_path, "build").err
