"""Decorators above `@jaunt.magic` are the spec module's own: of whole builds, and of what is called afterwards."""

from pathlib import Path
from textwrap import dedent

import pytest
from processes import python_path, run_python
from projects import CONFIG, GENERATED, edit, record, write_files
from said import RunIn

CHECKED = CONFIG.replace("doctests = false", "doctests = true")

CASES = {
    "contextmanager": (
        '''
        from collections.abc import Iterator
        from contextlib import contextmanager
        import jaunt

        @contextmanager
        @jaunt.magic
        def marked(log: list[str]) -> Iterator[int]:
            """Give 1, and say so.

            >>> with marked([]) as n:
            ...     n
            1
            """
            ...
        ''',
        """
        from collections.abc import Iterator
        from contextlib import contextmanager

        @contextmanager
        def marked(log: list[str]) -> Iterator[int]:
            log.append("in")
            yield 1
        """,
        "with marked([]) as n: print(n)",
        "1",
    ),
    "asynccontextmanager": (
        '''
        import asyncio
        from collections.abc import AsyncIterator
        import contextlib
        import jaunt

        @contextlib.asynccontextmanager
        @jaunt.magic
        async def opened() -> AsyncIterator[int]:
            """Give 1."""
            ...

        @jaunt.magic
        async def ticks(n: int) -> AsyncIterator[int]:
            """Yield 0 to n - 1."""
            ...

        async def use() -> list[int]:
            async with opened() as n:
                return [n, *[i async for i in ticks(3)]]
        ''',
        """
        from collections.abc import AsyncIterator

        async def opened() -> AsyncIterator[int]:
            yield 1

        async def ticks(n: int) -> AsyncIterator[int]:
            for i in range(n):
                yield i
        """,
        "import asyncio; print(asyncio.run(use()))",
        "[1, 0, 1, 2]",
    ),
    "dataclass": (
        '''
        from dataclasses import dataclass
        import jaunt

        @dataclass(frozen=True, slots=True)
        @jaunt.magic
        class Point:
            """A point.

            >>> Point(1, 2).twice()
            Point(x=2, y=4)
            """

            x: int
            y: int = 0

            def twice(self) -> "Point":
                """Twice as far."""
                ...
        ''',
        """
        from dataclasses import dataclass

        @dataclass(slots=True)
        class Point:
            x: int
            y: int = 0

            def twice(self) -> "Point":
                return Point(2 * self.x, 2 * self.y)
        """,
        "import pickle; print(pickle.loads(pickle.dumps(Point(1).twice())), Point.__slots__)",
        "Point(x=2, y=0) ('x', 'y')",
    ),
    "lru_cache": (
        '''
        import functools
        import jaunt

        @functools.lru_cache(maxsize=None)
        @jaunt.magic
        def fib(n: int) -> int:
            """The n-th Fibonacci number.

            >>> fib(80)
            23416728348467685
            >>> fib.cache_info().misses
            81
            """
            ...
        ''',
        """
        from functools import lru_cache

        @lru_cache
        def fib(n: int) -> int:
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        """,
        "print(fib(10), fib.cache_info().maxsize)",
        "55 None",
    ),
    "one that registers, as web frameworks do": (
        '''
        from collections.abc import Callable
        import jaunt

        class App:
            def __init__(self) -> None:
                self.routes: list[tuple[str, Callable[[str], str]]] = []

            def get(self, path: str) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
                def register(f: Callable[[str], str]) -> Callable[[str], str]:
                    self.routes.append((path, f))
                    return f
                return register

        app = App()

        @app.get("/hello")
        @jaunt.magic
        def hello(name: str) -> str:
            """Return the name."""
            ...
        ''',
        """
        from app.case import app

        @app.get("/hello")
        def hello(name: str) -> str:
            return name
        """,
        "print([(path, f('x')) for path, f in app.routes])",
        "[('/hello', 'x')]",
    ),
    "one that makes a command, as click does": (
        '''
        from collections.abc import Callable
        import jaunt

        class Command:
            def __init__(self, callback: Callable[[str], str]) -> None:
                self.callback = callback

        def command(name: str) -> Callable[[Callable[[str], str]], Command]:
            return lambda callback: Command(callback)

        def option(name: str) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
            return lambda callback: callback

        @command("greet")
        @option("--name")
        @jaunt.magic
        def greet(name: str) -> str:
            """Return the name.

            >>> greet.callback("x")
            'x'
            """
            ...
        ''',
        "def greet(name: str) -> str:\n    return name\n",
        "print(type(greet).__name__, greet.callback('y'))",
        "Command y",
    ),
}


def make(root: Path, spec: str, answer: str, config: str = CHECKED) -> Path:
    write_files(root, {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/case.py": dedent(spec).lstrip()})
    record(root, {"app.case": dedent(answer).lstrip()})
    return root


@pytest.mark.parametrize("case", CASES)
def test_a_decorator_above_works_as_written_also_if_the_candidate_repeats_it(
    tmp_path: Path, run_in: RunIn, case: str
) -> None:
    spec, answer, code, printed = CASES[case]
    root = make(tmp_path, spec, answer)
    built = run_in(root, "build")
    assert built.code == 0, built.err
    assert "\n@" not in (root / GENERATED / "case.py").read_text()
    done = run_python("-c", f"from app.case import *\n{code}", cwd=root, PYTHONPATH=python_path(root / "src"))
    assert done.stdout == f"{printed}\n", done.stderr


@pytest.mark.parametrize("case", ["dataclass", "contextmanager", "lru_cache"])
def test_the_type_checker_sees_what_the_decorators_above_make(tmp_path: Path, run_in: RunIn, case: str) -> None:
    spec, answer, *_ = CASES[case]
    more = (
        "\n\ndef _use() -> object:\n    with marked([]) as n:\n        return n\n" if case == "contextmanager" else ""
    )
    root = make(tmp_path, spec, dedent(answer) + more, config=CHECKED.replace('ty = "off"', 'ty = "error"'))
    built = run_in(root, "build")
    assert built.code == 0, built.err


def test_an_error_of_the_type_checker_names_the_candidates_own_line(tmp_path: Path, run_in: RunIn) -> None:
    answer = "def fib(n: int) -> int:\n    return n.real_part\n"
    root = make(tmp_path, CASES["lru_cache"][0], answer, config=CHECKED.replace('ty = "off"', 'ty = "error"'))
    built = run_in(root, "build")
    assert built.code == 3
    assert any("ty: line 2: " in line and "`return n.real_part`" in line for line in built.errors), built.err


def test_the_fields_of_a_dataclass_above_are_the_specs(tmp_path: Path, run_in: RunIn) -> None:
    answer = CASES["dataclass"][1].replace("y: int = 0\n", "z: int = 0\n").replace("self.y", "self.z")
    built = run_in(make(tmp_path, CASES["dataclass"][0], answer), "build")
    assert built.code == 3
    assert any("Point: has the fields x, z, expected x, y" in line for line in built.errors), built.err


def test_decorators_above_are_told_as_the_spec_modules_and_count_for_nothing(tmp_path: Path, run_in: RunIn) -> None:
    spec, answer, *_ = CASES["lru_cache"]
    root = make(tmp_path, spec, answer)
    prompt = run_in(root, "prompt", "app.case").out
    assert "## The specs\n\n```python\ndef fib(n: int) -> int:" in prompt
    assert "`app.case` itself decorates your `fib`" in prompt
    assert prompt.count("@functools.lru_cache(maxsize=None)") == 1
    assert run_in(root, "build").code == 0
    edit(root / "src/app/case.py", "@functools.lru_cache(maxsize=None)\n", "@functools.wraps(len)\n@functools.cache\n")
    assert run_in(root, "status").lines[0] == "fresh    app.case"
    edit(root / "src/app/case.py", "@functools.cache\n@jaunt.magic\n", "@jaunt.magic\n@functools.wraps(len)\n")
    assert "app.case:fib" in run_in(root, "status", "--json").out
    assert run_in(root, "status", "--check").code == 4


def test_dependents_see_what_the_decorators_above_make(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, CASES["contextmanager"][0], CASES["contextmanager"][1])
    user = "import jaunt\nfrom app.case import marked\n\n\n@jaunt.magic(deps=[marked])\ndef use() -> int:\n"
    write_files(root, {"src/app/user.py": f'{user}    """One."""\n'})
    assert "```python\n@contextmanager\ndef marked" in run_in(root, "prompt", "app.user").out


TESTS = '''\
import jaunt
import pytest
from hypothesis import given
from hypothesis import strategies as st


@jaunt.test
@given(st.integers())
def test_given(n: int) -> None:
    """n + 0 is n."""
    ...


@given(st.integers())
@jaunt.test
def test_given_above(n: int) -> None:
    """n + 0 is n."""
    ...


@pytest.mark.parametrize("n", [1, 2])
@jaunt.test
def test_marked(n: int) -> None:
    """n is positive."""
    ...
'''
TEST_ANSWER = """\
import pytest
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers())
def test_given(n: int) -> None:
    assert n + 0 == n


@given(st.integers())
def test_given_above(n: int) -> None:
    assert n + 0 == n


@pytest.mark.parametrize("n", [1, 2])
def test_marked(n: int) -> None:
    assert n > 0
"""


def test_the_decorators_of_a_test_are_all_its_own_wherever_they_stand(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "tests/__init__.py": "", "tests/test_a.py": TESTS})
    record(tmp_path, {"tests.test_a": TEST_ANSWER})
    prompt = run_in(tmp_path, "prompt", "tests.test_a").out
    assert '@pytest.mark.parametrize("n", [1, 2])\ndef test_marked' in prompt
    assert "itself decorates" not in prompt
    tested = run_in(tmp_path, "test")
    assert tested.lines[-1] == "jaunt: 4 tests passed", tested.out + tested.err
    edit(tmp_path / "tests/test_a.py", "[1, 2]", "[1, 2, 3]")
    assert "tests.test_a:test_marked" in run_in(tmp_path, "status", "--json").out


# Headers of the version in which all decorators counted, and the candidate had to repeat some

OLD_SPECS = {
    "src/app/fib.py": """\
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import jaunt


@lru_cache(maxsize=None)
@jaunt.magic
def fib(n: int) -> int:
    \"""Return a number.\"""
    ...


@contextmanager
@jaunt.magic
def one() -> Iterator[int]:
    \"""Give 1.\"""
    ...
""",
    "src/app/user.py": """\
import jaunt
from app.fib import fib


@jaunt.magic(deps=[fib])
def two(n: int) -> int:
    \"""Return `fib` of n, twice.\"""
    ...
""",
}
_NO_BODY = '"body": "4f53cda18c2baa0c"'
_NO_PROMPT = '"prompt": "12ae32cb1ec02d01"'
OLD_CODE = {
    f"{GENERATED}/__init__.py": "",
    f"{GENERATED}/fib.py": f"""\
# This file was generated by jaunt. DO NOT EDIT.
# jaunt:tool_version=0.1.0
# jaunt:kind=build
# jaunt:source_module=app.fib
# jaunt:module_digest=sha256:d512ae8697f81f258527b1e5edd2eae243be0ce9b45270dcea143d748eab5fd9
# jaunt:spec_refs=["app.fib:fib", "app.fib:one"]
# jaunt:spec_digests={{"fib": {{{_NO_BODY}, "deps": "4f53cda18c2baa0c", "docstring": "9c656c34d846756e", {_NO_PROMPT}, \
"signature": "dc8c280f72aaee1b"}}, "one": {{{_NO_BODY}, "deps": "4f53cda18c2baa0c", "docstring": "2935a1e0fb735763", \
{_NO_PROMPT}, "signature": "35b97924eac52b7e"}}}}
# jaunt:dependency_digests={{}}
# jaunt:body_digest=sha256:3ccc59595035e1e369c4e08a86022fdf766b65237eafa02aceff68d4672127aa
# jaunt:python=3.11

from collections.abc import Iterator
from contextlib import contextmanager


def fib(n: int) -> int:
    return n


@contextmanager
def one() -> Iterator[int]:
    yield 1
""",
    f"{GENERATED}/user.py": f"""\
# This file was generated by jaunt. DO NOT EDIT.
# jaunt:tool_version=0.1.0
# jaunt:kind=build
# jaunt:source_module=app.user
# jaunt:module_digest=sha256:8d1f9d658d76e18f9df849408c75bf96c27265d82577608669950a0997bbd4d3
# jaunt:spec_refs=["app.user:two"]
# jaunt:spec_digests={{"two": {{{_NO_BODY}, "deps": "e85d2ef409b855b5", "docstring": "08ceb612cd09c5ab", {_NO_PROMPT}, \
"signature": "c1c02582423ccf8c"}}}}
# jaunt:dependency_digests={{"app.fib:fib": "df7a90196e799af9"}}
# jaunt:body_digest=sha256:00b61b0e030ba1d029881eda807c01d8d2bb83b08ad1e611cc8935eb11f4cd09
# jaunt:python=3.11

from app.fib import fib


def two(n: int) -> int:
    return 2 * fib(n)
""",
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A project as the version before built it."""
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", **OLD_SPECS, **OLD_CODE})
    return tmp_path


def test_headers_of_the_earlier_reading_stay_fresh(old: Path, run_in: RunIn) -> None:
    for _ in range(2):  # with a scan that is remembered, too
        assert run_in(old, "status").lines == ["fresh    app.fib", "fresh    app.user", "2 fresh"]
    assert run_in(old, "build").code == 0
    assert run_in(old, "check").code == 0


def test_by_the_earlier_reading_what_changed_is_told_as_it_was(old: Path, run_in: RunIn) -> None:
    edit(old / "src/app/fib.py", "Give 1.", "Give 1, once.")
    assert run_in(old, "status").lines[:2] == [
        "verify   app.user  dependency is stale: app.fib",
        "stale    app.fib   spec changed: one (docstring)",
    ]


def test_what_is_written_anew_is_judged_by_the_new_reading_alone(old: Path, run_in: RunIn) -> None:
    record(
        old,
        {
            "app.fib": OLD_CODE[f"{GENERATED}/fib.py"].partition("\n\n")[2],
            "app.user": "def two(n: int) -> int: return n\n",
        },
    )
    assert run_in(old, "build", "--force").code == 0
    assert "# jaunt:contract_version=2\n" in (old / GENERATED / "user.py").read_text()
    edit(old / "src/app/fib.py", "@lru_cache(maxsize=None)\n@jaunt.magic\n", "@jaunt.magic\n@wraps(len)\n")
    assert run_in(old, "status").lines[-1] == "2 stale"


def test_recordings_to_the_earlier_reading_are_replayed(old: Path, run_in: RunIn) -> None:
    for name in ("fib", "user"):
        header, _, body = OLD_CODE[f"{GENERATED}/{name}.py"].partition("\n\n")
        kept = [
            line for line in header.splitlines() if line.split("=")[0].endswith(("kind", "module", "module_digest"))
        ]
        lines = ["# A recorded answer, replayed by jaunt.", *kept, "", body]
        write_files(old, {f"recordings/app.{name}.py": "\n".join(lines)})
        (old / GENERATED / f"{name}.py").unlink()
    assert run_in(old, "build").code == 0
