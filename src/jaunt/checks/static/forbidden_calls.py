"""What code may not do on import, or in a test, as data."""

SKIPS = frozenset({"exit", "importorskip", "skip", "skipif", "xfail"})
"""Names of pytest's that keep a test from running."""

ENDS_A_RUN = frozenset({"os._exit", "os.abort", "os.kill", "signal.raise_signal"})
"""Functions that end the process of a test run."""
