"""The gate: a request passes with a good token, the right scope, and within its rate."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import jaunt

from gatekeeper.clock import Clock
from gatekeeper.limits import RateLimiter
from gatekeeper.tokens import Claims, verify_token

T = TypeVar("T")


class DeniedError(Exception):
    """A request may not pass; `status` is the HTTP status that says so."""

    status = 403


class UnauthorizedError(DeniedError):
    """The token is of no use."""

    status = 401


class ForbiddenError(DeniedError):
    """The token is good, but not for this."""


class TooManyRequestsError(DeniedError):
    """The subject has used up its rate; `retry_after` is in seconds."""

    status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many requests: retry after {retry_after:.1f} seconds")
        self.retry_after = retry_after


async def nothing_is_revoked(token: str) -> bool:
    """Return False for every token."""
    return False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a gate goes by; `is_revoked` says whether a token was taken back before it expired."""

    key: bytes = field(repr=False)
    limiter: RateLimiter
    clock: Clock = time.time
    is_revoked: Callable[[str], Awaitable[bool]] = nothing_is_revoked


@jaunt.magic(deps=[verify_token, RateLimiter])
async def admit(token: str, scope: str, *, policy: Policy) -> Claims:
    """Return the claims of `token` if its bearer may use `scope` now.

    Checks in this order, and the first that fails decides:

    1. UnauthorizedError, with the TokenError as its cause, if `verify_token` does not accept the token.
    2. UnauthorizedError if `policy.is_revoked` says so.
    3. ForbiddenError, with the scope in its message, if the token is not good for `scope`.
    4. TooManyRequestsError if `policy.limiter` does not allow the subject one more request.

    So a request that fails for another reason takes nothing out of the subject's rate.

    >>> import asyncio
    >>> from gatekeeper.limits import RateLimiter
    >>> from gatekeeper.tokens import issue_token
    >>> policy = Policy(b"0123456789abcdef", RateLimiter(10, "1m"))
    >>> token = issue_token("ada", key=policy.key, scopes=["read"])
    >>> asyncio.run(admit(token, "read", policy=policy)).subject
    'ada'
    >>> asyncio.run(admit(token, "write", policy=policy))
    Traceback (most recent call last):
        ...
    gatekeeper.gate.ForbiddenError: the token of 'ada' is not good for 'write'
    """
    ...


@jaunt.magic
async def guard(
    token: str,
    scope: str,
    handler: Callable[[Claims], Awaitable[T]],
    *,
    policy: Policy,
) -> T:
    """Return what `handler` returns for the claims that `admit(token, scope, policy=policy)` gives.

    A request that is not admitted never reaches the handler. What the handler raises is passed on as
    it is, and its request counts.

    >>> import asyncio
    >>> from gatekeeper.limits import RateLimiter
    >>> from gatekeeper.tokens import issue_token
    >>> policy = Policy(b"0123456789abcdef", RateLimiter(10, "1m"))
    >>> async def greet(claims: Claims) -> str:
    ...     return f"Hello, {claims.subject}!"
    >>> token = issue_token("ada", key=policy.key, scopes=["greet"])
    >>> asyncio.run(guard(token, "greet", greet, policy=policy))
    'Hello, ada!'
    """
    ...
