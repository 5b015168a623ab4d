"""A property that can't be read is told by status as a build would end with it, with file, line and caret."""

from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

SPEC = '''\
import jaunt


@jaunt.magic
def f(a: int) -> int:
    """Return a.

    Properties:
        {line}
    """
    ...
'''
BROKEN = {
    "given b :: f(b) == 1": "'b': expected `NAME: TYPE`",
    "given b: int :: g(b) == 1": "g: the spec module has no such name",
    "given b: int :: f(b": "the property can't be read",
}


@pytest.mark.parametrize("line", BROKEN)
def test_status_tells_what_a_build_would(tmp_path: Path, run_in: RunIn, line: str) -> None:
    sound = SPEC.format(line="given b: int :: f(b) == b")
    files = {"src/app/__init__.py": "", "src/app/m.py": SPEC.format(line=line), "src/app/n.py": sound}
    write_files(tmp_path, {"jaunt.toml": "", **files})
    rows = [row for row in run_in(tmp_path, "status").lines if " app." in row]
    assert rows[0].split()[:2] == ["unbuilt", "app.n"]
    assert rows[1].startswith("broken   app.m  src/app/m.py:9: f: the property can't be read: ")
    assert BROKEN[line] in rows[1]
    assert run_in(tmp_path, "status", "app.m").lines[-2] == f"  9 |         {line}"
    assert run_in(tmp_path, "status", "--json").facts["codes"] == ["J115"]
