"""What is kept of answers for a person to look at: a failed module's last candidate, and what was said of the specs."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jaunt.errors import JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.process.frozen import frozen
from jaunt.text.lines import printable_line


def keep_rejected(
    folder: Path | None, module: str, candidate: str, errors: Sequence[str], *, digest: str = ""
) -> list[str]:
    """Write `<folder>/<module>/candidate.py` and `errors.txt`; return a line that says where, or why not.

    Nothing is kept, and nothing said, without a folder or a candidate. `digest` is that of the contract.
    """
    if folder is None or not candidate:
        return []
    place = folder / module
    text = candidate.encode("utf-8", "backslashreplace").decode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(place / "candidate.py", text, within=folder)
        write_atomic(place / "errors.txt", "".join(f"{error}\n" for error in errors), within=folder)
        write_atomic(place / "contract", digest, within=folder)
    except (OSError, JauntWriteError) as error:
        return [f"the last candidate could not be kept: {error}"]
    return [f"the last candidate and its errors are in {place}"]


def remember_failure(folder: Path | None, module: str, errors: Sequence[str], *, digest: str = "") -> None:
    """Write why a module failed where there was no candidate to keep; an earlier one is removed."""
    if folder is None:
        return
    place = folder / module
    with suppress(OSError, JauntWriteError):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(place / "errors.txt", "".join(f"{error}\n" for error in errors), within=folder)
        write_atomic(place / "contract", digest, within=folder)
        (place / "candidate.py").unlink(missing_ok=True)


def forget_rejected(folder: Path | None, module: str) -> None:
    """Remove what was kept of a module, as it has been built since."""
    if folder is not None and (folder / module).exists():
        shutil.rmtree(folder / module, ignore_errors=True)


def keep_advisories(folder: Path | None, module: str, advisories: Sequence[str]) -> list[str]:
    """Write what a module's last answer said of its specs into `<folder>/<module>.txt`, a line each; return why not.

    Without any, what an earlier answer said is removed.
    """
    if folder is None:
        return []
    place = folder / f"{module}.txt"
    try:
        if advisories:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomic(place, "".join(f"{each}\n" for each in advisories), within=folder)
        elif place.exists():
            place.unlink()
    except (OSError, JauntWriteError) as error:
        return [f"what the model said of the specs of {module} could not be kept: {error}"]
    return []


def kept_advisories(folder: Path, module: str) -> list[str]:
    """Return what a module's last answer said of its specs, as `keep_advisories` has kept it in `folder`."""
    try:
        return [printable_line(line) for line in (folder / f"{module}.txt").read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return []


@frozen
class LastFailure:
    """When a module last failed, in seconds since the epoch, what the first error was, and the folder of its files.

    `digest` is that of the contract which was to be answered, "" if that is not known.
    """

    at: float
    error: str
    folder: Path
    digest: str = ""


def last_failures(folder: Path) -> dict[str, LastFailure]:
    """Return the last failure of each module of which something was kept in `folder`, and that was not built since."""
    found = {}
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208 - most projects have none
            errors = folder / name / "errors.txt"
            with suppress(OSError, UnicodeDecodeError):
                first = errors.read_text("utf-8").partition("\n")[0]
                contract = folder / name / "contract"
                digest = contract.read_text("utf-8") if contract.is_file() else ""
                found[name] = LastFailure(errors.stat().st_mtime, first, folder / name, digest)
    return found
