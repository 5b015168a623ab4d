"""`python -m jaunt`, and the command `jaunt`."""

import importlib
import sys

from jaunt.process.shortage import EXIT_SHORTAGE, is_out_of_memory, say_out_of_memory, tell_of_threads
from jaunt.process.stopping import decide, listen


def main() -> int:
    """Run the jaunt command on the process's arguments, and return its exit code."""
    listen()
    tell_of_threads()
    try:
        code = importlib.import_module("jaunt.cli").main()  # only now: a signal may come while it is imported
    except (MemoryError, SystemError, ImportError) as error:
        if not is_out_of_memory(error):
            raise
        code = EXIT_SHORTAGE
        say_out_of_memory()
    decide(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
