"""A machine that fails or lacks something while a command runs: one line that says what, no traceback."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counted_model import calls
from processes import left_by_a_killed_writer
from said import RunIn

from jaunt.cli import main
from jaunt.files.scratch import remove_abandoned_scratch
from jaunt.files.temporary import remove_abandoned_files


def failing(monkeypatch: pytest.MonkeyPatch, path: Path, code: int = errno.EIO) -> None:
    """Let a look at one file or folder fail, as a disk that is broken does."""

    def looking(look: Callable[..., Any]) -> Callable[..., Any]:
        def fails(given: Any, *arguments: Any, **named: Any) -> Any:
            if given == path or given == str(path):
                raise OSError(code, os.strerror(code), str(path))
            return look(given, *arguments, **named)

        return fails

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, looking(getattr(os, name)))


@pytest.mark.parametrize("place", ["jaunt.toml", "src", "tests", ".jaunt/.gitignore"])
def test_a_file_that_can_t_be_looked_at_is_one_line(
    shop: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    failing(monkeypatch, shop / place)
    said = run_in(shop, "build")
    assert said.code == 2
    assert said.errors == [f"error: {place}: Input/output error (make it readable, or look after the disk)"]


def test_what_the_machine_is_not_to_blame_for_stays_a_crash(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    failing(monkeypatch, shop / "src", errno.EINVAL)
    with pytest.raises(OSError, match="Invalid argument"):
        main(["status"])


def test_what_can_t_be_swept_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = left_by_a_killed_writer(tmp_path)
    with monkeypatch.context() as broken:
        failing(broken, left)
        remove_abandoned_files([tmp_path])
        remove_abandoned_scratch()
    assert left.is_file()
    remove_abandoned_files([tmp_path])
    assert not left.exists()


def no_thread(_: threading.Thread) -> None:
    """What `Thread.start` does where the user has all the threads that he may have."""
    raise RuntimeError("can't start new thread")


@pytest.mark.skipif(os.name != "posix", reason="the command provider's program is a script")
def test_threads_that_can_t_be_started_are_one_line(
    counted_shop: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    said = run_in(counted_shop, "build")
    assert said.code == 2
    assert "can't start new thread" in said.err or "this process can start 0" in said.err
    assert calls(counted_shop) == []
