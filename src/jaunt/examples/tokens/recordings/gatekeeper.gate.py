# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.gate
# jaunt:module_digest=sha256:e040ae364dfe6dd528cc42c99b38c823b48cc628897328a0203d38813bfdce4c

"""The gate: a request passes with a good token, the right scope, and within its rate."""

from collections.abc import Awaitable, Callable

from gatekeeper.gate import ForbiddenError, Policy, T, TooManyRequestsError, UnauthorizedError
from gatekeeper.tokens import Claims, TokenError, verify_token


async def admit(token: str, scope: str, *, policy: Policy) -> Claims:
    """Return the claims of `token` if its bearer may use `scope` now."""
    try:
        claims = verify_token(token, key=policy.key, clock=policy.clock)
    except TokenError as error:
        raise UnauthorizedError(str(error)) from error
    if await policy.is_revoked(token):
        raise UnauthorizedError(f"the token of {claims.subject!r} was revoked")
    if scope not in claims.scopes:
        raise ForbiddenError(f"the token of {claims.subject!r} is not good for {scope!r}")
    decision = policy.limiter.check(claims.subject)
    if not decision.allowed:
        raise TooManyRequestsError(decision.retry_after)
    return claims


async def guard(
    token: str,
    scope: str,
    handler: Callable[[Claims], Awaitable[T]],
    *,
    policy: Policy,
) -> T:
    """Return what `handler` returns for the claims of an admitted request."""
    return await handler(await admit(token, scope, policy=policy))
