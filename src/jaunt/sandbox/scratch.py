"""The folder that untrusted code may write in."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def temporary_scratch() -> Generator[Path]:
    """Give a new folder to write in, and remove it with what can be removed of what was put there."""
    folder = tempfile.mkdtemp(prefix="jaunt-")
    try:
        yield Path(folder).resolve()
    finally:
        with suppress(RecursionError):  # folders can be nested deeper than Python before 3.13 can follow
            shutil.rmtree(folder, ignore_errors=True)
