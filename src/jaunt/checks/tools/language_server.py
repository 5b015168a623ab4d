"""A language server as a child process: what a tool says of a text that stands in no file yet.

The protocol is the Language Server Protocol 3.17.
"""

import os
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from jaunt.checks.tools.document import Document
from jaunt.checks.tools.server_process import ServerProcess

CREATED = 1
DELETED = 3


class LanguageServer:
    """A server for one document at a time.

    Methods raise LanguageServerError; a server that did so has ended. It goes on if who asks is cancelled.
    """

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

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
        server = cls(await ServerProcess.start(command, root, seconds=seconds))
        async with AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(server.ended)
            unless_ready.callback(server.end)
            async with server._process.in_time():
                await server._begin(root, settings)
            unless_ready.pop_all()
        return server

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.alive

    @property
    def complaint(self) -> str:
        """The first error that it told its user apart from answers, such as settings that it can't read."""
        return self._process.complaint

    def end(self) -> None:
        """End the process, without waiting for that."""
        self._process.end()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await self._process.ended()

    def end_now(self) -> None:
        """End the process as the system does it, without the event loop."""
        self._process.end()

    @asynccontextmanager
    async def document(self, path: Path, text: str) -> AsyncGenerator[Document]:
        """Open a text as the document at `path`, where no file need be; no other is open meanwhile."""
        async with self._process.in_time():
            document = Document(self._process, path.as_uri(), text)
            try:
                yield document
            finally:
                self._process.notify("textDocument/didClose", textDocument={"uri": path.as_uri()})

    def tell_of(self, changes: Iterable[tuple[Path, int]]) -> None:
        """Tell the server of files and folders on disk, each with CREATED (or changed) or DELETED."""
        if events := [{"uri": path.as_uri(), "type": kind} for path, kind in changes]:
            self._process.notify("workspace/didChangeWatchedFiles", changes=events)

    async def _begin(self, root: Path, settings: Mapping[str, Any]) -> None:
        answer = await self._process.request(
            "initialize",
            processId=os.getpid(),
            rootUri=root.as_uri(),
            workspaceFolders=[{"uri": root.as_uri(), "name": root.name}],
            # Code points, by which Python counts as well.
            capabilities={"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}},
            initializationOptions=settings,
        )
        if answer["capabilities"].get("positionEncoding") != "utf-32":
            raise self._process.failure("is too old: it can't count in code points")
        self._process.notify("initialized")
