"""The escapes: programs that try to get out of the sandbox; run by path, it says which did.

It is run as `python escapes.py FOLDER MODE [WITHOUT...]`, in a process of its own whose environment holds
`KEY`: that process plays jaunt. It prints JSON: the names of the escapes that worked, and what the sandbox
is made of here.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import reaches

from jaunt.config import SandboxConfig
from jaunt.sandbox.linux import landlock_version
from jaunt.sandbox.program import Completed, Program
from jaunt.sandbox.sandbox import Sandbox

KEY = "sk-a-secret-that-must-not-leak"
LIMITS: dict[str, Any] = {  # small, so that they are soon reached
    "seconds": 20,
    "cpu_seconds": 10,
    "memory_mb": 128,
    "file_mb": 16,
    "output_mb": 1,
    "processes": 16,
    "open_files": 64,
}


class Escape(NamedTuple):
    """A program, and what tells that it got out; `project` is a folder of the user's, `scratch` its own."""

    source: str
    got_out: Callable[[Completed], bool]
    limits: dict[str, int] = {}  # noqa: RUF012 - a default of a NamedTuple is no mutable class attribute


def says(text: str) -> Callable[[Completed], bool]:
    return lambda run: text in run.stdout


def not_stopped_by(*reasons: str) -> Callable[[Completed], bool]:
    return lambda run: run.reason not in reasons


DAEMON = """
def daemon():
    come, go = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            program = "import time; time.sleep(60)"
            os.execve(sys.executable, [sys.executable, "-I", "-S", "-c", program, token], {})
        os._exit(0)
    os.close(go)
    os.read(come, 1)  # ends when the daemon has become another program
"""
HEAD = "import os, signal, socket, sys, time\ntoken, project, driver, port = sys.argv[1:]\n" + DAEMON

ESCAPES: dict[str, Escape] = {
    "read a key from the environment": Escape("print(dict(os.environ), open('/proc/self/environ').read())", says(KEY)),
    "read a key from another process's environment": Escape(
        """
for process in os.listdir("/proc"):
    try:
        print(open(f"/proc/{process}/environ").read())
    except OSError:
        pass
""",
        says(KEY),
    ),
    "read the memory of its keeper": Escape(
        "open(f'/proc/{os.getppid()}/mem', 'rb').close(); print('opened')", says("opened")
    ),
    "signal jaunt": Escape("os.kill(int(driver), 0); print('reached')", says("reached")),
    "write outside the scratch folder": Escape(
        "open(f'{project}/planted.py', 'w').write('x'); print('written')", says("written")
    ),
    "change the mode of the user's files": Escape(
        "os.chmod(f'{project}/../private', 0o666); print('changed')", says("changed")
    ),
    "change the times of the user's files": Escape(
        "os.utime(f'{project}/../private', (1, 1)); print('changed')", says("changed")
    ),
    "change the attributes of the user's files": Escape(
        "os.setxattr(f'{project}/../private', 'user.x', b'1'); print('changed')", says("changed")
    ),
    "connect to a socket of the user's": Escape(
        "socket.socket(socket.AF_UNIX).connect(f'{project}/../socket'); print('connected')", says("connected")
    ),
    "have the kernel run a program outside": Escape(
        "open('/proc/sys/kernel/core_pattern', 'a').close(); print('opened')", says("opened")
    ),
    "fill the disk without writing": Escape(
        """
for number in range(64):
    with open(f"{os.environ['TMPDIR']}/{number}", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 8 << 20)
    time.sleep(0.05)
time.sleep(30)
""",
        not_stopped_by("written"),
    ),
    "fill the disk by a mapped file": Escape(
        """
import mmap
for number in range(8):
    with open(f"{os.environ['TMPDIR']}/{number}", "w+b") as file:
        file.truncate(8 << 20)
        held = mmap.mmap(file.fileno(), 8 << 20)
        for page in range(0, 8 << 20, 4096):
            held[page] = 1
        held.close()
time.sleep(30)
""",
        not_stopped_by("written"),
    ),
    **{
        f"fill {name}": Escape(
            f"""
held = []
try:
    for number in range(20):
        held.append(f"{place}/{{token}}-{{number}}")
        with open(held[-1], "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 8 << 20)
    time.sleep(2)
    print("full", flush=True)
finally:
    for path in held:
        os.unlink(path)
""",
            says("full"),
        )
        for name, place in {"the temporary folder of all": "/tmp", "the shared memory of all": "/dev/shm"}.items()
    },
    "fill the disk by files without a name": Escape(
        """
held = []
for number in range(16):
    held.append(os.open(os.environ["TMPDIR"], os.O_TMPFILE | os.O_RDWR))
    os.posix_fallocate(held[-1], 0, 8 << 20)
time.sleep(30)
""",
        not_stopped_by("written"),
    ),
    "fill memory by files in memory": Escape(
        """
held = [os.memfd_create("x") for _ in range(16)]
for each in held:
    os.posix_fallocate(each, 0, 8 << 20)
time.sleep(30)
""",
        not_stopped_by("written"),
    ),
    "fill memory by segments that nobody holds": Escape(
        """
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
held = []
try:
    for number in range(16):
        held.append(libc.shmget(0, 8 << 20, 0o1600))
        address = libc.shmat(held[-1], None, 0)
        ctypes.memset(address, 1, 8 << 20)
        libc.shmdt(ctypes.c_void_p(address))
    time.sleep(20)
finally:
    for each in held:
        libc.shmctl(each, 0, None)
""",
        not_stopped_by("written"),
    ),
    "use up the names of the disk": Escape(
        """
for number in range(2_000):
    os.mkdir(f"{os.environ['TMPDIR']}/{number}")
time.sleep(30)
""",
        not_stopped_by("written"),
    ),
    "read the user's files": Escape("print(open(f'{project}/../private').read())", says(KEY)),
    "connect out": Escape(
        "socket.create_connection(('127.0.0.1', int(port)), timeout=5); print('connected')", says("connected")
    ),
    "outlive the run as a daemon": Escape("daemon(); print('done')", lambda run: "done" not in run.stdout),
    "kill the keeper, then outlive the run": Escape("daemon(); os.kill(os.getppid(), 9)", lambda run: False),
    "fill memory": Escape("held = []\nfor _ in range(128): held.append(b'x' * (8 << 20))\nprint('full')", says("full")),
    "fill memory with many processes": Escape(
        """
for _ in range(6):
    if os.fork() == 0:
        held = b"x" * (40 << 20)
        time.sleep(60)
time.sleep(60)
""",
        not_stopped_by("memory"),
    ),
    "fill the disk with one file": Escape(
        "with open('big', 'wb') as f:\n for _ in range(64): f.write(b'x' * (1 << 20))\nprint('full')",
        says("full"),
    ),
    "fill the disk with many files": Escape(
        """
n = 0
while True:
    with open(f"{os.environ['TMPDIR']}/{n}", "wb") as file:
        file.write(b"x" * (1 << 18))
    n += 1
""",
        not_stopped_by("written"),
    ),
    "flood standard output": Escape("while True: os.write(1, b'x' * 65536)", not_stopped_by("output")),
    "sleep for ever": Escape("time.sleep(600)", not_stopped_by("timeout"), {"seconds": 1}),
    "ignore SIGALRM and SIGTERM": Escape(
        """
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True: time.sleep(600)
""",
        not_stopped_by("timeout"),
        {"seconds": 1},
    ),
    "use the processor for ever, deaf to SIGXCPU": Escape(
        "signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        not_stopped_by("cpu"),
        {"cpu_seconds": 1},
    ),
    "gain rights by a setuid program": Escape(
        "print(open('/proc/self/status').read())", lambda run: "NoNewPrivs:\t1" not in run.stdout
    ),
}
# They get out of a mere child process, and do no harm there.
HARMLESS = (
    *("read a key from the environment", "read a key from another process's environment", "signal jaunt"),
    *(
        "write outside the scratch folder",
        "read the user's files",
        "connect out",
        "outlive the run as a daemon",
    ),
    *("fill the disk with one file", "gain rights by a setuid program"),
)
# On its own and last: it may use up the processes that the user is allowed.
FORK_BOMB = {
    "fork without end": Escape(
        "while True:\n try: os.fork()\n except OSError: pass", not_stopped_by("processes", "killed")
    )
}


def leftovers(token: str) -> list[int]:
    """Kill the processes that have `token` among their arguments, and return them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX" and token in (process / "cmdline").read_text().split("\0")[4:]:
                found.append(int(process.name))
                os.kill(found[-1], signal.SIGKILL)
        except OSError:
            continue
    return found


def attempt(name: str, escape: Escape, folder: Path, sandbox: Sandbox, port: int) -> str | None:
    """Run one escape; return its name if it got out."""
    token = f"token-{os.getpid()}-{name.replace(' ', '-')}"
    project = folder / token
    project.mkdir()
    limited = Sandbox(replace(sandbox.config, **{**LIMITS, **escape.limits}), sandbox.without)
    arguments = [token, str(project), str(os.getpid()), str(port)]
    run = limited.run(Program([sys.executable, "-I", "-S", "-c", HEAD + escape.source, *arguments], project))
    left = leftovers(token)
    return name if left or escape.got_out(run) else None


def reach(folder: Path, sandbox: Sandbox, port: int) -> list[str]:
    """Return what of `reaches.REACHES` a program got."""
    token, project = f"jaunt-{os.getpid()}", folder / "project"
    project.mkdir()
    program, arguments = Path(reaches.__file__), [token, str(project), str(os.getpid()), str(port)]
    with reaches.outside(project, token, port):
        command = [sys.executable, "-I", str(program), *arguments]
        run = sandbox.run(Program(command, project, readable=[program.parent]))
    if run.reason != "ok":
        return [f"reaches: {run.message}: {run.stderr}"]
    return run.stdout.splitlines()


def main(folder: Path, mode: str, *without: str) -> None:
    sandbox = Sandbox(SandboxConfig(mode=mode), frozenset(without))
    (folder / "private").write_text(KEY)
    chosen = ESCAPES if mode != "off" else {name: ESCAPES[name] for name in HARMLESS}
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as local,
        ThreadPoolExecutor(6) as pool,
    ):
        local.bind(str(folder / "socket"))
        local.listen()
        port = server.getsockname()[1]
        sandbox.describe()
        pending = [pool.submit(attempt, name, each, folder, sandbox, port) for name, each in chosen.items()]
        out = [each.result() for each in pending]
        reached = reach(folder, sandbox, port) if mode != "off" else []
        if mode != "off":
            out += [attempt(name, each, folder, sandbox, port) for name, each in FORK_BOMB.items()]
    kind = {
        "mechanism": sandbox.mechanism,
        "namespaces": sandbox.mechanism == "bwrap" or sandbox.has_namespaces,
        "landlock": landlock_version() if sandbox.has_landlock else 0,
        "mounts": sandbox.mechanism == "bwrap" or sandbox.has_mounts,
        "root": os.geteuid() == 0,
    }
    print(json.dumps({"escaped": [name for name in out if name], "reached": reached, **kind, "is": sandbox.describe()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
