"""How wide a stream is: its own terminal counts."""

import fcntl
import io
import os
import pty
import struct
import termios
from pathlib import Path

import pytest

from jaunt.report.terminal import width_of


@pytest.fixture(autouse=True)
def _no_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.mark.parametrize(("columns", "width"), [(97, 97), (0, 80)])
def test_the_width_is_that_of_the_terminal_that_is_written_to(columns: int, width: int) -> None:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as out:
        assert width_of(out) == width


def test_a_wish_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    master, slave = pty.openpty()
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as out:
        assert width_of(out) == 44


def test_what_is_no_terminal_has_no_width(tmp_path: Path) -> None:
    assert width_of(io.StringIO()) is None
    with (tmp_path / "out").open("w") as out:
        assert width_of(out) is None
