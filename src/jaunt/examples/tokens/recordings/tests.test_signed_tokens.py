# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_signed_tokens
# jaunt:module_digest=sha256:addc921a8139a60ceafe83ede6d3145c4adf7ff6267cc1d0bb5a60cfbbcda161

"""Tests of encoding, signing and tokens."""

import string

import pytest

from gatekeeper.clock import ManualClock
from gatekeeper.encoding import decode, encode
from gatekeeper.signing import BadSignatureError, WeakKeyError, sign, unsign
from gatekeeper.tokens import Claims, ExpiredTokenError, InvalidTokenError, issue_token, verify_token

KEY = b"0123456789abcdef"


def test_encoded_bytes_come_back() -> None:
    alphabet = set(string.ascii_letters + string.digits + "-_")
    for length in range(65):
        for data in (bytes(range(length)), b"\xff" * length):
            assert decode(encode(data)) == data
            assert set(encode(data)) <= alphabet


@pytest.mark.parametrize("text", ["YQ==", "YR", "Y", " YQ", "YQ\n", "+/+/", "Y.Q", "YÄ"])
def test_only_what_encode_writes_is_decoded(text: str) -> None:
    with pytest.raises(ValueError, match="not URL-safe Base64"):
        decode(text)


def test_every_changed_character_is_noticed() -> None:
    message = b"pay 10 to ada"
    signed = sign(message, KEY)
    assert unsign(signed, KEY) == message
    for at, char in enumerate(signed):
        changed = signed[:at] + ("B" if char == "A" else "A") + signed[at + 1 :]
        with pytest.raises(BadSignatureError):
            unsign(changed, KEY)
        with pytest.raises(BadSignatureError):
            unsign(signed[:at], KEY)
    with pytest.raises(BadSignatureError):
        unsign(signed, KEY[::-1])


def test_short_keys_are_refused() -> None:
    weak = KEY[:15]
    with pytest.raises(WeakKeyError):
        sign(b"", weak)
    for signed in (sign(b"", KEY), ""):
        with pytest.raises(WeakKeyError):
            unsign(signed, weak)


def test_tokens_live_as_long_as_their_ttl() -> None:
    clock = ManualClock(1000)
    token = issue_token("ada", key=KEY, scopes=["write", "read", "read"], ttl="1m", clock=clock)
    expected = Claims("ada", frozenset({"read", "write"}), 1060.0)
    assert verify_token(token, key=KEY, clock=clock) == expected
    clock.advance("59s")
    assert verify_token(token, key=KEY, clock=clock) == expected
    clock.advance("1s")
    with pytest.raises(ExpiredTokenError, match="ada"):
        verify_token(token, key=KEY, clock=clock)
    lasting = verify_token(issue_token("ada", key=KEY, clock=clock), key=KEY, clock=clock)
    assert lasting.expires_at == clock() + 15 * 60
    with pytest.raises(ValueError, match="subject"):
        issue_token("", key=KEY)


@pytest.mark.parametrize(
    "message",
    [
        b"hello",
        b"\xff",
        b"[]",
        b'{"exp":9e9,"scopes":[]}',
        b'{"exp":9e9,"scopes":[1],"sub":"ada"}',
        b'{"exp":"never","scopes":[],"sub":"ada"}',
        b'{"exp":NaN,"scopes":[],"sub":"ada"}',
    ],
)
def test_signed_but_not_a_token(message: bytes) -> None:
    for token in (sign(message, KEY), encode(message)):
        with pytest.raises(InvalidTokenError):
            verify_token(token, key=KEY, clock=ManualClock())
