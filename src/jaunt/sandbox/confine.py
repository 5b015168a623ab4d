"""The last steps of a child process before it is the untrusted program: it puts on its limits."""

import os
import resource
import signal
import sys
from typing import NoReturn

from jaunt.sandbox import linux
from jaunt.sandbox.order import SandboxOrder

THREADS_A_PROCESS = 8  # the kernel's limit counts threads; what is watched by the supervisor are processes


def become_program(order: SandboxOrder) -> NoReturn:
    """Put on the limits and execute the program; where it can't be, say so on its standard error."""
    try:
        os.setsid()  # so that it cannot kill the supervisor along with its own process group
        linux.die_with_parent()
        linux.leave_keyring()
        _close_all_but(order["keep"])
        _limit_resources(order)
        linux.forbid_new_privileges()
        if os.geteuid() == 0:
            linux.drop_capabilities()
        if order["writable"] is not None:
            linux.allow_writes_below(order["writable"])
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them, and a program would inherit that
        os.execvp(order["argv"][0], order["argv"])
    except OSError as error:
        os.write(2, f"{order['argv'][0]}: {error}\n".encode())
    finally:
        os._exit(127)


def _close_all_but(keep: list[int]) -> None:
    first = 3
    for descriptor in [*sorted(keep), 1 << 20]:
        os.closerange(first, descriptor)
        first = descriptor + 1


def _limit_resources(order: SandboxOrder) -> None:
    processes = order["tasks"] + THREADS_A_PROCESS * order["processes"]
    limits = {
        "RLIMIT_CPU": (order["cpu_seconds"], order["cpu_seconds"] + 1),
        # Memory that is reserved but not used is cheap, and numeric libraries reserve a lot.
        "RLIMIT_AS": (2 * order["memory"],) * 2,
        "RLIMIT_FSIZE": (order["written"],) * 2,
        "RLIMIT_NOFILE": (order["open_files"],) * 2,
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
