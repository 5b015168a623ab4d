"""Encoding: bytes as text that fits into a header or a URL."""

import jaunt


@jaunt.magic
def encode(data: bytes) -> str:
    """Return `data` as URL-safe Base64 (RFC 4648, section 5) without padding.

    >>> encode(b"any?")
    'YW55Pw'
    >>> encode(b"")
    ''
    """
    ...


@jaunt.magic(prompt="base64.urlsafe_b64decode skips what it does not know; this function must not.")
def decode(text: str) -> bytes:
    """Return the bytes that `encode(data)` made `text` of.

    Raises ValueError for every text that `encode` never returns: with padding, whitespace, characters
    of another alphabet, or with spare bits in its last character. So no two texts decode to the same bytes.

    >>> decode("YW55Pw")
    b'any?'
    >>> decode("YW55Px")
    Traceback (most recent call last):
        ...
    ValueError: not URL-safe Base64 without padding: 'YW55Px'
    """
    ...
