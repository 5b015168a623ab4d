"""Watching: the files that a build reads, looked at again and again until one has changed and all have settled."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields

from jaunt.config import JauntConfig
from jaunt.config.roots import search_roots
from jaunt.files.listing import find_files

POLL_SECONDS = 0.5
"""How often the files are looked at, unless that takes so long itself that it would be felt."""
SETTLE_SECONDS = 0.3
"""How long nothing may change for a save to be over."""

_LARGEST_SHARE = 0.1  # of a processor, for looking at the files

Snapshot = Mapping[str, tuple[int, int, int]]
"""What tells whether a file changed, by its path: time, size, and inode, as editors put a new file in its place."""


def take_snapshot(config: JauntConfig) -> Snapshot:
    """Return the state of every file that a build reads. What jaunt generates is not among them.

    Nor is an empty file: a build makes an `__init__.py` where one is missing.
    """
    found = {}
    for path in _watched(config):
        try:
            state = os.stat(path)  # noqa: PTH116 - 10,000 files, twice a second
        except OSError:
            continue
        if state.st_size:
            found[path] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found


def wait_for_change(config: JauntConfig, before: Snapshot) -> list[str]:
    """Wait until files differ from what they were `before` and have settled; return the paths that changed, sorted."""
    begin = time.monotonic()
    now = _settled(config) if take_snapshot(config) != before else before
    pause = max(POLL_SECONDS, (time.monotonic() - begin) / _LARGEST_SHARE)
    while now == before:
        time.sleep(pause)
        now = _settled(config) if take_snapshot(config) != before else before
    return sorted(path for path in {*before, *now} if before.get(path) != now.get(path))


def _settled(config: JauntConfig) -> Snapshot:
    """Return the state of the files as soon as it has not changed for a while."""
    earlier, now = None, take_snapshot(config)
    while earlier != now:
        time.sleep(SETTLE_SECONDS)
        earlier, now = now, take_snapshot(config)
    return now


def _watched(config: JauntConfig) -> Iterator[str]:
    if config.config_file is not None:
        yield str(config.config_file)
    prompts = (getattr(config.prompts, each.name) for each in fields(config.prompts))
    yield from (str(config.root / name) for name in prompts if name)
    paths = config.paths
    files = find_files(search_roots(config), exclude=paths.exclude, generated_dir=paths.generated_dir)
    yield from (str(file.path) for file in files)
