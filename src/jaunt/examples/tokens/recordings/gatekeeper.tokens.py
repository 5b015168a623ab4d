# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.tokens
# jaunt:module_digest=sha256:faea741f88328905fa05402d13c398eeb3da44958e6a5daa9cdc1e4dccd815b1

"""Tokens: who may do what, until when, signed."""

import json
import time
from collections.abc import Iterable
from math import isfinite

from gatekeeper.clock import Clock
from gatekeeper.durations import parse_duration
from gatekeeper.signing import BadSignatureError, sign, unsign
from gatekeeper.tokens import Claims, ExpiredTokenError, InvalidTokenError


def issue_token(
    subject: str,
    *,
    key: bytes,
    scopes: Iterable[str] = (),
    ttl: str = "15m",
    clock: Clock = time.time,
) -> str:
    """Return a token for `subject`, good for these scopes and for as long as `ttl`."""
    if not subject:
        raise ValueError("a token needs a subject")
    claims = {"exp": float(clock() + parse_duration(ttl)), "scopes": sorted(set(scopes)), "sub": subject}
    message = json.dumps(claims, separators=(",", ":"), sort_keys=True)
    return sign(message.encode("ascii"), key)


def verify_token(token: str, *, key: bytes, clock: Clock = time.time) -> Claims:
    """Return the claims of a token that `issue_token` made and that has not expired by `clock`."""
    try:
        claims = _parse(unsign(token, key))
    except BadSignatureError as error:
        raise InvalidTokenError("not a token of ours") from error
    if clock() >= claims.expires_at:
        raise ExpiredTokenError(f"the token of {claims.subject!r} has expired")
    return claims


def _parse(message: bytes) -> Claims:
    """Read the claims; raise InvalidTokenError if `message` was signed for another purpose."""
    try:
        document = json.loads(message)
    except ValueError as error:
        raise InvalidTokenError("signed, but not a token") from error
    match document:
        case {"exp": float(expires_at), "scopes": [*scopes], "sub": str(subject)} if isfinite(
            expires_at
        ) and all(isinstance(scope, str) for scope in scopes):
            return Claims(subject, frozenset(scopes), expires_at)
    raise InvalidTokenError("signed, but not a token")
