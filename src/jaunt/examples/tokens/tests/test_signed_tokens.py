"""Test specs for encoding, signing and tokens."""

import jaunt

from gatekeeper.clock import ManualClock
from gatekeeper.encoding import decode, encode
from gatekeeper.signing import sign, unsign
from gatekeeper.tokens import issue_token, verify_token


@jaunt.test(deps=[encode, decode])
def test_encoded_bytes_come_back() -> None:
    """For each length from 0 to 64, assert decode(encode(data)) == data for bytes(range(length)) and for that
    many bytes 0xFF, and that the text has only ASCII letters, digits, "-" and "_".
    """
    ...


@jaunt.test(deps=[decode])
def test_only_what_encode_writes_is_decoded(text: str) -> None:
    """Assert decode(text) raises ValueError. Parametrize over: "YQ==" (padded), "YR" (spare bits),
    "Y" (cut), " YQ", "YQ" with a newline, "+/+/" (the other alphabet), "Y.Q" and "YÄ".
    """
    ...


@jaunt.test(deps=[sign, unsign])
def test_every_changed_character_is_noticed() -> None:
    """Sign b"pay 10 to ada"; assert unsign gives it back, and raises BadSignatureError for each text made by
    replacing any one character, and by cutting the text anywhere, and for another key.
    """
    ...


@jaunt.test(deps=[sign, unsign])
def test_short_keys_are_refused() -> None:
    """Assert sign and unsign, the latter for an empty text too, raise WeakKeyError for a key of 15 bytes."""
    ...


@jaunt.test(deps=[issue_token, verify_token, ManualClock])
def test_tokens_live_as_long_as_their_ttl() -> None:
    """By a ManualClock started at 1000: a token for "ada" with scopes write, read, read and ttl "1m" gives
    Claims("ada", {read, write}, 1060.0), still does after "59s", and raises ExpiredTokenError a second later.
    Without a ttl, a token expires after 15 minutes. A subject "" raises ValueError.
    """
    ...


@jaunt.test(deps=[verify_token, sign])
def test_signed_but_not_a_token(message: bytes) -> None:
    """Assert verify_token(sign(message, key), key=key) raises InvalidTokenError, and so does the
    message without a signature.

    Parametrize over: not JSON, a byte that is not UTF-8, a JSON list, an object without "sub", one with a
    number among the scopes, one with a text as "exp", and one with NaN as "exp".
    """
    ...
