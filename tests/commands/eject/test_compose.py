"""One module of a spec module and its generated code: what stays, what goes, in which order, what is refused."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from projects import write_files

from jaunt.commands.eject.compose import eject_source
from jaunt.errors import JauntRefusedError
from jaunt.syntax.source import parse_source


def eject(spec: str, generated: str, *names: str, shared: tuple[str, ...] = (), file: str = "app/mod.py") -> str:
    """Eject the specs `names` of the module app.mod."""
    module = "app" if file == "app/__init__.py" else "app.mod"
    made = "app.__generated__" if module == "app" else "app.__generated__.mod"
    texts = (dedent(text).lstrip("\n") for text in (spec, generated))
    source, code = (
        parse_source(m, f, t.encode()) for m, f, t in zip((module, made), (file, "gen.py"), texts, strict=True)
    )
    return eject_source(source, code, names, shared=shared)


def run(tmp_path: Path, module: str, program: str, **others: str) -> str:
    """Run a program on the package app with the module app.mod, without jaunt, and return what it prints."""
    files = {f"app/{name}.py": dedent(text) for name, text in others.items()}
    write_files(tmp_path, {"app/__init__.py": "", "app/mod.py": module, **files, "main.py": dedent(program)})
    done = subprocess.run(
        [sys.executable, "-S", "main.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


SPEC = '''
    """Doubling."""

    import jaunt

    FACTOR = 2  # by hand


    # A comment of the author's.
    @jaunt.magic
    def double(n: int) -> int:
        """Return `n`, doubled.

        >>> double(2)
        4
        """
        ...
'''


def test_a_function_takes_the_place_of_its_stub_under_the_stubs_docstring() -> None:
    generated = '''
        """Made."""

        from app.mod import FACTOR


        def double(n: int) -> int:
            """Double."""
            return _times(n)  # done


        def _times(n: int) -> int:
            return n * FACTOR
    '''
    assert eject(SPEC, generated, "double") == dedent('''\
        """Doubling."""

        FACTOR = 2  # by hand


        # A comment of the author's.
        def double(n: int) -> int:
            """Return `n`, doubled.

            >>> double(2)
            4
            """
            return _times(n)  # done


        def _times(n: int) -> int:
            return n * FACTOR
    ''')


@pytest.mark.parametrize(
    "generated",
    [
        "def double(n: int) -> int:\n    return n * 2\n",
        "def double(n: int) -> int: return n * 2\n",
        "def double(\n    n: int,\n) -> int:\n    # why\n    return n * 2\n",
        "def double(n: int) -> int:\n  'Tiny.'\n  return n * 2\n",
        "def double(n: int) -> int:\n\tdef inner():\n\t\treturn n * 2\n\treturn inner()\n",
        "class _C:\n    def __call__(self, n: int) -> int:\n        return n * 2\n\ndouble = _C()\n",
        "if True:\n    def double(n: int) -> int:\n        return n * 2\n",
    ],
)
def test_whatever_its_form_the_definition_works(tmp_path: Path, generated: str) -> None:
    assert run(tmp_path, eject(SPEC, generated, "double"), "from app.mod import double\nprint(double(4))") == "8\n"


def test_docstrings_of_a_class_its_methods_and_accessors_come_from_the_stub(tmp_path: Path) -> None:
    spec = '''
        import jaunt


        @jaunt.magic
        class Box:
            r"""A box\\d."""

            def __init__(self) -> None: ...

            @property
            def size(self) -> int:
                """The size é."""
                ...

            @size.setter
            def size(self, size: int) -> None:
                """Set it."""
                ...
    '''
    generated = """
        class Box:
            '''Generated é.'''

            def __init__(self) -> None:
                '''Kept: the stub has none.'''
                self._size = 1

            @property
            def size(self) -> int:
                '''Generated é.'''; return self._size

            @size.setter
            def size(self, size: int) -> None: self._size = size
    """
    program = """
        from app.mod import Box
        box = Box()
        box.size = 3
        print(Box.__doc__, Box.__init__.__doc__, Box.size.fget.__doc__, Box.size.fset.__doc__, box.size, sep="|")
    """
    module = eject(spec, generated, "Box")
    assert run(tmp_path, module, program) == "A box\\d.|Kept: the stub has none.|The size é.|Set it.|3\n"


def test_helpers_come_before_what_needs_them_and_after_what_they_need(tmp_path: Path) -> None:
    spec = '''
        import jaunt

        @jaunt.magic
        def first(x=None) -> int:
            """One."""
            ...

        class Base:
            value = 1

        @jaunt.magic
        class Second(Base):
            """Two."""

        THIRD = Second().value
    '''
    generated = """
        from app.mod import Base

        _DEFAULT = Base()

        class Second(Base):
            value = _DEFAULT.value + 1

        _TABLE = {"a": Second}

        def first(x=_TABLE) -> int:
            return x["a"]().value
    """
    module = eject(spec, generated, "first", "Second")
    assert run(tmp_path, module, "import app.mod as m\nprint(m.first(), m.THIRD)") == "2 2\n"


def test_what_a_module_level_call_needs_in_turn_stands_before_it(tmp_path: Path) -> None:
    spec = '''
        import jaunt

        @jaunt.magic
        def get() -> int:
            """Get."""
            ...

        LIMIT = 5
    '''
    generated = """
        from app.mod import LIMIT

        def _make():
            return [LIMIT]

        _MADE = _make()

        def get() -> int:
            return _MADE[0]
    """
    assert run(tmp_path, eject(spec, generated, "get"), "from app.mod import get\nprint(get())") == "5\n"


def test_what_needs_each_other_at_import_is_refused() -> None:
    spec = """
        import jaunt

        @jaunt.magic
        class A: ...

        class B(A): ...
    """
    generated = """
        from app.mod import B

        class A:
            other = B
    """
    with pytest.raises(JauntRefusedError, match="need each other"):
        eject(spec, generated, "A")


def test_imports_are_merged_and_those_of_the_stubs_alone_go() -> None:
    spec = '''
        from __future__ import annotations

        import os
        import jaunt
        from app.other import only_dep, shared_one, used
        from app.long import (
            Kept,  # with a comment
        )
        import decimal

        @jaunt.magic(deps=[only_dep, shared_one])
        def f(x: decimal.Decimal) -> Kept:
            """Use `used`.

            >>> from app.other import only_dep
            >>> used(only_dep)
            """
            ...

        HOME = os.sep
    '''
    generated = """
        import os.path
        import json
        from app.other import Extra, used as it
        from app.long import CONSTANT

        def f(x) -> str:
            return json.dumps([os.path.sep, Extra, it, CONSTANT])
    """
    module = eject(spec, generated, "f", shared=("shared_one",))
    assert module.splitlines()[:11] == [
        "from __future__ import annotations",
        "",
        "import os",
        "from app.other import Extra, shared_one, used, used as it",
        "import os.path",
        "import json",
        "from app.long import CONSTANT",
        "",
        "def f(x) -> str:",
        '    """Use `used`.',
        "",
    ]


def test_the_future_import_of_the_generated_code_comes_first() -> None:
    module = eject(SPEC, "from __future__ import annotations\n\n\ndef double(n: int) -> int:\n    return n\n", "double")
    assert module.splitlines()[:3] == ['"""Doubling."""', "", "from __future__ import annotations"]


@pytest.mark.parametrize(
    "line", ["import jaunt as j", "from jaunt import magic", "from jaunt.runtime import magic as m"]
)
def test_jaunt_goes_by_whatever_name(line: str) -> None:
    name = {"import jaunt as j": "j.magic", "from jaunt import magic": "magic"}.get(line, "m")
    spec = f"import os\n{line}\n\n@{name}(prompt='x')\ndef f() -> int:\n    ...\n\nX = os.sep\n"
    assert "jaunt" not in eject(spec, "def f() -> int:\n    return 1\n", "f")


def test_jaunt_stays_where_the_author_uses_it() -> None:
    spec = "import jaunt\n\n@jaunt.magic\ndef f() -> int:\n    ...\n\nERROR = jaunt.JauntError\n"
    assert eject(spec, "def f() -> int:\n    return 1\n", "f").startswith("import jaunt\n")


def test_what_a_package_imports_stays_as_others_may_use_it() -> None:
    spec = "import jaunt\nfrom app.words import split\n\n@jaunt.magic(deps=[split])\ndef f() -> int:\n    ...\n"
    module = eject(spec, "def f() -> int:\n    return 1\n", "f", file="app/__init__.py")
    assert module.startswith("from app.words import split\n")


@pytest.mark.parametrize(
    "code",
    [
        "from app.mod import FACTOR\n\ndef double(n):\n    return n * FACTOR\n",
        "from app.mod import FACTOR as F\n\ndef double(n):\n    return n * F\n",
        "from app import mod\n\ndef double(n):\n    return n * mod.FACTOR\n",
        "from .. import mod as me\n\ndef double(n):\n    return n * me.FACTOR\n",
        "import app.mod\n\ndef double(n):\n    return n * app.mod.FACTOR\n",
        "import app.mod as m\n\ndef double(n):\n    FACTOR = 1\n    return n * m.FACTOR * FACTOR\n",
        "def double(n):\n    from app.mod import FACTOR\n    return n * FACTOR\n",
        "def double(n):\n    if n:\n        from app.mod import FACTOR as f\n        return n * f\n",
        "from ..other import other\nfrom ..mod import FACTOR\n\ndef double(n):\n    return n * FACTOR * other\n",
        "from typing import TYPE_CHECKING as T\nif T:\n    from app.mod import X\ndef double(n):\n    return n * 2\n",
        "def double(n):\n    from app.mod import FACTOR; a = n; return a * FACTOR\n",
        "def double(n):\n    from app.mod import FACTOR  # noqa\n    return n * FACTOR\n",
        "if 1:\n    from app.mod import FACTOR\n    from app.mod import X\n\ndef double(n):\n    return n * FACTOR\n",
        "from app.mod import *\n\ndef double(n):\n    return n * FACTOR\n",
    ],
)
def test_the_generated_code_s_imports_of_its_own_module_are_resolved(tmp_path: Path, code: str) -> None:
    module = eject(SPEC, code, "double")
    assert run(tmp_path, module, "from app.mod import double\nprint(double(4))", other="other = 1\n") == "8\n"
    assert "__generated__" not in module
    if "FACTOR = 1" not in code:
        assert "import FACTOR" not in module
        assert "app.mod" not in module


def test_other_decorators_and_overloads_of_the_stub_stay(tmp_path: Path) -> None:
    spec = '''
        import functools
        from typing import overload
        import jaunt

        CALLS = []

        @overload
        def f(x: int) -> int: ...
        @overload
        def f(x: str) -> str: ...
        @functools.lru_cache(maxsize=3)
        @jaunt.magic
        def f(x):
            """F."""
            ...
    '''
    generated = """
        from typing import overload
        from app.mod import CALLS

        @overload
        def f(x: int) -> int: ...
        @overload
        def f(x: str) -> str: ...
        def f(x):
            CALLS.append(x)
            return x
    """
    module = eject(spec, generated, "f")
    assert module.count("@overload") == 2
    assert run(tmp_path, module, "import app.mod as m\nm.f(1)\nm.f(1)\nprint(m.CALLS)") == "[1]\n"


def test_what_the_model_wrote_once_more_is_there_once(tmp_path: Path) -> None:
    spec = """
        from typing import TypeVar
        import jaunt

        T = TypeVar("T")

        class Problem(Exception): ...

        @jaunt.magic
        def f(x: T) -> T: ...
    """
    generated = """
        from typing import TypeVar

        __all__ = ["f"]
        T = TypeVar("T")

        class Problem(Exception): ...

        def f(x: T) -> T:
            raise Problem
    """
    module = eject(spec, generated, "f")
    assert module.count("class Problem") == module.count("T = TypeVar") == 1
    assert "__all__" not in module


@pytest.mark.parametrize(
    ("by_hand", "generated", "name"),
    [
        ("def _help(): ...", "def _help():\n    return 1\n\ndef f():\n    return _help()\n", "_help"),
        ("import json", "import simplejson as json\n\ndef f():\n    return json\n", "json"),
        ("def open(): ...", "def f():\n    return open('x')\n", "open"),
        ("X = open", "from os import open\n\ndef f():\n    return open\n", "open"),
    ],
)
def test_a_name_of_two_meanings_is_refused(by_hand: str, generated: str, name: str) -> None:
    spec = f"import jaunt\n\n{by_hand}\n\n@jaunt.magic\ndef f(): ...\n"
    with pytest.raises(JauntRefusedError, match=f"app/mod.py: {name} is") as refused:
        eject(spec, generated, "f")
    assert "rename one of them" in str(refused.value.hint)


def test_a_name_that_the_model_imported_from_the_module_has_one_meaning() -> None:
    spec = "import jaunt\n\ndef open(): ...\n\n@jaunt.magic\ndef f(): ...\n"
    assert "def f():\n    return open()" in eject(
        spec, "from app.mod import open\n\ndef f():\n    return open()\n", "f"
    )


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("import jaunt\nif True:\n    @jaunt.magic\n    def f(): ...\n", "f stands in a block"),
        ("import jaunt; X = 1\n@jaunt.magic\ndef f(): ...\n", "share a line"),
    ],
)
def test_forms_that_cannot_be_taken_apart_are_refused(spec: str, reason: str) -> None:
    with pytest.raises(JauntRefusedError, match=reason) as refused:
        eject(spec, "def f():\n    return 1\n", "f")
    assert refused.value.hint
