"""The process of a language server, and JSON-RPC with it over its standard streams."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

_ERROR = 1  # the type of a message
_LARGEST_HEAD = 1_000  # bytes
_NOT_UNDERSTOOD = (LookupError, TypeError, ValueError, AttributeError)
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has no SIGKILL, and ends a process by any


class LanguageServerError(Exception):
    """The server ended, took too long, or refused a request; the text says which."""


class ServerProcess(asyncio.SubprocessProtocol):
    """One server process.

    Methods raise LanguageServerError; a process that did so has ended. It goes on if who asks is cancelled. What it
    says is taken as it comes: streams would wake the loop more often, and leave half a message to whoever comes next.
    """

    def __init__(self, seconds: float) -> None:
        self.complaint = ""
        """The first error that it told its user apart from answers, such as settings that it can't read."""
        self._seconds = seconds
        self._transport: asyncio.SubprocessTransport | None = None
        self._fault = ""
        self._requests = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._unsent = bytearray()
        self._received = b""
        self._ended = asyncio.Event()

    @classmethod
    async def start(cls, command: Sequence[str | Path], cwd: Path, *, seconds: float) -> "ServerProcess":
        """Return a process that has begun; `seconds` is how long a block of `in_time` may take."""
        try:
            # If this process is killed, it ends as its input is closed.
            _, process = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(seconds), *map(str, command), cwd=cwd, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise LanguageServerError(f"cannot be run: {error.strerror}") from error
        return process

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._fault

    def end(self) -> None:
        """End the process, without waiting for that."""
        self._fault = self._fault or "was ended"
        if self._transport is not None and self._transport.get_returncode() is None:
            # Not by the transport: it looks for the exit code first, and of a process that has just ended it would take
            # that away from asyncio's own waiter, which then complains of an unknown child on standard error.
            with suppress(ProcessLookupError):
                os.kill(self._transport.get_pid(), _KILL)

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._ended.wait()

    async def request(self, method: str, **params: Any) -> Any:
        """Return the result of a request."""
        if not self.alive:
            raise LanguageServerError(self._fault)
        self._requests += 1
        number = self._requests
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self._queue({"id": number, "method": method, "params": params})
            self._send()
            message = await answer
        finally:
            del self._answers[number]
        if "error" in message:
            raise self.failure(f"{method} failed: {message['error'].get('message')}")
        return message.get("result")

    def notify(self, method: str, **params: Any) -> None:
        """Tell the server something that has no answer, together with the next request."""
        self._queue({"method": method, "params": params})

    @asynccontextmanager
    async def in_time(self) -> AsyncGenerator[None]:
        """End a server that takes too long, or whose answers are not what they should be."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise self.failure(f"took longer than {self._seconds:g} s") from error
        except _NOT_UNDERSTOOD as error:
            raise self.failure(f"answered {error!r}") from error

    def failure(self, reason: str) -> LanguageServerError:
        """Return the error of a server that is given up for a reason."""
        self._give_up(reason)
        return LanguageServerError(reason)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._received += data
        try:
            while (message := self._next_message()) is not None:
                self._take(message)
        except _NOT_UNDERSTOOD as error:
            self._give_up(f"answered {error!r}")

    def process_exited(self) -> None:
        assert self._transport is not None
        self._give_up(f"ended with exit code {self._transport.get_returncode()}")
        self._transport.close()  # a child of it may have the streams too

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set()

    def _give_up(self, reason: str) -> None:
        self._fault = self._fault or reason
        self.end()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LanguageServerError(self._fault))

    def _next_message(self) -> dict[str, Any] | None:
        """Return a message if all of it has come. Raises some of _NOT_UNDERSTOOD."""
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end and len(head) < _LARGEST_HEAD:
            return None
        length = int(dict(line.lower().split(b":", 1) for line in head.splitlines())[b"content-length"])
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return json.loads(rest[:length])

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            answer = self._answers.get(message["id"])
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif "id" in message:  # a question to the editor, which has no answer
            self._queue({"id": message["id"], "result": None})
            self._send()
        elif message["method"] == "window/showMessage" and message["params"]["type"] == _ERROR:
            self.complaint = self.complaint or message["params"]["message"]

    def _queue(self, message: Mapping[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._unsent += b"Content-Length: %d\r\n\r\n%b" % (len(content), content)

    def _send(self) -> None:
        assert self._transport is not None
        stream = self._transport.get_pipe_transport(0)
        assert isinstance(stream, asyncio.WriteTransport)
        stream.write(bytes(self._unsent))
        self._unsent.clear()
