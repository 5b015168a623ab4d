"""Errors at specs show the line that they are about, with what is meant underlined."""

import io
import os
import time
from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

from jaunt.errors import JauntDiscoveryError
from jaunt.report.console import print_error, use_format
from jaunt.report.excerpt import excerpt, reading_begins, reading_ends

SOURCE = """\
import jaunt


@jaunt.magic(deps=[nothing], promt="x")
def f(
\ttext: str,
) -> Wrong: ...
"""


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


def test_each_stream_gets_the_line_and_annotations_of_github_do_not() -> None:
    error = JauntDiscoveryError("src/app/m.py:4: unknown decorator argument 'promt'", hint="it takes prompt")
    err = io.StringIO()
    print_error(error, err)
    assert err.getvalue().partition("\n")[2] == (
        '  4 | @jaunt.magic(deps=[nothing], promt="x")\n    |                              ^^^^^\n'
    )
    use_format("github")
    try:
        annotated = io.StringIO()
        print_error(error, annotated)
    finally:
        use_format("text")
    assert annotated.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("line", "column", "shown", "mark"),
    [
        ("f(\u65e5\u672c, wrong)", 7, "f(\u65e5\u672c, wrong)", " " * 8 + "^" * 5),
        ("\tx = wrong", 6, "    x = wrong", " " * 8 + "^" * 5),
        ("e\u0301 = wrong", 6, "e\u0301 = wrong", " " * 4 + "^" * 5),
        ("x = '\x1b[31m' + wrong", 15, "x = '?[31m' + wrong", " " * 14 + "^" * 5),
        ("x = wrong.name", 5, "x = wrong.name", " " * 4 + "^" * 5),
        ("f(", 3, "f(", "  ^"),
    ],
)
def test_a_column_is_underlined_as_a_terminal_shows_it(
    tmp_path: Path, line: str, column: int, shown: str, mark: str
) -> None:
    write_files(tmp_path, {"w.py": f"{line}\n"})
    assert excerpt(f"w.py:1:{column}: no") == [f"  1 | {shown}", f"    | {mark}"]


@pytest.mark.parametrize("before", [0, 40, 3000])
def test_of_a_long_line_the_part_is_shown_that_is_meant(tmp_path: Path, before: int) -> None:
    write_files(tmp_path, {"w.py": f"{'a' * before} wrong {'b' * 3000}\n"})
    shown, mark = excerpt("w.py:1: `wrong`")
    assert len(shown) <= len("  1 | ") + 100
    assert shown[mark.index("^") : mark.index("^") + mark.count("^")] == "wrong"


def test_of_a_file_that_was_written_later_no_line_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "src/app/m.py"
    reading_begins()
    later = time.time() + 1
    os.utime(file, (later, later))
    assert excerpt("src/app/m.py:5: f: wrong") == []
    os.utime(file, (later - 10, later - 10))
    assert excerpt("src/app/m.py:5: f: wrong") != []
    reading_ends()


def test_the_status_of_a_broken_module_has_it(tmp_path: Path, run_in: RunIn) -> None:
    broken = SOURCE.replace("deps=[nothing], ", "")
    write_files(tmp_path, {"jaunt.toml": "", "src/app/__init__.py": "", "src/app/m.py": broken})
    lines = run_in(tmp_path, "status", "app.m").lines
    assert lines[-2:] == ['  4 | @jaunt.magic(promt="x")', "    |              ^^^^^"]
