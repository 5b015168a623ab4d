"""Folders of processes that were killed are removed by a later one, and nobody else's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import child_environment

from jaunt.files.scratch import remove_abandoned_scratch, temporary_scratch

KILLED = """
import os, signal
from jaunt.files.scratch import temporary_scratch
with temporary_scratch() as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process ids can't be looked up")
def test_the_folders_of_killed_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = child_environment(TMPDIR=str(tmp_path))  # which makes a folder of its own, the first time
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in range(3):
        subprocess.run([sys.executable, "-c", KILLED], env=environment)
    others = {tmp_path / name for name in (".jaunt-0-1-x.tmp", "jaunt-x", ".jaunt-.tmp", ".jaunt-abc", "x.tmp")}
    for each in others:
        each.mkdir()
    assert len([*tmp_path.iterdir()]) == 8
    with temporary_scratch() as ours:
        remove_abandoned_scratch()
        assert {*tmp_path.iterdir()} == {*others, ours}
    assert {*tmp_path.iterdir()} == others


def test_folders_nested_deeper_than_any_path_can_say_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_scratch() as folder:
        at = os.open(folder, os.O_RDONLY)
        for _ in range(3_000):
            os.mkdir("nested-folder", dir_fd=at)
            below = os.open("nested-folder", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        os.close(at)
    assert [*tmp_path.iterdir()] == []
