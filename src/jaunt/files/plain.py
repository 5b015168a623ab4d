"""Reading plain files alone: a pipe in the place of one would be waited for, a device has no end."""

import errno
import os
import stat
from pathlib import Path


def read_plain(path: Path | str) -> bytes:
    """Return the content of a file. Raises OSError if it can't be read, or is no file at all."""
    # Not blocking: to open a pipe would wait for whoever writes to it.
    with open(path, "rb", buffering=0, opener=_open) as file:
        return file.readall()


def _open(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    raise OSError(code, os.strerror(code) if code == errno.EISDIR else "is not a plain file", path)
