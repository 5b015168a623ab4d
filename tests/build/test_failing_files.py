"""Each file operation of a module's build fails, or is its last, in turn: what was paid for is kept, whichever."""

import json
from pathlib import Path
from typing import Any

import pytest
from folders import SUPPORT
from processes import run_python


def failing(folder: Path, code: str) -> list[Any]:
    """Return what failed, how both builds ended, the calls, and the files that were not whole, for each operation."""
    ended = run_python(str(SUPPORT / "failing_files.py"), str(folder), code, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert len(found) > 30, "so many operations there are, and more"
    return found


@pytest.mark.parametrize("code", ["EIO", "ENOSPC"])
def test_whichever_file_operation_fails_no_answer_is_paid_for_twice(tmp_path: Path, code: str) -> None:
    found = failing(tmp_path, code)
    assert [each for each in found if each[1] not in ("generated", "failed")] == []
    assert [each for each in found if each[2:] != ["generated", 1, []]] == []


def test_wherever_a_build_is_killed_what_is_written_is_whole_and_no_answer_that_is_kept_is_paid_for_twice(
    tmp_path: Path,
) -> None:
    found = failing(tmp_path, "SIGKILL")
    assert [each for each in found if each[2] != "generated" or each[4]] == []
    while_kept = [each for each in found if each[3] > 1]
    assert all("/answers" in each[0] for each in while_kept), "only what is being kept just then"
    assert len(while_kept) < 8
