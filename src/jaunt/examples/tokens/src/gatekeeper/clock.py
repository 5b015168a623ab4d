"""Clocks: where the rest of this package gets the time from, and one to hold in the hand."""

from collections.abc import Callable

import jaunt

from gatekeeper.durations import parse_duration

Clock = Callable[[], float]
"""Returns a time in seconds: `time.time` and `time.monotonic` are clocks."""


@jaunt.magic(deps=[parse_duration])
class ManualClock:
    """A `Clock` that stands still until it is moved, for tests and examples.

    >>> clock = ManualClock(100.0)
    >>> clock.advance("1m30s")
    >>> clock.advance(0.5)
    >>> clock()
    190.5
    """

    def __init__(self, start: float = 0.0) -> None:
        """Stand at `start`, in seconds."""
        ...

    def __call__(self) -> float:
        """Return the time, in seconds."""
        ...

    def advance(self, by: float | str) -> None:
        """Move on by seconds, or by a duration such as "1m30s" (see `parse_duration`).

        Raises ValueError, and stays where it is, if `by` is negative or not a duration.
        """
        ...
