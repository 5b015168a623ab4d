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
VARIABLES = ("LD_PRELOAD", "FIRE_STATE", "FIRE_UNDER", "FIRE_LOG")


def require_preload(folder: Path) -> str | None:
    """Begin this program anew with the library that makes operations fail; return why that can't be done."""
    if "FIRE_STATE" in os.environ:
        return None
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return "there is no C compiler, or this is not Linux"
    library, state = folder / "faults.so", folder / "state" / "state"
    state.parent.mkdir()
    state.write_bytes(bytes(32))
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, SOURCE, "-ldl"], check=True)
    own = {"LD_PRELOAD": str(library), "FIRE_STATE": str(state), "FIRE_LOG": str(folder / "state" / "log")}
    own["FIRE_UNDER"] = f"{folder / 'project'}:{folder / 'tmp'}"
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **own, "FIRE_FOLDER": str(folder)})
    return None


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
    opened = f'[sandbox]\nenv = {list(VARIABLES)}\nwrite = ["{folder / "state"}"]\n'
    arena, faults = Arena(folder, config=f"{QUICK}{opened}"), Faults()
    code, many = (errno.EIO, 1) if kind == "once" else (errno.ENOSPC, 1 << 40)
    arena.begin()
    arena.run("build", before=lambda: faults.set(-1, 1, code))
    total, kinds = faults.count(), faults.kinds()
    print(f"{kind}: {total} operations, {len(kinds)} to look at", flush=True)
    for number in range(1, total + 1) if every else kinds:
        arena.begin()
        ended = arena.run("build", before=lambda at=number: faults.set(at, many, code))
        failed = faults.said()
        faults.set(0, 0, 0)
        wrong = [*ended.faults, *arena.torn(), *arena.after(), *arena.paid_twice()]
        yield f"{number}: {failed} -> {ended.code}", [*wrong, *([ended.said[-1500:]] if wrong else [])]
