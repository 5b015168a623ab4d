"""Tokens: who may do what, until when, signed."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import jaunt

from gatekeeper.clock import Clock, ManualClock
from gatekeeper.durations import parse_duration
from gatekeeper.signing import sign, unsign


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; `expires_at` is in seconds, by the clock that issued it."""

    subject: str
    scopes: frozenset[str]
    expires_at: float


class TokenError(Exception):
    """A token is of no use."""


class InvalidTokenError(TokenError):
    """A token was not issued by us: forged, damaged, or something else altogether."""


class ExpiredTokenError(TokenError):
    """A token was good once."""


@jaunt.magic(deps=[sign, parse_duration])
def issue_token(
    subject: str,
    *,
    key: bytes,
    scopes: Iterable[str] = (),
    ttl: str = "15m",
    clock: Clock = time.time,
) -> str:
    """Return a token for `subject`, good for these scopes and for as long as `ttl`, a duration.

    - The token is what `sign(message, key)` returns for a message of compact JSON, ASCII only, with
      sorted keys: "exp" (when it expires, a float in seconds), "scopes" (sorted, none twice) and "sub".
      Equal arguments at the same time give equal tokens.
    - Raises ValueError if `subject` is empty; DurationError and WeakKeyError as `parse_duration` and
      `sign` do.

    >>> token = issue_token("ada", key=b"0123456789abcdef", scopes=["read"], ttl="1m", clock=lambda: 0)
    >>> unsign(token, b"0123456789abcdef")
    b'{"exp":60.0,"scopes":["read"],"sub":"ada"}'
    """
    ...


@jaunt.magic(deps=[unsign, ManualClock])
def verify_token(token: str, *, key: bytes, clock: Clock = time.time) -> Claims:
    """Return the claims of a token that `issue_token` made and that has not expired by `clock`.

    - Raises InvalidTokenError if the signature is bad, or if the signed message is not a JSON object with the
      members that `issue_token` writes, of their types and "exp" finite: the key may have other uses.
    - Raises ExpiredTokenError from the very second on at which the token expires.
    - Raises WeakKeyError as `unsign` does.

    >>> from gatekeeper.clock import ManualClock
    >>> clock, key = ManualClock(), b"0123456789abcdef"
    >>> token = issue_token("ada", key=key, scopes=["read"], ttl="1m", clock=clock)
    >>> verify_token(token, key=key, clock=clock)
    Claims(subject='ada', scopes=frozenset({'read'}), expires_at=60.0)
    >>> clock.advance("1m")
    >>> verify_token(token, key=key, clock=clock)
    Traceback (most recent call last):
        ...
    gatekeeper.tokens.ExpiredTokenError: the token of 'ada' has expired
    """
    ...
