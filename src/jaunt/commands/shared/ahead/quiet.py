"""Modules of which a look ahead had nothing to tell: they need not be read again until they change.

A second `jaunt status` on 1,000 modules that are not built took twice the time of one on 1,000 that are, for that.
"""

import json
from collections.abc import Iterable
from contextlib import suppress

from jaunt import __version__
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.files.plain import read_plain
from jaunt.project.project import Project


class Quiet:
    """The modules of a project of which the look `what` tells nothing, kept in `.jaunt/` where there is that folder.

    What `what` tells of a module must depend on its own file and its contract alone.
    """

    def __init__(self, project: Project, what: str) -> None:
        self._project = project
        self._root = project.root
        self._path = self._root / ".jaunt" / f"quiet-{what}.json"
        self._known = self._read()

    def others(self, modules: Iterable[str]) -> list[str]:
        """Return those of some modules that have to be looked at, in their order."""
        known = self._known
        return [module for module in modules if not known or known.get(module) != self._key(module)]

    def note(self, modules: Iterable[str]) -> None:
        """Keep that there was nothing to tell of some modules."""
        keys = {module: self._key(module) for module in modules}
        known = {**self._known, **{module: key for module, key in keys.items() if key}}
        if known == self._known or not self._path.parent.is_dir():
            return
        self._known = {module: key for module, key in known.items() if module in self._project.modules}
        text = json.dumps({"version": __version__, "modules": self._known})
        with suppress(JauntWriteError):  # the next look takes longer
            write_atomic(self._path, text, within=self._root, durable=False)

    def _read(self) -> dict[str, str]:
        with suppress(OSError, ValueError, RecursionError, KeyError, TypeError):
            found = json.loads(read_plain(self._path))
            if found["version"] == __version__:
                return dict(found["modules"])
        return {}

    def _key(self, module: str) -> str | None:
        """Return what a module is known by; None if that is not to be relied on."""
        scan, digest = self._project.scan, self._project.digests.get(module)
        stamp = scan.files.listing.stamps.get(self._project.modules[module].path) if scan else None
        return f"{stamp} {digest}" if stamp and digest else None
