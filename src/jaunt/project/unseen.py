"""What a person may take for a part of the project, and jaunt passes over: said once, with what to do about it."""

import os
from collections.abc import Iterator

from jaunt.files.listing import Listing

_MOST_FILES = 1_000  # of a symlinked folder that are looked at


def unseen(listing: Listing) -> list[str]:
    """Return a warning for each place with specs that is not searched, though it seems to belong to the project."""
    return [
        f"{folder}: is a symlink out of the project, where jaunt writes nothing: its specs are not built "
        "(build them where they are, or replace the link by a folder)"
        for folder in listing.outward
        if any(map(_has_spec, _python_files(folder)))
    ]


def _python_files(folder: str) -> Iterator[str]:
    count = 0
    for current, _, files in os.walk(folder):
        for file in files:
            if file.endswith(".py"):
                yield os.path.join(current, file)  # noqa: PTH118 - text all along
                count += 1
        if count > _MOST_FILES:
            return


def _has_spec(path: str) -> bool:
    """Whether a file looks as if it held a spec."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text all along
            data = file.read()
    except OSError:
        return False
    return b"jaunt" in data and b"\n@" in data
