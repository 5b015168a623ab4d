"""Example projects that come with jaunt: each a folder here, to be copied out, built and tested."""

import shutil
from pathlib import Path

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.text.nearest import did_you_mean

_FOLDER = Path(__file__).resolve().parent
_LEFT_BEHIND = {"__generated__", "__pycache__", ".jaunt", ".pytest_cache", ".ruff_cache", ".doit.db"}


def list_examples() -> list[tuple[str, str]]:
    """Return (name, title) of each example, sorted; the title is the first line of its README."""
    return [(folder.name, _title(folder)) for folder in sorted(_FOLDER.iterdir()) if (folder / "jaunt.toml").is_file()]


def copy_example(name: str, directory: Path) -> Path:
    """Copy an example into `directory`, without anything generated, and return it.

    Files that are there already with the same content are left; raises JauntConfigError for an unknown name, or if a
    file there has another content, before anything is written.
    """
    names = [known for known, _ in list_examples()]
    if name not in names:
        raise JauntConfigError(
            f"there is no example {name!r}",
            hint=did_you_mean(name, names, otherwise=f"there are: {', '.join(names)}"),
            code=codes.COMMAND_LINE,
        )
    source = _FOLDER / name
    files = [
        p for p in sorted(source.rglob("*")) if p.is_file() and not _LEFT_BEHIND & set(p.relative_to(source).parts)
    ]
    copies = [(file, directory / file.relative_to(source)) for file in files]
    for file, copy in copies:
        if copy.exists() and (not copy.is_file() or copy.read_bytes() != file.read_bytes()):
            raise JauntConfigError(f"{copy} is there already, with another content", hint="choose an empty folder")
    try:
        for file, copy in copies:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    except OSError as error:
        raise JauntConfigError(
            f"{directory}: cannot be written: {error.strerror}", hint="choose another folder"
        ) from error
    return directory


def _title(folder: Path) -> str:
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    return lines[0].lstrip("# ") if lines else ""
