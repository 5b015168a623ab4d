"""Temporary files and folders: how they are named, and which of them were left by a process that was killed."""

import os
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

_LONGEST_WRITE = 3600.0  # seconds
_RUN, _numbers = os.urandom(6).hex(), count()  # process ids come again, and on other machines too


def temporary_path(folder: Path) -> Path:
    """Return a new name in a folder, for a file that is being written or a folder that goes with its process.

    The file's own name is no part of it: that may be at the limit of the file system.
    """
    return folder / f".jaunt-{_machine()}-{os.getpid()}-{_RUN}{next(_numbers):x}.tmp"


def temporary_files(folder: Path) -> Iterator[Path]:
    """Yield the files and folders below a folder that are in use for a while, or were when their process was killed."""
    for current, names, files in os.walk(folder):
        found = [name for name in (*names, *files) if is_temporary(name)]
        yield from (Path(current, name) for name in found)
        names[:] = [name for name in names if not name.startswith(".") and name not in ("node_modules", "__pycache__")]


def abandoned_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the temporary files and folders below folders whose process is gone.

    A folder that is a symlink is passed over: it may lead out of the project.
    """
    for path in (path for folder in folders if not folder.is_symlink() for path in temporary_files(folder)):
        with suppress(OSError):
            if _is_abandoned(path):
                yield path


def remove_abandoned_files(folders: Iterable[Path]) -> None:
    """Remove what `abandoned_files` finds; what can't be removed, or be looked at, stays."""
    with suppress(OSError):
        for path in abandoned_files(folders):
            with suppress(OSError):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _is_abandoned(path: Path) -> bool:
    """Whether the process that made a file or folder is gone, or, where that can't be told, it is old."""
    return has_gone(path.name) or time.time() - path.stat().st_mtime > _LONGEST_WRITE


def has_gone(name: str) -> bool:
    """Whether the process that gave a file or folder its name is known to have ended."""
    machine, _, rest = name.removeprefix(".jaunt-").partition("-")
    pid = rest.partition("-")[0]
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it runs, as another user
        pass
    return False


@cache
def _machine() -> str:
    """Return a name for the set of processes whose ids mean something here; "" where ids can't be looked up."""
    if not hasattr(os, "uname"):
        return ""  # Windows, where asking for a process ends it
    namespace = 0
    with suppress(OSError):  # a container may have its machine's name, but has processes of its own
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    return f"{zlib.crc32(f'{os.uname().nodename} {namespace}'.encode()):08x}"


def is_temporary(name: str) -> bool:
    """Whether a file or folder has a name that `temporary_path` gives."""
    return name.startswith(".jaunt-") and name.endswith(".tmp")
