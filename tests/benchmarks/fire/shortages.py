"""A build under a limit of processes, memory, open files or disk: it ends, whole, whatever it lacks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from arena import HANGS, Arena, Ended

USER = 65534  # whom the limit on processes holds for: root has none
LIMITS = {
    "processes": ("-u", 1, 60),
    "memory": ("-v", 60_000, 1_200_000),
    "open files": ("-n", 6, 120),
    "disk": ("", 4, 900),
}
"""What is limited: the option of `ulimit`, or a disk of so many KB, and the range that is tried."""


def run_short(folder: Path, each: int) -> Iterator[tuple[str, list[str]]]:
    """Yield for each limit, `each` of every kind, what it was, and what was wrong with what came of it."""
    arena = Arena(folder)
    for what, (option, least, most) in LIMITS.items():
        for number in range(each):
            # Never a value of a run with half as many, or twice.
            value = round(least * (most / least) ** ((number + 1 / 3) / each))
            arena.begin()
            ended = _run(arena, option, value)
            wrong = [*ended.faults, *arena.torn(), *arena.after(), *arena.paid_twice()]
            yield f"{what}: {value} -> {ended.code}", [*wrong, *([ended.said[-800:]] if wrong else [])]


def _run(arena: Arena, option: str, value: int) -> Ended:
    jaunt = f'exec "{sys.executable}" -m jaunt build'
    if option:
        command = ["bash", "-c", f"ulimit {option} {value} && {jaunt}"]
    else:
        state = arena.project / ".jaunt"
        state.mkdir()
        mount = f'mount -t tmpfs -o size={value}k tmpfs "{state}" && {jaunt}; code=$?; cp -r "{state}" "{state}.kept"'
        command = ["unshare", "-Urm", "bash", "-c", mount.replace("exec ", "") + "; exit $code"]
    if option == "-u" and os.geteuid() == 0:
        shutil.chown(arena.folder, USER)
        subprocess.run(["chown", "-R", str(USER), str(arena.folder)], check=True)
        rights = "+dac_override"
        command = [
            "setpriv",
            "--clear-groups",
            "--inh-caps",
            rights,
            "--ambient-caps",
            rights,
            "--reuid",
            str(USER),
            *command,
        ]
    process = subprocess.Popen(
        command, cwd=arena.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=HANGS)
        code: int | None = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        said, _ = process.communicate()
        return Ended(None, said.decode(errors="replace"), hung=True)
    kept = arena.project / ".jaunt.kept"
    if kept.exists():
        shutil.rmtree(arena.project / ".jaunt", ignore_errors=True)
        kept.rename(arena.project / ".jaunt")
    return Ended(code, said.decode(errors="replace"))
