"""HTTP connections for a provider's client: no more work for many at a time, and bounded answers."""

import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from functools import cached_property

import httpx2

from jaunt.generate.providers.proxies import proxy_for
from jaunt.generate.transport import Fault

ANSWER_LIMIT = 8 * 2**20
"""The most bytes of an answer's body that are read."""
KEEPALIVE_SECONDS = 60.0
"""How long an idle connection is kept: candidates may be checked for longer than httpx's 5 s between two calls."""


class Connections(httpx2.AsyncBaseTransport):
    """Gives each request a connection that no other request uses meanwhile; the one that was used last goes first.

    In one pool, each request would look at all idle connections: 3 ms of CPU for 64 of them.
    """

    def __init__(self) -> None:
        self._limits = httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS)
        self._all: list[httpx2.AsyncHTTPTransport] = []
        self._idle: defaultdict[tuple[str, str], list[httpx2.AsyncHTTPTransport]] = defaultdict(list)

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context()

    @cached_property
    def _no_certificates(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context(verify=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; raises Fault for an answer that is encoded, which may unpack to a huge one.

        Of an error that is encoded, the status and the headers are enough: it comes without its body.
        """
        idle = self._idle[request.url.scheme, request.url.host]
        connection = idle.pop() if idle else self._make(request.url)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            idle.append(connection)
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Body(response.stream, lambda: idle.append(connection))
        encoding = response.headers.pop("content-encoding", "")
        if encoding.lower() in ("", "identity"):
            return response
        await response.aclose()
        if response.is_success:
            raise Fault(f"the answer is encoded as {encoding}, which was not asked for")
        return httpx2.Response(response.status_code, headers=response.headers, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close all connections."""
        for connection in self._all:
            await connection.aclose()

    def _make(self, url: httpx2.URL) -> httpx2.AsyncHTTPTransport:
        # A server without TLS needs no certificates, which take 60 ms to load.
        verify = self._certificates if url.scheme == "https" else self._no_certificates
        self._all.append(httpx2.AsyncHTTPTransport(verify=verify, limits=self._limits, proxy=proxy_for(str(url))))
        return self._all[-1]


class _Body(httpx2.AsyncByteStream):
    """A body that breaks off where it gets too long, so that it never fills the memory; `on_close` is called once."""

    def __init__(self, body: httpx2.AsyncByteStream, on_close: Callable[[], None]) -> None:
        self._body = body
        self._on_close: Callable[[], None] | None = on_close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > ANSWER_LIMIT:
                raise Fault(f"the answer is longer than {ANSWER_LIMIT // 2**20} MB")
            yield chunk

    async def aclose(self) -> None:
        on_close, self._on_close = self._on_close, None
        try:
            await self._body.aclose()
        finally:
            if on_close:
                on_close()
