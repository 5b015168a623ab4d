"""What the official SDKs share: a client for an event loop, bounded answers, no redirects, errors as faults.

They are made by one generator, so they have the same classes. One is imported only when it is needed.
"""

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jaunt.config import LLMConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.transport import Fault, parse_retry_after

T = TypeVar("T")

ANSWER_LIMIT = 8 * 2**20
"""The most bytes of an answer's body that are read."""
CONNECT_TIMEOUT = 10.0  # seconds
KEEPALIVE_SECONDS = 60.0
"""How long a connection is kept that nobody uses."""


class SdkClient:
    """An SDK's asynchronous client, made on the event loop that uses it.

    `package` is the SDK's name; `make` takes the SDK and the HTTP client to use, and returns a client.
    Raises JauntConfigError if the SDK isn't installed.
    """

    def __init__(self, package: str, make: Callable[[ModuleType, Any], Any]) -> None:
        self._sdk = _import_sdk(package)
        self._make = make
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, use: Callable[[Any], Awaitable[T]]) -> T:
        """Return what `use` makes of the client; whatever fails in there is raised as a Fault."""
        try:
            return await use(self._client_here())
        except Exception as error:  # noqa: BLE001 - the boundary: any bytes may have come from the server
            fault = _fault_of(error, self._sdk.APIConnectionError)
        # Raised out here, so that it has no context: the SDK's exception holds the request and its key.
        raise fault

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    def _client_here(self) -> Any:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = self._make(self._sdk, _http_client(self._sdk))
            self._loop = loop
        return self._client


def client_options(llm: LLMConfig, http: Any) -> dict[str, Any]:
    """Return the arguments that the clients of all SDKs get alike; the retries are `Transport`'s."""
    import httpx2

    return {
        "http_client": http,
        "max_retries": 0,
        "timeout": httpx2.Timeout(llm.timeout, connect=CONNECT_TIMEOUT),
        "default_headers": {"Accept-Encoding": "identity"},
    }


def read_key(llm: LLMConfig, default: str) -> str:
    """Return the key from the environment variable that `api_key_env` names, or else from `default`.

    Raises JauntConfigError, naming the variable, if it is not set or can't be a key.
    """
    variable = llm.api_key_env or default
    key = os.environ.get(variable, "").strip()
    if not key:
        raise JauntConfigError(
            f"llm: the environment variable {variable} is not set, so there is no key for {llm.provider}",
            hint=f"set {variable}, or name another variable with api_key_env in [llm]",
        )
    if not (key.isascii() and key.isprintable()):
        raise JauntConfigError(f"llm: the value of {variable} has characters that no key can have")
    return key


def require_model(llm: LLMConfig) -> str:
    """Return the model's name; raises JauntConfigError if there is none."""
    if not llm.model:
        raise JauntConfigError(f"llm.model: {llm.provider} needs it", hint='in [llm]: model = "..."')
    return llm.model


def host_of(url: str) -> str:
    """Return host and port of a URL, all of it that messages show."""
    return urlsplit(url).netloc.rpartition("@")[2]


def token_count(owner: object, name: str) -> int:
    """Return a number of tokens that a server reports; 0 for what is not there, or no such number."""
    value = getattr(owner, name, None)
    return value if type(value) is int and value > 0 else 0


def message_in(body: object) -> str:
    """Return the words for a person in the body of an error; "" if there are none."""
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail")
    return body if isinstance(body, str) else ""


def _import_sdk(package: str) -> ModuleType:
    try:
        importlib.import_module("httpx2")
        return importlib.import_module(package)
    except ImportError as error:
        raise JauntConfigError(
            f"llm.provider: {package} needs a package that is not installed: {error.name or package}",
            hint=f"pip install --upgrade {package}",
        ) from error


def _http_client(sdk: ModuleType) -> Any:
    import httpx2

    class Body(httpx2.AsyncByteStream):
        """A body that breaks off where it gets too long, so that it never fills the memory.

        `on_close` is called once.
        """

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

    class Connections(httpx2.AsyncBaseTransport):
        """Gives each request a connection that no other uses meanwhile; the last one that came back goes first.

        In one pool, each request would look at all idle connections: 3 ms of CPU for 64 of them.
        """

        def __init__(self) -> None:
            self._ssl = httpx2.create_ssl_context()
            self._all: list[httpx2.AsyncHTTPTransport] = []
            self._idle: list[httpx2.AsyncHTTPTransport] = []

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if not self._idle:
                self._all.append(httpx2.AsyncHTTPTransport(verify=self._ssl, limits=limits))
                self._idle.append(self._all[-1])
            connection = self._idle.pop()
            try:
                response = await connection.handle_async_request(request)
            except BaseException:
                self._idle.append(connection)
                raise
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = Body(response.stream, lambda: self._idle.append(connection))
            encoding = response.headers.get("content-encoding", "identity")
            if encoding != "identity":  # it was not asked for, and a small body may unpack to a huge one
                await response.aclose()
                raise Fault(f"the answer is encoded as {encoding}, which was not asked for")
            return response

        async def aclose(self) -> None:
            for connection in self._all:
                await connection.aclose()

    # Candidates may be checked for longer than httpx's 5 s, and then a new connection would be needed.
    limits = httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS)
    return sdk.DefaultAsyncHttpxClient(follow_redirects=False, transport=Connections())


def _fault_of(error: Exception, connection_error: type[Exception]) -> Fault:
    for known in (error, error.__cause__):
        if isinstance(known, Fault):
            return known
    response = getattr(error, "response", None)
    if response is not None and not response.is_success:
        return _fault_of_status(error, response)
    if isinstance(error, connection_error):
        cause = error.__cause__ or error
        return Fault(f"the connection failed: {type(cause).__name__}: {cause}".rstrip(": "), again=True)
    return Fault(f"the answer is not of the expected form: {type(error).__name__}: {error}", again=True)


def _fault_of_status(error: Exception, response: Any) -> Fault:
    status = response.status_code
    said = f"{status} {response.reason_phrase}".strip()
    if response.has_redirect_location:
        place = host_of(response.headers["location"]) or "another path"
        return Fault(f"{said}: it redirects to {place}, which is not followed", hint="correct base_url in [llm]")
    said = ": ".join(filter(None, [said, message_in(getattr(error, "body", None))]))
    if status in (401, 403):
        return Fault(said, denied=True, hint="check the key, and what it may be used for")
    hint = "check base_url and model in [llm]" if status == 404 else None
    return Fault(
        said,
        again=status in (408, 429) or status >= 500,
        retry_after=parse_retry_after(response.headers.get("retry-after")),
        hint=hint,
    )
