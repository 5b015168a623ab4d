"""The files that a program sees in namespaces of its own: read-only but for some folders, and no sockets of others."""

# pathlib would double the start-up time of the supervisor, which every run pays.
# ruff: noqa: PTH109, PTH112, PTH116, PTH123

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from contextlib import suppress

_MOUNT_SETATTR = 442  # the same on all architectures but alpha
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_READ_ONLY = 1
_BIND, _NOSUID, _NODEV, _NOEXEC = 0x1000, 2, 4, 8


def restrict_files(writable: Sequence[str], sockets: Sequence[str], *, memory: int) -> None:
    """Make all that is mounted read-only but the folders `writable` and a /dev/shm of its own; raises OSError.

    So modes, times and attributes stay as they are as well, which Landlock does not look at. The files of `sockets` are
    hidden: of the services of this machine, of an agent with keys; so are all terminals but those that a program makes.
    What /dev/shm holds has at most `memory` bytes.
    """
    for path in sockets:
        with suppress(OSError):  # it is gone, or was never in reach
            _mount("/dev/null", path, None, _BIND)
    kept = [path for path in writable if os.path.isdir(path)]
    for path in kept:
        _mount(path, path, None, _BIND)
    _set_read_only("/", read_only=True)
    if not any(f"{path}/".startswith("/dev/shm/") for path in (*writable, os.getcwd())):
        with suppress(OSError):  # it may be missing
            _mount("tmpfs", "/dev/shm", "tmpfs", _NOSUID | _NODEV, f"size={memory},nr_inodes=10000")
    with suppress(OSError):  # a container may refuse it
        _mount("devpts", "/dev/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    for path in kept:
        _set_read_only(path, read_only=False)


def sockets_in_reach() -> list[str]:
    """Return the sockets in the file system that somebody listens to; to be asked before there are namespaces."""
    with open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as file:
        paths = {line.rstrip("\n").split(None, 7)[-1] for line in file if "/" in line}
    return [path for path in paths if path.startswith("/") and _is_socket(path)]


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    texts = [os.fsencode(each) if each else None for each in (source, target, kind)]
    if libc.mount(*texts, ctypes.c_ulong(flags), options.encode() or None) < 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {target}")


def _set_read_only(path: str, *, read_only: bool) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("QQQQ", _READ_ONLY * read_only, _READ_ONLY * (not read_only), 0, 0)
    arguments = (_AT_FDCWD, os.fsencode(path), _AT_RECURSIVE if read_only else 0, attributes, len(attributes))
    longs = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    if libc.syscall(ctypes.c_long(_MOUNT_SETATTR), *longs) < 0:
        raise OSError(ctypes.get_errno(), f"cannot make {path} read-only")
