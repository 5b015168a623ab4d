"""Differences of texts, as unified diffs."""

import difflib
from collections.abc import Mapping


def contract_diff(before: Mapping[str, str], after: Mapping[str, str], old: str = "before", new: str = "after") -> str:
    """Return the unified diff of the contracts that differ, by reference; `old` and `new` name the two sides."""
    return "".join(
        unified_diff(before.get(ref, ""), after.get(ref, ""), ref, old, new) for ref in sorted({*before, *after})
    )


def unified_diff(before: str, after: str, name: str, old: str = "before", new: str = "after") -> str:
    """Return the unified diff of two texts, with a line break at its end, or nothing if they are the same."""
    sides = ([f"{line}\n" for line in text.splitlines()] for text in (before, after))
    return "".join(difflib.unified_diff(*sides, fromfile=f"{name} ({old})", tofile=f"{name} ({new})"))
