"""What code may reach for outside of the sandbox: a program tries all of it, and prints the names of what it got.

It is run as `python reaches.py TOKEN PROJECT DRIVER PORT`, beside what `outside` lays out. Each attempt is made in a
process of its own; it has failed if it raises an error. Never run it out of a sandbox: some of it does harm there.
"""

import contextlib
import ctypes
import fcntl
import mmap
import os
import pwd
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

KEY = "sk-a-secret-that-must-not-leak"
AT = -100  # the working directory, for system calls
SECONDS = 5

REACHES: dict[str, dict[str, str]] = {
    "files": {
        "make a file": "open(f'{outside}/made', 'w')",
        "make a file by openat2": "call(437, AT, b'%s/made2' % outside_b, struct.pack('QQQ', 0o101, 0o600, 0), 24)",
        "make a file without a name": "os.open(outside, os.O_TMPFILE | os.O_RDWR)",
        "make a file by io_uring": "by_io_uring(f'{outside}/ring')",
        "make a folder": "os.mkdir(f'{outside}/folder')",
        "make a pipe": "os.mkfifo(f'{outside}/pipe')",
        "make a device": "os.mknod(f'{outside}/device', stat.S_IFCHR | 0o600, os.makedev(1, 3))",
        "make a socket": "socket.socket(socket.AF_UNIX).bind(f'{outside}/s')",
        "make a symlink": "os.symlink('/', f'{outside}/link')",
        "write through a symlink of its own": "os.symlink(private, 'way'); open('way', 'a')",
        "write through a hardlink of its own": "os.link(private, 'hard'); open('hard', 'a')",
        "write through a descriptor for reading": "open(f'/proc/self/fd/{reading}', 'a')",
        "write through a mapping of a file for reading": "mmap.mmap(reading, 1, mmap.MAP_SHARED, mmap.PROT_WRITE)",
        "write by a handle instead of a path": "by_handle(private)",
        "truncate a file": "os.truncate(private, 1)",
        "open a file and truncate it": "os.open(private, os.O_WRONLY | os.O_TRUNC)",
        "move a file away": "os.rename(f'{outside}/old', 'stolen')",
        "exchange two files": "call(316, AT, b'%s/old' % outside_b, AT, b'%s/other' % outside_b, 2)",
        "remove a file": "os.unlink(f'{outside}/other')",
        "remove a folder": "os.rmdir(f'{outside}/empty')",
        "write to a home": "made(pwd.getpwuid(os.getuid()).pw_dir + '/.' + token)",
        "write to the system's settings": "made('/etc/' + token)",
        "write to the temporary folder of all": "os.truncate(f'/tmp/{token}', 4)",
        "plant a module in the environment": "made(os.path.dirname(contextlib.__file__) + f'/{token}.py')",
        "plant bytecode beside the user's code": "os.mkdir(f'{project}/__pycache__')",
        "kernel settings": "open('/proc/sys/vm/overcommit_ratio', 'a')",
        "system requests": "open('/proc/sysrq-trigger', 'a')",
        "settings of devices": "open('/sys/kernel/mm/transparent_hugepage/enabled', 'a')",
        "control groups": "os.mkdir('/sys/fs/cgroup/' + token); os.rmdir('/sys/fs/cgroup/' + token)",
        "a program from memory that writes outside": "from_memory(f'{outside}/memory')",
        "a preloaded library that writes outside": "by_child(f'{outside}/child')",
        "make the files writable in namespaces of its own": "again(); writable_again(); open(private, 'a')",
    },
    "looks": {
        "change an owner": "os.chown(private, os.getuid(), os.getgid())",
        "change an owner by a descriptor": "os.fchown(reading, os.getuid(), os.getgid())",
        "change a mode by a descriptor": "os.fchmod(reading, 0o666)",
        "change times by a descriptor": "os.utime(reading, (1, 1))",
        "change attributes by a descriptor": "os.setxattr(reading, 'user.x', b'1')",
        "change flags by a descriptor": "fcntl.ioctl(reading, 0x40086602, struct.pack('l', 0x40))",
        "a datagram socket of the user's": "datagrams().connect(f'{project}/../datagrams')",
        "the user's terminal": "os.open(terminal, os.O_RDWR | os.O_NOCTTY)",
        "type into the user's terminal": "type_into(terminal)",
    },
    "signals": {
        "signal jaunt by a descriptor": "call(424, call(434, int(driver), 0), 0, 0, 0)",
        "queue a signal for jaunt": "call(129, int(driver), 0, struct.pack('iii', 0, 0, -1) + bytes(116))",
        "an abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0' + token)",
    },
    "shared": {
        "slow jaunt down": "os.setpriority(os.PRIO_PROCESS, int(driver), 19)",
        "limit jaunt": "resource.prlimit(int(driver), resource.RLIMIT_CORE, (0, 0))",
        "bind jaunt to a processor": "os.sched_setaffinity(int(driver), os.sched_getaffinity(0))",
        "see what else runs": "seen(b'escapes.py')",
        "shared memory of System V": "call(29, shared, 0, 0)",
        "a message queue of System V": "call(68, shared, 0)",
        "semaphores of System V": "call(64, shared, 0, 0)",
        "a file in shared memory": "open(f'/dev/shm/{token}').read()",
        "a message queue": "call(240, token_b, 0, 0, 0)",
        "UDP": "echoed(socket.AF_INET, '127.0.0.1')",
        "UDP over IPv6": "echoed(socket.AF_INET6, '::1')",
        "the network's interfaces": "interfaces()[0]",
        "packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3).bind((interfaces()[0], 0))",
    },
    "never": {
        "trace jaunt": "call(101, 0x4206, int(driver), 0, 0)",
        "trace its keeper": "call(101, 0x4206, keeper, 0, 0)",
        "read the memory of jaunt": "vm(310, int(driver))",
        "write to the memory of jaunt": "vm(311, int(driver))",
        "open a descriptor of jaunt's": "call(438, call(434, int(driver), 0), 0, 0)",
        "read the folder of another process": "os.readlink(f'/proc/{driver}/cwd')",
        "a key of the session's keyring": "call(250, 11, call(250, 10, -3, b'user', token_b, 0), 0, 0, 0)",
        "a key of the user's keyring": "call(250, 11, call(250, 10, -4, b'user', b'u' + token_b, 0), 0, 0, 0)",
        "a descriptor that is inherited": "[each for each in range(3, 256) if each != reading and is_open(each)][0]",
        "the host of a virtual machine": "vsock()",
        "mount": "refused(165, b'none', b'/', b'nothing', 0, None)",
        "make the files writable again": "writable_again()",
        "take a mount away": "refused(166, b'/proc/self', 0)",
        "another root": "os.chroot('/')",
        "the namespaces of jaunt": "call(308, os.open(f'/proc/{driver}/ns/mnt', os.O_RDONLY), 0)",
        "the name of the machine": "socket.sethostname(socket.gethostname()) if not own_user_namespace() else 1 / 0",
        "the clock": "time.clock_settime(time.CLOCK_REALTIME, time.time())",
        "raw devices": "[os.open(each, os.O_RDONLY) for each in devices()][0]",
        "a raw disk by a device of its own": "by_device(os.stat(private).st_dev)",
        "modules of the kernel": "refused(175, b'', 0, b'')",
        "programs in the kernel": "call(321, 0, struct.pack('IIIII', 2, 4, 8, 1, 0) + bytes(100), 120)",
        "watch all that runs": "call(298, struct.pack('IIQ', 1, 112, 0) + bytes(96), -1, 0, -1, 0)",
        "the machine's switch": "refused(169, 0, 0, 0, 0)",
        "swap": "refused(168, b'/nowhere')",
        "accounts of processes": "refused(163, b'/nowhere')",
        "ports of the hardware": "call(172, 3)",
        "the kernel's log": "call(103, 3, ctypes.create_string_buffer(100), 100)",
        "higher limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 19, 1 << 19))",
        "more memory": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "another user": "os.setuid(os.getuid() + 1 if os.getuid() == 0 else 0)",
        "other groups": "os.setgroups([0, 6])",
        "a higher priority": "os.nice(-5)",
    },
}
"""The attempts by what keeps them from it: Landlock or mounts; mounts; namespaces or Landlock of Linux 6.12;
namespaces; whatever the sandbox has.
"""


MODULES = {
    each.__name__: each for each in (contextlib, ctypes, fcntl, mmap, os, pwd, resource, socket, stat, struct, time)
}


def call(number: int, *arguments: object) -> int:
    """Make a system call of x86-64; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    longs = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(number), *longs)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def refused(number: int, *arguments: object) -> None:
    """Make a call with arguments that are wrong; raises OSError if it isn't even looked at them."""
    try:
        call(number, *arguments)
    except OSError as error:
        if error.errno in (1, 13, 38):
            raise


def writable_again() -> None:
    """Mount all files anew, as they are but for what makes them read-only."""
    call(165, b"none", b"/", None, 0x20 | 0x1000, None)


def again() -> None:
    """Enter namespaces of its own, as root there."""
    user, group = os.getuid(), os.getgid()
    call(272, 0x10000000 | 0x20000)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def made(path: str) -> None:
    """Make a file, and remove it."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    Path(path).unlink()


def own_user_namespace() -> bool:
    return Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"]


def vm(number: int, process: int) -> None:
    there = ctypes.create_string_buffer(8)
    address = ctypes.addressof(there)
    vector = struct.pack("QQ", address, 8)
    try:
        call(number, process, vector, 1, vector, 1, 0)
    except OSError as error:
        if error.errno != 14:  # the address is not in use there, and would have been looked at
            raise


def seen(word: bytes) -> None:
    if not any(word in each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline")):
        raise OSError


def echoed(family: int, host: str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        own.settimeout(1)
        own.sendto(b"x", (host, int(port)))
        own.recv(1)


def interfaces() -> list[str]:
    """Return the network interfaces but those that every network has."""
    common = ("lo", "tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0")
    return [name for _, name in socket.if_nameindex() if name not in common]


def datagrams() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def by_device(number: int) -> None:
    os.mknod("disk", stat.S_IFBLK | 0o600, number)
    os.open("disk", os.O_RDONLY)


def vsock() -> None:
    with socket.socket(socket.AF_VSOCK) as own:
        own.settimeout(1)
        own.connect((2, int(port)))


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def devices() -> list[str]:
    names = (
        "mem",
        "kmem",
        "port",
        "kmsg",
        "kvm",
        "fuse",
        "loop-control",
        "vda",
        "sda",
        "nvme0n1",
        "net/tun",
        "vcs",
        "uinput",
    )
    return [f"/dev/{name}" for name in names if Path(f"/dev/{name}").exists()]


def type_into(path: str) -> None:
    os.setsid()
    fcntl.ioctl(os.open(path, os.O_RDWR), 0x5412, b"x")


def from_memory(path: str) -> None:
    descriptor = os.memfd_create("program", 0)
    os.write(descriptor, f"#!/bin/sh\n: > {path}\n".encode())
    subprocess.run([f"/proc/self/fd/{descriptor}"], check=True, pass_fds=[descriptor], capture_output=True)


def by_child(path: str) -> None:
    Path("usercustomize.py").write_text(f"open({path!r}, 'w')\n")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONNOUSERSITE": ""}
    subprocess.run([sys.executable, "-c", "import usercustomize"], check=True, env=environment, capture_output=True)


def by_handle(path: str) -> None:
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
    call(303, AT, path.encode(), handle, ctypes.byref(ctypes.c_int()), 0)
    call(304, os.open("/", os.O_RDONLY), handle, os.O_WRONLY)


def by_io_uring(path: str) -> None:
    """Open a file for writing by the kernel's ring of requests."""
    given = ctypes.create_string_buffer(120)
    ring = call(425, 1, given)
    submitted, completed = struct.unpack_from("10I", given.raw, 40), struct.unpack_from("10I", given.raw, 80)
    queue = mmap.mmap(ring, submitted[6] + 4 * 4, offset=0)
    answers = mmap.mmap(ring, completed[5] + 16 * 4, offset=0x8000000)
    entries = mmap.mmap(ring, 64, offset=0x10000000)
    name = ctypes.create_string_buffer(path.encode())
    entries[:64] = struct.pack("BBHiQQIIQ", 18, 0, 0, AT, 0, ctypes.addressof(name), 0o600, 0o101, 1).ljust(64, b"\0")
    queue[submitted[6] : submitted[6] + 4] = bytes(4)
    queue[submitted[1] : submitted[1] + 4] = struct.pack("I", 1)
    call(426, ring, 1, 1, 1, None, 0)
    result = struct.unpack_from("i", answers, completed[5] + 8)[0]
    if result < 0:
        raise OSError(-result, os.strerror(-result))


@contextlib.contextmanager
def outside(project: Path, token: str, port: int) -> Generator[None]:
    """Lay out beside a project what is reached for."""
    place = project / "outside"
    (place / "empty").mkdir(parents=True)
    for name in ("old", "other"):
        (place / name).write_text(KEY)
    marks = [Path("/tmp", token), Path("/dev/shm", token)]
    for mark in marks:
        mark.write_text("mark")
        mark.chmod(0o666)
    key = int.from_bytes(token.encode()[-3:], "big") | 1 << 24
    made, ends = [], []
    master, slave = os.openpty()
    (project / "terminal").write_text(os.ttyname(slave))
    (project / "shared").write_text(str(key))
    queue = token.encode()
    with contextlib.ExitStack() as stack:
        for arguments in ((29, key, 4096, 0o1600), (68, key, 0o1600), (64, key, 1, 0o1600)):
            with contextlib.suppress(OSError):
                made.append((arguments[0], call(*arguments)))
        with contextlib.suppress(OSError):
            ends.append(call(240, queue, 0o102, 0o600, 0))
        for name, ring in ((token, -3), ("u" + token, -4)):
            with contextlib.suppress(OSError):
                call(248, b"user", name.encode(), KEY.encode(), len(KEY), ring)
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind("\0" + token)
        abstract.listen()
        datagrams = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        datagrams.bind(str(project.parent / "datagrams"))
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with contextlib.suppress(OSError):
                server = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                server.bind((host, port))
                threading.Thread(target=_echo, args=(server,), daemon=True).start()
        inherited = os.open(place / "old", os.O_RDWR)
        os.set_inheritable(inherited, True)
        try:
            yield
        finally:
            for descriptor in (inherited, master, slave, *ends):
                os.close(descriptor)
            for number, made_id in made:
                arguments = {29: (31, made_id, 0, None), 68: (71, made_id, 0, None), 64: (66, made_id, 0, 0)}[number]
                with contextlib.suppress(OSError):
                    call(*arguments)
            with contextlib.suppress(OSError):
                call(241, queue)
            for mark in marks:
                mark.unlink()


def _echo(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, sender = server.recvfrom(16)
            server.sendto(data, sender)


def attempt(source: str, known: dict[str, object]) -> bool:
    """Return whether code does what it is for, in a process of its own."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            exec(source, {**globals(), **known})
            code = 0
        except BaseException as error:  # noqa: BLE001 - whatever keeps it from that
            if os.environ.get("REACHES_SAY"):
                print(source, repr(error), file=sys.stderr)
        finally:
            os._exit(code)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


if __name__ == "__main__":
    token, project, driver, port = sys.argv[1:]
    os.chdir(os.environ.get("TMPDIR", "/tmp"))
    here: dict[str, object] = {
        "token": token,
        "token_b": token.encode(),
        "project": project,
        "driver": driver,
        "port": port,
        "outside": f"{project}/outside",
        "outside_b": f"{project}/outside".encode(),
        "private": f"{project}/outside/old",
        "shared": int(Path(project, "shared").read_text()),
        "terminal": Path(project, "terminal").read_text(),
    }
    here["keeper"] = os.getppid()
    here["reading"] = os.open(str(here["private"]), os.O_RDONLY)
    only = os.environ.get("REACHES_ONLY")
    for name, source in (each for group in REACHES.values() for each in group.items()):
        if (not only or only == name) and attempt(source, here):
            print(name, flush=True)
