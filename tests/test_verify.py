"""What checks by other programs have in common."""

import os

import pytest

from jaunt.verify import ToolError, find_tool


def test_a_tool_that_is_not_installed_says_so() -> None:
    with pytest.raises(ToolError, match="no-such-tool is not installed"):
        find_tool("no-such-tool")
    assert os.access(find_tool("ruff"), os.X_OK)
