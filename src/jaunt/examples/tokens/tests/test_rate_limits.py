"""Test specs for the rate limiter; every one of them holds the clock in its hand."""

import jaunt

from gatekeeper.clock import ManualClock
from gatekeeper.limits import RateLimiter


@jaunt.test(deps=[RateLimiter, ManualClock])
def test_a_burst_up_to_the_limit() -> None:
    """With limit 3 per "1m": three checks of "ada" leave 2, 1 and 0, the fourth is refused with nothing left
    and retry_after of 20 seconds, and "bob" is still let in.
    """
    ...


@jaunt.test(deps=[RateLimiter, ManualClock])
def test_the_bucket_refills_evenly_and_never_over() -> None:
    """With limit 3 per "1m", after a burst of 3: 19 seconds later a check is refused; a second later one of
    cost 2 is refused with 1 remaining and 20 seconds to wait, and one of cost 1 is allowed; an hour later a
    check of cost 3 is allowed and leaves 0.
    """
    ...


@jaunt.test(deps=[RateLimiter, ManualClock])
def test_whoever_waits_as_told_gets_in() -> None:
    """For limits 3, 7 and 1000 per "1m", by a clock started at 1_700_000_000.1: after a burst of the limit,
    50 times in a row, a check is refused, and one after advancing by its retry_after is allowed.
    """
    ...


@jaunt.test(deps=[RateLimiter])
def test_nonsense_is_refused() -> None:
    """Assert ValueError for a limit of 0, for per "0s" and "often", and for a cost of 0 or limit + 1.

    The least that makes sense is fine: a limit of 1 per "1s".
    """
    ...


@jaunt.test(deps=[RateLimiter, ManualClock])
def test_full_buckets_are_forgotten() -> None:
    """With limit 2 per "1m": "ada" takes 1, "bob" takes 2; after "30s" prune() returns 1, then 0; after
    "30s" more it returns 1; in between, bob is refused a cost of 2 as before.
    """
    ...
