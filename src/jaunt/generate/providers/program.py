"""Running a program that answers a text, away from the project, and ending it with all that it started."""

import asyncio
import os
import re
import subprocess
import uuid
from collections.abc import Collection, Mapping, Sequence

from jaunt.files.scratch import temporary_scratch
from jaunt.process.frozen import frozen
from jaunt.process.keeper import end_watch, keep_watch
from jaunt.process.tree import kill_tree, processes_with
from jaunt.text.sizes import MB

OUTPUT_LIMIT = 4 * MB
"""The most bytes of standard output that are taken."""
_TAIL = 4096  # bytes of standard error that are kept
_GRACE = 1.0  # seconds for what is under way once the program is over

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, links
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"
)
# As in terminals, an escape character ends what was begun. To look on for an end, from each of a million beginnings,
# would take hours.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@frozen
class Ran:
    """How a program ended.

    `code` is its exit code, or minus the signal's number, or None if its output got too long; `output` is all
    of its standard output, `errors` the end of its standard error.
    """

    code: int | None
    output: bytes
    errors: bytes


async def run_program(arguments: Sequence[str], text: str, *, env: Mapping[str, str], limit: int = OUTPUT_LIMIT) -> Ran:
    """Run a program in an empty folder, with `text` on its standard input, until its own process ends.

    It is ended when its output exceeds `limit` bytes. Whatever ends it, cancellation too, its process group
    is killed, and on Linux all else that inherited its environment; a process that left the group and cleared
    its environment is out of reach. If this process is killed, its keeper does so.

    Raises OSError if the program can't be started.
    """
    mark = f"JAUNT_CALL_{uuid.uuid4().hex}"
    pid = None
    with temporary_scratch() as folder:
        try:
            keep_watch(mark, folder=str(folder))  # before it begins: this process may be killed at any time
            transport, talk = await asyncio.get_running_loop().subprocess_exec(
                lambda: _Talk(limit),
                *arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env={**env, mark: "1"},
                start_new_session=True,
            )
            pid = transport.get_pid()
            keep_watch(mark, folder=str(folder), group=pid)
            stdin = transport.get_pipe_transport(0)
            assert isinstance(stdin, asyncio.WriteTransport)
            stdin.write(text.encode())
            stdin.close()
            await talk.over
        finally:
            kill_tree(pid, lambda: processes_with(mark.encode()))
            end_watch(mark)
        # What it wrote just before its end may still be in the pipes, which a survivor may hold open.
        await asyncio.wait([talk.drained], timeout=_GRACE)
        await asyncio.wait([talk.exited], timeout=_GRACE)
        code = transport.get_returncode()
        transport.close()
        return Ran(None if len(talk.output) > limit else code, bytes(talk.output), _whole_words(talk.errors))


def scrubbed_environment(names: Collection[str] = ()) -> dict[str, str]:
    """Return what a program gets to see of this process's environment: what is harmless, and `names`."""
    seen = {"PATH", "HOME", "LANG", "TMPDIR", *names}
    kept = {name: value for name, value in os.environ.items() if name in seen or name.startswith("LC_")}
    return {"TERM": "dumb"} | kept


def plain_text(output: bytes) -> str:
    """Return a program's output as text, without escape sequences, control characters and CRLF.

    Raises UnicodeDecodeError if it is not UTF-8.
    """
    text = _ESCAPES.sub("", output.decode("utf-8")).replace("\r\n", "\n")
    return _CONTROLS.sub("", text)


class _Talk(asyncio.SubprocessProtocol):
    """Collects what a program says.

    Not asyncio's Process, whose `wait` may wait for a pipe that a survivor holds open.
    """

    def __init__(self, limit: int) -> None:
        loop = asyncio.get_running_loop()
        self.output = bytearray()
        self.errors = bytearray()
        self.over = loop.create_future()  # the program has ended, or has said too much
        self.exited = loop.create_future()
        self.drained = loop.create_future()  # both of its outputs are at their end
        self._limit = limit
        self._open = {1, 2}

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self.errors = (self.errors + data)[-_TAIL:]
        elif len(self.output) <= self._limit:
            self.output += data
            if len(self.output) > self._limit:
                _settle(self.over)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._open.discard(fd)
        if not self._open:
            _settle(self.drained)

    def process_exited(self) -> None:
        _settle(self.exited)
        _settle(self.over)


def _whole_words(tail: bytearray) -> bytes:
    """Return what is kept of standard error without the word that was cut: it may be half a key, which nobody hides."""
    return re.sub(rb"\A\S*", b"", tail) if len(tail) == _TAIL else bytes(tail)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
