# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_rate_limits
# jaunt:module_digest=sha256:203b7b2886a1a0f2f25a1500b0bbab8ece03b3685d312674769e908f894e4ca1

"""Tests of the rate limiter."""

import pytest

from gatekeeper.clock import ManualClock
from gatekeeper.limits import Decision, RateLimiter


def test_a_burst_up_to_the_limit() -> None:
    limiter = RateLimiter(3, "1m", clock=ManualClock())
    for remaining in (2, 1, 0):
        assert limiter.check("ada") == Decision(True, remaining, 0.0)
    refused = limiter.check("ada")
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert refused.retry_after == pytest.approx(20)
    assert limiter.check("bob").allowed


def test_the_bucket_refills_evenly_and_never_over() -> None:
    clock = ManualClock()
    limiter = RateLimiter(3, "1m", clock=clock)
    assert limiter.check("ada", cost=3).allowed
    clock.advance("19s")
    assert not limiter.check("ada").allowed
    clock.advance("1s")
    refused = limiter.check("ada", cost=2)
    assert (refused.allowed, refused.remaining) == (False, 1)
    assert refused.retry_after == pytest.approx(20)
    assert limiter.check("ada").allowed
    clock.advance("1h")
    assert limiter.check("ada", cost=3) == Decision(True, 0, 0.0)
    assert not limiter.check("ada").allowed


def test_whoever_waits_as_told_gets_in() -> None:
    for limit in (3, 7, 1000):
        clock = ManualClock(1_700_000_000.1)
        limiter = RateLimiter(limit, "1m", clock=clock)
        assert limiter.check("ada", cost=limit).allowed
        for _ in range(50):
            refused = limiter.check("ada")
            assert not refused.allowed
            clock.advance(refused.retry_after)
            assert limiter.check("ada").allowed


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        RateLimiter(0)
    for per in ("0s", "often"):
        with pytest.raises(ValueError, match=per):
            RateLimiter(2, per)
    for cost in (0, 3):
        with pytest.raises(ValueError, match="cost"):
            RateLimiter(2).check("ada", cost=cost)
    assert RateLimiter(1, "1s").check("ada").allowed


def test_full_buckets_are_forgotten() -> None:
    clock = ManualClock()
    limiter = RateLimiter(2, "1m", clock=clock)
    limiter.check("ada")
    limiter.check("bob", cost=2)
    clock.advance("30s")
    assert [limiter.prune(), limiter.prune()] == [1, 0]
    assert not limiter.check("bob", cost=2).allowed
    clock.advance("30s")
    assert limiter.prune() == 1
