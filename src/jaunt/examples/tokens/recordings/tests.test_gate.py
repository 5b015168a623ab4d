# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_gate
# jaunt:module_digest=sha256:f7c0ee868dbef67b2b564d8722bfa91dcf0c7010fb58ed1b96e9d6fd8bb104ad

"""Tests of the gate."""

import asyncio

import pytest

from gatekeeper.clock import ManualClock
from gatekeeper.gate import (
    ForbiddenError,
    Policy,
    TooManyRequestsError,
    UnauthorizedError,
    admit,
    guard,
)
from gatekeeper.limits import RateLimiter
from gatekeeper.tokens import Claims, ExpiredTokenError, InvalidTokenError, issue_token

KEY = b"0123456789abcdef"


def make_policy(clock: ManualClock, *, limit: int = 100) -> Policy:
    return Policy(KEY, RateLimiter(limit, "1m", clock=clock), clock=clock)


def make_token(clock: ManualClock) -> str:
    return issue_token("ada", key=KEY, scopes=["read"], ttl="1h", clock=clock)


async def subject_of(claims: Claims) -> str:
    return claims.subject


def test_a_good_token_is_admitted() -> None:
    clock = ManualClock()
    claims = asyncio.run(admit(make_token(clock), "read", policy=make_policy(clock)))
    assert claims == Claims("ada", frozenset({"read"}), 3600.0)


def test_bad_tokens_are_unauthorized() -> None:
    clock = ManualClock()
    policy = make_policy(clock)
    token = make_token(clock)

    async def is_revoked(candidate: str) -> bool:
        return candidate == token

    with pytest.raises(UnauthorizedError) as forged:
        asyncio.run(admit(token + "x", "read", policy=policy))
    assert isinstance(forged.value.__cause__, InvalidTokenError)

    with pytest.raises(UnauthorizedError) as revoked:
        asyncio.run(admit(token, "read", policy=Policy(KEY, policy.limiter, clock, is_revoked)))
    assert revoked.value.__cause__ is None

    clock.advance("1h")
    with pytest.raises(UnauthorizedError) as expired:
        asyncio.run(admit(token, "read", policy=policy))
    assert isinstance(expired.value.__cause__, ExpiredTokenError)
    assert forged.value.status == revoked.value.status == expired.value.status == 401


def test_only_admitted_requests_count() -> None:
    clock = ManualClock()
    policy = make_policy(clock, limit=1)
    token = make_token(clock)
    with pytest.raises(ForbiddenError, match="write") as forbidden:
        asyncio.run(admit(token, "write", policy=policy))
    assert forbidden.value.status == 403
    assert asyncio.run(admit(token, "read", policy=policy)).subject == "ada"
    with pytest.raises(TooManyRequestsError) as too_many:
        asyncio.run(admit(token, "read", policy=policy))
    assert (too_many.value.status, too_many.value.retry_after) == (429, 60.0)
    clock.advance("1m")
    assert asyncio.run(admit(token, "read", policy=policy)).subject == "ada"


def test_the_handler_runs_behind_the_gate() -> None:
    clock = ManualClock()
    policy = make_policy(clock)
    token = make_token(clock)
    called: list[str] = []

    async def fail(claims: Claims) -> None:
        called.append(claims.subject)
        raise KeyError(claims.subject)

    assert asyncio.run(guard(token, "read", subject_of, policy=policy)) == "ada"
    with pytest.raises(ForbiddenError):
        asyncio.run(guard(token, "write", fail, policy=policy))
    assert called == []
    with pytest.raises(KeyError, match="ada"):
        asyncio.run(guard(token, "read", fail, policy=policy))
    assert called == ["ada"]


def test_a_crowd_keeps_to_the_rate() -> None:
    clock = ManualClock()
    policy = make_policy(clock, limit=3)
    token = make_token(clock)

    async def crowd() -> list[str | BaseException]:
        requests = [guard(token, "read", subject_of, policy=policy) for _ in range(10)]
        return await asyncio.gather(*requests, return_exceptions=True)

    results = asyncio.run(crowd())
    assert results.count("ada") == 3
    assert sum(isinstance(result, TooManyRequestsError) for result in results) == 7
