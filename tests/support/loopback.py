"""HTTP servers on loopback for the tests of the providers; each request gets the next of some replies."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.model import ModelBackend, Request
from jaunt.generate.prompt import Message
from jaunt.generate.transport import Policy

KEY = "sk-loopback-0123456789abcdef"
KEY_VARIABLE = "LOOPBACK_KEY"
QUICK = Policy(timeout=10.0, base_delay=0.01)
"""Patient enough for a slow machine, and quick to try again."""

CONTEXT = ModuleSpecContext("build", "app.slug", "app.__generated__.slug", ["slugify"], {"app.slug:slugify": "..."})
REQUEST = Request([Message("system", "Answer with code."), Message("user", "Write slugify.")], CONTEXT)


@dataclass(frozen=True)
class Call:
    """One request as the server saw it; header names are in lower case, `at` is of time.monotonic."""

    at: float
    connection: tuple[str, int]
    path: str
    headers: Mapping[str, str]
    body: Any


class Exchange(BaseHTTPRequestHandler):
    """One connection. A reply gets it, the request read, and writes what it likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"  # ty: ignore[incompatible-mutable-override]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = Call(
            time.monotonic(),
            self.client_address,
            self.path,
            {k.lower(): v for k, v in self.headers.items()},
            json.loads(body),
        )
        try:
            self.server.next_reply(call)(self)
        except OSError:  # the client has had enough
            self.close_connection = True

    def start(self, status: int, **headers: object) -> None:
        """Send the status and the headers; an underscore in a name stands for a hyphen."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


Reply = Callable[[Exchange], None]


class Server(ThreadingHTTPServer):
    """Answers with `replies` in turn, then with the last of them again and again; keeps the calls it got."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.calls: list[Call] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._replies = replies
        self._lock = threading.Lock()

    def next_reply(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            return self._replies[min(len(self.calls), len(self._replies)) - 1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that broke: tests break them on purpose."""


@contextmanager
def serving(*replies: Reply) -> Generator[Server]:
    """Run a server for the time of a `with`."""
    server = Server(list(replies))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- replies ------------------------------------------------------------------------------------------


def payload(body: object, status: int = 200, **headers: object) -> Reply:
    """Answer with JSON, or with a str as it is."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    def reply(exchange: Exchange) -> None:
        exchange.start(status, **{"Content_Type": "application/json", "Content_Length": len(data), **headers})
        exchange.wfile.write(data)

    return reply


def error(status: int, message: str = "not now", **headers: object) -> Reply:
    """Answer with an error in the form that both APIs use."""
    return payload({"error": {"message": message, "type": "some_error"}}, status, **headers)


def redirect(url: str) -> Reply:
    """Answer that the same is to be asked elsewhere."""
    return payload("", 307, Location=url)


def events(*objects: object, pause: Callable[[int], None] = lambda _: None, **headers: object) -> Reply:
    """Answer with server-sent events, a str as it is; before each one `pause` is called with its number."""

    def reply(exchange: Exchange) -> None:
        exchange.close_connection = True
        exchange.start(200, **{"Content_Type": "text/event-stream", "Connection": "close", **headers})
        for number, each in enumerate(objects):
            pause(number)
            data = each if isinstance(each, str) else json.dumps(each)
            exchange.wfile.write(f"data: {data}\n\n".encode())

    return reply


def cut_short(exchange: Exchange) -> None:
    """Promise more than is sent."""
    exchange.start(200, Content_Type="application/json", Content_Length=1000)
    exchange.wfile.write(b'{"choices"')
    exchange.close_connection = True


def reset(exchange: Exchange) -> None:
    """Break the connection without an answer."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()
    exchange.close_connection = True


def trickle(exchange: Exchange) -> None:
    """Send a byte at a time, for as long as the client takes it."""
    exchange.start(200, Content_Type="application/json")
    while True:
        exchange.wfile.write(b" ")
        time.sleep(0.01)


def flood(megabytes: int) -> Reply:
    """Answer with a body of that size, its length not said."""

    def reply(exchange: Exchange) -> None:
        exchange.start(200, Content_Type="application/json", Connection="close")
        exchange.close_connection = True
        for _ in range(megabytes):
            exchange.wfile.write(b" " * 2**20)

    return reply


@dataclass
class Crowd:
    """Answers only once `size` requests are there at the same time."""

    size: int
    answer: Reply
    barrier: threading.Barrier = field(init=False)

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.size)

    def __call__(self, exchange: Exchange) -> None:
        self.barrier.wait(timeout=20)
        self.answer(exchange)


# --- backends -----------------------------------------------------------------------------------------


def llm_config(provider: str, server: Server | None = None, **settings: Any) -> LLMConfig:
    """Return settings for a provider, with a server of ours in place of its own."""
    given: dict[str, Any] = {"provider": provider, "model": "some-model", "api_key_env": KEY_VARIABLE}
    if server:
        given["base_url"] = server.url
    return LLMConfig(**given | settings)


def make(provider: str, server: Server, policy: Policy = QUICK, **settings: Any) -> ModelBackend:
    """Return a backend of `openai` or `anthropic` that asks `server`."""
    from jaunt.generate.providers.anthropic import AnthropicBackend
    from jaunt.generate.providers.openai import OpenAIBackend

    backend = {"openai": OpenAIBackend, "anthropic": AnthropicBackend}[provider]
    return backend(llm_config(provider, server, **settings), policy=policy)
