"""A project's files as a cluster has them: as they first were, and what has changed since."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaunt.cluster.error import ClusterError
from jaunt.cluster.snapshot import Packed, Stamps, pack, stamps_of
from jaunt.errors import JauntConfigError

_NOTHING = Packed("0" * 64, b"")


class SentProject:
    """The project at `root`; `send` sends a value to the workers, and returns what stands for it there."""

    def __init__(self, root: Path, send: Callable[[Packed], Any]) -> None:
        self._root = root
        self._send = send
        self._first: tuple[Stamps, Any] | None = None
        self._later: tuple[Stamps, Any] | None = None

    def today(self) -> tuple[Any, Any]:
        """Send what was not sent yet; return what stands for the first state of the files, and for what changed since.

        Raises ClusterError for a project that is too large, or if it can't be sent.
        """
        try:
            now = stamps_of(self._root)
        except JauntConfigError as error:
            raise ClusterError(str(error)) from None
        if self._first is None:
            self._first = now, self._send(pack(self._root, now))
        before, first = self._first
        if self._later is None or self._later[0] != now:
            changed = {path: stamp for path, stamp in now.items() if before.get(path) != stamp}
            gone = tuple(sorted(before.keys() - now.keys()))
            later = pack(self._root, changed, gone) if changed or gone else _NOTHING
            self._later = now, self._send(later)
        return first, self._later[1]
