# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.limits
# jaunt:module_digest=sha256:0aa351a6f0d93b6dddac0aca9de58d70e5e8510f6979ce680f1077c868edb598

"""Limits: how much each key may do in how much time."""

import time

from gatekeeper.clock import Clock
from gatekeeper.durations import parse_duration
from gatekeeper.limits import Decision

_TOLERANCE = 1e-3  # of a cost of 1; float rounding must not keep a caller out


class RateLimiter:
    """A token bucket for each key, kept as the time at which it is full again."""

    def __init__(self, limit: int, per: str = "1m", *, clock: Clock = time.monotonic) -> None:
        """Start with a full bucket for every key."""
        seconds = parse_duration(per)
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        if seconds < 1:
            raise ValueError(f"per must last longer than {per!r}")
        self._limit = limit
        self._refill = seconds / limit  # seconds for a cost of 1
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def check(self, key: str, *, cost: int = 1) -> Decision:
        """Take `cost` out of the bucket of `key` if there is as much in it."""
        if not 1 <= cost <= self._limit:
            raise ValueError(f"cost must be from 1 to {self._limit}, not {cost}")
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at - now - (self._limit - cost) * self._refill
        if wait > _TOLERANCE * self._refill:
            return Decision(False, self._remaining(full_at - now), wait)
        full_at += cost * self._refill
        self._full_at[key] = full_at
        return Decision(True, self._remaining(full_at - now), 0.0)

    def prune(self) -> int:
        """Forget the keys whose buckets are full, and return how many they were."""
        now = self._clock()
        full = [key for key, full_at in self._full_at.items() if full_at <= now]
        for key in full:
            del self._full_at[key]
        return len(full)

    def _remaining(self, until_full: float) -> int:
        return int(self._limit - until_full / self._refill + _TOLERANCE)
