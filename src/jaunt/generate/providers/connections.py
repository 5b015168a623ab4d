"""How a provider's client connects, by httpx's own pool and proxies, and what it takes of an answer."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx2

from jaunt.generate.transport import Fault
from jaunt.text.sizes import MB

ANSWER_LIMIT = 8 * MB
"""The most bytes of an answer's body that are read."""
KEEPALIVE_SECONDS = 60.0
"""How long an idle connection is kept: candidates may be checked for longer than httpx's 5 s between two calls."""

_THIS_MACHINE = ("127.0.0.1", "[::1]", "localhost")


def client_options(url: str) -> dict[str, Any]:
    """Return the arguments for an HTTP client that asks `url`.

    The proxy is the one that the environment names, as in curl; this machine itself is reached without. There are as
    many connections as calls, and no redirect is followed.
    """
    return {
        "follow_redirects": False,
        "limits": httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
        "mounts": {f"all://{host}": None for host in _THIS_MACHINE},
        "event_hooks": {"response": [_limit_body]},
        "verify": urlsplit(url).scheme == "https",  # else no certificates are needed, which take 60 ms to load
    }


async def _limit_body(response: httpx2.Response) -> None:
    """Raise Fault for an answer that is encoded, which may unpack to a huge one; have a long one broken off.

    Of an error that is encoded, the status and the headers are enough: its body is not read.
    """
    encoding = response.headers.pop("content-encoding", "").lower()
    is_encoded = encoding not in ("", "identity")
    if is_encoded and response.is_success:
        raise Fault(f"the answer is encoded as {encoding}, which was not asked for")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Body(response.stream, is_wanted=not is_encoded)


class _Body(httpx2.AsyncByteStream):
    """A body that breaks off where it gets too long, so that it never fills the memory; empty unless it is wanted."""

    def __init__(self, body: httpx2.AsyncByteStream, *, is_wanted: bool) -> None:
        self._body = body
        self._is_wanted = is_wanted

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        if not self._is_wanted:
            return
        async for chunk in self._body:
            size += len(chunk)
            if size > ANSWER_LIMIT:
                raise Fault(f"the answer is longer than {ANSWER_LIMIT // MB} MB")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()
