"""Programs that are asked once and answer: git, ruff, a Python that parses."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from jaunt.process.frozen import frozen
from jaunt.text.lines import last_line


@frozen
class Finished:
    """How a program ended: its exit code, negative for a signal, and the bytes that it printed."""

    code: int
    output: bytes
    errors: bytes

    @property
    def text(self) -> str:
        """What it printed, as text."""
        return self.output.decode("utf-8", "replace")

    @property
    def last_words(self) -> str:
        """The last line on standard error that is not blank, "" if there is none."""
        return last_line(self.errors.decode("utf-8", "replace"))


def run_tool(command: Sequence[str], text: str = "", *, cwd: Path | None = None) -> Finished:
    """Run a program with `text` on its standard input, and wait for its end; raises OSError if it can't be started."""
    done = subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), cwd=cwd, capture_output=True)
    return Finished(done.returncode, done.stdout, done.stderr)
