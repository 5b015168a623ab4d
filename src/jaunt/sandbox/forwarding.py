"""Outside of a sandbox: what connects to the sockets that come of it is connected to the servers of this machine."""

import asyncio
import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from jaunt.sandbox.loopback import MOST_DOORS

_CHUNK = 1 << 16


@contextmanager
def forwarding() -> Generator[int]:
    """Forward during a block, until the sandbox closes the descriptor that is given, through which its sockets come."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = threading.Thread(target=_run, args=(ours,), name="jaunt-loopback", daemon=True)
        thread.start()
        try:
            yield theirs.fileno()
        finally:
            with suppress(OSError):  # the other end is closed
                ours.shutdown(socket.SHUT_RDWR)
            thread.join()


def _run(channel: socket.socket) -> None:
    with suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(channel, 1, MOST_DOORS)
        if descriptors:
            asyncio.run(_serve([socket.socket(fileno=each) for each in descriptors], channel))


async def _serve(listening: Sequence[socket.socket], channel: socket.socket) -> None:
    """Forward until the channel is closed."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(channel, over.set)
    under_way: set[asyncio.Task[None]] = set()

    async def forward(door: tuple[str, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        # The run may be over first. asyncio would tell of a connection's task that was cancelled.
        with suppress(asyncio.CancelledError):
            try:
                there, here = await asyncio.open_connection(*door)
            except OSError:  # it has gone
                writer.close()
                return
            await asyncio.gather(_copy(reader, here), _copy(there, writer), return_exceptions=True)

    servers = [
        await asyncio.start_server(partial(forward, each.getsockname()[:2]), sock=each, limit=_CHUNK)
        for each in listening
    ]
    await over.wait()
    for server in servers:
        server.close()
    for task in [*under_way]:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Hand on what comes, and that no more comes."""
    try:
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:  # one side was torn off: the other one sees that
        target.transport.abort()
