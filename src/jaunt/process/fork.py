"""What a process that was forked has to forget of its parent: threads and event loops are not forked with it."""

import os
from collections.abc import Callable


def in_forked_children(forget: Callable[[], object]) -> None:
    """Have `forget` called at the start of each process that is forked from this one; not where nothing forks."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
