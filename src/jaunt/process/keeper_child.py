"""What the keeper runs: it reads what is to be done when its parent dies, and does it then."""

import json
import shutil
import sys
from typing import TypedDict

from jaunt.process.tree import kill_tree, processes_with


class End(TypedDict):
    """What is to be done about a program: its process group is killed, and its folder is removed."""

    folder: str
    group: int | None


def main() -> None:
    """Read lines of JSON, each a mark and its `End`, null for none any more, until the parent has ended."""
    left: dict[str, End] = {}
    for line in sys.stdin.buffer:
        mark, end = json.loads(line)
        left.pop(mark, None)
        if end is not None:
            left[mark] = end
    for mark, end in left.items():

        def marked(mark: str = mark) -> list[int]:
            return processes_with(mark.encode())

        kill_tree(end["group"], marked)
        shutil.rmtree(end["folder"], ignore_errors=True)
