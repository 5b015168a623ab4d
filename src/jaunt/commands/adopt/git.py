"""Whether git could give a file back as it is."""

from pathlib import Path

from jaunt.errors import JauntRefusedError
from jaunt.process.tool import run_tool
from jaunt.report.console import relative_paths

_HINT = "commit or stash first, so that git can undo it; --force adopts all the same"


def require_clean(root: Path, file: Path) -> None:
    """Raise JauntRefusedError if the git tree that a folder is in has changes, or doesn't know `file`.

    Without git, or a repository, there is nothing to ask.
    """
    try:
        changed = run_tool(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root)
        if changed.code:
            return
        known = run_tool(["git", "ls-files", "--error-unmatch", "--", str(file)], cwd=root)
    except OSError:
        return
    if known.code:
        raise JauntRefusedError(f"{relative_paths(str(file))} is not known to git", hint=_HINT)
    if changed.output.strip():
        raise JauntRefusedError(f"the git tree is dirty: {changed.text.splitlines()[0].strip()}", hint=_HINT)
