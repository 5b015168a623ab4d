"""`python -m jaunt`, and the command `jaunt`."""

import importlib
import sys

from jaunt.process.stopping import decide, listen


def main() -> int:
    """Run the jaunt command on the process's arguments, and return its exit code."""
    listen()
    code = importlib.import_module("jaunt.cli").main()  # only now: a signal may come while it is imported
    decide(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
