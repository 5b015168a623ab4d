"""Contained, atomic writes: the only way in which jaunt puts a file into a project."""

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jaunt.errors import JauntWriteError
from jaunt.files.room import Room
from jaunt.files.temporary import temporary_path


def write_atomic(
    path: Path, text: str | bytes, *, within: Path, durable: bool = True, room: Room | None = None
) -> Path:
    r"""Write `text` to `path`, a file below `within`, and return `path`; missing folders are made.

    The file is UTF-8, every line ends in "\n"; bytes are written as they are. A reader, or whoever comes after a crash,
    finds the old content or the new one, whole; the content is on the disk before it gets its name. An existing file
    keeps its mode; a new one follows the umask. Without `durable`, a crash of the machine may lose or tear the file.
    A new one takes `room`, if there is one.
    Raises JauntWriteError if `path` is not below `within`, also by way of a symlink; if it is a symlink
    itself, or anything else that is no file; if the operating system refuses; if `text` is not Unicode.
    """
    try:
        data = text if isinstance(text, bytes) else text.replace("\r\n", "\n").replace("\r", "\n").encode()
        steps = _check_contained(path, within)
        existing = _check_plain(path, steps)
        _make_folder(path.parent, steps[:-1])
        if room is not None and existing is None:
            room.fill(path, data, durable=durable)
        else:
            _replace(path, data, existing, durable)
    except UnicodeEncodeError as error:
        raise JauntWriteError(f"cannot write {path}: the text is not Unicode: {error}") from error
    except OSError as error:
        raise _explained(path, error) from error
    return path


def require_writable(path: Path, *, within: Path) -> None:
    """Raise the JauntWriteError that `write_atomic` would, as far as that can be told without writing."""
    try:
        steps = _check_contained(path, within)
        _check_plain(path, steps)
        folder, found = next((step for step in reversed(steps[:-1]) if step[1]), None) or _nearest(within)
        if not (found and stat.S_ISDIR(found.st_mode)) and not os.path.isdir(folder):  # noqa: PTH112 - as above
            raise JauntWriteError(f"cannot write {path}: {folder} is not a folder", hint=f"move {folder} away")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _explained(path, error) from error


def write_text_file(path: Path, text: str) -> Path:
    """Write a file that a person asked for by name, wherever it is; raises JauntWriteError if that can't be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _explained(path, error) from error
    return path


def ensure_packages(folder: Path, *, within: Path, below: Path | None = None) -> list[Path]:
    """Make `folder`, and an `__init__.py` in it and in each folder between it and `below`, if missing.

    `below`, by default `within`, lies in `within`, which is not left, also by way of a symlink.

    Returns the files that this call created, outermost first; they are empty. An existing one is never
    touched, whatever it is. Threads and processes may race: each file is created, and returned, once.
    Raises JauntWriteError as `write_atomic` does; `folder` may be `below` itself, to no effect.
    """
    created = []
    try:
        steps = _check_contained(folder, within)
        _make_folder(folder, steps)
        above = len(below.absolute().relative_to(within.absolute()).parts) if below else 0
        for package, _ in steps[above:]:
            path = os.path.join(package, "__init__.py")  # noqa: PTH118 - text all along: once for each module
            if _lstat(path) is None:
                with suppress(FileExistsError), Path(path).open("x"):
                    created.append(Path(path))
    except OSError as error:
        raise _explained(folder, error) from error
    return created


def ensure_state_folder(root: Path) -> Path:
    """Return the project's own `.jaunt` folder, made if missing, with a `.gitignore` that keeps all of it out of git.

    Raises JauntWriteError if it can't be made.
    """
    folder = root / ".jaunt"
    if not (folder / ".gitignore").exists():
        write_atomic(folder / ".gitignore", "*\n", within=root)
    return folder


Step = tuple[str, os.stat_result | None]


def _check_contained(path: Path, within: Path) -> list[Step]:
    """Return the steps from `within` to `path`, with their status, if there; JauntWriteError if they lead out of it.

    Only a symlink is resolved, not each path: that costs one `lstat` a name.
    """
    try:
        names = path.absolute().relative_to(within.absolute()).parts
    except ValueError:
        names = ("..",)
    if ".." in names:
        raise JauntWriteError(f"cannot write {path}: it is not in {within}", hint="name a path inside of it")
    steps: list[Step] = []
    step = str(within)
    for name in names:
        step = os.path.join(step, name)  # noqa: PTH118 - text all along: once for each module
        found = _lstat(step)
        steps.append((step, found))
        if found is None or not stat.S_ISLNK(found.st_mode):
            continue
        if not Path(os.path.realpath(step)).is_relative_to(os.path.realpath(within)):
            raise JauntWriteError(
                f"cannot write {path}: the symlink {step} leads out of {within}",
                hint="replace the symlink by a folder",
            )
    return steps


def _nearest(folder: Path) -> Step:
    """Return a folder with its status, or the nearest one above it that there is."""
    steps = ((str(each), _lstat(each)) for each in [folder, *folder.parents])
    return next(step for step in steps if step[1])


def _check_plain(path: Path, steps: Sequence[Step]) -> os.stat_result | None:
    """Return the status of the file that the steps lead to, if there is one; JauntWriteError if it is no file."""
    found = steps[-1][1] if steps else _lstat(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise JauntWriteError(f"cannot write {path}: it is not a plain file", hint="move it away")
    return found


def _make_folder(folder: Path, steps: Sequence[Step]) -> None:
    """Make the folder that the steps lead to, unless it is there; raises OSError."""
    found = steps[-1][1] if steps else None
    if found is None or not stat.S_ISDIR(found.st_mode):
        folder.mkdir(parents=True, exist_ok=True)


def _lstat(path: Path | str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _replace(path: Path, data: bytes, existing: os.stat_result | None, durable: bool) -> None:
    temp = temporary_path(path.parent)
    try:
        with temp.open("xb", buffering=0) as file:
            if existing is not None:
                temp.chmod(stat.S_IMODE(existing.st_mode))
            rest = memoryview(data)
            while rest:  # a single write may take less than all
                rest = rest[file.write(rest) :]
            if durable:
                os.fsync(file.fileno())
        temp.replace(path)
    finally:
        with suppress(OSError):  # it is gone if all went well
            temp.unlink()


_HINTS = {
    errno.EACCES: "make the folder writable",
    errno.EPERM: "make the folder writable",
    errno.EROFS: "the file system is read-only: work on a copy, or mount it writable",
    errno.EEXIST: "a file stands where a folder should be: move it away",
    errno.ENOTDIR: "a file stands where a folder should be: move it away",
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "your disk quota is used up: free some space",
    errno.EFBIG: "the file is larger than the limit of the process (ulimit -f) or the file system",
    errno.ENAMETOOLONG: "shorten the module's name",
    errno.ELOOP: "the path goes through a symlink to itself: remove it",
}


def _explained(path: Path, error: OSError) -> JauntWriteError:
    hint = _HINTS.get(error.errno or 0, "check the path and the file system")
    return JauntWriteError(f"cannot write {path}: {error.strerror or error}", hint=hint)
