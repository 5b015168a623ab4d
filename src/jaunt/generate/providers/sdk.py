"""What the providers with an official SDK share: a client for an event loop, no redirects, errors as faults.

The same generator makes all of them, so they have the same classes. An SDK is imported only when it is needed.
"""

import asyncio
import importlib
import json
import os
import re
from collections.abc import MutableMapping
from dataclasses import replace
from types import ModuleType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jaunt import codes
from jaunt.config import LLMConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.model import SERVER_HINT, Answer, ModelBackend, Request
from jaunt.generate.prompt import Templates
from jaunt.generate.providers.printed import estimate_usage
from jaunt.generate.providers.stream import Event, is_stream, read_stream
from jaunt.generate.retry import CONTEXT_HINT
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.generate.transport import Fault, Policy, Transport, parse_retry_after

CONNECT_TIMEOUT = 10.0  # seconds
NO_KEY = "no-key"  # an SDK demands one, a local server doesn't

_TOO_MANY_TOKENS = 10**15
"""No call takes as many: sums of them can still be turned into a price."""

_WRONG_FORM = (LookupError, TypeError, ValueError, AttributeError, RuntimeError)
"""What reading an answer may lead to: any bytes may have come from the server; nested too deeply is a RuntimeError."""

_TOO_LONG = re.compile(r"context[ _](?:size|length|window)|prompt is too long", re.IGNORECASE)


class SdkBackend(ModelBackend):
    """Base of the providers that have such an SDK; raises JauntConfigError if it can't be used as configured.

    A subclass names the SDK's package, its client class, the variable of its key and the provider's address, and the
    `path` below that which is asked; it defines `body_of`, `answer_in`, and for answers that come in pieces `piece_in`
    and `whole`. `stream_fields` are what has a server answer so. `keyless` is for a server that wants no key.
    """

    default_key_variable: ClassVar[str]
    package: ClassVar[str]
    client_class: ClassVar[str]
    default_url: ClassVar[str]
    path: ClassVar[str]
    stream_fields: ClassVar[dict[str, Any]]

    def __init__(
        self,
        llm: LLMConfig,
        templates: Templates | None = None,
        *,
        policy: Policy | None = None,
        keyless: bool = False,
    ) -> None:
        self.key_variable = "" if keyless else llm.api_key_env or self.default_key_variable
        self._key = NO_KEY if keyless else read_key(llm, self.key_variable)
        super().__init__(templates, secrets=[] if keyless else [self._key])
        self.max_tokens = llm.max_tokens
        self.own_server = llm.base_url
        self.parallel = llm.parallel or (1 if is_loopback(llm.base_url) else None)
        self._llm = llm
        self._streams = llm.stream
        # Always given: without it, the SDK would take the address from the environment.
        self._url = llm.base_url or self.default_url
        self._http, self._sdk = _import_packages("httpx2", self.package)  # the SDKs bring the first one along
        self._known_errors = (self._sdk.APIError, self._http.HTTPError, self._http.InvalidURL, OSError, *_WRONG_FORM)
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        name = f"{self.package} at {host_of(self._url)}"
        self._transport = Transport(name, policy or Policy(timeout=llm.timeout), secrets=self.secrets)

    def body_of(self, request: Request) -> dict[str, Any]:
        """Return the JSON object to send."""
        raise NotImplementedError

    def answer_in(self, body: dict[str, Any]) -> Answer:
        """Read the JSON object that came back; raises Fault, or whatever a wrong form leads to."""
        raise NotImplementedError

    def piece_in(self, event: Event, body: MutableMapping[str, Any]) -> str:
        """Return the text that an event of a stream adds; `body` takes what `answer_in` finds in an answer besides."""
        raise NotImplementedError

    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Return the object that `answer_in` reads, of what `piece_in` made of all events."""
        raise NotImplementedError

    async def complete(self, request: Request) -> Answer:
        """Send one request, again where that may help."""
        return await self._transport.send(lambda: self._try(request))

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()

    async def _try(self, request: Request) -> Answer:
        try:
            return await self._ask(request)
        except (Fault, *self._known_errors) as error:
            lost = (self._sdk.APIConnectionError, self._http.TransportError)
            fault = _fault_of(error, lost, SERVER_HINT if self._llm.base_url else None)
            status = getattr(error, "status_code", 0)
        if self._streams and status in (400, 422) and "stream" in str(fault):  # some servers know none
            self._streams = False
            return await self._try(request)
        # Raised out here, so that it has no context: the SDK's exception holds the request and its key.
        raise fault

    async def _ask(self, request: Request) -> Answer:
        """Send one request, and read its answer, which comes in pieces or in one."""
        # Not by the SDK's classes for this path: to make them of a request and of an answer took half a
        # millisecond more of each call, and 30 ms of the first (`tests/benchmarks/serving.py`).
        sent = varied({**self.body_of(request), **self._llm.options}, request.context)
        sent |= self.stream_fields if self._streams else {}
        answer = self._http.Response  # as it is: the SDK reads only what the server says is JSON
        response = await self._client_here().post(self.path, cast_to=answer, body=sent, stream=self._streams)
        try:
            if is_stream(response):
                return await self._streamed(response, request)
            body = json.loads(await response.aread())
        finally:
            await response.aclose()
        if not isinstance(body, dict):
            raise Fault("the answer is no JSON object", again=True)
        if body.get("error"):  # some servers send their errors with the status 200
            raise Fault(f"no completion: {message_in(body)}".rstrip(": "), again=True)
        return self.answer_in(body)

    async def _streamed(self, response: Any, request: Request) -> Answer:
        """Read an answer in pieces; what the server didn't say of its cost, as it was ended before, is estimated."""
        text, body, is_whole = await read_stream(response, self.piece_in, request.context.expected_names)
        answer = self.answer_in(self.whole(body, text))
        if is_whole:
            return answer
        estimate = estimate_usage("".join(each.content for each in request.messages), text)
        return replace(answer, usage=estimate, truncated_at=None)

    def _client_here(self) -> Any:
        """Return the client of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            from jaunt.generate.providers.connections import client_options  # needs httpx, which an extra brings

            self._client = getattr(self._sdk, self.client_class)(
                api_key=self._key,
                base_url=self._url,
                http_client=self._sdk.DefaultAsyncHttpxClient(**client_options(self._url)),
                max_retries=0,  # they are `Transport`'s
                timeout=self._http.Timeout(self._llm.timeout, connect=CONNECT_TIMEOUT),
                default_headers={"Accept-Encoding": "identity"},
            )
            self._loop = loop
        return self._client


def varied(body: dict[str, Any], ctx: ModuleSpecContext) -> dict[str, Any]:
    """Return a request that is not answered as others of the module were: a fixed seed moves on, with each answer.

    A model that gave the same code again is asked at a higher temperature, where one is set: at 0, no seed counts.
    """
    changes: dict[str, Any] = {}
    if type(body.get("seed")) is int:
        changes["seed"] = body["seed"] + ctx.variation
    if ctx.repeats and isinstance(body.get("temperature"), int | float):
        changes["temperature"] = min(1.0, body["temperature"] + 0.4 * ctx.repeats)
    return {**body, **changes}


def read_key(llm: LLMConfig, variable: str) -> str:
    """Return the key from an environment variable.

    Raises JauntConfigError, naming the variable, if it is not set or can't be a key.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        raise JauntConfigError(
            f"llm: the environment variable {variable} is not set, so there is no key for {llm.provider}",
            hint=f"set {variable}, or name another variable with api_key_env in [llm]",
            code=codes.PROVIDER,
        )
    if not (key.isascii() and key.isprintable()):
        raise JauntConfigError(f"llm: the value of {variable} has characters that no key can have", code=codes.PROVIDER)
    return key


def require_model(llm: LLMConfig) -> str:
    """Return the model's name; raises JauntConfigError if there is none."""
    if not llm.model:
        raise JauntConfigError(
            f"llm.model: {llm.provider} needs it", hint='in [llm]: model = "..."', code=codes.PROVIDER
        )
    return llm.model


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, where one server may answer one call at a time."""
    host = host_of(url).rpartition(":")[0] or host_of(url)
    return host in ("localhost", "[::1]") or host.startswith("127.")


def host_of(url: str) -> str:
    """Return host and port of a URL, all of it that messages show; "" if it has none, or is no URL."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def token_count(body: object, *path: str) -> int:
    """Return a number of tokens that a server reports; 0 for what is not there, or no such number."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if type(body) is int and 0 < body < _TOO_MANY_TOKENS else 0


def message_in(body: object) -> str:
    """Return the words for a person in the body of an error; "" if there are none."""
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail")
    return body if isinstance(body, str) else ""


def _import_packages(*names: str) -> list[ModuleType]:
    try:
        return [importlib.import_module(name) for name in names]
    except ImportError as error:
        raise JauntConfigError(
            f"llm.provider: {names[-1]} needs a package that is not installed: {error.name or names[-1]}",
            hint=f"pip install --upgrade {names[-1]}",
            code=codes.PROVIDER,
        ) from error


def _fault_of(error: Exception, lost: tuple[type[Exception], ...], hint: str | None) -> Fault:
    for known in (error, error.__cause__):
        if isinstance(known, Fault):
            return known
    response = getattr(error, "response", None)
    if response is not None and not response.is_success:
        return _fault_of_status(error, response)
    if isinstance(error, lost):
        cause = error.__cause__ or error
        return Fault(f"the connection failed: {type(cause).__name__}: {cause}".rstrip(": "), again=True, hint=hint)
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
    if status in (400, 413) and _TOO_LONG.search(said):
        hint = CONTEXT_HINT
    return Fault(
        said,
        again=status in (408, 429) or status >= 500,
        retry_after=parse_retry_after(response.headers.get("retry-after")),
        hint=hint,
    )
