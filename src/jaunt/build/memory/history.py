"""What each module was before its last build, and the contracts of both, kept in `.jaunt/history/<kind>/<module>.json`.

It is for people who look back, never truth: where it is missing or damaged, `jaunt diff` and `jaunt status` show less.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from jaunt.errors import JauntWriteError
from jaunt.files.atomic import require_writable
from jaunt.files.json_record import read_record, write_record
from jaunt.header import Kind, extract_module_digest
from jaunt.process.frozen import frozen


@frozen
class LastBuild:
    """What is kept of one module's last build.

    `run` tells the builds apart, a later one has the greater number; `digest` is the contract's. `contract` holds the
    source text, by reference, of the specs that the code was written from: the module's own and those they depend on
    directly. `before` is the generated file that was replaced, header and all, empty if there was none;
    `contract_before` is what that one was written from, None if that is not known.
    """

    kind: Kind
    module: str
    run: int
    digest: str
    contract: Mapping[str, str]
    before: str = ""
    contract_before: Mapping[str, str] | None = None


class History:
    """The records of a project; only the last one of each module is kept. `run` is that of the records to add."""

    def __init__(self, root: Path, *, run: int = 0) -> None:
        self._root = root
        self._run = run
        self._folder = root / ".jaunt" / "history"

    def add(self, kind: Kind, module: str, digest: str, contract: Mapping[str, str], before: str) -> None:
        """Keep a record in place of the module's last one; `digest` is 64 hex digits.

        What can't be kept is left out: no build fails for it.
        """
        last = self.get(kind, module) if before else None
        known = last is not None and f"sha256:{last.digest}" == extract_module_digest(before)
        record = LastBuild(kind, module, self._run, digest, contract, before, last.contract if last and known else None)
        with suppress(JauntWriteError, OSError):
            write_record(self._path(kind, module), record, within=self._root, durable=False)

    def keep_only(self, modules: Iterable[tuple[Kind, str]]) -> None:
        """Forget all modules but some, given as kind and name; what can't be removed stays."""
        known = {*modules}
        for path in self._folder.glob("*/*.json"):
            if (path.parent.name, path.stem) not in known:
                with suppress(JauntWriteError, OSError):
                    require_writable(path, within=self._root)
                    path.unlink()

    def get(self, kind: Kind, module: str) -> LastBuild | None:
        """Return a module's record, None if there is none that can be read."""
        return _read(self._path(kind, module))

    def last_run(self) -> list[LastBuild]:
        """Return the records of the last build that wrote anything, sorted by kind and module."""
        newest_first = sorted(self._folder.glob("*/*.json"), key=_changed_at, reverse=True)
        found: list[LastBuild] = []
        for path in newest_first:
            record = _read(path)
            if record is None:
                continue
            if found and record.run != found[0].run:
                break  # a build's records are the newest ones: the others needn't be read
            found.append(record)
        return sorted(found, key=lambda record: (record.kind, record.module))

    def _path(self, kind: Kind, module: str) -> Path:
        return self._folder / kind / f"{module}.json"


def _read(path: Path) -> LastBuild | None:
    try:
        return read_record(path, LastBuild)
    except (OSError, ValueError):
        return None


def _changed_at(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0
