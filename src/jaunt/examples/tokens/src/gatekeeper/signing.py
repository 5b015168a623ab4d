"""Signing: messages that nobody without the key can make or change."""

from typing import Final

import jaunt

from gatekeeper.encoding import decode, encode

MIN_KEY_BYTES: Final = 16
"""A shorter key can be guessed."""


class WeakKeyError(ValueError):
    """A key is too short to be of use."""


class BadSignatureError(Exception):
    """A signed message was forged, damaged, or signed with another key."""


@jaunt.magic(deps=[encode], prompt="Use hmac and hashlib of the standard library.")
def sign(message: bytes, key: bytes) -> str:
    """Return `message` with its signature: two texts made by `encode(data)`, joined by a dot.

    The first is the message; the second is the HMAC-SHA256, under `key`, of the first one's ASCII bytes.
    Raises WeakKeyError if `key` is shorter than `MIN_KEY_BYTES`.

    >>> sign(b"hello", b"0123456789abcdef")
    'aGVsbG8.nduKcTzOTYwh-oO4TAjt-CTnzSd39P_bAXjIqvwAd7Q'
    """
    ...


@jaunt.magic(deps=[decode], prompt="Compare with hmac.compare_digest; decode the message only after that.")
def unsign(signed: str, key: bytes) -> bytes:
    """Return the message that `sign(message, key)` made `signed` of.

    Raises BadSignatureError for everything that `sign` does not return under this key, be it forged, cut,
    empty or not even ASCII; its message does not say which. Raises WeakKeyError as `sign` does. The time
    it takes does not tell how much of a signature is right.

    >>> unsign(sign(b"hello", b"0123456789abcdef"), b"0123456789abcdef")
    b'hello'
    >>> unsign("aGVsbG8.forged", b"0123456789abcdef")
    Traceback (most recent call last):
        ...
    gatekeeper.signing.BadSignatureError: the signature does not fit the message
    """
    ...
