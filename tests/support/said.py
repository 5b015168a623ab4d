"""What the jaunt command said."""

import json
import re
from collections.abc import Callable
from typing import Any

PROGRESS = re.compile(r"\[ *\d+/\d+\] (generated|failed|interrupted) +\S+ +\d+\.\d s")
SUMMARY = re.compile(
    r"(\d+ (generated|fresh|failed|interrupted), )*\d+ (generated|fresh|failed|interrupted) in \d+\.\d s"
)


CODE = re.compile(r"^(?:error|warning)\[(J\d{3})\](?=: )", re.MULTILINE)


def without_codes(err: str) -> str:
    """Return what was printed on standard error with "error: " for "error[J104]: "."""
    return re.sub(r"^(error|warning)\[J\d{3}\](?=: )", r"\1", err, flags=re.MULTILINE)


EXCERPT = re.compile(r"  (?:\d+| +) \| ")


class Said:
    """What the command printed, and its exit code; `lines` and `errors` are those of its two streams.

    `err` and `errors` are without the codes of errors, which `codes` has, one a line that has one; `errors` are without
    the lines of source that errors are about, too, which are in `excerpts`.
    """

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, without_codes(err)
        self.lines, told = out.splitlines(), self.err.splitlines()
        self.errors = [line for line in told if not EXCERPT.match(line)]
        self.excerpts = [line for line in told if EXCERPT.match(line)]
        self.codes = CODE.findall(err)

    @property
    def facts(self) -> dict[str, Any]:
        """What `--json` printed."""
        assert len(self.lines) == 1, self.out
        return json.loads(self.out)

    @property
    def built(self) -> list[tuple[str, str]]:
        """(status, module) of each progress line, sorted."""
        return sorted(
            (line.split("]")[1].split()[0], line.split("]")[1].split()[1])
            for line in self.lines
            if PROGRESS.fullmatch(line)
        )


Run = Callable[..., Said]
"""The fixture `run`: runs the jaunt command in this process, in the working directory."""

RunIn = Callable[..., Said]
"""The fixture `run_in`: runs the jaunt command in this process, in a folder."""
