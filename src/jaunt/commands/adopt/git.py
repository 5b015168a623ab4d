"""Whether git could give a file back as it is: a clean tree, but for what earlier adoptions have written themselves."""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from jaunt import codes
from jaunt.errors import JauntRefusedError, JauntWriteError
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.json_record import read_record, write_record
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.process.tool import run_tool
from jaunt.report.console import relative_paths

_HINT = "commit or stash first, so that git can undo it; --force adopts all the same"
_RECORD = "adopted.json"


@frozen
class _Written:
    """What adoptions have written: path -> the digest of its content."""

    digests: Mapping[str, str]


def require_clean(root: Path, file: Path) -> None:
    """Raise JauntRefusedError if the git tree that a folder is in has changes, or doesn't know `file`.

    What adoptions wrote, and nobody has touched since, is no change: git has what was there before. Without git, or a
    repository, there is nothing to ask.
    """
    try:
        changed = run_tool(["git", "status", "--porcelain", "-z", "--untracked-files=no"], cwd=root)
        if changed.code:
            return
        known = run_tool(["git", "ls-files", "--error-unmatch", "--", str(file)], cwd=root)
        top = Path(run_tool(["git", "rev-parse", "--show-toplevel"], cwd=root).text.strip()).resolve()
    except OSError:
        return
    if known.code:
        raise JauntRefusedError(f"{relative_paths(str(file))} is not known to git", hint=_HINT, code=codes.DIRTY_TREE)
    own = _written(root)
    for line in changed.text.split("\0"):
        if line and own.get(str(top / line[3:]), "") != _digest(top / line[3:]):
            raise JauntRefusedError(f"the git tree is dirty: {line.strip()}", hint=_HINT, code=codes.DIRTY_TREE)


def note_written(root: Path, paths: Iterable[Path]) -> None:
    """Remember what an adoption has written: it does not keep the next one from being undone."""
    known = {**_written(root), **{str(path.resolve()): _digest(path) for path in paths}}
    with suppress(JauntWriteError):  # then the next one asks for a commit
        write_record(ensure_state_folder(root) / _RECORD, _Written(known), within=root)


def _written(root: Path) -> Mapping[str, str]:
    try:
        return read_record(root / ".jaunt" / _RECORD, _Written).digests
    except (OSError, ValueError):
        return {}


def _digest(path: Path) -> str:
    """Return the digest of a file's content, one that no file has if it can't be read."""
    try:
        return hashlib.sha256(read_plain(path)).hexdigest()
    except OSError:
        return "unreadable"
