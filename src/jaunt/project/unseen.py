"""What a person may take for a part of the project, and jaunt passes over: said once, with what to do about it."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jaunt.files.listing import Listing

_MOST_FILES = 1_000  # of a folder that is not searched, that are looked at
_HARMLESS = {"test", "this", "antigravity", "venv", "idlelib", "turtledemo"}  # of the standard library


def unseen(listing: Listing, bases: Iterable[Path], spec_line: Callable[[str], int]) -> list[str]:
    """Return a warning for each place with specs that is not searched, though it seems to belong to the project.

    So there is for each module, in one of the folders `bases` that module names start from, which hides another one.
    `spec_line` returns the line of the first spec in a file, 0 if there is none.
    """
    hiding = [
        f"{path}:1: hides {what} from all that is imported beside it (rename it)"
        for path, what in hiding_modules(bases)
    ]
    return [*_links(listing, spec_line), *_misnamed(listing, spec_line), *hiding]


def _links(listing: Listing, spec_line: Callable[[str], int]) -> Iterator[str]:
    for folder in listing.outward:
        if any(spec_line(path) for path in _python_files(folder)):
            yield (
                f"{folder}: is a symlink out of the project, where jaunt writes nothing: its specs are not built "
                "(build them where they are, or replace the link by a folder)"
            )


def _misnamed(listing: Listing, spec_line: Callable[[str], int]) -> Iterator[str]:
    for place in listing.misnamed:
        name = os.path.basename(place)  # noqa: PTH119 - text all along
        for path in _python_files(place) if os.path.isdir(place) else [place]:  # noqa: PTH112 - as above
            line = spec_line(path)
            if line:
                better = "".join(c if c.isalnum() or c in "_." else "_" for c in name)
                yield (
                    f"{path}:{line}: its specs are not built, as no import can name {name} "
                    f"(rename it: {better if better[0].isalpha() else f'm{better}'})"
                )
                break


def hiding_modules(bases: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the file of each module in a folder that module names start from which hides another one, and that."""
    for base in bases:
        try:
            with os.scandir(base) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = entry.name.removesuffix(".py")
            if name == "jaunt":
                what = "jaunt itself"
            elif name in sys.stdlib_module_names and name not in _HARMLESS:
                what = f"the module {name} of the standard library"
            else:
                continue
            path = entry.path if name != entry.name else os.path.join(entry.path, "__init__.py")  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113 - text all along
                yield path, what


def _python_files(folder: str) -> Iterator[str]:
    count = 0
    for current, _, files in os.walk(folder):
        for file in files:
            if file.endswith(".py"):
                yield os.path.join(current, file)  # noqa: PTH118 - text all along
                count += 1
        if count > _MOST_FILES:
            return
