"""Where other people's code is called: whatever it raises becomes a value, so that nothing of ours ends by it."""

import traceback
from collections.abc import Callable


def caught(call: Callable[[], object]) -> BaseException | None:
    """Make a call and return what it raises, None if nothing.

    For a boundary alone: the import of a user's module, doit's threads, a listener. KeyboardInterrupt and SystemExit
    are caught as well; who lets them pass raises them again.
    """
    try:
        call()
    except BaseException as error:  # noqa: BLE001 - see above
        return error
    return None


def last_line_in(filename: str, error: BaseException) -> int:
    """Return the last line of a file that an error came through, 0 if it came through none."""
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    return lines[-1] if lines else 0
