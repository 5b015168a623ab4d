"""Errors at specs show the line that they are about, with what is meant underlined; on a terminal alone."""

import io
from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

from jaunt.errors import JauntDiscoveryError
from jaunt.report.console import print_error
from jaunt.report.excerpt import excerpt

SOURCE = """\
import jaunt


@jaunt.magic(deps=[nothing], promt="x")
def f(
\ttext: str,
) -> Wrong: ...
"""


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"src/app/m.py": SOURCE, "src/my app/m.py": SOURCE})
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("error", "line", "meant"),
    [
        ("src/app/m.py:4: unknown decorator argument 'promt' (it takes prompt)", 4, "promt"),
        ("app.m: src/app/m.py:5: syntax error: '(' was never closed (correct the file)", 5, "("),
        ("src/app/m.py:7: f: `Wrong` is not there", 7, "Wrong"),
        ("src/app/m.py:5: m.f: a spec must stand at module level", 5, "f"),
        ("src/app/m.py:6: something else", 6, "t"),
        ("src/my app/m.py:4: `nothing` is not bound", 4, "nothing"),
        ("cannot import src/app/m.py:4: nothing", 4, "nothing"),
        ("dependency cycle: a -> b -> a: src/app/m.py:4: f names nothing in deps=; src/app/n.py:1: g", 4, "nothing"),
    ],
)
def test_what_is_meant_is_underlined(error: str, line: int, meant: str) -> None:
    shown, mark = excerpt(error)
    source = SOURCE.split("\n")[line - 1].expandtabs(4)
    assert shown == f"  {line} | {source}"
    start = mark.index("^")
    assert shown[start : start + mark.count("^")] == meant


@pytest.mark.parametrize(
    "error",
    [
        "no place",
        "src/app/m.py:99: beyond",
        "src/app/m.py:2: blank",
        "gone.py:1: x",
        "src/app/m.py: no line",
        "jaunt.toml:3: x",
    ],
)
def test_where_there_is_no_line_nothing_is_shown(error: str) -> None:
    assert excerpt(error) == []


def test_an_absolute_path_is_read_too(tmp_path: Path) -> None:
    assert excerpt(f"{tmp_path}/src/app/m.py:5: f: wrong")[0] == "  5 | def f("


def test_only_a_terminal_gets_more_than_one_line() -> None:
    error = JauntDiscoveryError("src/app/m.py:4: unknown decorator argument 'promt'", hint="it takes prompt")
    terminal, pipe = Terminal(), io.StringIO()
    print_error(error, terminal)
    print_error(error, pipe)
    assert pipe.getvalue().count("\n") == 1
    assert terminal.getvalue() == (
        f'{pipe.getvalue()}  4 | @jaunt.magic(deps=[nothing], promt="x")\n    |                              ^^^^^\n'
    )


def test_the_status_of_a_broken_module_has_it(tmp_path: Path, run_in: RunIn) -> None:
    broken = SOURCE.replace("deps=[nothing], ", "")
    write_files(tmp_path, {"jaunt.toml": "", "src/app/__init__.py": "", "src/app/m.py": broken})
    lines = run_in(tmp_path, "status", "app.m").lines
    assert lines[-2:] == ['  4 | @jaunt.magic(promt="x")', "    |              ^^^^^"]
