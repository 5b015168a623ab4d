"""What the jaunt command said."""

import json
from collections.abc import Callable
from typing import Any


class Said:
    """What the command printed, and its exit code; `lines` and `errors` are those of its two streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        self.lines, self.errors = out.splitlines(), err.splitlines()

    @property
    def facts(self) -> dict[str, Any]:
        """What `--json` printed."""
        assert len(self.lines) == 1, self.out
        return json.loads(self.out)


RunIn = Callable[..., Said]
"""The fixture `run_in`: runs the jaunt command in this process, in a folder."""
