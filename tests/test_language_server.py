"""A language server, with ruff's and with scripts that misbehave."""

import sys
from pathlib import Path

import pytest

from jaunt.language_server import LanguageServer, LanguageServerError, apply_edits
from jaunt.verify import find_tool


def edit(begin: tuple[int, int], end: tuple[int, int], new: str) -> dict[str, object]:
    places = [{"line": line, "character": character} for line, character in (begin, end)]
    return {"range": dict(zip(("start", "end"), places, strict=True)), "newText": new}


def test_edits_are_ranges_of_the_text_as_it_was() -> None:
    text = "one\r\ntwo\n\u00e4\U0001f600z\n"
    edits = [
        edit((0, 0), (0, 3), "1"),
        edit((2, 1), (2, 2), "-"),
        edit((1, 0), (2, 0), ""),
        edit((3, 0), (9, 0), "end"),
    ]
    assert apply_edits(text, edits) == "1\r\n\u00e4-z\nend"


def test_a_document_is_formatted_and_fixed_without_a_file(tmp_path: Path) -> None:
    server = LanguageServer([find_tool("ruff"), "server"], tmp_path, {}, seconds=60)
    path = tmp_path / "not there" / "\u00e4.py"
    with server.document(path, "import os\nx = {'\U0001f600': nope }\n") as document:
        document.format()
        document.act("source.fixAll")
        document.format()
        assert document.text == 'x = {"\U0001f600": nope}\n'
        (found,) = document.diagnostics()
    assert (found["code"], found["range"]["start"]) == ("F821", {"line": 0, "character": 10})
    assert not path.parent.exists()
    server.close()


PRELUDE = """
import json, sys, time
def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length))
def write(**message):
    content = json.dumps(message).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(content), content))
    sys.stdout.buffer.flush()
first = read()
write(method="window/logMessage", params={})
write(id="its own", method="workspace/configuration", params={})
assert read() == {"jsonrpc": "2.0", "id": "its own", "result": None}
write(id=first["id"], result={"capabilities": {"positionEncoding": "utf-32"}})
read(), read()
"""


@pytest.mark.parametrize(
    ("after", "error"),
    [
        ("raise SystemExit(4)", "ended with exit code 4"),
        ("time.sleep(600)", "took longer than 2 s"),
        ("write(id=read()['id'], error={'message': 'hard'})", "textDocument/diagnostic failed: hard"),
        ("write(id=read()['id'], result={}); read()", "answered KeyError"),
        (r"sys.stdout.write('Content-Length: 5\n\n{oops'); sys.stdout.flush(); read()", "answered JSONDecodeError"),
    ],
)
def test_a_server_that_fails_says_how(tmp_path: Path, after: str, error: str) -> None:
    server = LanguageServer([sys.executable, "-c", PRELUDE + after], tmp_path, {}, seconds=2)
    with pytest.raises(LanguageServerError) as raised, server.document(tmp_path / "a.py", "x = 1\n") as document:
        document.diagnostics()
    assert str(raised.value).startswith(error)
    server.close()


@pytest.mark.parametrize(
    ("script", "error"),
    [("raise SystemExit(3)", "ended with exit code 3"), ("import time; time.sleep(600)", "took longer than 2 s")],
)
def test_a_server_that_never_answers_says_how(tmp_path: Path, script: str, error: str) -> None:
    with pytest.raises(LanguageServerError, match=error):
        LanguageServer([sys.executable, "-c", script], tmp_path, {}, seconds=2)


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(LanguageServerError, match=r"cannot be run: No such file"):
        LanguageServer([tmp_path / "none"], tmp_path, {}, seconds=2)
