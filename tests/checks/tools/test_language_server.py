"""A language server, with ruff's and with scripts that misbehave."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from language_servers import OPENED, PRELUDE, lent, servers

from jaunt.checks.tools.document import apply_edits
from jaunt.checks.tools.language_server import LanguageServer
from jaunt.checks.tools.server_process import LanguageServerError
from jaunt.checks.tools.tool import find_tool


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
    path = tmp_path / "not there" / "\u00e4.py"

    async def use() -> None:
        text = "import os\nx = {'\U0001f600': nope }\n"
        ruff = servers([find_tool("ruff"), "server"])
        async with ruff.one(tmp_path) as server, server.document(path, text) as document:
            await document.format()
            await document.act("source.fixAll")
            await document.format()
            assert document.text == 'x = {"\U0001f600": nope}\n'
            (found,) = await document.findings()
        assert (found.rule, found.line, found.column, found.is_error) == ("F821", 1, 10, True)

    asyncio.run(use())
    assert not path.parent.exists()


async def messages(server: LanguageServer, folder: Path) -> list[str]:
    async with server.document(folder / "a.py", "x = 1\n") as document:
        return [each.message for each in await document.findings()]


@pytest.mark.parametrize(
    ("after", "error"),
    [
        ("raise SystemExit(4)", "ended with exit code 4"),
        ("read(); raise SystemExit(0)", "ended with exit code 0"),
        ("write(id=read()['id'], error={'message': 'hard'})", "textDocument/diagnostic failed: hard"),
        ("write(id=read()['id'], error='hard')", "answered AttributeError"),
        ("write(id=read()['id'], result={}); read()", "answered KeyError"),
        ("write(id=read()['id'], result=[3]); read()", "answered TypeError"),
        ("write(result={}); read()", "answered KeyError"),
        (r"send(b'Content-Length: 5\r\n\r\n{oops'); read()", "answered JSONDecodeError"),
        (r"send(b'Content-Length: many\r\n\r\n{}'); read()", "answered ValueError"),
        (r"send(b'Content-Length: 2\r\n\r\n[3'); read()", "answered JSONDecodeError"),
        (r"send(b'Content-Length: 3\r\n\r\n[3]'); read()", "answered"),
        (r"send(b'Traceback: line 1\nNameError\n\r\n\r\n'); read()", "answered"),
        (r"send(b'x' * 100_000); read(); read()", "answered"),
    ],
)
def test_a_server_that_fails_says_how_and_has_ended(tmp_path: Path, after: str, error: str) -> None:
    async def use() -> str:
        async with lent(tmp_path, PRELUDE + OPENED + after) as server:
            with pytest.raises(LanguageServerError) as raised:
                await messages(server, tmp_path)
            assert not server.alive
            with pytest.raises(LanguageServerError):
                await messages(server, tmp_path)
        return str(raised.value)

    assert asyncio.run(use()).startswith(error)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("import time; time.sleep(600)", "took longer than 1 s"),
        (PRELUDE.replace("utf-32", "utf-16"), "is too old: it can't count in code points"),
    ],
)
def test_a_server_that_never_gets_ready_says_why(tmp_path: Path, script: str, error: str) -> None:
    seconds = 60 if error.startswith(("ended", "is")) else 1
    starting = LanguageServer.start([sys.executable, "-c", script], tmp_path, {}, seconds=seconds)
    with pytest.raises(LanguageServerError, match=error):
        asyncio.run(starting)


def test_a_server_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    async def use() -> None:
        async with lent(tmp_path, PRELUDE + "time.sleep(600)", 2) as server:
            with pytest.raises(LanguageServerError, match="took longer than 2 s"):
                await messages(server, tmp_path)
            assert not server.alive

    asyncio.run(use())


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    starting = LanguageServer.start([tmp_path / "none"], tmp_path, {}, seconds=2)
    with pytest.raises(LanguageServerError, match=r"cannot be run: No such file"):
        asyncio.run(starting)


def test_messages_come_in_pieces_and_in_bundles(tmp_path: Path) -> None:
    pieces = r"""
request = read()
content = json.dumps({"id": request["id"], "result": {"items": []}}).encode()
for byte in b"Content-Length: %d\r\n\r\n%b" % (len(content), content):
    send(bytes([byte]))
assert read()["method"] == "textDocument/didClose" and read()["method"] == "textDocument/didOpen"
request = read()
sys.stdout.flush = lambda: None
note = b'Content-Length: 45\r\n\r\n{"method": "window/logMessage", "params": {}}'
answer = b'{"id": %d, "result": {"items": []}}' % request["id"]
send(note + note + b"Content-Length: %d\r\n\r\n" % len(answer) + answer + note[:30])
read()
"""

    async def use() -> list[list[str]]:
        async with lent(tmp_path, PRELUDE + OPENED + pieces) as server:
            return [await messages(server, tmp_path) for _ in range(2)]

    assert asyncio.run(use()) == [[], []]


def test_what_it_tells_its_user_as_an_error_is_kept(tmp_path: Path) -> None:
    said = "".join(
        f"write(method='window/showMessage', params={{'type': {kind}, 'message': {text!r}}})\n"
        for kind, text in [(2, "a warning"), (1, "bad settings"), (1, "more")]
    )

    async def use() -> str:
        async with lent(tmp_path, PRELUDE + OPENED + said + "find(read()); read()") as server:
            assert await messages(server, tmp_path) == []
            return server.complaint

    assert asyncio.run(use()) == "bad settings"


def test_whoever_comes_after_one_that_was_cancelled_gets_an_answer_of_his_own(tmp_path: Path) -> None:
    late = """
given_up = read()
assert [read()["method"] for _ in range(2)] == ["textDocument/didClose", "textDocument/didOpen"]
second = read()
find(given_up, "first")
find(second, "second")
read()
"""

    async def use() -> list[str]:
        async with lent(tmp_path, PRELUDE + OPENED + late) as server:
            first = asyncio.create_task(messages(server, tmp_path))
            await asyncio.sleep(0)  # it has asked by now
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            return await messages(server, tmp_path)

    assert asyncio.run(use()) == ["second"]


SAY_PID = "import os; open('pid', 'w').write(str(os.getpid()))\n"


def is_gone(folder: Path) -> bool:
    """Return whether the process that wrote its id into a folder has ended, and was waited for."""
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def test_a_server_ends_with_the_loop_it_was_started_on(tmp_path: Path) -> None:
    lending = servers([sys.executable, "-c", PRELUDE + OPENED + SAY_PID + "find(read()); read()"])

    async def use() -> LanguageServer:
        async with lending.one(tmp_path) as server:
            await messages(server, tmp_path)
        assert server.alive
        assert not is_gone(tmp_path)
        return server

    assert not asyncio.run(use()).alive
    assert is_gone(tmp_path)


@pytest.mark.parametrize("how", ["cancelled", "too late"])
def test_a_server_that_is_given_up_while_it_starts_has_ended_then(tmp_path: Path, how: str) -> None:
    command = [sys.executable, "-c", SAY_PID + PRELUDE.replace("write(id=first", "time.sleep(600); write(id=first")]

    async def give_up() -> None:
        starting = asyncio.create_task(
            LanguageServer.start(command, tmp_path, {}, seconds=60 if how == "cancelled" else 2)
        )
        while how == "cancelled" and not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()):  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
        if how == "cancelled":
            starting.cancel()
        with pytest.raises((LanguageServerError, asyncio.CancelledError)):
            await starting
        assert is_gone(tmp_path)

    asyncio.run(give_up())


def test_a_program_that_leaves_a_child_behind_holds_nobody_up(tmp_path: Path) -> None:
    script = (
        "import os, sys\nif os.fork() == 0:\n    sys.stdin.read(); open('done', 'w'); os._exit(0)\nraise SystemExit(3)"
    )

    async def use() -> None:
        async with asyncio.timeout(20):
            with pytest.raises(LanguageServerError, match="ended with exit code 3"):
                await LanguageServer.start([sys.executable, "-c", script], tmp_path, {}, seconds=60)
            while not (tmp_path / "done").exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.01)

    asyncio.run(use())
