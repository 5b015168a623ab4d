"""Room for a file, taken on the disk before it is known what will be written."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from jaunt.files.temporary import temporary_path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""How the operating system says that a disk is full."""


class Room:
    """Room for one file in `folder`, which is made if it is missing; raises OSError if there is none.

    A full disk so shows itself before something is paid for that could not be kept.
    """

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = temporary_path(folder)
        try:
            with self._path.open("xb", buffering=0) as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                else:
                    file.write(bytes(size))
        except OSError:
            self.give_back()
            raise

    def fill(self, path: Path, data: bytes, *, durable: bool = True) -> None:
        """Make this the file `path` with this content, as a whole; raises OSError.

        Without `durable`, a crash of the machine may lose or tear it.
        """
        with self._path.open("r+b", buffering=0) as file:
            rest = memoryview(data)
            while rest:  # a single write may take less than all
                rest = rest[file.write(rest) :]
            file.truncate()
            if durable:
                os.fsync(file.fileno())
        self._path.replace(path)

    def give_back(self) -> None:
        """Free the room, if nothing fills it."""
        with suppress(OSError):
            self._path.unlink()
