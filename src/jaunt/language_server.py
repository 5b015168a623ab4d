"""A language server as a child process: what a tool says of a text that stands in no file yet.

The protocol is the Language Server Protocol 3.17: JSON-RPC over standard streams.
"""

import json
import os
import re
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LINE_END = re.compile("\r\n|\r|\n")
_START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


class LanguageServerError(Exception):
    """The server ended, took too long, or refused a request; the text says which."""


class LanguageServer:
    """One server process; several threads may use it, one at a time.

    `command` starts it, `root` is the folder that it works for, `settings` are initialization options of its own,
    `seconds` is how long it may take for one document. All methods raise LanguageServerError; a server that did so
    is not to be used again.
    """

    def __init__(
        self, command: Sequence[str | Path], root: Path, settings: Mapping[str, Any], *, seconds: float
    ) -> None:
        self._seconds = seconds
        self._turn = threading.Lock()
        self._requests = 0
        self._late = False
        try:
            # It ends some seconds after its input is closed, if this process is killed.
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise LanguageServerError(f"cannot be run: {error.strerror}") from error
        try:
            with self._watched():
                self._begin(root, settings)
        except LanguageServerError:
            self.close()
            raise

    def _begin(self, root: Path, settings: Mapping[str, Any]) -> None:
        answer = self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=root.as_uri(),
            workspaceFolders=[{"uri": root.as_uri(), "name": root.name}],
            # Code points, by which Python counts as well.
            capabilities={"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}},
            initializationOptions=settings,
        )
        if answer["capabilities"].get("positionEncoding") != "utf-32":
            raise LanguageServerError("is too old: it can't count in code points")
        self.notify("initialized")

    @contextmanager
    def document(self, path: Path, text: str) -> "Generator[Document]":
        """Open a text as the document at `path`, where no file need be; no other is open meanwhile."""
        with self._watched():
            document = Document(self, path.as_uri(), text)
            yield document
            document.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def request(self, method: str, **params: Any) -> Any:
        """Return the result of a request."""
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": params})
        while "method" in (answer := self._receive()) or answer.get("id") != self._requests:
            if "method" in answer and "id" in answer:  # a question to the editor, which has no answer
                self._send({"id": answer["id"], "result": None})
        if "error" in answer:
            raise LanguageServerError(f"{method} failed: {answer['error'].get('message')}")
        return answer.get("result")

    def notify(self, method: str, **params: Any) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": params})

    @contextmanager
    def _watched(self) -> Generator[None]:
        """Take the turn, and end a server that takes too long, which ends the wait for its answer."""
        with self._turn:
            watchdog = threading.Timer(self._seconds, self._give_up)
            watchdog.start()
            try:
                yield
            except (OSError, ValueError, KeyError) as error:
                code = self._process.poll()
                reason = f"ended with exit code {code}" if code is not None else f"answered {error!r}"
                raise LanguageServerError(f"took longer than {self._seconds:g} s" if self._late else reason) from error
            finally:
                watchdog.cancel()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _send(self, message: Mapping[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        stream.flush()

    def _receive(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        content = stream.read(length)
        if not content:
            self._process.wait(self._seconds)
            raise ConnectionError("nothing")
        return json.loads(content)


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

    def diagnostics(self) -> list[dict[str, Any]]:
        """Return what the server finds in the text."""
        return self._server.request("textDocument/diagnostic", textDocument=self._name)["items"]

    def format(self) -> None:
        """Change the text to its formatted form."""
        options = {"tabSize": 4, "insertSpaces": True}
        self._apply(self._server.request("textDocument/formatting", textDocument=self._name, options=options) or [])

    def act(self, kind: str) -> None:
        """Change the text as a code action of this kind does, such as "source.fixAll"."""
        wanted = {"diagnostics": [], "only": [kind]}
        actions = self._server.request("textDocument/codeAction", textDocument=self._name, range=_START, context=wanted)
        for action in (actions or [])[:1]:
            self._apply([edit for edits in action["edit"]["changes"].values() for edit in edits])

    def close(self) -> None:
        """Close the text."""
        self._server.notify("textDocument/didClose", textDocument=self._name)

    def _apply(self, edits: Sequence[Mapping[str, Any]]) -> None:
        if not edits:
            return
        self.text = apply_edits(self.text, edits)
        self._version += 1
        document = {**self._name, "version": self._version}
        self._server.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": self.text}])


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
