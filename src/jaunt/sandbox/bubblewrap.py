"""The command that runs a program in bubblewrap."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from jaunt.paths import PACKAGE

_SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu")
_OF_THE_KERNEL = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/acpi", "/proc/fs", "/proc/mtrr")


def bwrap_command(
    writable: Sequence[Path | str], cwd: Path, needed: Sequence[Path | str], *, network: bool = False
) -> list[str]:
    """Return the beginning of a command: what follows may write to `writable`, and read `needed` and the system.

    The first of `writable` is the scratch folder; what is written to /tmp and /dev/shm is in its folders `tmp` and
    `shm`, and counts as all that is written there: a file system in memory would have no limit.
    """
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]
    if network:
        command += ["--share-net", "--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve"]
    for folder in _SYSTEM_FOLDERS:
        command += ["--ro-bind-try", folder, folder]
    command += ["--proc", "/proc"]
    for path in _OF_THE_KERNEL:  # root may write to them: a pattern for core dumps is a program that runs outside
        command += ["--ro-bind-try", path, path]
    command += ["--dev", "/dev", "--tmpfs", "/tmp"]
    for name, place in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        command += ["--bind-try", f"{writable[0]}/{name}", place]
    for path in dict.fromkeys([*_python_paths(), *(str(Path(each).absolute()) for each in needed)]):
        real = os.path.realpath(path)
        command += ["--ro-bind-try", real, real]
        # A symlink below the working directory is there already, and nothing can be mounted on it.
        if real != path and cwd.absolute() not in Path(path).parents:
            command += ["--ro-bind-try", real, path]
    for path in map(str, writable):
        real = os.path.realpath(path)
        for place in dict.fromkeys([real, path]):
            command += ["--bind-try", real, place]
    return [*command, "--chdir", str(cwd.absolute()), "--"]


def _python_paths() -> Iterator[str]:
    """Yield the folders of this Python, its packages and its editable installs; never a whole home."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails for a user that has none
    program = Path(sys.executable)
    folders = [Path(PACKAGE), *map(Path, (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path))]
    while program.is_symlink():
        program = program.parent / program.readlink()
        folders.append(program.parent)
    folders.append(Path(sys.base_prefix).resolve())
    for folder in folders:
        if folder.is_absolute() and folder.exists() and folder not in (home, *home.parents):
            yield os.path.normpath(folder)
