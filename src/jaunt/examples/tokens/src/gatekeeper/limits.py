"""Limits: how much each key may do in how much time."""

import time
from dataclasses import dataclass

import jaunt

from gatekeeper.clock import Clock, ManualClock
from gatekeeper.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one request.

    `remaining` is the cost that would still be allowed right away. `retry_after` is the time in seconds
    after which this request would be allowed, if nothing else comes; 0.0 if it is allowed now.
    """

    allowed: bool
    remaining: int
    retry_after: float


@jaunt.magic(
    deps=[parse_duration, ManualClock],
    prompt="Keep one number for each key: the time at which its bucket is full again.",
)
class RateLimiter:
    """A token bucket for each key: a burst of up to `limit`, refilled evenly, `limit` of it in each `per`.

    >>> from gatekeeper.clock import ManualClock
    >>> clock = ManualClock()
    >>> limiter = RateLimiter(2, "1m", clock=clock)
    >>> limiter.check("ada")
    Decision(allowed=True, remaining=1, retry_after=0.0)
    >>> limiter.check("ada", cost=2)
    Decision(allowed=False, remaining=1, retry_after=30.0)
    >>> clock.advance("30s")
    >>> limiter.check("ada", cost=2).allowed
    True
    """

    def __init__(self, limit: int, per: str = "1m", *, clock: Clock = time.monotonic) -> None:
        """Start with a full bucket for every key.

        Raises ValueError if `limit` is less than 1 or `per` lasts 0 seconds; DurationError as
        `parse_duration` does.
        """
        ...

    def check(self, key: str, *, cost: int = 1) -> Decision:
        """Take `cost` out of the bucket of `key` if there is as much in it, and return a `Decision`.

        - A request that is not allowed takes nothing.
        - A caller who waits for `retry_after` is let in: float rounding does not make it a little longer.
        - Raises ValueError if `cost` is less than 1, or more than the limit: it would never be allowed.
        """
        ...

    def prune(self) -> int:
        """Forget the keys whose buckets are full, and return how many they were. No decision changes."""
        ...
