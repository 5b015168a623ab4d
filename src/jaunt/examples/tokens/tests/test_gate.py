"""Test specs for the gate, run through asyncio.run."""

import jaunt

from gatekeeper.clock import ManualClock
from gatekeeper.gate import admit, guard
from gatekeeper.limits import RateLimiter
from gatekeeper.tokens import issue_token


@jaunt.test(deps=[admit, issue_token, RateLimiter])
def test_a_good_token_is_admitted() -> None:
    """Assert admit returns the claims, with the subject "ada", of a token for the scope "read"."""
    ...


@jaunt.test(deps=[admit, issue_token, ManualClock])
def test_bad_tokens_are_unauthorized() -> None:
    """Assert UnauthorizedError (status 401) for a forged token, with an InvalidTokenError as its cause; for
    an expired one, with an ExpiredTokenError as its cause; for one that `is_revoked` knows, without a cause.
    """
    ...


@jaunt.test(deps=[admit, issue_token, RateLimiter, ManualClock])
def test_only_admitted_requests_count() -> None:
    """With a limit of 1 per "1m": a request for a scope that the token lacks raises ForbiddenError (403) that
    names the scope; the next one, for "read", is admitted; the one after it raises TooManyRequestsError
    (429) with retry_after 60; a minute later one is admitted again.
    """
    ...


@jaunt.test(deps=[guard, issue_token])
def test_the_handler_runs_behind_the_gate() -> None:
    """Assert guard returns what an async handler makes of the claims; that for a scope that the token lacks
    it raises ForbiddenError, the handler not being called; and that a handler's KeyError comes out as it is.
    """
    ...


@jaunt.test(deps=[guard, issue_token, RateLimiter])
def test_a_crowd_keeps_to_the_rate() -> None:
    """With a limit of 3: of 10 requests of one token started at once with asyncio.gather, 3 return their
    handler's result and 7 raise TooManyRequestsError.
    """
    ...
