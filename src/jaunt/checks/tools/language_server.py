"""A language server as a child process: what a tool says of a text that stands in no file yet.

The protocol is the Language Server Protocol 3.17: JSON-RPC over standard streams.
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CREATED = 1
DELETED = 3

_ERROR = 1  # the severity of a finding, the type of a message
_LARGEST_HEAD = 1_000  # bytes
_LINE_END = re.compile("\r\n|\r|\n")
_START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
_NOT_UNDERSTOOD = (LookupError, TypeError, ValueError, AttributeError)


class LanguageServerError(Exception):
    """The server ended, took too long, or refused a request; the text says which."""


@dataclass(frozen=True, order=True)
class Diagnostic:
    """What a server finds in a text: `line` counts from 1, `column` code points from 0; `message` is one line."""

    line: int
    column: int
    rule: str
    message: str
    is_error: bool


class LanguageServer(asyncio.SubprocessProtocol):
    """One server process, for one document at a time.

    Methods raise LanguageServerError; a server that did so has ended. It goes on if who asks is cancelled. What it says
    is taken as it comes: streams would wake the loop more often, and leave half a message to whoever comes next.
    """

    def __init__(self, seconds: float) -> None:
        self.complaint = ""
        """The first error that it told its user apart from answers, such as settings that it can't read."""
        self._seconds = seconds
        self._fault = ""
        self._requests = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._unsent = bytearray()
        self._received = b""
        self._ended = asyncio.Event()

    @classmethod
    async def start(
        cls,
        command: Sequence[str | Path],
        root: Path,
        settings: Mapping[str, Any],
        *,
        seconds: float,
    ) -> "LanguageServer":
        """Return a server that works for the folder `root`, once it is ready.

        `command` starts it, `settings` are initialization options of its own, `seconds` is how long it may take for
        one document.
        """
        try:
            # If this process is killed, it ends as its input is closed.
            _, server = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(seconds), *map(str, command), cwd=root, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            raise LanguageServerError(f"cannot be run: {error.strerror}") from error
        try:
            async with server._in_time():
                await server._begin(root, settings)
        except BaseException:
            server.end()
            await server.ended()
            raise
        return server

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._fault

    def end(self) -> None:
        """End the process, without waiting for that."""
        self._fault = self._fault or "was ended"
        with suppress(ProcessLookupError):
            self._transport.kill()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._ended.wait()

    def end_now(self) -> None:
        """End the process as the system does it, without the event loop."""
        self.end()

    @asynccontextmanager
    async def document(self, path: Path, text: str) -> "AsyncGenerator[Document]":
        """Open a text as the document at `path`, where no file need be; no other is open meanwhile."""
        async with self._in_time():
            document = Document(self, path.as_uri(), text)
            try:
                yield document
            finally:
                self.notify("textDocument/didClose", textDocument={"uri": path.as_uri()})

    def tell_of(self, changes: Iterable[tuple[Path, int]]) -> None:
        """Tell the server of files and folders on disk, each with CREATED (or changed) or DELETED."""
        if events := [{"uri": path.as_uri(), "type": kind} for path, kind in changes]:
            self.notify("workspace/didChangeWatchedFiles", changes=events)

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
            raise self._failure(f"{method} failed: {message['error'].get('message')}")
        return message.get("result")

    def notify(self, method: str, **params: Any) -> None:
        """Tell the server something that has no answer, together with the next request."""
        self._queue({"method": method, "params": params})

    async def _begin(self, root: Path, settings: Mapping[str, Any]) -> None:
        answer = await self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=root.as_uri(),
            workspaceFolders=[{"uri": root.as_uri(), "name": root.name}],
            # Code points, by which Python counts as well.
            capabilities={"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}},
            initializationOptions=settings,
        )
        if answer["capabilities"].get("positionEncoding") != "utf-32":
            raise self._failure("is too old: it can't count in code points")
        self.notify("initialized")

    @asynccontextmanager
    async def _in_time(self) -> AsyncGenerator[None]:
        """End a server that takes too long, or whose answers are not what they should be."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise self._failure(f"took longer than {self._seconds:g} s") from error
        except _NOT_UNDERSTOOD as error:
            raise self._failure(f"answered {error!r}") from error

    def _failure(self, reason: str) -> LanguageServerError:
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
        stream = self._transport.get_pipe_transport(0)
        assert isinstance(stream, asyncio.WriteTransport)
        stream.write(bytes(self._unsent))
        self._unsent.clear()


class Document:
    """A text that is open in a server."""

    def __init__(self, server: LanguageServer, uri: str, text: str) -> None:
        self._server = server
        self._name = {"uri": uri}
        self._version = 1
        self.text = text
        server.notify(
            "textDocument/didOpen", textDocument={**self._name, "languageId": "python", "version": 1, "text": text}
        )

    async def findings(self) -> list[Diagnostic]:
        """Return what the server finds in the text, in order."""
        answer = await self._server.request("textDocument/diagnostic", textDocument=self._name)
        return sorted(
            Diagnostic(
                each["range"]["start"]["line"] + 1,
                each["range"]["start"]["character"],
                str(each.get("code") or "syntax"),
                each["message"].partition("\n")[0],
                each.get("severity", _ERROR) == _ERROR,
            )
            for each in answer["items"]
        )

    async def format(self) -> None:
        """Change the text to its formatted form."""
        options = {"tabSize": 4, "insertSpaces": True}
        edits = await self._server.request("textDocument/formatting", textDocument=self._name, options=options)
        self._apply(edits or [])

    async def act(self, kind: str) -> None:
        """Change the text as a code action of this kind does, such as "source.fixAll"."""
        wanted = {"diagnostics": [], "only": [kind]}
        name = self._name
        actions = await self._server.request("textDocument/codeAction", textDocument=name, range=_START, context=wanted)
        for action in (actions or [])[:1]:
            self._apply([edit for edits in action["edit"]["changes"].values() for edit in edits])

    def replace(self, text: str) -> None:
        """Put another text in its place."""
        self.text = text
        self._version += 1
        document = {**self._name, "version": self._version}
        self._server.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def _apply(self, edits: Sequence[Mapping[str, Any]]) -> None:
        if edits:
            self.replace(apply_edits(self.text, edits))


def apply_edits(text: str, edits: Sequence[Mapping[str, Any]]) -> str:
    """Return a text after edits, which are those of the protocol: ranges of the text that don't overlap."""
    starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def offset(position: Mapping[str, int]) -> int:
        if position["line"] >= len(starts):
            return len(text)
        return min(starts[position["line"]] + position["character"], len(text))

    spans = [(offset(edit["range"]["start"]), offset(edit["range"]["end"]), edit["newText"]) for edit in edits]
    for begin, end, new in sorted(spans, key=lambda span: span[:2], reverse=True):
        text = text[:begin] + new + text[end:]
    return text
