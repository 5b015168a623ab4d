"""A child process that imports a spec module and loads the generated code of its specs, as a user's program does."""

import builtins
import importlib
import sys
from collections.abc import Iterator
from types import CodeType

from jaunt.registry import get_magic_registry
from jaunt.runtime.loader import load_generated, load_module


def main() -> None:
    """Import the module that the first argument names, from the folders that follow, and load its code."""
    module, *folders = sys.argv[1:]
    sys.path[:0] = folders
    namespace = vars(importlib.import_module(module))
    for entry in get_magic_registry().values():
        if entry.module == module:
            code = getattr(load_generated(entry), "__code__", None)
            own = vars(load_module(entry))
            for name in _names_in(code) if isinstance(code, CodeType) else ():
                if name in namespace and name not in own and hasattr(builtins, name) and name[:2] != "__":
                    raise NameError(f"{entry.qualname} uses {name}, which {module} has by `import *`, not Python's own")


def _names_in(code: CodeType) -> Iterator[str]:
    """Yield the global names, and attributes, that code uses, that of its inner functions included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
