"""Language servers that are scripts of a few lines, well behaved and not."""

import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from jaunt.checks.pool import Pool
from jaunt.checks.tools.language_server import LanguageServer

PRELUDE = r"""
import json, sys, time
def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length))
def send(content):
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
def write(**message):
    content = json.dumps(message).encode()
    send(b"Content-Type: x\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content))
def find(request, *items):
    start = {"start": {"line": 0, "character": 0}}
    write(id=request["id"], result={"items": [{"range": start, "message": item} for item in items]})
first = read()
write(method="window/logMessage", params={})
write(id="its own", method="workspace/configuration", params={})
assert read() == {"jsonrpc": "2.0", "id": "its own", "result": None}
write(id=first["id"], result={"capabilities": {"positionEncoding": "utf-32"}})
assert read()["method"] == "initialized"
"""
"""What every such script begins with: it reads and writes messages, and says what it can do."""
OPENED = "assert read()['method'] == 'textDocument/didOpen'\n"


@asynccontextmanager
async def lent(folder: Path, script: str, seconds: float = 60) -> AsyncGenerator[LanguageServer]:
    """Lend the server that `script` is, for `folder`."""
    async with servers([sys.executable, "-c", script], seconds).one(folder) as server:
        yield server


def servers(command: Sequence[str | Path], seconds: float = 60) -> Pool[Path, LanguageServer]:
    """Return servers by folder, which end with their event loop."""
    return Pool(lambda root: LanguageServer.start(command, root, {}, seconds=seconds), most=1)
