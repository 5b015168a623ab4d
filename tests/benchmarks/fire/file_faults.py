"""Each n-th file operation of a build fails, in whichever of its processes, for all n."""

import errno
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from arena import QUICK, Arena

SOURCE = Path(__file__).with_name("faults.c")
VARIABLES = ("LD_PRELOAD", "FIRE_STATE", "FIRE_UNDER", "FIRE_LOG", "FIRE_FILLER")
SIZE = 24 << 20  # bytes of the disk that gets full


def require_preload(folder: Path) -> str | None:
    """Begin this program anew with the library that makes operations fail; return why that can't be done."""
    if "FIRE_STATE" in os.environ:
        return None
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return "there is no C compiler, or this is not Linux"
    library, state, disk = folder / "faults.so", folder / "state" / "state", folder / "disk"
    state.parent.mkdir()
    state.write_bytes(bytes(32))
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, SOURCE, "-ldl"], check=True)
    own = {"LD_PRELOAD": str(library), "FIRE_STATE": str(state), "FIRE_LOG": str(folder / "state" / "log")}
    own |= {"FIRE_UNDER": f"{disk / 'project'}:{disk / 'tmp'}", "FIRE_FILLER": str(disk / "filler")}
    mounting = ["unshare", "-m" if os.geteuid() == 0 else "-Urm"] if shutil.which("unshare") else []
    command = [*mounting, sys.executable, *sys.argv]
    environment = {**os.environ, **own, "FIRE_FOLDER": str(folder)}
    os.execvpe(command[0], command, environment)
    return None


def _mounted(disk: Path, system: str) -> bool:
    """Mount a small disk of its own, in place of the one before; return whether that could be done."""
    disk.mkdir(exist_ok=True)
    image = disk.with_name("image")
    commands = [["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]]
    if system == "ext4":
        image.write_bytes(b"")
        os.truncate(image, SIZE)
        commands = [["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(disk)]]
    subprocess.run(["umount", "-q", disk], capture_output=True)
    return all(
        shutil.which(command[0]) and subprocess.run(command, capture_output=True, check=False).returncode == 0
        for command in commands
    )


_PASSING = re.compile(r"[0-9a-f]{8,}|-\d+-|\d+(?=\.tmp)")  # what is another one in each run


class Faults:
    """The operations that are to fail."""

    def __init__(self) -> None:
        with Path(os.environ["FIRE_STATE"]).open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 32)
        self._log = Path(os.environ["FIRE_LOG"])

    def set(self, first: int, many: int, code: int) -> None:
        """Let operations fail from the `first` on, which counts from 1; 0 for none."""
        self._log.unlink(missing_ok=True)
        self._map[:] = struct.pack("4l", 0, first, many, code)

    def count(self) -> int:
        """Return how many operations there were."""
        return struct.unpack("4l", self._map[:])[0]

    def kinds(self) -> list[int]:
        """Return the numbers of the operations that were noted down: of each kind on each file the first and last."""
        found: dict[str, list[int]] = {}
        for line in self._log.read_text(errors="replace").splitlines():
            number, _, what = line.split(" ", 2)
            found.setdefault(_PASSING.sub("", what), []).append(int(number))
        return sorted({number for numbers in found.values() for number in (numbers[0], numbers[-1])})

    def said(self) -> str:
        """Return the first operations that failed."""
        return self._log.read_text(errors="replace")[:300].strip() if self._log.exists() else ""


def fail_each(folder: Path, kind: str, *, every: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield for each n what failed, and what was wrong with what came of it. `kind` is "once" or "full"; with
    `every`, each operation fails in its turn, else the first and the last of each kind on each file.
    """
    if kind == "once":
        (folder / "disk").mkdir(exist_ok=True)
        yield from _fail_each(folder, errno.EIO, 1, every=every)
        return
    for system, order in (("tmpfs", "eager"), ("ext4", "deps-first")):
        if _mounted(folder / "disk", system):
            trials = _fail_each(folder, errno.ENOSPC, 1 << 40, every=every, order=order)
            yield from ((f"{system}, {order}: {what}", wrong) for what, wrong in trials)
        else:
            print(f"full: no disk of its own can be mounted: {system} was not tried", flush=True)


def _fail_each(
    folder: Path, code: int, many: int, *, every: bool, order: str = "deps-first"
) -> Iterator[tuple[str, list[str]]]:
    opened = f'[sandbox]\nenv = {list(VARIABLES)}\nwrite = ["{folder / "state"}"]\n'
    config = f'{QUICK}{opened}[build]\norder = "{order}"\n'
    arena, faults = Arena(folder, config=config, disk=folder / "disk"), Faults()
    arena.begin()
    arena.run("build", before=lambda: faults.set(-1, 1, code))
    total, kinds = faults.count(), faults.kinds()
    print(f"{total} operations, {len(kinds)} to look at", flush=True)
    for number in range(1, total + 1) if every else kinds:
        arena.begin()
        ended = arena.run("build", before=lambda at=number: faults.set(at, many, code))
        failed = faults.said()
        faults.set(0, 0, 0)
        (folder / "disk" / "filler").unlink(missing_ok=True)
        wrong = [*ended.faults, *arena.torn(), *arena.after(), *arena.paid_twice()]
        yield f"{number}: {failed} -> {ended.code}", [*wrong, *([ended.said[-1500:]] if wrong else [])]
