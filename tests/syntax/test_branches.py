"""Branches: which of the conditions at module level hold on this platform."""

import ast
import os
import sys

import pytest

from jaunt.syntax.branches import truth
from jaunt.syntax.source import parse_source

HEAD = """\
import os, platform, sys, typing
import sys as system
from sys import platform as where, version_info
from typing import TYPE_CHECKING
WINDOWS = sys.platform == "win32"
OLD = not version_info >= (3, 0)
AGAIN = 1
AGAIN = 2
"""


def holds(condition: str) -> bool | None:
    source = parse_source("app.a", "app/a.py", f"{HEAD}if {condition}:\n    pass\n".encode())
    test = source.tree.body[-1]
    assert isinstance(test, ast.If)
    return truth(test.test, source)


@pytest.mark.parametrize(
    "condition",
    [
        f"sys.platform == {sys.platform!r}",
        f"where in ({sys.platform!r}, 'other')",
        f"system.platform.startswith({sys.platform[:3]!r})",
        "sys.version_info >= (3, 8)",
        "version_info[0] == 3 and version_info[:2] > (3, 1)",
        "sys.version_info.major == 3",
        "(3, 8) <= sys.version_info < (4,)",
        f"os.name == {os.name!r}",
        "not TYPE_CHECKING",
        "not typing.TYPE_CHECKING",
        "sys.implementation.name != 'no such'",
        "False or True",
        "anything or sys.version_info > (3,)",
        "not OLD",
        "hasattr(sys, 'version_info') and not hasattr(os, 'no_such_thing')",
        "__debug__",
        "1",
    ],
)
def test_what_holds_here_is_told_without_running_it(condition: str) -> None:
    assert holds(condition) is True
    assert holds(f"not ({condition})") is False


@pytest.mark.parametrize(
    "condition",
    [
        "os.environ.get('X')",
        "anything",
        "AGAIN",
        "anything and True",
        "sys.platform < 3",
        "sys.argv[1]",
        "f()",
        "WINDOWS()",
    ],
)
def test_of_anything_else_only_running_it_tells(condition: str) -> None:
    assert holds(condition) is None
    assert holds(f"not ({condition})") is None
    assert holds(f"({condition}) and False") is False
