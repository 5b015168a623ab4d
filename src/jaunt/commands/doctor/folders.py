"""The folders that a build reads and writes, and what killed builds have left in them."""

from collections.abc import Iterator
from pathlib import Path

from jaunt import codes
from jaunt.commands.doctor.finding import Finding, failed
from jaunt.config import JauntConfig
from jaunt.config.roots import search_roots
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import require_writable
from jaunt.files.temporary import abandoned_files
from jaunt.report.console import some

_MOST_SHOWN = 3  # files whose names are printed


def folders(config: JauntConfig) -> Iterator[Finding]:
    """Check that the configured folders are there, and that jaunt can write where it has to."""
    named = [*config.paths.source_roots, *config.paths.test_roots]
    for name in named:
        if not (config.root / name).is_dir():
            yield Finding(
                "warn", "paths", f"{config.root / name} is missing", "make it, or correct [paths]", codes.FOLDERS
            )
    generated = [root.folder / config.paths.generated_dir for root in search_roots(config)]
    written = [config.root / ".jaunt", *generated]
    problems = [error for folder in written if (error := _unwritable(folder, config.root))]
    for error in problems:
        yield failed("paths", error)
    if not problems:
        yield Finding("ok", "paths", f"{', '.join(named)} and .jaunt can be written")


def leftovers(config: JauntConfig) -> Iterator[Finding]:
    """Look for the temporary files of builds that were killed while they were writing."""
    written = [config.root / ".jaunt", *(root.folder for root in search_roots(config))]
    found = sorted({str(path) for path in abandoned_files(written)})
    if found:
        text = f"{len(found)} of builds that were killed: {some(found, _MOST_SHOWN)}"
        yield Finding(
            "warn", "leftovers", text, "the next build that has something to do removes them", codes.LEFTOVERS
        )


def _unwritable(folder: Path, root: Path) -> JauntWriteError | None:
    try:
        require_writable(folder / "a file", within=root)
    except JauntWriteError as error:
        return error
    return None
