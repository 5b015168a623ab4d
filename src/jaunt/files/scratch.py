"""Folders that programs may write in: made for a while, and removed, at the latest by a process that comes later."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from jaunt.files.temporary import has_gone, is_temporary, temporary_path


@contextmanager
def temporary_scratch() -> Generator[Path]:
    """Give a new folder to write in, and remove it with what can be removed of what was put there.

    If this process is killed, `remove_abandoned_scratch` of a later one removes it.
    """
    folder = temporary_path(Path(tempfile.gettempdir()).resolve())
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        _remove(folder)


def remove_abandoned_scratch() -> None:
    """Remove the folders that `temporary_scratch` gave to processes of this user and machine which are gone."""
    with suppress(OSError):
        for path in Path(tempfile.gettempdir()).glob(".jaunt-*") if hasattr(os, "geteuid") else ():
            with suppress(OSError):
                if is_temporary(path.name) and path.lstat().st_uid == os.geteuid() and has_gone(path.name):
                    _remove(path)


def _remove(folder: Path) -> None:
    """Remove a folder with all that can be removed in it, however deep folders are nested there."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:  # deeper than Python before 3.13 can follow, or any path can say
        with suppress(OSError):
            _flatten(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _flatten(folder: Path) -> None:
    """Move the folders below a folder up into it, one by one, and remove what they hold besides."""
    pending = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    count = 0
    while pending:
        child = pending.pop()
        for path in [each for each in child.iterdir() if each.is_dir() and not each.is_symlink()]:
            count += 1
            pending.append(path.rename(folder / f".jaunt-deep-{count}"))
        shutil.rmtree(child, ignore_errors=True)
