"""`jaunt.module()`: whole builds of modules whose stubs are specs without a decorator."""

from pathlib import Path

import pytest
from apps import App
from backends import FakeBackend
from builds import PLAIN, build_with, load
from projects import edit, write_files
from said import RunIn

DECORATED = '''\
import jaunt


LIMIT = 3


@jaunt.magic(deps=["app.x:words"], prompt="Be brief.")
def words(text: str) -> list[str]:
    """Return the words of `text`."""
    ...


@jaunt.magic(deps=["app.x:words"], prompt="Be brief.")
class Tally:
    """Counts."""

    def add(self) -> int:
        """Return the next number."""
        ...


class Error(Exception):
    """Ours."""


def by_hand() -> int:
    return len(words("a b"))
'''
DECORATOR = '@jaunt.magic(deps=["app.x:words"], prompt="Be brief.")\n'
GOVERNED = DECORATED.replace(DECORATOR, "").replace(
    "import jaunt\n", 'import jaunt\n\njaunt.module(deps=["app.x:words"], prompt="Be brief.")\n'
)
CODE = """\
def words(text: str) -> list[str]:
    return text.split()


class Tally:
    def __init__(self) -> None:
        self.n = 0

    def add(self) -> int:
        self.n += 1
        return self.n
"""
USE = "from app.x import words, Tally, by_hand; print(words('a b'), Tally().add(), by_hand())"


def make(root: Path, spec: str) -> Path:
    write_files(root, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", "src/app/x.py": spec})
    return root


@pytest.mark.parametrize(("before", "after"), [(DECORATED, GOVERNED), (GOVERNED, DECORATED)])
def test_from_one_form_to_the_other_costs_no_call(tmp_path: Path, run_in: RunIn, before: str, after: str) -> None:
    root = make(tmp_path, before)
    backend = FakeBackend({"app.x": [CODE]})
    assert build_with(root, backend)["app.x"].status == "generated"
    assert App(root / "src").run(USE) == "['a', 'b'] 1 2"
    (root / "src/app/x.py").write_text(after)
    assert run_in(root, "status", "--check").code == 0
    assert App(root / "src").run(USE) == "['a', 'b'] 1 2"
    assert backend.calls == ["app.x"]


def test_the_two_forms_are_the_same_project(tmp_path: Path) -> None:
    first, second = (load(make(tmp_path / name, spec)) for name, spec in (("a", DECORATED), ("b", GOVERNED)))
    assert first.spec_digests == second.spec_digests
    assert first.graph == second.graph
    assert {e.spec_ref for e in second.modules["app.x"].entries} == {"app.x:words", "app.x:Tally"}


def test_what_is_newly_governed_is_named_before_it_costs(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, GOVERNED)
    line = "newly governed by jaunt.module(): app.x:Tally, app.x:words"
    assert line in run_in(root, "status").lines
    assert line in run_in(root, "build", "--dry-run").lines
    assert run_in(root, "build", "--dry-run", "--json").facts["governed"] == ["app.x:Tally", "app.x:words"]
    build_with(root, FakeBackend({"app.x": [CODE]}))
    assert run_in(root, "status", "--json").facts["governed"] == []
    edit(
        root / "src/app/x.py", "    return len(words", '    """Count."""\n\n\ndef more() -> int:\n    return len(words'
    )
    assert run_in(root, "status", "--json").facts["governed"] == ["app.x:by_hand"]
    assert "newly governed by jaunt.module(): app.x:by_hand" in run_in(root, "status", "app.x").lines
    assert "newly governed by jaunt.module(): app.x:by_hand" in run_in(root, "build", "--dry-run").lines


def test_the_model_and_an_ejected_module_see_nothing_of_it(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, GOVERNED)
    assert "jaunt.module" not in run_in(root, "prompt", "app.x").out
    build_with(root, FakeBackend({"app.x": [CODE]}))
    assert run_in(root, "eject", "app.x").code == 0
    assert "jaunt" not in (root / "src/app/x.py").read_text()
    assert App(root / "src").run(USE) == "['a', 'b'] 1 2"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("FOUND = words('a')", "words: is a stub until the module's import is over, and this line calls it before"),
        ("def g(n=words('a')): return n", "words: is a stub until the module's import is over, and this line calls it"),
        ("class Sub(Tally): n = 1", "Tally: is a stub until the module's import is over, and this line uses the class"),
        ("words = print", "words: is a stub until the module's import is over, and this line binds the name again"),
        ("@words\ndef g(): return 1", "words: is a stub until the module's import is over, and this line decorates"),
        ("jaunt.module()", "jaunt.module() is called once, at the top level of a module"),
        ("if LIMIT:\n    jaunt.module()", "jaunt.module() is called once, at the top level of a module"),
        ("jaunt.module(dep=[])", "jaunt.module() is called once"),
    ],
)
def test_what_uses_a_stub_on_import_is_refused_with_its_line(tmp_path: Path, line: str, error: str) -> None:
    problem = str(load(make(tmp_path, f"{GOVERNED}\n{line}\n")).problems["app.x"])
    assert error in problem
    number = GOVERNED.count("\n") + 2 + line.split("\n").index(line.split("\n")[-1])
    assert f"x.py:{number}: " in problem


@pytest.mark.parametrize(
    "line",
    [
        "FOUND = [words]",
        "FOUND = lambda: words('a')",
        "def g(text: str = '', *, tally: Tally | None = None) -> Tally: return words(text) and Tally()",
        "if __name__ == '__main__':\n    print(words('a'))",
        "def g():\n    words = Tally()\n    return words",
    ],
)
def test_what_keeps_or_names_a_stub_may(tmp_path: Path, line: str) -> None:
    assert load(make(tmp_path, f"from __future__ import annotations\n{GOVERNED}\n{line}\n")).problems == {}


def test_arguments_are_read_as_those_of_decorators_are(tmp_path: Path) -> None:
    wrong = GOVERNED.replace('prompt="Be brief."', "prompt=3")
    assert "x.py:3: prompt must be a string, not 3" in str(load(make(tmp_path / "a", wrong)).problems["app.x"])
    unknown = GOVERNED.replace("prompt=", "promt=")
    assert "unknown decorator argument 'promt'" in str(load(make(tmp_path / "b", unknown)).problems["app.x"])
    computed = GOVERNED.replace('"Be brief."', '"Be {}.".format("brief")')
    assert load(make(tmp_path / "c", computed)).spec_digests == load(make(tmp_path / "d", DECORATED)).spec_digests
