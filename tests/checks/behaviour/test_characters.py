"""The tables of Unicode that Hypothesis is given: they are its own, and it works none out."""

import sys
from pathlib import Path

from processes import run_python

TABLES = """\
from itertools import groupby
from hypothesis.internal import charmap

own = charmap.charmap()
from jaunt.checks.behaviour import characters
assert characters.by_category() == own
assert {*characters.CATEGORIES} == {*charmap.categories()}
without = charmap._query_for_key(tuple(each for each in charmap.categories() if each != "Cs"))

def has_utf_8(number):
    try:
        return bool(chr(number).encode())
    except UnicodeEncodeError:
        return False

runs, first = [], 0
for has, run in groupby(map(has_utf_8, range(0x110000))):
    size = len([*run])
    runs += [(first, first + size - 1)] if has else []
    first += size
assert tuple(runs) == characters.UTF_8 == without
"""
DRAWN = """\
import os
from jaunt.checks.behaviour import trial
from jaunt.checks.behaviour.concealed import revealed, strategies
names = {}
exec("def f(t: str) -> int:\\n    return len(t)", names)
asked = {"name": "f", "documented": [], "may_change": False, "seconds": 3.0, "examples": 8, "filename": "f.py"}
print(trial.try_calls(names, asked))
with revealed():
    from hypothesis.internal import charmap
    assert charmap._charmap is None, "no code point is looked at for a text"
    print(strategies.text().wrapped_strategy.element_strategy.intervals.intervals)
    assert charmap.query(categories=["Zl"]).intervals == ((0x2028, 0x2028),)
assert not os.path.exists(".hypothesis")
"""


def test_the_tables_are_those_of_this_python(tmp_path: Path) -> None:
    """Hypothesis works its own out, of each code point, and so does this test."""
    done = run_python("-c", TABLES, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_texts_are_drawn_without_a_look_at_all_of_unicode(tmp_path: Path) -> None:
    done = run_python("-c", DRAWN, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f'{{"tried": 8}}\n((0, 55295), (57344, {sys.maxunicode}))\n'
