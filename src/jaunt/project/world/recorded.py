"""What a header records of a handwritten name: its shape, part by part, as JSON; nothing here reads sources."""

import json
from collections.abc import Mapping

from jaunt.header import object_in

ORDER = "order of fields"
"""The part that moves along with each field that is added, removed or renamed."""

_LATER = ("attribute ", "conditional ", "returned ", "slots")
"""Parts that an earlier jaunt didn't read: to a header that names none of them, one is no change."""


def is_shape(digest: str) -> bool:
    """Whether a recorded digest is that of a shape."""
    return digest.startswith("{")


def shape_digest(parts: Mapping[str, str]) -> str:
    """Return what is recorded of a shape, from the digests of its parts."""
    return json.dumps(dict(parts), sort_keys=True)


def moved_parts(recorded: str, today: str | None) -> list[tuple[str, str]]:
    """Return the parts in which a shape differs from the one that was recorded, each "added", "removed" or "".

    `today` is None if nothing has the name any more. There may be none, though the texts differ: of a header that an
    earlier jaunt wrote.
    """
    if today is None:
        return [("gone", "")]
    old, new = object_in(recorded), object_in(today)
    if not any(name.startswith(_LATER) for name in old):
        new = {name: part for name, part in new.items() if not name.startswith(_LATER)}
    if old.keys().isdisjoint(new):
        return [("another kind of thing", "")]
    moved = [
        (name, "" if name in old and name in new else "added" if name in new else "removed")
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return [part for part in moved if part[0] != ORDER] or moved
