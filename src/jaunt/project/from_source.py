"""Imports from source, in the child processes that import a user's project: no bytecode is read, none is left behind.

Python takes bytecode for that of a source of the same second and size, which one from before an edit may be; and it may
be of another hand.
"""

import sys
from collections.abc import Collection
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from typing import Any


def import_from_source(folders: Collection[str]) -> None:
    """Let modules in `folders`, but for what is installed below them, be compiled anew by this process."""
    roots = {*folders, *sys.path}
    make_finder = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (_FromSource, SOURCE_SUFFIXES))

    def find_in(folder: str) -> Any:
        nearest = max((root for root in roots if f"{folder}/".startswith(f"{root}/")), key=len, default="")
        if nearest not in folders:
            raise ImportError(folder)  # the next hook takes it
        return make_finder(folder)

    sys.path_hooks.insert(0, find_in)
    sys.path_importer_cache.clear()


class _FromSource(SourceFileLoader):
    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)
