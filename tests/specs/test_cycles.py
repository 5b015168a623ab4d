"""A cycle names the line that made each of its edges, and what that line is."""

from pathlib import Path

import pytest
from projects import write_files

from jaunt.config import load_config
from jaunt.errors import JauntError
from jaunt.project.project import load_project

OTHER = '''\
import jaunt
from app.one import first


@jaunt.magic(deps=[
    first,
])
def second() -> int:
    """Return 2."""
    ...
'''

FORMS = {
    "docstring": ('''\
import jaunt
from app import two


@jaunt.magic
def first() -> int:
    """Return 1.

    Unlike `two.second`, it
    adds nothing to two.second().
    """
    ...
''', 9, "its docstring"),
    "a call in a docstring": ('''\
import jaunt
from app.two import second as after


@jaunt.magic
def first() -> int:
    """Return after() less 1."""
    ...
''', 7, "its docstring"),
    "a method's docstring": ('''\
import jaunt
from app.two import second


@jaunt.magic
class first:
    """Counts."""

    def add(self) -> int:
        """Return the next.

        It is `second`.
        """
        ...
''', 12, "its docstring"),
    "a default": ('''\
import jaunt
from app.two import second


@jaunt.magic
def first(
    step: int = 1,
    start=second,
) -> int:
    """Return 1, unlike `second`."""
    ...
''', 8, "its code"),
    "a quoted annotation": ('''\
import jaunt
import app.two


@jaunt.magic
def first(start: "app.two.second") -> int:
    """Return 1."""
    ...
''', 6, "its code"),
    "an import inside": ('''\
import jaunt


@jaunt.magic
def first() -> int:
    """Return 1."""
    from .two import second

    return second()
''', 7, "its code"),
    "deps": ('''\
import jaunt


@jaunt.magic(
    prompt="Be brief.",
    deps=["app.two:second"],
)
def first() -> int:
    """Return 1, as `second` does."""
    ...
''', 6, "deps="),
}  # fmt: skip


def problem(root: Path, first: str) -> JauntError:
    write_files(root, {"jaunt.toml": "", "src/app/__init__.py": "", "src/app/one.py": first, "src/app/two.py": OTHER})
    problems = load_project(load_config(root=root)).problems
    assert set(problems) == {"app.one", "app.two"}
    return problems["app.one"]


@pytest.mark.parametrize("form", FORMS)
def test_each_edge_has_its_line(tmp_path: Path, form: str) -> None:
    first, line, by = FORMS[form]
    error = problem(tmp_path, first)
    places = (
        f"{tmp_path}/src/app/one.py:{line}: first names second in {by}",
        f"{tmp_path}/src/app/two.py:6: second names first in deps=",
    )
    assert error.message in {
        f"dependency cycle: app.one -> app.two -> app.one: {places[0]}; {places[1]}",
        f"dependency cycle: app.two -> app.one -> app.two: {places[1]}; {places[0]}",
    }


@pytest.mark.parametrize(
    ("form", "hint"),
    [
        ("deps", "remove one of these deps="),
        (
            "docstring",
            "remove one of these deps=, or name one of them without backticks or parentheses, "
            "or set infer_deps=False on one side",
        ),
        ("a default", "remove one of these deps=, or set infer_deps=False on one side"),
    ],
)
def test_the_advice_is_for_what_made_the_edges(tmp_path: Path, form: str, hint: str) -> None:
    assert problem(tmp_path, FORMS[form][0]).hint == hint


def test_following_the_advice_ends_the_cycle(tmp_path: Path) -> None:
    first = FORMS["a call in a docstring"][0].replace("after() less 1", "what comes before 2")
    files = {"jaunt.toml": "", "src/app/__init__.py": "", "src/app/one.py": first, "src/app/two.py": OTHER}
    write_files(tmp_path, files)
    assert load_project(load_config(root=tmp_path)).problems == {}
