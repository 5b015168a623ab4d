"""What checks by other programs have in common."""

import os
from pathlib import Path

import pytest

from jaunt.checks.tools.document import Diagnostic
from jaunt.checks.tools.tool import ToolError, find_tool, flaw_at, nearest_settings


def test_a_tool_that_is_not_installed_says_so() -> None:
    with pytest.raises(ToolError, match="no-such-tool is not installed"):
        find_tool("no-such-tool")
    assert os.access(find_tool("ruff"), os.X_OK)


def test_an_error_shows_the_line_that_the_tool_means() -> None:
    source = "a = '\x0c\u2028'\rb\r\n  c  \nd"
    assert [flaw_at("ty", source, Diagnostic(n, 0, "rule", "no", True), "no", "") for n in (2, 3, 4, 5)] == [
        "ty: line 2: no: `b`",
        "ty: line 3: no: `c`",
        "ty: line 4: no: `d`",
        "ty: line 5: no",
    ]


def test_the_nearest_settings_of_a_tool_are_those_that_hold(tmp_path: Path) -> None:
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    for table in ("[tool.typos]", "[tool]\n[tool.ruff]", "# ty"):
        (below / "pyproject.toml").write_text(f"{table}\n")
        assert nearest_settings("ty", below, ["ty.toml"]) in {None, *(p / "ty.toml" for p in tmp_path.parents)}
    (tmp_path / "ty.toml").write_text("")
    assert nearest_settings("ty", below, ["ty.toml"]) == tmp_path / "ty.toml"
    for table in ("[tool.ty]", "[ tool . ty . rules ]", "[[tool.ty.overrides]]"):
        (tmp_path / "a/pyproject.toml").write_text(f"{table}\n")
        assert nearest_settings("ty", below, ["ty.toml"]) == tmp_path / "a/pyproject.toml"
    (tmp_path / "a/ty.toml").write_text("")
    assert nearest_settings("ty", below, ["ty.toml"]) == tmp_path / "a/ty.toml"
