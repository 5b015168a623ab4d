"""A project's cluster, as those who have work for it see it: Dask is loaded with the first call, if at all."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from jaunt.config import JauntConfig, SandboxConfig
from jaunt.errors import JauntConfigError

FURTHER_SECONDS = 60.0
"""How long a call may take besides the run itself: the project is sent, unpacked, and waits for its turn."""

INSTALL_HINT = "pip install 'jaunt[cluster]' from jaunt's folder"


class Caller(Protocol):
    """What `cluster.Cluster` offers; see there."""

    calls: int

    @property
    def warning(self) -> str | None: ...

    @property
    def size(self) -> int: ...

    async def call(self, function: str, arguments: Mapping[str, Any], *, seconds: float) -> Any: ...

    def call_and_wait(self, function: str, arguments: Mapping[str, Any], *, seconds: float) -> Any: ...

    def machines(self) -> list[tuple[str, list[str]]]: ...

    def close(self) -> None: ...


_OPEN: dict[tuple[str, Path, str], Caller] = {}


def open_cluster(config: JauntConfig) -> Caller | None:
    """Return a project's cluster, the same one for a whole run; None if it has none.

    Raises JauntConfigError if Dask Distributed is not installed.
    """
    if not config.cluster.address:
        return None
    key = config.cluster.address, config.root, repr(config.sandbox)
    if key not in _OPEN:
        _OPEN[key] = _load(config.cluster.address, config.root, config.sandbox)
    return _OPEN[key]


def cluster_warnings() -> list[str]:
    """Return what kept clusters from being used, each once; [] if nothing did, or nothing was to be done."""
    return [warning for cluster in _OPEN.values() if (warning := cluster.warning)]


def _load(address: str, root: Path, sandbox: SandboxConfig) -> Caller:
    try:
        module = importlib.import_module("jaunt.cluster.cluster")
    except ImportError as error:
        raise JauntConfigError(
            f"cluster.address: a cluster needs a package that is not installed: {error.name}", hint=INSTALL_HINT
        ) from error
    return module.Cluster(address, root, sandbox)
