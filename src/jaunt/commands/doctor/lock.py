"""The lock by which builds at the same time take turns."""

import importlib.util
from collections.abc import Iterator

from jaunt import codes
from jaunt.commands.doctor.finding import Finding
from jaunt.config import JauntConfig
from jaunt.files.lock import why_no_lock


def lock(config: JauntConfig) -> Iterator[Finding]:
    """Check, by taking one, that locks work in the store's folder, or in the nearest one above that is there."""
    if config.store.readonly:
        yield Finding("ok", "lock", "not used: the store is readonly")
        return
    if not importlib.util.find_spec("filelock"):
        yield Finding("fail", "lock", "filelock is not installed beside jaunt", "pip install filelock", codes.TOOL)
        return
    store = config.root / config.store.path
    folder = next(folder for folder in [store, *store.parents] if folder.is_dir())
    problem = why_no_lock(folder)
    if problem is None:
        yield Finding("ok", "lock", f"builds at the same time take turns, by locks in {store}")
        return
    text = f"{folder}: {problem}; builds at the same time pay for the same modules"
    hint = "let [store] path name a folder on a local disk, or build one at a time"
    yield Finding("warn", "lock", text, hint, codes.LOCK)
