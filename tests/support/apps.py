"""Small applications with specs, for the tests of what their programs import: written by hand, run in a child."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import jaunt

SOURCE_ROOT = Path(jaunt.__file__).parents[1]


class App:
    """A folder of Python files, and child processes that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: dict[str, str]) -> None:
        for name, source in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(source), encoding="utf-8")

    def python(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, code: str, **env: str) -> str:
        """Run code in a child, and return what it printed; the child must succeed."""
        child = self.python("-c", dedent(code), **env)
        assert child.returncode == 0, child.stderr
        return child.stdout.strip()


def define(source: str, module: str = "specs") -> dict[str, Any]:
    """Run the source of a module that is called `module`, and return its namespace."""
    namespace: dict[str, Any] = {"__name__": module, "jaunt": jaunt}
    exec(compile(dedent(source), f"/somewhere/{module}.py", "exec"), namespace)
    return namespace


SLUG = "def slugify(text, *, sep='-'):\n    return sep.join(text.lower().split())\n"

LIMITER = """
    import jaunt

    @jaunt.magic
    class Limiter:
        '''Counts down from `n`.'''
        def __init__(self, n: int) -> None: ...
        def left(self) -> int: ...
    """
GENERATED_LIMITER = """
    class Limiter:
        def __init__(self, n):
            self.n = n
        def left(self):
            return self.n
    """
