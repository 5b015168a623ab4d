"""What a process says that has no memory left: nothing can be made any more then, not even a traceback."""

import os
import threading
from contextlib import suppress

EXIT_SHORTAGE = 2
_LINE = b"error[J209]: there is no memory left (raise the limit on memory (ulimit -v))\n"  # there before it is needed


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error says that memory has run out; Python's own code and the linker don't always say MemoryError."""
    words = error.args[0] if error is not None and error.args else ""
    if not isinstance(words, str):
        words = ""
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, SystemError) and "without" in words and "exception" in words)
        or (isinstance(error, ImportError) and ("failed to map segment" in words or "cannot allocate memory" in words))
    )


def say_out_of_memory() -> None:
    """Say in a line that there is no memory left, where nothing that could do it better may be there."""
    with suppress(OSError):
        os.write(2, _LINE)


def tell_of_threads() -> None:
    """Have a thread that ends as memory runs out say that in a line."""
    usual = threading.excepthook

    def tell(fault: threading.ExceptHookArgs) -> None:
        if is_out_of_memory(fault.exc_value):
            say_out_of_memory()
        else:
            usual(fault)

    threading.excepthook = tell
