"""A child process that makes one call of a function of jaunt's: `background.py` starts it."""

import importlib
import pickle
import sys


def main() -> None:
    """Read which function to call, with which arguments, and write what it returns; both pickled."""
    module, name, arguments = pickle.load(sys.stdin.buffer)
    function = getattr(importlib.import_module(module), name)
    sys.stdout.buffer.write(pickle.dumps(function(*pickle.loads(arguments))))
