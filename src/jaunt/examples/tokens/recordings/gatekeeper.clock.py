# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.clock
# jaunt:module_digest=sha256:2008383b0b35b2cdd17831aa64865452c417bde6629b791bec0ec8db615006c7

"""Clocks: where the rest of this package gets the time from, and one to hold in the hand."""

from gatekeeper.durations import parse_duration


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: float = 0.0) -> None:
        """Stand at `start`, in seconds."""
        self._now = start

    def __call__(self) -> float:
        """Return the time, in seconds."""
        return self._now

    def advance(self, by: float | str) -> None:
        """Move on by seconds, or by a duration such as "1m30s"."""
        seconds = parse_duration(by) if isinstance(by, str) else by
        if seconds < 0:
            raise ValueError(f"a clock does not go back: {by}")
        self._now += seconds
