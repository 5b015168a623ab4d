# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.encoding
# jaunt:module_digest=sha256:25f9f72ebaf7afd0871d497eb5b77f5d79595a0ed58eaefdff6cead58c62f977

"""Encoding: bytes as text that fits into a header or a URL."""

import base64


def encode(data: bytes) -> str:
    """Return `data` as URL-safe Base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that `encode` made `text` of."""
    fault = f"not URL-safe Base64 without padding: {text!r}"
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise ValueError(fault) from error
    # The decoder forgives; comparing with the only right spelling does not.
    if encode(data) != text:
        raise ValueError(fault)
    return data
