"""A child process that imports a spec module and loads the generated code of its specs, as a user's program does."""

import importlib
import sys

from jaunt.registry import get_magic_registry
from jaunt.runtime.loader import load_generated


def main() -> None:
    """Import the module that the first argument names, from the folders that follow, and load its code."""
    module, *folders = sys.argv[1:]
    sys.path[:0] = folders
    importlib.import_module(module)
    for entry in get_magic_registry().values():
        if entry.module == module:
            load_generated(entry)
