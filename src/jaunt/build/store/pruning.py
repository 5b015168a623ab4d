"""What is removed from a store: what was not used for long, what is too much, and what killed builds have left."""

import time

from jaunt.build.store import Store, StoredFile
from jaunt.errors import JauntWriteError
from jaunt.files.lock import remove_idle_lock
from jaunt.files.temporary import remove_abandoned_files

_DAY = 86_400.0


def prune(store: Store, *, keep_days: float | None = None, max_size: int | None = None) -> list[StoredFile]:
    """Remove what was not used for `keep_days`, then the least recently used until `max_size` bytes are left.

    So it is with the candidates that did not land, which are kept below it. Returns the entries that were removed. What
    killed builds have left, locks say, is removed as well. Raises JauntWriteError if an entry can't be removed.
    """
    stores = [store, *(Store(folder) for folder in sorted(store.folder.glob("candidates/[0-9]*")))]
    remove_abandoned_files([each.folder for each in stores])
    for each in stores:
        for path in each.folder.glob("*/??/*.lock"):
            remove_idle_lock(path)
    newest_first = sorted((file for each in stores for file in each.files()), key=lambda file: -file.used)
    removed, size = [], 0
    for file in newest_first:
        size += file.size
        too_old = keep_days is not None and time.time() - file.used > keep_days * _DAY
        if too_old or (max_size is not None and size > max_size):
            size -= file.size
            removed.append(file)
    for file in removed:
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            raise JauntWriteError(f"cannot remove {file.path}: {error.strerror}") from error
    return removed
