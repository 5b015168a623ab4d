"""The keeper: stands between jaunt and untrusted code; it sets the limits, watches, and kills what is left.

`sandbox.py` starts it by path, `python -I -S supervisor.py JOB`, so it needs nothing but the standard library.
JOB is JSON, see `SandboxOrder`. When all is over the keeper writes one JSON object to the `control` socket:
`reason`, and `status`, the wait status of the program. That the socket's other end is closed tells the
keeper to stop: jaunt has given up, or is dead.
"""

# pathlib would double the start-up time, which every run pays.
# ruff: noqa: PTH112, PTH115, PTH123, PTH208

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn, TypedDict

TICK = 0.05  # seconds from one look at the processes to the next
THREADS_A_PROCESS = 8  # the kernel's limit counts threads; what is watched here are processes


class SandboxOrder(TypedDict):
    """What to run within which limits; sizes in bytes, times in seconds.

    `keep` are the descriptors that the program gets; `writable` is None for no Landlock; `tasks` is how
    many threads the user has already.
    """

    argv: list[str]
    control: int
    keep: list[int]
    namespaces: bool
    writable: list[str] | None
    tasks: int
    seconds: float
    cpu_seconds: int
    memory: int
    written: int
    output: int
    processes: int
    open_files: int


def main(job: SandboxOrder) -> NoReturn:
    """Run the job; the exit code says nothing, what is written to `control` does."""
    try:
        if job["namespaces"]:
            _enter_namespaces()
        outcome = _keep(job)
    except OSError as error:
        outcome = {"reason": "setup", "status": None, "message": str(error)}
    with suppress(OSError):  # nobody is there to hear it
        os.write(job["control"], json.dumps(outcome).encode())
    os._exit(0)  # for the first process of a namespace, this kills all others in it


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


def kill_all(program: int) -> None:
    """Kill the process group of a child, and all descendants; those that are born meanwhile, too."""
    with suppress(OSError):
        os.killpg(program, signal.SIGKILL)
    while alive := [process for process, found in _descendants().items() if found.alive]:
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: else a fork bomb outruns the kills
            for process in alive:
                with suppress(OSError):
                    os.kill(process, number)
        _reap(0)
    _reap(0)


# --- watching ----------------------------------------------------------------------------------------


def _keep(job: SandboxOrder) -> dict[str, Any]:
    written = _open_counter()  # now: a process that hides may not open it any more
    adopt_orphans()
    hide_from_own_user()
    program = os.fork()
    if program == 0:
        _become_program(job)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for descriptor in job["keep"]:
        os.close(descriptor)
    try:
        return _watch(job, program, written)
    finally:
        kill_all(program)


def _watch(job: SandboxOrder, program: int, written: int | None) -> dict[str, Any]:
    begin = time.monotonic()
    ended = [os.pidfd_open(program)] if hasattr(os, "pidfd_open") else []
    while True:
        readable, _, _ = select.select([job["control"], *ended], [], [], TICK)
        status = _reap(program)
        if status is not None:
            reason = _why_it_ended(status, job)
        elif job["control"] in readable:
            reason = "stopped"
        elif time.monotonic() - begin > job["seconds"]:
            reason = "timeout"
        else:
            reason = _excess(job, written)
        if _printed() > job["output"]:
            reason = "output"  # last: what is printed counts as written, too, and may have come in the meantime
        if reason:
            return {"reason": reason, "status": status}


def _reap(program: int) -> int | None:
    """Bury what has ended, orphans too; return the wait status of the program if it is among that."""
    status = None
    with suppress(ChildProcessError):
        while True:
            process, ended = os.waitpid(-1, os.WNOHANG)
            if process == program:
                status = ended
            if process == 0:
                break
    return status


def _why_it_ended(status: int, job: SandboxOrder) -> str:
    if not os.WIFSIGNALED(status):
        return "ok" if status == 0 else "exit"
    spent = os.times()
    out_of_time = spent.children_user + spent.children_system >= job["cpu_seconds"] * 0.9
    killed = os.WTERMSIG(status)
    return "cpu" if killed == signal.SIGXCPU or (killed == signal.SIGKILL and out_of_time) else "signal"


def _excess(job: SandboxOrder, written: int | None) -> str | None:
    """Return which limit all processes together have exceeded, if any."""
    tree = _descendants()
    spent = os.times()
    cpu = spent.children_user + spent.children_system + sum(each.cpu for each in tree.values())
    if len(tree) > job["processes"]:
        return "processes"
    if sum(each.memory for each in tree.values()) > job["memory"]:
        return "memory"
    if cpu > job["cpu_seconds"]:
        return "cpu"
    if written is not None and _count_written(written, tree) > job["written"]:
        return "written"
    return None


def _printed() -> int:
    return os.fstat(1).st_size + os.fstat(2).st_size


class _Process(NamedTuple):
    parent: int
    alive: bool
    memory: int
    cpu: float


def _descendants() -> dict[int, _Process]:
    """Return the processes that stem from this one; none where there is no /proc."""
    if sys.platform != "linux":
        return {}
    everyone = {int(name): found for name in os.listdir("/proc") if name.isdigit() and (found := _read_stat(name))}
    children: dict[int, list[int]] = {}
    for process, found in everyone.items():
        children.setdefault(found.parent, []).append(process)
    pending = [int(os.readlink("/proc/self"))]  # not getpid(): /proc may be that of an outer namespace
    tree = {}
    while pending:
        for process in children.get(pending.pop(), []):
            tree[process] = everyone[process]
            pending.append(process)
    return tree


def _read_stat(process: str) -> _Process | None:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None  # gone already
    state, parent, user, system, pages = (fields[i] for i in (0, 1, 11, 12, 21))
    cpu = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return _Process(int(parent), state not in b"ZX", int(pages) * os.sysconf("SC_PAGE_SIZE"), cpu)


def _open_counter() -> int | None:
    """Open the count of bytes that this process wrote, and those of its descendants that it has buried."""
    try:
        return os.open("/proc/self/io", os.O_RDONLY)
    except OSError:
        return None  # no such count on this system


def _count_written(own: int, tree: dict[int, _Process]) -> int:
    total = _bytes_written(os.pread(own, 1024, 0))
    for process in tree:
        with suppress(OSError), open(f"/proc/{process}/io", "rb") as file:
            total += _bytes_written(file.read())
    return total


def _bytes_written(counters: bytes) -> int:
    return int(counters.partition(b"wchar:")[2].split()[0])


# --- becoming the program ----------------------------------------------------------------------------


def _become_program(job: SandboxOrder) -> NoReturn:
    """Put on the limits and execute the program; where it can't be, say so on its standard error."""
    try:
        os.setsid()  # so that it cannot kill the keeper along with its own process group
        die_with_parent()
        _close_all_but(job["keep"])
        _limit_resources(job)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if os.geteuid() == 0:
            _drop_capabilities()
        if job["writable"] is not None:
            _allow_writes_below(job["writable"])
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them, and a program would inherit that
        os.execvp(job["argv"][0], job["argv"])
    except OSError as error:
        os.write(2, f"{job['argv'][0]}: {error}\n".encode())
    finally:
        os._exit(127)


def _close_all_but(keep: list[int]) -> None:
    first = 3
    for descriptor in [*sorted(keep), 1 << 20]:
        os.closerange(first, descriptor)
        first = descriptor + 1


def _limit_resources(job: SandboxOrder) -> None:
    import resource

    processes = job["tasks"] + THREADS_A_PROCESS * job["processes"]
    limits = {
        "RLIMIT_CPU": (job["cpu_seconds"], job["cpu_seconds"] + 1),
        # Memory that is reserved but not used is cheap, and numeric libraries reserve a lot.
        "RLIMIT_AS": (2 * job["memory"],) * 2,
        "RLIMIT_FSIZE": (job["written"],) * 2,
        "RLIMIT_NOFILE": (job["open_files"],) * 2,
        "RLIMIT_NPROC": (processes,) * 2,
        "RLIMIT_CORE": (0, 0),
    }
    for name, (soft, hard) in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        most = resource.getrlimit(number)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        try:
            resource.setrlimit(number, (soft, hard))
        except (OSError, ValueError):
            if sys.platform == "linux":  # elsewhere some of them cannot be set
                raise


# --- Linux: namespaces, capabilities, Landlock -------------------------------------------------------

# Python has no calls for these before 3.12, or none at all.

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CLONE_NEWNS, _CLONE_NEWIPC = 0x20000, 0x8000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_FILE_CAPABILITIES = {0, 1, 2, 3, 4}  # CHOWN to FSETID: what root needs to read and write as root
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on all architectures but alpha


def _enter_namespaces() -> None:
    """Go on as the first process of new namespaces, with nobody else's processes in sight and no network.

    Returns in that process alone; the one that called waits for it and exits. Raises OSError.
    """
    die_with_parent()
    mapper = _start_mapper() if os.geteuid() == 0 else None
    kinds = _CLONE_NEWUSER | _CLONE_NEWPID | _CLONE_NEWNS | _CLONE_NEWNET | _CLONE_NEWIPC
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
        os.waitpid(first, 0)
        os._exit(0)
    die_with_parent()
    _check(_mount("none", "/", None, _MS_REC | _MS_PRIVATE), "cannot make mounts private")
    # A container may refuse these two: then /proc shows other processes, but the user namespace shuts them.
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    _mount("tmpfs", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV)
    _raise_loopback()


def _start_mapper() -> Any:
    """Start a process that maps every user to itself: only a root outside of the new namespace may do that.

    Return a function that tells it to, and raises OSError if it failed. Without the mapping, files of other
    users would be out of reach.
    """
    keeper = os.getpid()
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
                    _write_file(f"/proc/{keeper}/{name}", text)
                os._exit(0)
        finally:
            os._exit(1)

    def map_all() -> None:
        os.write(go, b"x")
        if os.waitpid(mapper, 0)[1] != 0:
            raise OSError("cannot map users into the namespace")

    return map_all


def _raise_loopback() -> None:
    import fcntl
    import socket
    import struct

    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sh", b"lo", 0x41)
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS


def _drop_capabilities() -> None:
    for capability in range(64):
        if capability not in _FILE_CAPABILITIES:
            _prctl(_PR_CAPBSET_DROP, capability)


def _allow_writes_below(paths: list[str]) -> None:
    """Forbid this process, for good, to change files but below `paths`, and to reach processes outside."""
    import ctypes

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
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: Any) -> int:
    import ctypes

    longs = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return _libc().syscall(ctypes.c_long(number), *longs)


def _prctl(option: int, value: int) -> None:
    """Call prctl where there is one; what it can't do is left undone."""
    if sys.platform == "linux":
        import ctypes

        _libc().prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def _mount(source: str, target: str, kind: str | None, flags: int) -> int:
    import ctypes

    name = kind and kind.encode()
    return _libc().mount(source.encode(), target.encode(), name, ctypes.c_ulong(flags), None)


def _check(result: int, what: str) -> int:
    """Return the result of a C call; raises OSError that says `what` if it failed."""
    if result < 0:
        import ctypes

        raise OSError(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def _write_file(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
