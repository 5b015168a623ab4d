# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.signing
# jaunt:module_digest=sha256:7af55044ccc8a1b07791ef2428f59be6864228e63ba6e3c44ee6ce677d077d60

"""Signing: messages that nobody without the key can make or change."""

import hmac

from gatekeeper.encoding import decode, encode
from gatekeeper.signing import MIN_KEY_BYTES, BadSignatureError, WeakKeyError


def sign(message: bytes, key: bytes) -> str:
    """Return `message` with its signature: two encoded texts, joined by a dot."""
    _check(key)
    encoded = encode(message)
    return f"{encoded}.{encode(_signature(encoded, key))}"


def unsign(signed: str, key: bytes) -> bytes:
    """Return the message that `sign` made `signed` of."""
    _check(key)
    encoded, _, signature = signed.partition(".")
    try:
        if hmac.compare_digest(decode(signature), _signature(encoded, key)):
            return decode(encoded)
    except ValueError:  # not even text that `encode` returns
        pass
    raise BadSignatureError("the signature does not fit the message")


def _signature(encoded: str, key: bytes) -> bytes:
    return hmac.digest(key, encoded.encode("ascii"), "sha256")


def _check(key: bytes) -> None:
    if len(key) < MIN_KEY_BYTES:
        raise WeakKeyError(f"a key needs at least {MIN_KEY_BYTES} bytes, not {len(key)}")
