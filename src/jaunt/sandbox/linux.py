"""What Linux offers and Python doesn't: process attributes, namespaces, capabilities, Landlock, by their C calls."""

# pathlib would double the start-up time of the supervisor, which every run pays.
# ruff: noqa: PTH109, PTH112, PTH123

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

# Python has no calls for these before 3.12, or none at all.

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CLONE_NEWNS, _CLONE_NEWIPC = 0x20000, 0x8000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_FILE_CAPABILITIES = {0, 1, 2, 3, 4}  # CHOWN to FSETID: what root needs to read and write as root
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "loongarch64": 219, "ppc64le": 271, "s390x": 280}
_KEYCTL_JOIN_SESSION = 1
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on all architectures but alpha


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; 0 for none."""
    return max(0, _syscall(_LANDLOCK_CREATE, None, 0, 1)) if sys.platform == "linux" else 0


def hide_from_own_user() -> None:
    """Make this process's environment, memory and open files unreadable to others of the same user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends, so that `kill_all` finds them."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have this process killed when its parent ends, however that ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def forbid_new_privileges() -> None:
    """Let no program that this process executes have more rights than it, for good."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def leave_keyring() -> None:
    """Take a session of one's own for the keys that the kernel keeps: that of the parent holds the user's."""
    number = _KEYCTL.get(os.uname().machine) if sys.platform == "linux" else None
    if number is not None:
        _syscall(number, _KEYCTL_JOIN_SESSION, None)


def enter_namespaces(*, network: bool = False) -> None:
    """Go on as the first process of new namespaces, with nobody else's processes in sight; with no network by default.

    Returns in that process alone; the one that called waits for it and exits. Raises OSError.
    """
    die_with_parent()
    mapper = _start_mapper() if os.geteuid() == 0 else None
    kinds = _CLONE_NEWUSER | _CLONE_NEWPID | _CLONE_NEWNS | _CLONE_NEWIPC | (0 if network else _CLONE_NEWNET)
    user, group = os.geteuid(), os.getegid()
    _check(_libc().unshare(kinds), "cannot make namespaces")
    if mapper is not None:
        mapper()
    else:
        _write_file("/proc/self/setgroups", "deny")
        _write_file("/proc/self/uid_map", f"{user} {user} 1")
        _write_file("/proc/self/gid_map", f"{group} {group} 1")
    first = os.fork()
    if first:
        status = os.waitpid(first, 0)[1]
        os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0)  # one that is killed says nothing
    die_with_parent()
    _check(_mount("none", "/", None, _MS_REC | _MS_PRIVATE), "cannot make mounts private")
    # A container may refuse these two: then /proc shows other processes, but the user namespace shuts them.
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    if not os.getcwd().startswith("/dev/shm"):  # where a project may be
        _mount("tmpfs", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV)


def _start_mapper() -> Callable[[], None]:
    """Start a process that maps every user to itself: only a root outside of the new namespace may do that.

    Return a function that tells it to, and raises OSError if it failed. Without the mapping, files of other
    users would be out of reach.
    """
    supervisor = os.getpid()
    wait, go = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        try:
            os.close(go)
            if os.read(wait, 1):
                for name in ("uid_map", "gid_map"):
                    with open(f"/proc/self/{name}") as file:
                        ranges = [line.split() for line in file]
                    text = "".join(f"{inside} {inside} {count}\n" for inside, _, count in ranges)
                    _write_file(f"/proc/{supervisor}/{name}", text)
                os._exit(0)
        finally:
            os._exit(1)

    def map_all() -> None:
        os.write(go, b"x")
        if os.waitpid(mapper, 0)[1] != 0:
            raise OSError("cannot map users into the namespace")

    return map_all


def drop_capabilities() -> None:
    """Give up what root may do, but for reading and writing files as root."""
    for capability in range(64):
        if capability not in _FILE_CAPABILITIES:
            _prctl(_PR_CAPBSET_DROP, capability)


def allow_writes_below(paths: list[str]) -> None:
    """Forbid this process, for good, to change files but below `paths`, and to reach processes outside."""
    version = landlock_version()
    in_file = 1 << 1 | (1 << 14 if version >= 3 else 0)  # write, truncate
    # Remove and make entries of all kinds; move or link them across folders.
    in_folder = in_file | 1 << 4 | 1 << 5 | sum(1 << n for n in range(6, 13)) | (1 << 13 if version >= 2 else 0)
    scoped = 3 if version >= 6 else 0  # abstract sockets, signals
    rules = (ctypes.c_uint64 * 3)(in_folder, 0, scoped)
    ruleset = _check(_syscall(_LANDLOCK_CREATE, rules, ctypes.sizeof(rules), 0), "cannot set up Landlock")

    class PathBeneath(ctypes.Structure):
        _pack_ = 1
        _layout_ = "ms"
        _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))

    for path in paths:
        try:
            parent = os.open(path, os.O_PATH)
        except FileNotFoundError:
            continue  # not every system has every device
        rule = PathBeneath(in_folder if os.path.isdir(path) else in_file, parent)
        _check(_syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0), f"cannot allow writes to {path}")
        os.close(parent)
    _check(_syscall(_LANDLOCK_RESTRICT, ruleset, 0), "cannot apply Landlock")
    os.close(ruleset)


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: Any) -> int:
    longs = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return _libc().syscall(ctypes.c_long(number), *longs)


def _prctl(option: int, value: int) -> None:
    """Call prctl where there is one; what it can't do is left undone."""
    if sys.platform == "linux":
        _libc().prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def _mount(source: str, target: str, kind: str | None, flags: int) -> int:
    name = kind and kind.encode()
    return _libc().mount(source.encode(), target.encode(), name, ctypes.c_ulong(flags), None)


def _check(result: int, what: str) -> int:
    """Return the result of a C call; raises OSError that says `what` if it failed."""
    if result < 0:
        raise OSError(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def _write_file(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)
