"""A text that is open in a language server, where no file need be: what the server says of it, and its edits."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jaunt.checks.tools.server_process import ServerProcess

_ERROR = 1  # the severity of a diagnostic
_NAME = re.compile(r"`([^`]+)`")
_LINE_END = re.compile("\r\n|\r|\n")
_START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


@dataclass(frozen=True, order=True)
class Diagnostic:
    """What a server finds in a text: `line` counts from 1, `column` code points from 0; `message` is one line."""

    line: int
    column: int
    rule: str
    message: str
    is_error: bool

    def names(self, rules: Collection[str]) -> str:
        """Return the first name that the message quotes, if it is by one of some rules; else ""."""
        quoted = _NAME.search(self.message) if self.rule in rules else None
        return quoted[1] if quoted else ""


class Document:
    """A text that is open in a server."""

    def __init__(self, server: ServerProcess, uri: str, text: str) -> None:
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
